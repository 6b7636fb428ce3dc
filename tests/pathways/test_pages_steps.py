"""Every step that a person may take: its form opens, is taken once, and says no in words."""

import re
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from ground.once import new_once
from pathways.models import MACHINES, Pathway, StageChange
from pathways.queries.steps import FOLDERS, OpenStep
from pathways.services import case as cases
from pathways.services.door import chart_steps
from tests.factories import organisation, partner, person, user
from tests.pathways.scenes import Scene
from tests.pathways.step_trials import TRIALS, Trial, no_data
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

BY_NAME = pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.step)
#: Taken on the person, and tried by itself below.
ON_THE_PERSON = {"pathway.return"}
#: Made with the person, at the page that adds one.
WITH_THE_PERSON = {"pathway.log_outreach"}


def address(trial: Trial, row: Any) -> str:
    machine, _, step = trial.step.partition(".")
    if trial.makes:
        return f"/pathways/{row.uuid}/steps/{trial.step}/"
    return f"/{FOLDERS[machine]}/{row.uuid}/steps/{step}/"


def stage_after(trial: Trial, row: Any) -> str:
    machine = trial.step.partition(".")[0]
    if trial.makes:
        return MACHINES[machine].objects.filter(pathway=row).latest("pk").stage
    return MACHINES[machine].objects.get(pk=row.pk).stage


def test_every_step_of_every_chart_is_tried() -> None:
    declared = {f"{machine}.{step.name}" for machine in MACHINES for step in chart_steps(machine).values() if step.by_people}
    assert declared - ON_THE_PERSON - WITH_THE_PERSON == {trial.step for trial in TRIALS}


@BY_NAME
def test_a_step_has_a_form_and_is_taken_once(trial: Trial) -> None:
    scene = Scene()
    row = trial.on(scene)
    browser = signed_in(scene.lead if trial.as_lead else scene.worker)
    path, data = address(trial, row), trial.data(scene)
    form = browser.get(path)
    assert form.status_code == 200
    posted = {**data, "version": form.context["form"]["version"].value(), "once": new_once()}
    taken = browser.post(path, posted)
    assert taken.status_code == 302
    case = row if isinstance(row, Pathway) else row.pathway
    assert taken["Location"] == f"/people/{case.candidate.uuid}/"
    assert stage_after(trial, row) == trial.then
    assert browser.get(taken["Location"]).status_code == 200
    # Pressed twice, it is taken once and the answer is the same.
    changes = StageChange.objects.count()
    assert browser.post(path, posted)["Location"] == taken["Location"]
    assert StageChange.objects.count() == changes


@BY_NAME
def test_a_step_that_cannot_be_taken_says_why_and_changes_nothing(trial: Trial) -> None:
    scene = Scene()
    row = trial.on(scene)
    browser = signed_in(scene.lead if trial.as_lead else scene.worker)
    path, changes = address(trial, row), StageChange.objects.count()
    refused = browser.post(path, {"version": row.version, "once": new_once(), **trial.bad(scene)})
    assert refused.status_code == 422
    assert trial.says in refused.content.decode()
    assert "There is a problem" in refused.content.decode()
    other = partner(scene.programme, organisation("delivery"))
    stranger = signed_in(user("outreach_worker", other, scene.programme))
    random = path.replace(str(row.uuid), "8a3b9c1e-0d5f-4e7a-9b2c-6d1f0a4e8c3b")
    for method in ("get", "post"):
        foreign, nobody = getattr(stranger, method)(path), getattr(stranger, method)(random)
        assert (foreign.status_code, foreign.content) == (404, nobody.content)
    assert StageChange.objects.count() == changes
    if not trial.makes:
        _is_told_that_it_is_stale(trial, scene, row, path)


def _is_told_that_it_is_stale(trial: Trial, scene: Scene, row: Any, path: str) -> None:
    """Somebody else was faster: what was typed is kept, and sent again it is taken."""
    browser, token = signed_in(scene.lead if trial.as_lead else scene.worker), new_once()
    data = trial.data(scene)
    stale = browser.post(path, {**data, "version": row.version + 7, "once": token})
    assert stale.status_code == 409
    assert "This was changed while you had it open: by somebody else, or by you in another window." in stale.content.decode()
    fresh = stale.context["form"]["version"].value()
    assert browser.post(path, {**data, "version": fresh, "once": token}).status_code == 302


def test_a_seat_is_booked_from_the_waiting_list() -> None:
    scene = Scene()
    place = scene.waiting()
    browser = signed_in(scene.worker)
    path = f"/training-places/{place.uuid}/steps/book/"
    assert browser.get(path).status_code == 200
    assert browser.post(path, {"version": place.version, "once": new_once()}).status_code == 302
    place.refresh_from_db()
    assert place.stage == "booked"


def test_somebody_whose_case_ended_starts_again_once() -> None:
    scene = Scene()
    before = scene.withdrawn()
    browser = signed_in(scene.worker)
    path = f"/people/{before.candidate.uuid}/steps/pathway.return/"
    assert browser.get(path).status_code == 200
    assert browser.post(path, {"version": before.version, "once": new_once()}).status_code == 302
    after = Pathway.objects.get(previous=before)
    assert (after.attempt, after.stage, after.owner) == (2, "interested", scene.worker)
    again = browser.post(path, {"version": after.version, "once": new_once()})
    assert again.status_code == 409
    assert Pathway.objects.filter(candidate=before.candidate).count() == 2


