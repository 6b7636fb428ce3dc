"""Words about a decline that were sent: taken back with it, or gone astray, and then somebody is asked to say them."""

import pytest

from candidates.models import ContactRoute
from ground.door import Conflict
from ground.once import new_once
from outreach import delivery
from outreach.backends import backend_named
from outreach.models import PhoneLine
from pathways.models import Introduction, Pathway, Task
from pathways.services import case as cases
from pathways.services import introduction
from pathways.services.door import Taken
from pathways.services.reach import end_way, put_way_right, send_again
from pathways.services.task import wake_task
from pathways.services.undo import undo_step
from pathways.services.unsent import tell_unsent
from tests.factories import actor
from tests.pathways.declined import RING, USUAL, Told, path
from tests.pathways.test_employer_pages import page
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def provider(settings):
    settings.SMS_BACKEND, settings.SMS_HOURS = ["locmem"], "all"
    backend_named("locmem").forget()


# -- taken back, and gone astray ---------------------------------------------------------------------------------------------------


def test_the_no_taken_back_takes_the_task_and_the_text_that_waits():
    scene = Told()
    task = scene.declined()
    text = scene.send(task)
    scene_of = actor(scene.employer)
    undo_step(change=task.opened_by, by=scene_of, at=scene.now)
    task.refresh_from_db()
    text.refresh_from_db()
    assert (task.state, text.state, text.reason) == ("void", "cancelled", "withdrawn")
    assert signed_in(scene.worker).get(path(task)).status_code == 404
    row = Introduction.objects.get()
    introduction.move_introduction(introduction=row, step="decline_by_employer", by=scene_of, at=scene.now, taken=Taken(reason="filled"))
    again = scene.send(scene.task(row))
    assert (again.pk != text.pk, again.state, again.occasion) == (True, "ready", f"{text.occasion}#2")


def test_the_no_taken_back_before_anybody_was_told_leaves_nothing_to_tell():
    scene = Told()
    task = scene.declined()
    undo_step(change=task.opened_by, by=actor(scene.employer), at=scene.now)
    assert not Task.objects.filter(kind="tell", state="open").exists()
    with pytest.raises(Conflict):
        scene.send(task)


def test_what_was_sent_stays_sent_when_the_no_is_taken_back():
    scene = Told()
    task = scene.declined()
    text = scene.send(task)
    assert delivery.deliver(message_id=text.pk, at=scene.now) == "accepted"
    undo_step(change=task.opened_by, by=actor(scene.employer), at=scene.now)
    text.refresh_from_db()
    assert text.state == "accepted"


def test_sent_by_mistake_and_back_on_the_list_the_text_waits_no_more():
    scene = Told()
    task = scene.declined()
    text = scene.send(task)
    woken = wake_task(task=task, due_on=task.due_on, by=scene.by, at=scene.now)
    text.refresh_from_db()
    assert (woken.state, text.state) == ("open", "cancelled")
    assert scene.send(woken).state == "ready"


def test_a_text_that_did_not_go_comes_back_as_words_to_say():
    scene = Told()
    task = scene.declined()
    text = scene.send(task, f"{USUAL}{RING}")
    PhoneLine.objects.update(opted_out_at=scene.now)
    delivery.deliver(message_id=text.pk, at=scene.now)
    assert [tell_unsent(at=scene.now) for _ in range(2)] == [1, 0]
    owed = Task.objects.get(kind="tell", state="open")
    assert owed.words.startswith("A text did not go. Say: The hours of the job at City Hospital do not fit")
    assert owed.opened_by == task.opened_by


def test_a_waiting_text_does_not_go_to_a_number_that_is_no_longer_theirs_or_no_longer_safe():
    scene = Told()
    for n, change in enumerate(("ended", "shared", "silent")):
        case = scene.amina(phone=f"+44770090021{n}")
        text = scene.send(scene.declined(case))
        route = ContactRoute.objects.get(candidate=case.candidate)
        if change == "ended":
            end_way(route=route, version=route.version, by=scene.by, at=scene.now)
        else:
            safe = {"is_shared": True} if change == "shared" else {"may_mention": False}
            values = {"value": route.value, "typed": route.typed, **safe}
            put_way_right(route=route, version=route.version, values=values, main=False, by=scene.by, at=scene.now)
        text.refresh_from_db()
        assert (change, text.state, text.reason) == (change, "cancelled", "number")
        assert Task.objects.get(pathway=case, kind="tell", state="open").words.startswith("A text did not go. Say: ")


def test_a_text_that_went_to_a_wrong_number_is_sent_again_to_the_right_one():
    scene = Told()
    case = scene.amina()
    text = scene.send(scene.declined(case))
    delivery.deliver(message_id=text.pk, at=scene.now)
    route = ContactRoute.objects.get(candidate=case.candidate)
    put_way_right(
        route=route,
        version=route.version,
        values={"value": "+447700900222", "typed": "07700 900222"},
        main=False,
        by=scene.by,
        at=scene.now,
    )
    text.refresh_from_db()
    again = send_again(message=text, by=scene.by, at=scene.now)
    assert (again.body, again.line.e164, again.state) == (text.body, "+447700900222", "ready")


def test_a_case_that_ends_stops_the_text_and_owes_no_telling():
    scene = Told()
    case = scene.amina()
    text = scene.send(scene.declined(case))
    task = scene.declined(case)
    cases.withdraw(case=Pathway.objects.get(pk=case.pk), by=scene.by, at=scene.now)
    text.refresh_from_db()
    task.refresh_from_db()
    assert (text.state, task.state) == ("cancelled", "done")
    with pytest.raises(Conflict):
        scene.send(task)


def test_two_who_said_no_are_two_things_to_tell():
    scene = Told()
    case = scene.amina()
    first, second = scene.declined(case), scene.declined(case, reason="filled")
    assert Task.objects.filter(pathway=case, kind="tell", state="open").count() == 2
    scene.send(first)
    second.refresh_from_db()
    assert second.state == "open"


def test_the_workers_form_says_that_nothing_goes_by_itself_and_that_the_words_are_drafted():
    scene = Told()
    case = scene.amina()
    row = introduction.draft_introduction(case=case, heading=scene.heading(), by=scene.by, at=scene.now)
    introduction.send_introduction(introduction=row, consent_how="phone", by=scene.by, at=scene.now)
    client = signed_in(scene.worker)
    step = f"/introductions/{row.uuid}/steps/decline_by_employer/"
    assert "Nothing goes to them by itself" in page(client, step)
    typed = {"reason": "hours", "said_by": "employer", "said_how": "phone"}
    done = client.post(step, {"version": str(row.version), "once": new_once(), **typed})
    assert "The words to tell them are drafted" in page(client, done["Location"])
