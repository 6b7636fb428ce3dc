"""Taken and taken back: every step that a person takes, from every stage it is open at, leaves every table as it was."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from ground.once import new_once
from pathways.models import MACHINES, Pathway, StageChange
from pathways.queries.integrity import look_through
from pathways.queries.steps import FOLDERS
from pathways.services import case as cases
from pathways.services.door import chart_steps
from pathways.services.undo import undo_step
from tests.factories import person
from tests.pathways.digest import digest, unlike
from tests.pathways.standings import STANDINGS, Stand, standing
from tests.pathways.step_trials import TRIALS
from tests.pathways.table_of_steps import again_after, begun_on, may, whose
from tests.pathways.test_table import SOME
from tests.signing_in import signed_in

POSTED = {trial.step: trial.data for trial in TRIALS}
#: Made with the person, at the page that adds one: taken and taken back by itself below.
WITH_THE_PERSON = "pathway.log_outreach"


def steps_at(name: str) -> Iterator[str]:
    """Everything that a lead may do on this row, as "chart.step": a lead may do all that anybody may."""
    machine = name.partition(" ")[0]
    yield from (f"{machine}.{step}" for step in whose(name) if may("lead", step, name))
    yield from begun_on(name)
    if again_after(name):
        yield "pathway.return"


def address(step: str, name: str, row: Any) -> str:
    machine, _, verb = step.partition(".")
    if step == "pathway.return":
        return f"/people/{row.candidate.uuid}/steps/{step}/"
    if step in begun_on(name):
        return f"/pathways/{row.uuid}/steps/{step}/"
    return f"/{FOLDERS[machine]}/{row.uuid}/steps/{verb}/"


def test_every_step_of_every_chart_is_taken_and_taken_back() -> None:
    reached = {step for name in STANDINGS for step in steps_at(name)} | {WITH_THE_PERSON}
    assert reached == {f"{machine}.{step.name}" for machine in MACHINES for step in chart_steps(machine).values() if step.by_people}


def taken_and_taken_back(name: str) -> list[str]:
    """Each step that is open on the row, posted and undone by a lead, each from the same beginning."""
    scene, row = standing(name)
    browser = signed_in(scene.lead)
    mark = StageChange.objects.latest("id").pk
    wrong: list[str] = []
    for step in steps_at(name):
        with transaction.atomic():
            data = POSTED[step](scene) if step in POSTED else {}
            before = digest()
            taken = browser.post(address(step, name, row), {"version": row.version, "once": new_once(), **data})
            assert taken.status_code == 302, (name, step, taken.status_code)
            change = StageChange.objects.get(pk__gt=mark, cause=None)
            assert f"{change.machine}.{change.step}" == step
            back = browser.post(f"/changes/{change.uuid}/undo/", {"once": new_once()})
            assert back.status_code == 302, (name, step, back.status_code)
            wrong += [f"{step} at {name}: {each}" for each in unlike(before, digest())]
            wrong += [
                f"{step} at {name}: {each.words}" for _, more in look_through(at=scene.now) for each in more if each.kind != "text_stuck"
            ]
            transaction.set_rollback(True)
    return wrong


@pytest.mark.django_db
@pytest.mark.parametrize("name", SOME)
def test_do_and_undo_leave_every_table_as_it_was(name: str) -> None:
    assert "\n".join(taken_and_taken_back(name)) == ""


@pytest.mark.slow("undo")
@pytest.mark.django_db
@pytest.mark.parametrize("name", list(STANDINGS))
def test_do_and_undo_leave_every_table_as_it_was_from_every_stage(name: str) -> None:
    assert "\n".join(taken_and_taken_back(name)) == ""


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["log_outreach", "express_interest"])
def test_a_first_step_taken_back_leaves_a_case_that_is_void_and_nothing_else(step: str) -> None:
    scene = Stand()
    who = person(scene.delivery)
    before = digest()
    case = cases.new_case(candidate=who, programme=scene.programme, organisation=scene.delivery, owner=scene.worker, opened_on=scene.today)
    getattr(cases, step)(case=case, by=scene.by, at=scene.now)
    undo_step(change=StageChange.objects.get(step=step), by=scene.by, at=scene.now)
    assert unlike(before, digest()) == []
    assert Pathway.objects.get(candidate=who).stage == "void"
