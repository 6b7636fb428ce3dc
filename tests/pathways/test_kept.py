"""What was typed without signal arrives once, whatever is lost on the way; what cannot be taken comes back; nobody else can send it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import Client

from accounts.models import Audit, Membership
from candidates.models import Candidate
from ground.clock import real_now, today_london
from ground.models import OnceToken
from ground.once import KEPT_FOR, forget_used, new_once
from pathways.models import DeviceKey, KeptForm, Note, Pathway, StageChange
from pathways.queries.integrity import look_through
from pathways.services.kept import LONGEST_WAIT
from tests.pathways.device import HOUR, Device, came_back, person, seal
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
ADD, NOTE, REGISTER = "/people/add/", "/waiting/blank/note/", "/waiting/blank/register/"


def found(scene: Scene) -> list[str]:
    return [each.words for _, more in look_through(at=scene.now) for each in more if each.kind != "text_stuck"]


def test_a_person_typed_without_signal_is_met_on_the_day_of_the_typing() -> None:
    scene = Scene()
    device = Device(scene.worker)
    DeviceKey.objects.update(made_at=scene.now - timedelta(days=9))
    kept = device.keep("person", ADD, person("Amina", "Yusuf", "07700 900201"), ago=50 * HOUR)
    assert device.send(kept) == (200, "taken")
    case = Pathway.objects.get(candidate__first_name="Amina")
    met = today_london(scene.now - timedelta(hours=50))
    assert (case.owner, case.opened_on, case.interested_on, case.stage) == (scene.worker, met, met, "interested")
    change = StageChange.objects.get(pathway=case, step="express_interest")
    assert change.happened_on == met
    assert change.recorded_at >= scene.now
    assert found(scene) == []


@pytest.mark.parametrize("ahead", [-24 * HOUR, 24 * HOUR, 400 * 24 * HOUR], ids=["a day behind", "a day ahead", "a year ahead"])
def test_a_clock_that_is_wrong_changes_no_day(ahead: float) -> None:
    scene = Scene()
    device = Device(scene.worker, ahead=ahead)
    DeviceKey.objects.update(made_at=scene.now - timedelta(days=9))
    device.send(device.keep("person", ADD, person("Now", "Met")))
    device.send(device.keep("person", ADD, person("Then", "Met"), ago=48 * HOUR))
    days = dict(Pathway.objects.values_list("candidate__first_name", "opened_on"))
    assert days == {"Now": scene.today, "Then": today_london(scene.now - timedelta(hours=48))}


@pytest.mark.parametrize(
    ("ago", "days"), [(-30 * HOUR, 0), (float(900 * 24 * HOUR), 31)], ids=["set back between, it would be to come", "set on by years"]
)
def test_a_clock_that_was_set_in_between_stays_within_what_the_server_knows(ago: float, days: int) -> None:
    scene = Scene()
    device = Device(scene.worker)
    DeviceKey.objects.update(made_at=scene.now - timedelta(days=90))
    assert device.send(device.keep("person", ADD, person("Amina", "Yusuf"), ago=ago)) == (200, "taken")
    assert Pathway.objects.get().opened_on == today_london(scene.now - timedelta(days=days))
    assert timedelta(days=31) == LONGEST_WAIT


def test_nothing_was_typed_before_the_device_had_its_key() -> None:
    scene = Scene()
    device = Device(scene.worker)
    device.send(device.keep("person", ADD, person("Amina", "Yusuf"), ago=72 * HOUR))
    assert Pathway.objects.get().opened_on == scene.today


def test_sent_again_it_is_taken_once_also_long_after_the_token_was_forgotten() -> None:
    scene = Scene()
    device = Device(scene.worker)
    kept = device.keep("person", ADD, person("Amina", "Yusuf", "07700 900201"))
    assert [device.send(kept) for _ in range(3)] == [(200, "taken")] * 3
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM ground_oncetoken")
    assert device.send(kept) == (200, "taken")
    assert Candidate.objects.count() == KeptForm.objects.count() == 1
    assert KeptForm.objects.get().body is None


def test_a_form_that_its_page_had_taken_before_the_answer_was_lost_is_not_taken_again() -> None:
    scene = Scene()
    device = Device(scene.worker)
    fields = {**person("Amina", "Yusuf", "07700 900201"), "next": "1"}
    once = new_once()
    assert device.browser.post(ADD, {**fields, "once": once, "csrfmiddlewaretoken": "x"}).status_code == 302
    assert device.send(device.keep("person", ADD, fields, once=once)) == (200, "taken")
    assert Candidate.objects.count() == 1
    other = device.keep("person", ADD, {**fields, "last_name": "Yusuff"}, once=once)
    KeptForm.objects.all().delete()
    assert device.send(other) == (200, "to_correct")
    assert "sent before with other words" in came_back(scene.worker)


def test_a_note_that_its_page_had_taken_a_month_ago_is_not_written_again() -> None:
    scene = Scene()
    path = f"/pathways/{scene.open().uuid}/notes/"
    device = Device(scene.worker)
    fields, once = {"text": "Likes mornings", "visibility": "team"}, new_once()
    assert device.browser.post(path, {**fields, "once": once}).status_code == 302
    OnceToken.objects.update(created_at=real_now() - LONGEST_WAIT)
    forget_used(at=real_now())
    assert device.send(device.keep("note", path, fields, once=once, ago=LONGEST_WAIT / timedelta(milliseconds=1))) == (200, "taken")
    assert Note.objects.count() == 1
    assert KEPT_FOR > LONGEST_WAIT


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_are_one() -> None:
    scene = Scene()
    device = Device(scene.worker)
    kept = device.keep("person", ADD, person("Amina", "Yusuf", "07700 900201"))
    browsers = [signed_in(scene.worker) for _ in range(10)]

    def one(browser: Client) -> tuple[int, str]:
        try:
            return device.send(kept, as_=browser)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(one, browsers))
    assert answers <= {(200, "taken"), (503, "busy")}
    assert (200, "taken") in answers
    assert Candidate.objects.count() == 1


def test_somebody_elses_envelope_is_not_opened_and_stays_for_its_owner() -> None:
    scene = Scene()
    mine, theirs = Device(scene.worker), Device(scene.colleague)
    kept = mine.keep("person", ADD, person("Amina", "Yusuf"))
    before = Audit.objects.count()
    assert theirs.send(kept) == (404, "not_yours")
    assert theirs.send(kept, key=theirs.key) == (422, "unreadable")
    assert (Candidate.objects.count(), KeptForm.objects.count(), Audit.objects.count()) == (0, 0, before)
    assert mine.key in mine.browser.get("/api/waiting/").json()["keys"]
    assert mine.key not in theirs.browser.get("/api/waiting/").json()["keys"]
    again = Device(scene.worker)  # signed out and in again, with another key by now
    assert again.send(kept) == (200, "taken")


@pytest.mark.parametrize("change", ["kind", "once", "sealed", "path", "words"])
def test_what_was_changed_on_the_device_does_not_open(change: str) -> None:
    scene = Scene()
    device = Device(scene.worker)
    kept = device.keep("person", ADD, person("Amina", "Yusuf"))
    if change == "kind":
        kept.kind = "note"
    elif change == "once":
        kept.once = new_once()
    elif change == "sealed":
        kept.sealed = kept.sealed[:-1] + bytes([kept.sealed[-1] ^ 1])
    elif change == "path":
        kept = device.keep("person", "/people/", person("Amina", "Yusuf"))
    else:
        kept.sealed = seal(b"[]", public=device.public, label=f"{kept.key} {kept.once} {kept.kind}".encode())
    assert device.send(kept) == (422, "unreadable")
    assert Candidate.objects.count() == 0


def test_the_private_half_is_sealed_and_the_device_is_told_nothing_of_what_was_in_it() -> None:
    scene = Scene()
    device = Device(scene.worker)
    row = DeviceKey.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT private FROM pathways_devicekey")
        assert row.private not in cursor.fetchone()[0]
    device.send(device.keep("person", ADD, person("", "Yusuf")))
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM pathways_keptform")
        assert "Yusuf" not in cursor.fetchone()[0]
    answer = device.browser.get("/api/waiting/").json()
    assert (sorted(answer), answer["back"]) == (["back", "csrf", "keys"], 1)


def test_the_same_person_typed_twice_is_asked_about_and_never_lost() -> None:
    scene = Scene()
    device = Device(scene.worker)
    assert device.send(device.keep("person", ADD, person("Amina", "Yusuf", "07700 900201"))) == (200, "taken")
    assert device.send(device.keep("person", ADD, person("Amina", "Yussuf", "07700 900201"))) == (200, "to_correct")
    row = KeptForm.objects.get(state="to_correct")
    shown = device.browser.get(f"/waiting/{row.uuid}/").content.decode()
    assert 'value="Yussuf"' in shown
    fields = {**person("Amina", "Yussuf", "07700 900201"), "once": new_once()}
    again = device.browser.post(f"/waiting/{row.uuid}/", fields)
    assert (again.status_code, "This is somebody else: add them" in again.content.decode()) == (422, True)
    answer = device.browser.post(f"/waiting/{row.uuid}/", {**fields, "anyway": "on", "once": new_once()})
    assert answer.status_code == 302
    assert Candidate.objects.count() == 2
    assert KeptForm.objects.filter(state="to_correct").count() == 0


def test_a_form_with_errors_comes_back_with_them_and_can_be_left_out() -> None:
    scene = Scene()
    device = Device(scene.worker)
    device.send(device.keep("person", ADD, person("Amina", "Yusuf", "12")))
    row = KeptForm.objects.get()
    assert row.state == "to_correct"
    shown = device.browser.get(f"/waiting/{row.uuid}/").content.decode()
    assert 'value="12"' in shown
    assert "govuk-error-summary" in shown
    path = f"/waiting/{row.uuid}/leave-out/"
    assert device.browser.get(path).status_code == 200
    assert device.browser.post(path, {"version": "1", "once": new_once()}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.body) == ("left_out", None)
    assert device.browser.get(f"/waiting/{row.uuid}/").status_code == 404


def test_who_may_not_save_it_any_more_is_told_and_it_stays_theirs() -> None:
    scene = Scene()
    device = Device(scene.worker)
    kept = device.keep("person", ADD, person("Amina", "Yusuf"))
    Membership.objects.filter(user=scene.worker).update(role="trainer")
    assert device.send(kept) == (200, "to_correct")
    assert came_back(scene.worker) == "Your role may not save this any more."
    assert device.browser.get(f"/waiting/{KeptForm.objects.get().uuid}/").status_code == 200


def test_what_came_back_is_its_owners_alone() -> None:
    scene = Scene()
    device = Device(scene.worker)
    device.send(device.keep("person", ADD, person("", "Yusuf")))
    row = KeptForm.objects.get()
    for other in (scene.colleague, scene.lead):
        browser = signed_in(other)
        assert "Yusuf" not in browser.get("/waiting/").content.decode()
        for path in (f"/waiting/{row.uuid}/", f"/waiting/{row.uuid}/leave-out/"):
            assert browser.get(path).status_code == 404
            assert browser.post(path, {"version": "1", "once": new_once()}).status_code == 404
