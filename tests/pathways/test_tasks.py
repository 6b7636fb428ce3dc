"""What is owed: closes itself, is put off with a reason, given to a colleague, written down by hand, and is never a second truth."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, BankHoliday, Membership
from ground.clock import add_working_days
from ground.door import Conflict, NotYours, Refused
from ground.once import new_once
from pathways.models import Task
from pathways.queries.owned import owes_colleagues
from pathways.services.case import hand_over
from pathways.services.interview import book_chat
from pathways.services.task import add_task, close_task, reassign_task, snooze_task, wake_task
from pathways.services.undo import undo_step
from tests.factories import actor, organisation, partner, programme, user
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def free(scene: Scene, case: Any = None, **more: Any) -> Task:
    return add_task(pathway=case or scene.open(), words="Send the bus times", due_on=scene.today, by=scene.by, at=scene.now, **more)


def names(browser: Client, path: str = "/today/") -> list[tuple[str, str]]:
    """What is to do and who owes it, on a list."""
    return [(row.next, row.owed) for _, rows in browser.get(path).context["page"].groups for row in rows]


def post(browser: Client, task: Task, step: str, **typed: Any) -> Any:
    data = {"version": task.version, "once": new_once(), **typed}
    return browser.post(f"/tasks/{task.uuid}/steps/{step}/", data)


# -- put off -----------------------------------------------------------------------------------------------------------------------


def test_the_next_working_day_needs_no_reason_and_a_later_one_does() -> None:
    scene = Scene()
    task = free(scene)
    next_day = add_working_days(scene.today, 1)
    BankHoliday.objects.get_or_create(day=next_day, defaults={"name": "A day off"})
    after = add_working_days(scene.today, 1, {next_day})
    for until in (scene.today + timedelta(days=1), after):
        put_off = snooze_task(task=task, until=until, by=scene.by, at=scene.now)
        assert (put_off.due_on, put_off.snoozed_until, put_off.snooze_reason) == (until, until, "")
    with pytest.raises(Refused, match="Say why") as refused:
        snooze_task(task=task, until=after + timedelta(days=1), by=scene.by, at=scene.now)
    assert refused.value.field == "reason"
    later = snooze_task(task=task, until=after + timedelta(days=9), reason="away", by=scene.by, at=scene.now)
    assert later.snooze_reason == "away"
    back = wake_task(task=later, due_on=scene.today, by=scene.by, at=scene.now)
    assert (back.due_on, back.snoozed_until, back.snooze_reason) == (scene.today, None, "")
    close_task(task=task, by=scene.by, at=scene.now)
    with pytest.raises(Conflict):
        snooze_task(task=task, until=after, by=scene.by, at=scene.now)


def test_the_page_asks_why_and_the_persons_page_tells_it() -> None:
    scene = Scene()
    task = free(scene)
    browser = signed_in(scene.worker)
    later = (scene.today + timedelta(days=30)).isoformat()
    answer = post(browser, task, "snooze", until=later)
    assert (answer.status_code, "Say why it waits" in answer.content.decode()) == (422, True)
    assert 'value="waiting_for_them"' in answer.content.decode()
    assert post(browser, task, "snooze", until=later, reason="made up").status_code == 422
    assert post(browser, task, "snooze", until=later, reason="waiting_for_them").status_code == 302
    assert "put off: Waiting for the person" in browser.get(f"/people/{task.pathway.candidate.uuid}/").content.decode()
    stale = post(browser, task, "snooze", until=later, reason="away")
    assert (stale.status_code, "This was changed while you had it open" in stale.content.decode()) == (409, True)


# -- given to a colleague ----------------------------------------------------------------------------------------------------------


def test_what_is_given_moves_to_the_colleagues_desk_and_back() -> None:
    scene = Scene()
    task = free(scene)
    Task.objects.exclude(pk=task.pk).delete()
    mine, theirs = signed_in(scene.worker), signed_in(scene.colleague)
    said = [("Send the bus times", "You")]
    assert (names(mine), names(theirs)) == (said, [])
    answer = post(mine, task, "reassign", to=str(scene.colleague.uuid))
    assert answer.status_code == 302
    assert f"{scene.colleague.name} does it now." in mine.get(answer["Location"]).content.decode()
    assert (names(mine), names(theirs)) == ([], said)
    assert names(mine, "/today/?whose=team") == [("Send the bus times", scene.colleague.get_short_name())]
    task.refresh_from_db()
    assert post(theirs, task, "reassign", to=str(scene.worker.uuid)).status_code == 302
    assert (names(mine), names(theirs)) == (said, [])
    assert list(Audit.objects.filter(action="task.reassign").values_list("fields", "person")) == [([], task.pathway.candidate.uuid)] * 2


def test_given_in_one_holders_hands_it_is_the_next_holders_own_until_that_is_undone() -> None:
    scene = Scene()
    task = free(scene)
    Task.objects.exclude(pk=task.pk).delete()
    third = user("outreach_worker", scene.delivery, scene.programme)
    reassign_task(task=task, to=scene.colleague, by=scene.by, at=scene.now)
    hand_over(case=task.pathway, to=third, organisation=scene.delivery, by=scene.by, at=scene.now)
    assert (names(signed_in(scene.colleague)), len(names(signed_in(third)))) == ([], 1)
    undo_step(change=task.pathway.changes.latest("pk"), by=scene.by, at=scene.now)
    assert (len(names(signed_in(scene.colleague))), names(signed_in(third))) == (1, [])


def test_it_is_given_only_to_who_has_the_person_in_their_rows() -> None:
    scene = Scene()
    task = free(scene)
    other = partner(scene.programme, organisation("delivery"))
    outside = {
        "another organisation": user("outreach_worker", other, scene.programme),
        "another programme": user("outreach_worker", scene.delivery, programme(scene.delivery)),
        "no worker": scene.employer,
    }
    for who in outside.values():
        with pytest.raises(Refused, match="do not have this person") as refused:
            reassign_task(task=task, to=who, by=scene.by, at=scene.now)
        assert refused.value.field == "to"
        assert post(signed_in(scene.worker), task, "reassign", to=str(who.uuid)).status_code == 422
    assert reassign_task(task=task, to=scene.lead, by=scene.by, at=scene.now).assignee == scene.lead
    scene.programme.caseload_only = True
    scene.programme.save()
    with pytest.raises(Refused, match="do not have this person"):
        reassign_task(task=task, to=scene.colleague, by=scene.by, at=scene.now)
    with pytest.raises(Refused, match="outside owes this"):
        reassign_task(task=free(scene, owed_by="candidate"), to=scene.lead, by=scene.by, at=scene.now)


def test_the_door_of_a_task_is_closed_to_others() -> None:
    scene = Scene()
    task = free(scene)
    stranger = signed_in(user("outreach_worker", partner(scene.programme, organisation("delivery")), scene.programme))
    for step in ("snooze", "reassign", "close"):
        assert stranger.get(f"/tasks/{task.uuid}/steps/{step}/").status_code == 404
        assert signed_in(scene.employer).get(f"/tasks/{task.uuid}/steps/{step}/").status_code == 403
        assert post(signed_in(scene.worker), task, step, version="").status_code == 422


def test_a_seat_ends_only_once_what_colleagues_gave_is_given_on() -> None:
    scene = Scene()
    task = free(scene)
    reassign_task(task=task, to=scene.colleague, by=scene.by, at=scene.now)
    seat = Membership.objects.get(user=scene.colleague)
    assert f"{scene.colleague.name} still does 1 thing for people whom colleagues hold" in owes_colleagues(membership=seat)
    reassign_task(task=task, to=scene.worker, by=scene.by, at=scene.now)
    assert owes_colleagues(membership=seat) == ""


# -- written down by hand ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("owed_by", ["worker", "lead", "candidate", "employer"])
def test_a_free_one_says_who_owes_it_and_is_closed_by_them_or_the_worker(owed_by: str) -> None:
    scene = Scene()
    case = scene.open()
    browser = signed_in(scene.worker)
    typed = {"words": "Bring the passport", "due_on": scene.today.isoformat(), "owed_by": owed_by, "once": new_once()}
    assert browser.post(f"/pathways/{case.uuid}/tasks/", {**typed, "owed_by": "nobody"}).status_code == 422
    assert browser.post(f"/pathways/{case.uuid}/tasks/", {**typed, "once": new_once()}).status_code == 302
    task = Task.objects.get(kind="free")
    said = {"worker": "You", "lead": "The lead", "candidate": case.candidate.called, "employer": "The employer"}
    assert dict(names(browser))["Bring the passport"] == said[owed_by]
    if owed_by != "employer":
        with pytest.raises(NotYours):
            close_task(task=task, by=actor(scene.employer), at=scene.now)
    who = scene.employer if owed_by == "employer" else scene.worker
    assert close_task(task=task, by=actor(who), at=scene.now).closed_by_user == who


def test_a_task_closed_by_hand_makes_nothing_true_and_the_step_itself_closes_it() -> None:
    scene = Scene()
    case = scene.open()
    book = Task.objects.get(pathway=case, kind="book_chat")
    close_task(task=book, by=scene.by, at=scene.now)
    case.refresh_from_db()
    assert (case.stage, case.next_kind) == ("interested", "")
    other = scene.open()
    book_chat(case=other, when=scene.now + timedelta(days=1), place="Library", host=scene.worker, by=scene.by, at=scene.now)
    closed = Task.objects.get(pathway=other, kind="book_chat")
    assert (closed.state, closed.closed_by.step, closed.closed_by_user) == ("done", "book", None)


def test_the_persons_page_asks_as_much_whoever_does_how_many_things() -> None:
    scene = Scene()
    case = scene.open()
    browser = signed_in(scene.worker)

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            page = browser.get(f"/people/{case.candidate.uuid}/").content.decode()
        assert page.count("Give to a colleague") == Task.objects.filter(state="open").count()
        return len(captured)

    asked()
    counts = {}
    for size in (1, 3):
        while Task.objects.filter(kind="free").count() < size:
            task = free(scene, case)
            reassign_task(task=task, to=scene.colleague, by=scene.by, at=scene.now)
            snooze_task(task=task, until=date(scene.today.year + 1, 12, 1), reason="away", by=scene.by, at=scene.now)
            Task.objects.filter(pk=task.pk).update(subject=f"free:{task.pk}")
        counts[size] = asked()
    assert counts[1] == counts[3]