def test_a_case_closed_long_ago_is_not_reopened() -> None:
    scene = Scene()
    case = scene.withdrawn(days_ago=100)
    path = f"/pathways/{case.uuid}/steps/reopen/"
    browser = signed_in(scene.worker)
    refused = browser.post(path, {"version": case.version, "once": new_once()})
    assert refused.status_code == 409
    assert "start again instead" in refused.content.decode()
    assert path not in browser.get(f"/people/{case.candidate.uuid}/").content.decode()


def test_interest_needs_a_way_to_reach_the_person() -> None:
    scene = Scene()
    who = person(scene.delivery, phone=None)
    case = scene.open(interested=False, candidate=who)
    refused = signed_in(scene.worker).post(f"/pathways/{case.uuid}/steps/express_interest/", {"version": case.version, "once": new_once()})
    assert refused.status_code == 422
    assert "Add one way to reach this person first" in refused.content.decode()


@pytest.mark.parametrize("step", ["log_outreach", "follow", "import_stage", "end_by_death", "no_such_step"])
def test_steps_that_nobody_takes_here_are_not_there(step: str) -> None:
    scene = Scene()
    case = scene.open()
    browser = signed_in(scene.lead)
    assert browser.get(f"/pathways/{case.uuid}/steps/{step}/").status_code == 404
    assert browser.get(f"/pathways/{case.uuid}/steps/interview.{step}/").status_code == 404


def test_a_worker_may_not_void_and_the_page_does_not_offer_it() -> None:
    scene = Scene()
    case = scene.open()
    path = f"/pathways/{case.uuid}/steps/void/"
    browser = signed_in(scene.worker)
    assert browser.get(path).status_code == 403
    assert path not in browser.get(f"/people/{case.candidate.uuid}/").content.decode()
    assert path in signed_in(scene.lead).get(f"/people/{case.candidate.uuid}/").content.decode()


def test_undo_gives_back_what_was_there_once() -> None:
    scene = Scene()
    case = scene.open()
    cases.withdraw(case=case, by=scene.by, at=scene.now)
    change = StageChange.objects.get(pathway=case, step="withdraw", machine="pathway")
    browser = signed_in(scene.worker)
    assert "No longer wants this" in browser.get(f"/changes/{change.uuid}/undo/").content.decode()
    done = browser.post(f"/changes/{change.uuid}/undo/", {"once": new_once()})
    assert done["Location"] == f"/people/{case.candidate.uuid}/"
    case.refresh_from_db()
    assert case.stage == "interested"
    again = browser.post(f"/changes/{change.uuid}/undo/", {"once": new_once()})
    assert again.status_code == 409
    assert "This has been undone already." in again.content.decode()


def test_a_colleague_may_not_undo_my_step() -> None:
    scene = Scene()
    case = scene.open()
    cases.withdraw(case=case, by=scene.by, at=scene.now)
    change = StageChange.objects.get(pathway=case, step="withdraw", machine="pathway")
    assert signed_in(scene.colleague).post(f"/changes/{change.uuid}/undo/", {"once": new_once()}).status_code == 403
    assert signed_in(scene.lead).post(f"/changes/{change.uuid}/undo/", {"once": new_once()}).status_code == 302


def test_an_employer_is_offered_what_the_door_allows() -> None:
    scene = Scene()
    browser = signed_in(scene.employer)
    started = scene.job(started=True)
    jobs = [scene.job(), started, scene.job(started=True, kind="fixed_term")]
    rows = [scene.sent(), scene.offered(), *(job.introduction for job in jobs), *jobs, scene.check(), scene.due()]
    tried = Counter()
    for row in rows:
        case = row.pathway
        shown = browser.get(page_of(row)).content.decode()
        offered = set(re.findall(rf"/{FOLDERS[row.machine]}/{row.uuid}/steps/(\w+)/", shown))
        for name in sorted(offered):
            step = OpenStep(name, row.machine, "", f"/{FOLDERS[row.machine]}/{row.uuid}/steps/{name}/")
            assert (step.href, posted(browser, step, scene, case)) == (step.href, 302)
            tried[f"{row.machine}.{name}"] += 1
    assert {"introduction.offer", "introduction.withdraw_offer", "placement.start", "placement.leave", "placement.complete"} <= set(tried)
    assert tried["introduction.withdraw_offer"] == 2


def page_of(row: Any) -> str:
    """Where an employer finds the steps of this row."""
    return "/still-here/" if row.machine == "retention_check" else f"/{FOLDERS[row.machine]}/{row.uuid}/"


def posted(browser: Client, step: OpenStep, scene: Scene, case: Pathway) -> int:
    """What the door answers to the step with its usual answers; afterwards nothing has happened."""
    name = f"{step.machine}.{step.name}"
    data = next((trial.data for trial in TRIALS if trial.step == name), no_data)
    with transaction.atomic():
        version = browser.get(step.href).context["form"]["version"].value()
        answer = browser.post(step.href, {"version": version, "once": new_once(), **data(scene)})
        transaction.set_rollback(True)
    return answer.status_code
