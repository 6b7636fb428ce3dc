"""Registers typed without signal: from a page that was open, or from memory by name; never over what somebody else marked."""

import pytest

from ground.once import new_once
from pathways.models import Attendance, KeptForm
from pathways.queries.register import register_version
from pathways.services import training
from pathways.services.attendance import mark_name
from tests.factories import organisation, programme, user
from tests.pathways.course_scene import CourseScene, marked, register_path, save
from tests.pathways.device import Device, came_back
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
REGISTER = "/waiting/blank/register/"


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


def test_other_marks_under_the_name_of_a_register_that_was_taken_come_back_and_are_never_lost() -> None:
    scene = CourseScene()
    amina, zoe = scene.begun(first="Amina"), scene.begun(first="Zoe")
    device = Device(scene.trainer)
    path, fields = register_path(scene.running, scene.today), {mark_name(amina.uuid): "present", "version": "1"}
    first = device.keep("register", path, fields)
    more = device.keep("register", path, {**fields, mark_name(zoe.uuid): "absent"}, once=first.once)
    states = [device.send(each)[1] for each in (first, more, more, first)]
    assert states == ["taken", "to_correct", "to_correct", "taken"]
    assert "sent before with other words" in came_back(scene.trainer)
    row = KeptForm.objects.get(state="to_correct")
    assert f'name="{mark_name(zoe.uuid)}" value="absent"' in device.browser.get(f"/waiting/{row.uuid}/").content.decode()
    again = {**fields, mark_name(zoe.uuid): "absent", "version": str(register_version(scene.running, scene.today)), "once": new_once()}
    assert device.browser.post(f"/waiting/{row.uuid}/", again).status_code == 302
    assert [marked(each) for each in (amina, zoe)] == [{scene.today: True}, {scene.today: False}]


def test_other_words_under_the_name_of_what_came_back_come_back_too() -> None:
    scene = CourseScene()
    scene.begun(first="Amina", last="Yusuf")
    device = Device(scene.trainer)
    fields = {"course": str(scene.running.uuid), "names": "Tamsin", "blank": "1"}
    first = device.keep("register", REGISTER, fields)
    more = device.keep("register", REGISTER, {**fields, "names": "Tamsin\nAmina"}, once=first.once)
    assert [device.send(each) for each in (first, more, first, more)] == [(200, "to_correct")] * 4
    assert sorted(dict(each.words.fields)["names"] for each in KeptForm.objects.all()) == ["Tamsin", "Tamsin\nAmina"]


def test_which_one_a_register_replaces_on_its_device_is_no_part_of_it() -> None:
    """Its page had taken it and the answer was lost: it is the same form."""
    scene = CourseScene()
    amina = scene.begun(first="Amina")
    device = Device(scene.trainer)
    path, once = register_path(scene.running, scene.today), new_once()
    fields = {mark_name(amina.uuid): "present", "version": "1"}
    assert device.browser.post(path, {**fields, "replaces": new_once(), "once": once}).status_code == 302
    assert device.send(device.keep("register", path, fields, once=once)) == (200, "taken")
    assert KeptForm.objects.filter(state="to_correct").count() == 0


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
