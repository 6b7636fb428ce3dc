"""What was typed without signal arrives once, whatever is lost on the way; what cannot be taken comes back; nobody else can send it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections
from django.test import Client

from accounts.models import Audit, Membership
from candidates.models import Candidate
from ground.clock import today_london
from ground.once import new_once
from pathways.models import Attendance, DeviceKey, KeptForm, Note, Pathway, StageChange
from pathways.queries.integrity import look_through
from pathways.queries.register import register_version
from pathways.services import training
from pathways.services.attendance import mark_name
from pathways.services.kept import LONGEST_WAIT
from tests.factories import World, organisation, programme, user
from tests.pathways.course_scene import CourseScene, marked, register_path, save
from tests.pathways.device import HOUR, Device, note_about, person, seal
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
ADD, NOTE, REGISTER = "/people/add/", "/waiting/blank/note/", "/waiting/blank/register/"


def found(scene: Scene) -> list[str]:
    return [each.words for _, more in look_through(at=scene.now) for each in more if each.kind != "text_stuck"]


def came_back(who: object) -> str:
    """Why the only form that waits for somebody came back."""
    return KeptForm.objects.get(user=who, state="to_correct").words.why


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


# -- notes -------------------------------------------------------------------------------------------------------------------------


def test_a_note_from_an_open_page_goes_to_its_person() -> None:
    scene = Scene()
    case = scene.open(first="Amina", last="Yusuf")
    device = Device(scene.worker)
    DeviceKey.objects.update(made_at=scene.now - timedelta(days=9))
    kept = device.keep("note", f"/pathways/{case.uuid}/notes/", {"text": "Likes mornings", "visibility": "programme"}, ago=30 * HOUR)
    assert [device.send(kept) for _ in range(2)] == [(200, "taken")] * 2
    note = Note.objects.get()
    assert (note.pathway, note.text, note.visibility, note.author) == (case, "Likes mornings", "programme", scene.worker)
    assert note.day == today_london(scene.now - timedelta(hours=30))


def test_a_note_by_name_goes_to_the_one_who_has_it_and_to_nobody_who_is_like_it() -> None:
    scene = Scene()
    case = scene.open(first="Zoë", last="Núñez")
    scene.open(first="Zoe", last="Nunez Perez")
    device = Device(scene.worker)
    assert device.send(device.keep("note", NOTE, note_about("zoe nunez", "One"))) == (200, "taken")
    assert Note.objects.get().pathway == case
    assert device.send(device.keep("note", NOTE, note_about("Zoe", "Two"))) == (200, "to_correct")
    assert "More than one person may be meant" in came_back(scene.worker)


def test_a_note_about_a_namesake_or_nobody_waits_to_be_told_whose_it_is() -> None:
    scene = Scene()
    first, second = scene.open(first="Amina", last="Yusuf"), scene.open(first="Amina", last="Yusuf")
    device = Device(scene.worker)
    assert device.send(device.keep("note", NOTE, note_about("Amina Yusuf", "Two of them"))) == (200, "to_correct")
    kept = KeptForm.objects.get()
    page = device.browser.get(f"/waiting/{kept.uuid}/")
    shown = page.content.decode()
    assert page.status_code == 200
    assert all(str(case.uuid) in shown for case in (first, second))
    assert "Two of them" in shown
    answer = device.browser.post(
        f"/waiting/{kept.uuid}/",
        {"about": str(second.uuid), "who": "Amina Yusuf", "text": "Two of them", "visibility": "team", "once": new_once()},
    )
    assert (answer.status_code, answer["Location"]) == (302, "/waiting/")
    assert Note.objects.get().pathway == second
    kept.refresh_from_db()
    assert (kept.state, kept.body) == ("taken", None)
    assert device.send(device.keep("note", NOTE, note_about("Nobody Here", "x"))) == (200, "to_correct")
    assert "Nobody whom you may see has this name" in came_back(scene.worker)


def test_a_page_that_was_asked_for_without_signal_proves_nothing_without_the_name() -> None:
    scene = Scene()
    case = scene.open(first="Amina", last="Yusuf")
    device = Device(scene.worker)
    path = f"/people/{case.candidate.uuid}/"
    assert device.send(device.keep("note", path, note_about("Amina Yusuf", "Hers"))) == (200, "taken")
    assert device.send(device.keep("note", path, note_about("Basma Khan", "Not hers"))) == (200, "to_correct")
    assert Note.objects.get().text == "Hers"


def test_a_note_on_a_person_merged_meanwhile_comes_back_with_who_goes_on() -> None:
    scene = Scene()
    kept_case, gone = scene.open(first="Amina", last="Yusuf"), scene.open(first="Amina", last="Yusef")
    device = Device(scene.worker)
    kept = device.keep("note", f"/pathways/{gone.uuid}/notes/", {"text": "Likes mornings", "visibility": "team"})
    merge(gone, kept_case)
    assert device.send(kept) == (200, "to_correct")
    assert "put together with another record" in came_back(scene.worker)
    row = KeptForm.objects.get()
    shown = device.browser.get(f"/waiting/{row.uuid}/").content.decode()
    assert str(kept_case.uuid) in shown
    assert str(gone.uuid) not in shown
    fields = {"about": str(kept_case.uuid), "text": "Likes mornings", "visibility": "team", "once": new_once()}
    assert device.browser.post(f"/waiting/{row.uuid}/", fields).status_code == 302
    assert Note.objects.get().pathway == kept_case


@contextmanager
def past_the_triggers(*tables: str) -> Iterator[Any]:
    """For raw rows of what is built elsewhere: nothing holds a stage against the log, or a log against erasure."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def merge(gone: Pathway, into: Pathway) -> None:
    """Two records are one."""
    with past_the_triggers("pathways_pathway") as cursor:
        cursor.execute("UPDATE pathways_pathway SET stage = 'merged', merged_into_id = %s WHERE id = %s", [into.pk, gone.pk])


