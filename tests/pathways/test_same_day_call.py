"""Any answer but "fine" in the first twelve weeks makes a call on the same day; one that was a call already does not."""

from datetime import timedelta

import pytest

from ground.actor import Actor
from ground.clock import today_london
from ground.once import new_once
from pathways.models import Placement, RetentionCheck, StageChange, Task
from pathways.services import placement, retention
from pathways.services.contact import log_contact
from pathways.services.undo import undo_step
from tests.pathways.digest import digest, unlike
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def calls() -> list[tuple[str, str, bool]]:
    """Calls that are owed or were: state, by whom, and whether on the day that they were asked for."""
    rows = Task.objects.filter(kind="call").select_related("opened_by").order_by("id")
    return [(row.state, row.owed_by, row.opened_by is not None and row.due_on == today_london(row.opened_by.recorded_at)) for row in rows]


def left(scene: Scene, check: RetentionCheck, by: Actor) -> None:
    retention.answer_check(check=check, in_post=False, known_on=scene.today, grade="self", by=by, at=scene.now)


def test_please_call_me_leaves_the_question_open_and_makes_a_call_today() -> None:
    scene = Scene()
    check = scene.due()
    before = digest()
    retention.ask_for_call(check=check, by=scene.by.speaking_for("candidate", "text"), at=scene.now)
    assert (check.stage, calls()) == ("open", [("open", "worker", True)])
    assert Task.objects.filter(kind="retention", state="open").exists()
    undo_step(change=StageChange.objects.get(step="ask_call"), by=scene.by, at=scene.now)
    assert unlike(before, digest()) == []


def test_a_talk_takes_care_of_the_call_and_an_attempt_does_not() -> None:
    scene = Scene()
    check = scene.due()
    retention.ask_for_call(check=check, by=scene.by, at=scene.now)
    log_contact(case=check.pathway, channel="call", outcome="no_answer", by=scene.by, at=scene.now)
    assert calls() == [("open", "worker", True)]
    log_contact(case=check.pathway, channel="call", outcome="spoke", by=scene.by, at=scene.now)
    assert calls() == [("done", "worker", True)]


@pytest.mark.parametrize(
    ("heard", "rung"),
    [
        (("candidate", "text"), True),
        (("candidate", "letter"), True),
        (("candidate", "phone"), False),
        (("candidate", "in_person"), False),
        (("employer", "email"), False),
        (None, False),
    ],
)
def test_left_by_text_is_rung_on_the_same_day_and_left_by_phone_was_talked_about(heard: tuple[str, str] | None, rung: bool) -> None:
    scene = Scene()
    left(scene, scene.due(), scene.by.speaking_for(*heard) if heard else scene.by)
    assert calls() == ([("open", "worker", True)] if rung else [])


def test_still_in_work_makes_no_call() -> None:
    scene = Scene()
    by = scene.by.speaking_for("candidate", "text")
    retention.answer_check(check=scene.due(), in_post=True, known_on=scene.today, grade="self", by=by, at=scene.now)
    assert calls() == []


@pytest.mark.parametrize(("weeks", "rung"), [(12, True), (13, False)])
def test_after_twelve_weeks_leaving_is_talked_about_as_every_leaving_is(weeks: int, rung: bool) -> None:
    scene = Scene()
    at = scene.now - timedelta(weeks=weeks)
    case = scene.case(at=at)
    placement.record_own_job(
        case=case, employer_words="Corner bakery", job={"title": "Baker"}, start_on=today_london(at), by=scene.by, at=at
    )
    check = RetentionCheck.objects.get(milestone="four_weeks")
    retention.move_with_the_clock(check=check, at=at + timedelta(weeks=4))
    left(scene, check, scene.by.speaking_for("candidate", "text"))
    assert (Placement.objects.get().stage, calls()) == ("left", [("open", "worker", True)] if rung else [])
    assert Task.objects.filter(kind="after_leaving", state="open").exists()


def test_on_the_page_the_worker_says_that_they_ask_for_a_call_and_finds_it_on_today() -> None:
    scene = Scene()
    check = scene.due()
    browser = signed_in(scene.worker)
    path = f"/retention-checks/{check.uuid}/steps/ask_call/"
    assert path in browser.get(f"/people/{check.pathway.candidate.uuid}/").content.decode()
    said = {"said_by": "candidate", "said_how": "text", "version": check.version, "once": new_once()}
    assert browser.post(path, said).status_code == 302
    assert "Ring them today" in browser.get("/today/").content.decode()
    assert browser.post(path, {**said, "once": new_once()}).status_code == 409
