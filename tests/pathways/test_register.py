"""The register of one day: one press for everybody, the first day begins the course, and nothing typed is lost."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit
from ground.once import new_once
from ground.templatetags.said import day as said_day
from pathways.models import Attendance, Course, Pathway, StageChange, Task, TrainingPlace
from pathways.queries.integrity import look_through
from pathways.services import training
from pathways.services.attendance import mark_name, mark_register
from pathways.services.undo import undo_step
from tests.factories import user
from tests.pathways.course_scene import CourseScene, marked, page, register_path, save
from tests.pathways.digest import digest, unlike
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def stage(place: TrainingPlace) -> tuple[str, str]:
    """Where the seat and its case stand."""
    return TrainingPlace.objects.get(pk=place.pk).stage, Pathway.objects.get(pk=place.pathway_id).stage


def found(scene: CourseScene) -> list[str]:
    return [each.words for _, more in look_through(at=scene.now) for each in more if each.kind != "text_stuck"]


def test_one_press_marks_everybody_and_the_first_day_begins_the_course() -> None:
    scene = CourseScene()
    new, going, ill = scene.booked(first="A"), scene.begun(first="B"), scene.begun(first="C")
    day = scene.day(-1)
    browser = signed_in(scene.trainer)
    assert page(browser, register_path(scene.running, day)).count('type="radio"') == 9
    answer = save(browser, scene.running, day, {new: "present", going: "present", ill: "absent"})
    assert (answer.status_code, answer["Location"]) == (302, register_path(scene.running, day))
    shown = page(browser, answer["Location"])
    assert "Saved: 2 present, 1 absent, 0 not marked. 1 person began the course." in shown
    assert [marked(each) for each in (new, going, ill)] == [{day: True}, {day: True}, {day: False}]
    assert (stage(new), stage(ill)) == (("in_training", "in_training"), ("in_training", "in_training"))
    change = StageChange.objects.get(machine="training_place", subject_id=new.pk, step="start")
    assert (change.happened_on, change.actor, change.actor_kind) == (day, scene.trainer, "trainer")
    row = Attendance.objects.get(place=new)
    assert (row.opened_by, row.marked_by, TrainingPlace.objects.get(pk=new.pk).begun_on) == (change, scene.trainer, day)
    assert not Task.objects.filter(kind="start_course", state="open", pathway=new.pathway_id).exists()
    assert found(scene) == []


def test_what_is_marked_stands_in_the_form_and_saving_it_again_writes_nothing() -> None:
    scene = CourseScene()
    place, other = scene.begun(), scene.begun()
    browser = signed_in(scene.trainer)
    save(browser, scene.running, scene.today, {place: "absent", other: "unmarked"})
    before = (Attendance.objects.count(), StageChange.objects.count())
    shown = page(browser, register_path(scene.running, scene.today))
    ticked = re.findall(r'name="([0-9a-f]+-mark)" value="(\w+)"[^>]*checked', shown)
    assert dict(ticked) == {mark_name(place.uuid): "absent", mark_name(other.uuid): "unmarked"}
    assert save(browser, scene.running, scene.today, {place: "absent", other: "unmarked"}).status_code == 302
    assert (Attendance.objects.count(), StageChange.objects.count()) == before


def test_a_mark_that_is_changed_keeps_what_was_there_in_its_history() -> None:
    scene = CourseScene()
    place = scene.begun()
    browser = signed_in(scene.trainer)
    for word in ("present", "absent", "unmarked", "present"):
        assert save(browser, scene.running, scene.today, {place: word}).status_code == 302
    rows = Attendance.objects.filter(place=place, day=scene.today).order_by("pk")
    assert [(row.present, row.voided_at is None) for row in rows] == [(False, False), (True, True)]
    kept = [(each.present, each.voided_at is None) for each in rows[0].events.order_by("pgh_id")]
    assert kept == [(True, True), (False, True), (False, False)]
    who = Audit.objects.filter(action="attendance.mark").values_list("person", "actor")
    assert set(who) == {(place.pathway.candidate.uuid, scene.trainer.pk)}
    assert Audit.objects.filter(action="register.mark", object=scene.running.uuid, rows=1).count() == 4


def test_the_rest_are_present_with_the_other_button() -> None:
    scene = CourseScene()
    first, second, third = scene.begun(), scene.begun(), scene.booked()
    browser = signed_in(scene.trainer)
    save(browser, scene.running, scene.today, {first: "absent", second: "unmarked", third: "unmarked"}, press="rest")
    assert [marked(each) for each in (first, second, third)] == [{scene.today: False}, {scene.today: True}, {scene.today: True}]
    assert stage(third)[0] == "in_training"


def test_a_line_that_was_not_sent_leaves_its_person_as_they_stand() -> None:
    scene = CourseScene()
    first, second = scene.begun(), scene.begun()
    browser = signed_in(scene.trainer)
    save(browser, scene.running, scene.today, {first: "present", second: "present"})
    save(browser, scene.running, scene.today, {second: "absent"})
    assert [marked(each) for each in (first, second)] == [{scene.today: True}, {scene.today: False}]


def test_taken_twice_it_is_taken_once() -> None:
    scene = CourseScene()
    place = scene.booked()
    browser = signed_in(scene.trainer)
    once = new_once()
    answers = [save(browser, scene.running, scene.today, {place: "present"}, version=1, once=once) for _ in range(2)]
    assert [each.status_code for each in answers] == [302, 302]
    assert StageChange.objects.filter(machine="training_place", step="start").count() == Attendance.objects.count() == 1


def test_two_trainers_at_once_see_each_others_marks_and_nothing_typed_is_lost() -> None:
    scene = CourseScene()
    place, other = scene.booked(first="Amina", last="Yusuf"), scene.begun()
    second = user("trainer", scene.provider, scene.programme)
    save(signed_in(second), scene.running, scene.today, {place: "absent", other: "present"})
    mine = signed_in(scene.trainer)
    answer = save(mine, scene.running, scene.today, {place: "present", other: "present"}, version=1)
    shown = answer.content.decode()
    assert answer.status_code == 409
    lines = [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in re.findall(r"<tr.*?</tr>", shown, re.DOTALL)]
    assert "Amina Yusuf Different Present Absent" in lines
    assert f"Changed by {second.name}." in shown
    assert (marked(place), stage(place)[0]) == ({scene.today: False}, "booked")
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', shown.partition("Use mine")[0].rpartition("<form")[2]))
    assert mine.post(register_path(scene.running, scene.today), again).status_code == 302
    assert (marked(place), stage(place)[0]) == ({scene.today: True}, "in_training")


def test_somebody_whose_seat_was_cancelled_meanwhile_is_named_gone_and_the_rest_is_kept() -> None:
    scene = CourseScene()
    place, other = scene.booked(first="Amina"), scene.begun(first="Zoe")
    training.cancel_seat(place=place, by=scene.by, at=scene.now)
    answer = save(signed_in(scene.trainer), scene.running, scene.today, {place: "present", other: "absent"})
    shown = answer.content.decode()
    assert (answer.status_code, "no longer on this register" in shown, "Amina" in shown) == (409, True, False)
    assert re.search(rf'name="{mark_name(other.uuid)}" value="absent"[^>]*checked', shown)
    assert Attendance.objects.count() == 0


@pytest.mark.parametrize(
    ("days", "said"),
    [(1, "is still to come: its register opens that day."), (-8, "is not a day of this course"), (8, "is not a day of this course")],
)
def test_a_day_to_come_or_outside_the_course_says_so_and_loses_nothing(days: int, said: str) -> None:
    scene = CourseScene()
    place = scene.begun()
    browser = signed_in(scene.trainer)
    day = scene.day(days)
    asked = page(browser, register_path(scene.running, day), 422)
    assert (f"{said_day(day)} {said}" in asked, 'type="radio"' in asked) == (True, False)
    answer = save(browser, scene.running, day, {place: "absent"})
    shown = answer.content.decode()
    assert (answer.status_code, said in shown) == (422, True)
    assert re.search(rf'name="{mark_name(place.uuid)}" value="absent"[^>]*checked', shown)
    assert Attendance.objects.count() == 0


def test_what_is_no_day_is_no_page() -> None:
    scene = CourseScene()
    browser = signed_in(scene.trainer)
    for words in ("2026-02-31", "2026-13-01", "today"):
        assert browser.get(f"/courses/{scene.running.uuid}/register/{words}/").status_code == 404


def test_a_mark_that_is_none_is_refused_at_its_line() -> None:
    scene = CourseScene()
    place = scene.begun()
    answer = save(signed_in(scene.trainer), scene.running, scene.today, {place: "perhaps"})
    assert (answer.status_code, "Choose present, absent or not marked" in answer.content.decode()) == (422, True)


def test_nobody_was_there_before_their_seat_was_booked() -> None:
    scene = CourseScene()
    place = training.book_seat(case=scene.open(), course=scene.running, by=scene.by, at=scene.now)
    other = scene.begun()
    answer = save(signed_in(scene.trainer), scene.running, scene.day(-2), {other: "present", place: "present"})
    said = f"Their seat was booked on {said_day(scene.today)}: they cannot have begun before."
    assert (answer.status_code, said in answer.content.decode(), Attendance.objects.count()) == (422, True, 0), "all or none"


def test_whoever_has_left_is_on_the_register_until_the_day_they_left() -> None:
    scene = CourseScene()
    place = scene.begun(first="Amina")
    training.leave_training(place=place, by=scene.by, at=scene.now - timedelta(days=2))
    browser = signed_in(scene.trainer)
    there = ["Amina" in page(browser, register_path(scene.running, scene.day(days))) for days in (-3, -2, -1)]
    assert there == [True, True, False]
    assert save(browser, scene.running, scene.day(-3), {place: "present"}).status_code == 302
    assert stage(place)[0] == "left"


def test_days_lead_to_the_days_beside_them_and_to_registers_that_were_kept() -> None:
    scene = CourseScene()
    place = scene.begun()
    browser = signed_in(scene.trainer)
    save(browser, scene.running, scene.day(-5), {place: "present"})
    shown = page(browser, register_path(scene.running, scene.today))
    assert (f"register/{scene.day(-1)}/" in shown, f"register/{scene.day(1)}/" in shown) == (True, False)
    assert (f"register/{scene.day(-5)}/" in shown, "1 of 1 there" in shown) == (True, True)
    first = page(browser, register_path(scene.running, scene.day(-7)))
    assert (f"register/{scene.day(-8)}/" in first, f"register/{scene.day(-6)}/" in first) == (False, True)
    home = page(browser, f"/courses/{scene.running.uuid}/")
    assert (f"register/{scene.today}/" in home, "Today’s register" in home, f"register/{scene.day(-5)}/" in home) == (True, True, True)
    later = scene.laid_out(begins=3, ends=9)
    assert "Its register opens on" in page(browser, f"/courses/{later.uuid}/")


def test_a_lead_keeps_the_register_too_and_a_worker_does_not() -> None:
    scene = CourseScene()
    place = scene.booked()
    assert save(signed_in(scene.worker), scene.running, scene.today, {place: "present"}).status_code == 403
    assert save(signed_in(scene.employer), scene.running, scene.today, {place: "present"}).status_code == 403
    assert Attendance.objects.count() == 0
    assert save(signed_in(scene.lead), scene.running, scene.today, {place: "present"}).status_code == 302
    assert StageChange.objects.get(machine="training_place", step="start").actor_kind == "lead"


def queries(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        page(browser, path)
    return len(caught)


def test_the_register_asks_as_much_for_three_people_as_for_one() -> None:
    scene = CourseScene()
    browser = signed_in(scene.trainer)
    path = register_path(scene.running, scene.today)
    save(browser, scene.running, scene.today, {scene.begun(): "present"})
    page(browser, path)
    one = queries(browser, path)
    save(browser, scene.running, scene.today, {scene.begun(): "present", scene.booked(): "absent"})
    page(browser, path)
    assert queries(browser, path) == one == 13


# -- taken back --------------------------------------------------------------------------------------------------------------------


def begun_by(place: TrainingPlace) -> StageChange:
    return StageChange.objects.filter(machine="training_place", subject_id=place.pk, step="start").latest("pk")


def test_undoing_the_beginning_leaves_every_table_as_it_was_and_takes_the_mark_with_it() -> None:
    scene = CourseScene()
    place = scene.booked()
    before = digest()
    mark_register(course=scene.running, day=scene.today, marks={place.pk: True}, version=1, by=scene.maggie, at=scene.now)
    assert stage(place) == ("in_training", "in_training")
    undo_step(change=begun_by(place), by=scene.maggie, at=scene.now)
    assert unlike(before, digest()) == []
    assert (marked(place), stage(place), found(scene)) == ({}, ("booked", "training_booked"), [])
    assert Attendance.objects.get(place=place).voided_at == scene.now
    shown = page(signed_in(scene.trainer), register_path(scene.running, scene.today))
    assert re.search(rf'name="{mark_name(place.uuid)}" value="unmarked"[^>]*checked', shown)


def test_an_undo_moves_the_register_on_so_that_an_older_page_is_seen_to_be_old() -> None:
    scene = CourseScene()
    place = scene.booked()
    save(signed_in(scene.trainer), scene.running, scene.today, {place: "present"})
    undo_step(change=begun_by(place), by=scene.maggie, at=scene.now)
    assert save(signed_in(scene.trainer), scene.running, scene.today, {place: "absent"}, version=3).status_code == 409


@pytest.mark.parametrize("word", ["absent", "unmarked"])
def test_a_first_day_that_is_put_right_takes_the_beginning_back(word: str) -> None:
    scene = CourseScene()
    place = scene.booked()
    browser = signed_in(scene.trainer)
    save(browser, scene.running, scene.today, {place: "present"})
    assert save(browser, scene.running, scene.today, {place: word}).status_code == 302
    assert (stage(place), marked(place)) == (("booked", "training_booked"), {scene.today: False} if word == "absent" else {})
    assert StageChange.objects.filter(undoes__step="start").count() == 1
    assert found(scene) == []
    assert save(browser, scene.running, scene.today, {place: "present"}).status_code == 302
    assert stage(place)[0] == "in_training"


def test_somebody_who_was_there_later_too_has_begun() -> None:
    scene = CourseScene()
    place = scene.booked()
    browser = signed_in(scene.trainer)
    save(browser, scene.running, scene.day(-2), {place: "present"})
    save(browser, scene.running, scene.day(-1), {place: "present"})
    answer = save(browser, scene.running, scene.day(-2), {place: "absent"})
    said = f"The register of {said_day(scene.day(-1))} has them there: take that mark off first."
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    refused = browser.post(f"/changes/{begun_by(place).uuid}/undo/", {"once": new_once()})
    assert (refused.status_code, said in refused.content.decode()) == (409, True)
    assert marked(place) == {scene.day(-2): True, scene.day(-1): True}


def test_a_beginning_that_somebody_else_recorded_is_not_taken_back_by_a_mark() -> None:
    scene = CourseScene()
    place = scene.booked()
    save(signed_in(scene.trainer), scene.running, scene.today, {place: "present"})
    second = user("trainer", scene.provider, scene.programme)
    answer = save(signed_in(second), scene.running, scene.today, {place: "absent"})
    assert (answer.status_code, "You may undo your own steps for 14 days" in answer.content.decode()) == (422, True)
    assert save(signed_in(scene.lead), scene.running, scene.today, {place: "absent"}).status_code == 302
    assert stage(place)[0] == "booked"


def test_a_person_begun_by_their_worker_stays_begun_whatever_the_register_says() -> None:
    scene = CourseScene()
    place = scene.begun()
    browser = signed_in(scene.trainer)
    for word in ("present", "absent", "unmarked"):
        assert save(browser, scene.running, scene.today, {place: word}).status_code == 302
    assert (stage(place)[0], StageChange.objects.filter(step="undo").count()) == ("in_training", 0)


def test_the_service_refuses_what_the_page_would() -> None:
    scene = CourseScene()
    place, course = scene.begun(), Course.objects.get(pk=scene.running.pk)
    with pytest.raises(Exception, match="is still to come"):
        mark_register(course=course, day=scene.day(1), marks={place.pk: True}, version=1, by=scene.maggie, at=scene.now)
    with pytest.raises(Exception, match="This was changed while you had it open"):
        mark_register(course=course, day=scene.today, marks={place.pk: True}, version=7, by=scene.maggie, at=scene.now)
    assert Attendance.objects.count() == 0