def erase(case: Pathway) -> None:
    """A case and all that hangs on it are gone, and the person."""
    fields = [(model, each) for model in apps.get_models() for each in model._meta.concrete_fields if each.related_model is not None]
    mine = {Pathway: [case.pk], Candidate: [case.candidate_id]}
    rows = [(model, each.column, mine[each.related_model]) for model, each in fields if each.related_model in mine and model not in mine]
    tables = {model._meta.db_table for model, _, _ in rows} | {"pathways_pathway", "candidates_candidate"}
    with past_the_triggers(*sorted(tables)) as cursor:
        for model, column, keys in [*rows, (Pathway, "id", mine[Pathway]), (Candidate, "id", mine[Candidate])]:
            cursor.execute(f'DELETE FROM {model._meta.db_table} WHERE "{column}" = ANY(%s)', [keys])


def test_a_note_on_a_person_erased_meanwhile_comes_back_with_a_sentence() -> None:
    scene = Scene()
    case = scene.open(first="Amina", last="Yusuf")
    device = Device(scene.worker)
    kept = device.keep("note", f"/pathways/{case.uuid}/notes/", {"text": "Likes mornings", "visibility": "team"})
    erase(case)
    assert device.send(kept) == (200, "to_correct")
    assert "no longer here, or no longer yours to see" in came_back(scene.worker)
    assert device.browser.get(f"/waiting/{KeptForm.objects.get().uuid}/").status_code == 200


def test_a_note_about_somebody_elses_person_is_answered_like_one_about_nobody() -> None:
    scene = Scene()
    theirs = World().case(first="Amina", last="Yusuf")
    device = Device(scene.worker)
    device.send(device.keep("note", f"/pathways/{theirs.uuid}/notes/", {"text": "x", "visibility": "team"}))
    device.send(device.keep("note", f"/pathways/{DeviceKey.objects.get().uuid}/notes/", {"text": "x", "visibility": "team"}))
    device.send(device.keep("note", NOTE, note_about("Amina Yusuf", "x")))
    why = [each.words.why for each in KeptForm.objects.order_by("id")]
    assert why[0] == why[1]
    assert "Nobody whom you may see" in why[2]
    assert Note.objects.count() == 0


# -- people who come back ------------------------------------------------------------------------------------------------------------


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


# -- registers -----------------------------------------------------------------------------------------------------------------------


def test_a_register_from_an_open_page_is_saved_once() -> None:
    scene = CourseScene()
    new, going = scene.booked(), scene.begun()
    device = Device(scene.trainer)
    fields = {mark_name(new.uuid): "present", mark_name(going.uuid): "absent", "version": "1"}
    kept = device.keep("register", register_path(scene.running, scene.today), fields)
    assert [device.send(kept) for _ in range(2)] == [(200, "taken")] * 2
    assert [marked(each) for each in (new, going)] == [{scene.today: True}, {scene.today: False}]
    assert Attendance.objects.count() == 2


