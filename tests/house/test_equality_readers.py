"""Who may open equality answers: read from the import graph, for every file of ours."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from candidates.choices import Question
from candidates.models import EqualityAnswer
from config.launcher.checks import APPS

ROOT = Path(__file__).resolve().parents[2]
#: Who names the rows themselves.
READS_ROWS = {
    "candidates/models/__init__.py": "the model's own room",
    "candidates/models/equality.py": "the model",
    "candidates/services/equality.py": "keeps an answer, and deletes all on an objection",
    "candidates/queries.py": "people in, counts out, never rows",
    "pathways/simulation/lives.py": "writes the answers of invented people in bulk, and reads none",
}
#: Who asks for counts.
READS_COUNTS = {"analytics/queries/equality.py"}
#: Who writes an answer that a person gave.
WRITES = {
    "pathways/services/imports": "what a register holds",
    "pathways/services/questions.py": "what the person says after the thanks, and what a worker keys from paper; hands nothing back",
    "pathways/simulation": "invented people",
}
#: Rooms that show, filter, sort or hand out rows of people.
SHOWING = ("views", "forms", "api", "scope.py", "rules.py", "templatetags", "delivery.py", "middleware.py", "webhooks", "tables")


@cache
def imports() -> list[tuple[str, str, str]]:
    """File, module and name of every import in a file of ours."""
    found: list[tuple[str, str, str]] = []
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            for node in ast.walk(ast.parse(path.read_text())) if "migrations" not in path.parts else ():
                if isinstance(node, ast.ImportFrom) and node.module:
                    found += [(name, node.module, one.name) for one in node.names]
                elif isinstance(node, ast.Import):
                    found += [(name, one.name, "") for one in node.names]
    return found


def names(path: Path) -> Iterator[str]:
    """Every name, attribute and word in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name.rpartition(".")[2]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from {node.value, *node.value.split(".")}
        elif isinstance(node, ast.ClassDef):
            yield node.name


def test_the_rows_are_named_by_the_few_who_may() -> None:
    namers = {
        str(path.relative_to(ROOT))
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts and {"EqualityAnswer", "equalityanswer"} & set(names(path))
    }
    assert namers == set(READS_ROWS)


def test_nobody_takes_the_whole_room_of_models_and_so_the_rows_with_it() -> None:
    whole = [
        (name, module)
        for name, module, what in imports()
        if (module, what)
        in {("candidates", "models"), ("candidates.models", "*"), ("candidates.models", "equality"), ("candidates.models", "")}
        or (module.startswith("candidates.models.equality") and name not in READS_ROWS)
    ]
    assert whole == []


def test_analytics_asks_for_counts_and_for_nothing_else_of_them() -> None:
    assert {name for name, module, _ in imports() if module == "candidates.queries"} == READS_COUNTS
    asked = {what for name, module, what in imports() if module == "candidates.queries"}
    assert asked == {"equality_counts"}


def test_answers_are_written_by_the_import_of_a_register_the_person_and_the_simulator_alone() -> None:
    writers = {
        name if str(Path(name).parent) == "pathways/services" else str(Path(name).parent)
        for name, module, what in imports()
        if module == "candidates.services.equality" or (module, what) == ("candidates.services", "equality")
    }
    assert writers == set(WRITES)


def test_what_writes_an_answer_of_the_persons_hands_none_back() -> None:
    """Pages know this one file: it returns nothing, a day, yes or no, or which questions are put; and no page of theirs names a row."""
    tree = ast.parse((ROOT / "pathways/services/questions.py").read_text())
    handed = {node.name: ast.unparse(node.returns) for node in tree.body if isinstance(node, ast.FunctionDef) and node.returns}
    assert {name: kind for name, kind in handed.items() if not name.startswith("_")} == {
        "questions_of": "list[str]",
        "keep_own_answers": "None",
        "drop_answers": "None",
        "nobody": "Candidate",
        "object_to_questions": "None",
        "may_be_asked": "bool",
        "paper_keyed": "date | None",
        "key_paper_form": "None",
    }


@pytest.mark.parametrize("room", SHOWING)
def test_no_room_that_shows_people_reaches_them(room: str) -> None:
    reached = [
        (name, module, what)
        for name, module, what in imports()
        if room in Path(name).parts
        and (
            what in {"EqualityAnswer", "EqualityObjection", "equality_counts"}
            or module in {"candidates.queries", "candidates.services.equality", "candidates.models.equality"}
            or (module, what) in {("candidates", "queries"), ("candidates.services", "equality")}
        )
    ]
    assert reached == []


def test_nothing_points_at_an_answer_and_nothing_can_walk_to_it() -> None:
    pointing = [
        field
        for model in apps.get_models()
        for field in model._meta.get_fields(include_hidden=True)
        if isinstance(field, models.ForeignKey) and field.related_model is EqualityAnswer
    ]
    assert pointing == []
    assert EqualityAnswer._meta.get_field("candidate").remote_field.hidden


def test_no_template_names_them() -> None:
    templates = [path for path in (ROOT / "templates").rglob("*.html") if "equalityanswer" in path.read_text().lower()]
    assert templates == []


def test_no_chart_guard_or_task_reads_an_equality_question() -> None:
    """Never for decisions: the rooms that decide name no question of the form."""
    questions = set(Question.values)
    rooms = [
        *(ROOT / "pathways" / "workflow").rglob("*.py"),
        *(ROOT / "pathways" / "queries").rglob("*.py"),
        ROOT / "pathways" / "rules.py",
        ROOT / "pathways" / "scope.py",
    ]
    said = {str(path.relative_to(ROOT)): found for path in rooms if (found := questions & set(names(path)))}
    assert said == {}
