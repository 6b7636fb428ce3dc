"""Stages move through one door, and every chart says everything about every stage and step."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db.models import ForeignKey

from accounts.choices import ReasonKind
from config.launcher.checks import APPS
from employers.models import CareerHeading
from employers.workflow.heading import HeadingStage
from pathways.models import MACHINES
from pathways.models.task import TaskKind
from pathways.services.door import FLAGS, chart_steps
from pathways.services.undo import CASE_MOVES
from pathways.views.taking import TAKES
from pathways.workflow.owed import OWED
from pathways.workflow.pathway import PHASE_OF
from pathways.workflow.steps import CANDIDATE, EMPLOYER, LEAD, NEW, SYSTEM, TRAINER, VOID, WORKER

ROOT = Path(__file__).resolve().parents[2]
#: Files that may set a stage, and on what.
SETTERS = {
    "pathways/services/door.py": "the door itself",
    "pathways/services/undo.py": "the door back",
    "pathways/services/heading.py": "an opening given back the stage it had, with its log row",
    "pathways/ledger/taking.py": "the door in memory, over rows that are not rows yet; a test holds it against the real one",
}
#: The readers of registers call what a file says of a person its stage: no row of ours.
NOT_ROWS = "pathways/backends/register/"
#: Steps that people take, without a line in views.taking: how else they are taken.
ANOTHER_WAY = {"pathway.log_outreach": "adding a person"}
#: Lines in views.taking beside the charts' own names.
SECOND_FORMS = {"training_place.book_waiting": "training_place.book, from a place on the waiting list"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def stages_set(tree: ast.AST) -> list[int]:
    """Lines that give something a stage: an assignment, a setattr, a bulk update, an update, SQL."""
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            flat = [each for one in targets for each in (one.elts if isinstance(one, ast.Tuple) else [one])]
            lines += [node.lineno for each in flat if isinstance(each, ast.Attribute) and each.attr == "stage"]
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            words = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            lines += (
                [node.lineno] if name in {"update", "change", "update_or_create"} and "stage" in {one.arg for one in node.keywords} else []
            )
            lines += [node.lineno] if name in {"setattr", "bulk_update"} and "stage" in words else []
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            lines += [node.lineno] if "set stage" in " ".join(node.value.lower().split()) else []
    return lines


def test_stages_are_set_in_the_door_and_nowhere_else() -> None:
    found = {name: lines for name, tree in sources() if (lines := stages_set(tree)) and not name.startswith(NOT_ROWS)}
    assert set(found) == set(SETTERS), found


@pytest.mark.parametrize(
    "wrong",
    [
        "case.stage = 'open'",
        "was, case.stage = case.stage, 'open'",
        "Pathway.objects.filter(pk=1).update(stage='open')",
        "row.change(version=1, stage='open')",
        "setattr(case, 'stage', 'open')",
        "Pathway.objects.bulk_update(rows, ['stage'])",
        "cursor.execute('UPDATE pathways_pathway SET stage = %s')",
    ],
)
def test_the_reader_of_sources_sees_every_way_to_set_a_stage(wrong: str) -> None:
    assert stages_set(ast.parse(wrong)) == [1]


def test_every_stage_carries_every_flag() -> None:
    parties = {CANDIDATE, WORKER, EMPLOYER, TRAINER, LEAD, SYSTEM}
    for machine, model in MACHINES.items():
        stages = [value for value, _ in model._meta.get_field("stage").choices]
        assert list(FLAGS[machine]) == stages
        for stage, flags in FLAGS[machine].items():
            assert flags.owes in parties, (machine, stage)
            assert flags.to_candidate.endswith((".", "?")), (machine, stage)
    assert list(PHASE_OF) == list(FLAGS["pathway"])


def test_what_is_over_or_entered_in_error_is_not_open_and_in_nobodys_sight() -> None:
    for machine in MACHINES:
        void = FLAGS[machine][VOID]
        assert (void.open, void.in_work, void.visible_to_employer, void.closes_on_accept) == (False, False, False, False)
    closed_by_an_accept = [stage for stage, flags in FLAGS["introduction"].items() if flags.closes_on_accept]
    assert closed_by_an_accept == ["draft", "sent", "considering", "stale", "reserve", "interview_set", "offered"]
    assert [stage for stage, flags in FLAGS["introduction"].items() if flags.open] == closed_by_an_accept


def test_every_step_leads_from_and_to_stages_that_are_there() -> None:
    for machine in MACHINES:
        for step in chart_steps(machine).values():
            assert set(step.sources) <= {NEW, *FLAGS[machine]}, (machine, step.name)
            assert step.target in {"follows", "stays", *FLAGS[machine]}, (machine, step.name)
            assert step.child or step.who, (machine, step.name)
            assert step.doc.endswith("."), (machine, step.name)


def test_every_stage_can_be_reached() -> None:
    """None is left to a room that is not built yet."""
    for machine in MACHINES:
        steps = chart_steps(machine).values()
        reached = {step.target for step in steps} - {"follows", "stays"}
        if machine == "pathway":
            reached |= {stage for stage, flags in FLAGS[machine].items() if flags.open} | {"sustained"}
        if machine == "pre_employment_check":
            reached |= {VOID}
        assert set(FLAGS[machine]) - reached == set(), machine


def test_what_a_step_writes_is_a_column() -> None:
    for machine, model in MACHINES.items():
        columns = {each.attname for each in model._meta.concrete_fields}
        relations = {each.name for each in model._meta.concrete_fields if isinstance(each, ForeignKey)}
        for step in chart_steps(machine).values():
            assert set(step.writes) <= columns, (machine, step.name)
            assert not set(step.writes) & (relations | {"stage", "version", "id", "uuid"}), (machine, step.name)


def test_a_step_that_asks_why_asks_from_a_list() -> None:
    kinds = {kind for machine in MACHINES for step in chart_steps(machine).values() for kind in step.reason_kinds}
    assert kinds <= set(ReasonKind.values)
    assert kinds == {
        "skip_training",
        "skip_chat",
        "not_now",
        "withdrawn",
        "ineligible",
        "missed",
        "leave_training",
        "decline_offer",
        "decline",
        "offer_withdrawn",
        "fall_through",
        "leave",
        "pause",
        "hand_over",
    }


def test_every_step_that_people_take_has_a_form_and_a_service() -> None:
    charts = {f"{machine}.{step.name}" for machine in MACHINES for step in chart_steps(machine).values() if step.by_people}
    assert charts - set(TAKES) == set(ANOTHER_WAY)
    assert set(TAKES) - charts == set(SECOND_FORMS)


def test_what_is_owed_names_steps_kinds_and_columns_that_are_there() -> None:
    for (machine, name), owed in OWED.items():
        assert name in chart_steps(machine), (machine, name)
        assert set(owed.closes) <= set(TaskKind.values), (machine, name)
        for one in owed.opens:
            assert one.kind in TaskKind.values
            assert one.owed_by in {CANDIDATE, WORKER, EMPLOYER, LEAD}
            model = MACHINES[machine]
            for part in one.due_field.split(".") if one.due_field else []:
                field = model._meta.get_field(part)
                model = field.related_model or model


def test_steps_that_move_a_case_as_a_whole_are_steps_of_the_case() -> None:
    assert set(CASE_MOVES) <= set(chart_steps("pathway"))


def test_an_openings_chart_knows_its_stages() -> None:
    assert [value for value, _ in CareerHeading._meta.get_field("stage").choices] == HeadingStage.values