def test_a_register_that_somebody_else_kept_meanwhile_comes_back_with_both() -> None:
    scene = CourseScene()
    place, other = scene.begun(first="Amina"), scene.begun(first="Zoe")
    device = Device(scene.trainer)
    fields = {mark_name(place.uuid): "present", mark_name(other.uuid): "present", "version": "1"}
    kept = device.keep("register", register_path(scene.running, scene.today), fields)
    second = signed_in(user("trainer", scene.provider, scene.programme))
    save(second, scene.running, scene.today, {place: "absent", other: "present"})
    assert device.send(kept) == (200, "to_correct")
    assert marked(place) == {scene.today: False}
    row = KeptForm.objects.get()
    shown = device.browser.get(f"/waiting/{row.uuid}/").content.decode()
    assert shown.count("There now: absent") == 1
    assert "1 person is marked otherwise by now" in shown
    version = str(register_version(scene.running, scene.today))
    again = device.browser.post(f"/waiting/{row.uuid}/", {**fields, "version": version, "once": new_once()})
    assert again.status_code == 302
    assert marked(place) == {scene.today: True}


def test_a_mark_of_somebody_whose_seat_is_gone_comes_back_and_the_rest_with_it() -> None:
    scene = CourseScene()
    place, other = scene.booked(first="Amina"), scene.begun(first="Zoe")
    device = Device(scene.trainer)
    fields = {mark_name(place.uuid): "present", mark_name(other.uuid): "absent", "version": "1"}
    kept = device.keep("register", register_path(scene.running, scene.today), fields)
    training.cancel_seat(place=place, by=scene.by, at=scene.now)
    assert device.send(kept) == (200, "to_correct")
    assert "no longer on this register" in came_back(scene.trainer)
    row = KeptForm.objects.get()
    shown = device.browser.get(f"/waiting/{row.uuid}/").content.decode()
    assert "Zoe" in shown
    answer = device.browser.post(f"/waiting/{row.uuid}/", {mark_name(other.uuid): "absent", "version": "1", "once": new_once()})
    assert answer.status_code == 302
    assert marked(other) == {scene.today: False}


def test_names_from_memory_mark_whoever_has_them_and_the_rest_waits() -> None:
    scene = CourseScene()
    amina, zoe = scene.begun(first="Amina", last="Yusuf"), scene.begun(first="Zoe", last="Hart")
    absent = scene.begun(first="Ben", last="Hart")
    device = Device(scene.trainer)
    path = register_path(scene.running, scene.day(-1))
    fields = {"course": str(scene.running.uuid), "names": "Amina Yusuf\nzoe\n", "blank": "1"}
    assert device.send(device.keep("register", path, fields)) == (200, "taken")
    assert [marked(each) for each in (amina, zoe, absent)] == [{scene.day(-1): True}, {scene.day(-1): True}, {}]
    assert device.send(device.keep("register", REGISTER, {**fields, "names": "Amina\nTamsin"})) == (200, "to_correct")
    row = KeptForm.objects.get(state="to_correct")
    assert "“Tamsin”: nobody on this register for certain" in row.words.why
    shown = device.browser.get(f"/waiting/{row.uuid}/").content.decode()
    assert f'name="{mark_name(amina.uuid)}" value="present"' in shown
    fields = {mark_name(amina.uuid): "present", mark_name(absent.uuid): "present", "version": "1", "once": new_once()}
    fields["version"] = str(register_version(scene.running, scene.today))
    assert device.browser.post(f"/waiting/{row.uuid}/", fields).status_code == 302
    assert marked(absent) == {scene.today: True}


def test_names_from_memory_never_write_over_marks_that_are_there() -> None:
    scene = CourseScene()
    amina = scene.begun(first="Amina", last="Yusuf")
    save(signed_in(scene.trainer), scene.running, scene.today, {amina: "absent"})
    device = Device(scene.trainer)
    fields = {"course": str(scene.running.uuid), "names": "Amina Yusuf", "blank": "1"}
    assert device.send(device.keep("register", REGISTER, fields)) == (200, "to_correct")
    assert "There are marks on this register already" in came_back(scene.trainer)
    assert marked(amina) == {scene.today: False}


def test_another_courses_register_is_nobodys() -> None:
    scene, elsewhere = CourseScene(), organisation("training")
    other = scene.laid_out(organisation=elsewhere, programme=programme(elsewhere))
    device = Device(scene.trainer)
    fields = {"course": str(other.uuid), "names": "x", "blank": "1"}
    assert device.send(device.keep("register", REGISTER, fields)) == (200, "to_correct")
    assert "no longer here, or no longer yours to see" in came_back(scene.trainer)
    assert device.browser.get(f"/waiting/{KeptForm.objects.get().uuid}/").status_code == 200
