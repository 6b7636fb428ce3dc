"""Courses: the list with its seats, laying one out, putting it right; whose they are, and whose not."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, Membership
from ground.once import new_once
from ground.templatetags.said import short_day
from pathways.models import Course, Pathway, Task
from pathways.services import training
from pathways.services.attendance import mark_attendance
from pathways.services.course import add_course, edit_course
from tests.factories import organisation, partner, programme, user
from tests.pathways.course_scene import CourseScene, names, page, without_nonce
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
ADDRESSES = ("/courses/{}/", "/courses/{}/edit/", "/courses/{}/finish/", "/courses/{}/register.csv", "/courses/{}/register/2026-11-26/")


def test_the_list_begins_with_what_is_on_and_keeps_the_past_behind_a_filter() -> None:
    scene = CourseScene()
    scene.laid_out(begins=10, ends=30, name="Later")
    scene.laid_out(begins=-90, ends=-60, name="Long ago")
    Course.objects.create(organisation=scene.provider, programme=scene.programme, name="Before Pathways", before_pathways=True)
    for who in (scene.trainer, scene.lead, scene.worker):
        browser = signed_in(who)
        assert names(page(browser, "/courses/")) == ["Into health", "Later"]
        shown = page(browser, "/courses/?show=past")
        assert (names(shown), "Past courses" in shown) == (["Long ago"], True)
        assert names(page(browser, "/courses/?words=late")) == ["Later"]
        assert names(page(browser, "/courses/?show=nonsense")) == ["Into health", "Later"]


def test_a_row_says_days_place_seats_who_waits_and_what_is_promised() -> None:
    scene = CourseScene()
    Course.objects.filter(pk=scene.running.pk).update(capacity=3, guarantee="job")
    scene.begun()
    scene.booked()
    cancelled = scene.booked()
    training.cancel_seat(place=cancelled, by=scene.by, at=scene.now)
    scene.in_line()
    shown = " ".join(page(signed_in(scene.worker), "/courses/").split())
    assert f"{short_day(scene.day(-7))} to {short_day(scene.day(7))} · Room 2" in shown
    assert "2 of 3 seats taken, 1 free" in shown
    assert "1 person waits for a seat" in shown
    assert "Promises a job: 2 seats taken, 2 starts promised" in shown
    assert scene.provider.name in shown
    for _ in range(2):
        scene.seat_over(scene.running)
    assert "4 of 3 seats taken, 1 over" in page(signed_in(scene.worker), "/courses/")


def test_an_empty_list_says_how_to_begin() -> None:
    scene = CourseScene()
    Course.objects.all().delete()
    shown = page(signed_in(scene.trainer), "/courses/")
    assert ("No course is on or to come" in shown, 'href="/courses/add/"' in shown) == (True, True)
    assert 'href="/courses/add/"' not in page(signed_in(scene.worker), "/courses/")
    assert "No course fits" in page(signed_in(scene.trainer), "/courses/?words=nothing")


def test_a_long_list_has_pages() -> None:
    scene = CourseScene()
    for number in range(26):
        scene.laid_out(begins=number, ends=30, name=f"Course {number}")
    browser = signed_in(scene.trainer)
    first = page(browser, "/courses/")
    further = re.search(r'href="([^"]*after=[^"]*)" rel="next"', first)
    assert further is not None
    second = page(browser, f"/courses/{further.group(1)}")
    assert (len(names(first)), len(names(second)), set(names(first)) & set(names(second))) == (25, 2, set())


def queries(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        page(browser, path)
    return len(caught)


@pytest.mark.parametrize("role", ["trainer", "lead", "worker"])
def test_the_list_asks_as_much_for_three_courses_as_for_one(role: str) -> None:
    scene = CourseScene()
    browser = signed_in(getattr(scene, role))
    page(browser, "/courses/")
    one = queries(browser, "/courses/")
    for number in range(2):
        scene.booked(scene.laid_out(name=f"Another {number}"))
    assert queries(browser, "/courses/") == one == 8


def test_a_trainer_begins_with_the_courses_and_finds_them_in_the_menu() -> None:
    scene = CourseScene()
    browser = signed_in(scene.trainer)
    assert browser.get("/")["Location"] == "/courses/"
    for who in (scene.trainer, scene.lead, scene.worker):
        for path in ("/courses/", f"/courses/{scene.running.uuid}/"):
            assert 'class="menu__link" href="/courses/"' in page(signed_in(who), path)
    assert 'href="/courses/"' not in page(signed_in(scene.employer), "/start/")


def test_a_course_that_is_not_theirs_is_one_that_never_was() -> None:
    scene = CourseScene()
    never = uuid4()
    for words, who in scene.strangers().items():
        browser = signed_in(who)
        assert names(page(browser, "/courses/")) == [], words
        for address in ADDRESSES:
            theirs, random = browser.get(address.format(scene.running.uuid)), browser.get(address.format(never))
            if who.memberships.get().role == "outreach_worker" and address != "/courses/{}/":
                assert theirs.status_code == random.status_code == 403
                continue
            assert (theirs.status_code, without_nonce(theirs.content)) == (404, without_nonce(random.content)), (words, address)
            assert browser.post(address.format(scene.running.uuid), {"once": new_once()}).status_code in {404, 405}


def test_who_has_nothing_to_do_with_courses_is_refused_and_nobody_is_asked_to_sign_in() -> None:
    scene = CourseScene()
    everything = ["/courses/", "/courses/add/", *(address.format(scene.running.uuid) for address in ADDRESSES)]
    for who in (scene.employer, user("administrator", scene.delivery)):
        assert {signed_in(who).get(path).status_code for path in everything} == {403}
    assert {Client().get(path)["Location"].partition("?")[0] for path in everything} == {"/sign-in/"}


def test_a_worker_reads_a_course_and_changes_nothing() -> None:
    scene = CourseScene()
    browser = signed_in(scene.worker)
    shown = page(browser, f"/courses/{scene.running.uuid}/")
    assert ("/edit/" in shown, "/register" in shown, "/finish/" in shown) == (False, False, False)
    statuses = [browser.get(path.format(scene.running.uuid)).status_code for path in ("/courses/add/", *ADDRESSES)]
    assert statuses == [403, 200, 403, 403, 403, 403]


# -- laid out ----------------------------------------------------------------------------------------------------------------------

SAID = {
    "name": "Into care",
    "venue": "Library",
    "capacity": "12",
    "guarantee": "interview",
    "starts_on": "2027-01-04",
    "ends_on": "2027-01-29",
}


def add(browser: Client, **more: str) -> Any:
    return browser.post("/courses/add/", {**SAID, "once": new_once(), **more})


def test_a_trainer_adds_a_course_for_their_own_organisation() -> None:
    scene = CourseScene()
    browser = signed_in(scene.trainer)
    assert 'name="organisation"' not in page(browser, "/courses/add/")
    answer = add(browser)
    made = Course.objects.get(name="Into care")
    assert (answer.status_code, answer["Location"]) == (302, f"/courses/{made.uuid}/")
    assert (made.organisation, made.programme, made.capacity, made.guarantee) == (scene.provider, scene.programme, 12, "interview")
    assert "Added. Seats can be booked on it now." in page(browser, answer["Location"])
    done = Audit.objects.get(action="course.add")
    assert (done.actor, done.membership.user, done.object) == (scene.trainer, scene.trainer, made.uuid)


def test_a_lead_chooses_among_those_that_train_in_the_programme() -> None:
    scene = CourseScene()
    other = partner(scene.programme, organisation("training", "employer"))
    outside = organisation("training")
    browser = signed_in(scene.lead)
    form = page(browser, "/courses/add/")
    assert [str(each.uuid) in form for each in (scene.provider, other, outside, scene.trust)] == [True, True, False, False]
    assert add(browser, organisation=str(outside.uuid)).status_code == 422
    answer = add(browser)
    assert (answer.status_code, "Choose who runs it" in answer.content.decode()) == (422, True)
    assert 'value="Into care"' in answer.content.decode()
    assert add(browser, organisation=str(other.uuid)).status_code == 302
    assert Course.objects.get(name="Into care").organisation == other


def test_a_lead_of_two_programmes_is_not_taken_for_a_partner_of_both() -> None:
    scene = CourseScene()
    second = programme(scene.delivery)
    elsewhere = partner(second, organisation("training"))
    Membership.objects.create(
        user=scene.lead, organisation=scene.delivery, role="programme_lead", programme=second, starts_on=scene.day(-9)
    )
    browser = signed_in(scene.lead)
    answer = add(browser, organisation=str(elsewhere.uuid), programme=str(scene.programme.uuid))
    assert (answer.status_code, "takes no part in this programme" in answer.content.decode()) == (422, True)
    assert add(browser, organisation=str(elsewhere.uuid), programme=str(second.uuid)).status_code == 302


def test_where_nobody_trains_the_page_says_so() -> None:
    scene = CourseScene()
    scene.programme.partnerships.update(ends_on=scene.today)
    assert "Nobody trains in your programme yet" in page(signed_in(scene.lead), "/courses/add/")
    anywhere = user("trainer", scene.provider)
    assert "no programme that is running" in page(signed_in(anywhere), "/courses/add/")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ends_on": "2027-01-03"}, "The course ends before it starts."),
        ({"starts_on": "2027-02-31"}, "31 February 2027 is not a day."),
        ({"starts_on": ""}, "Enter the first day"),
        ({"capacity": "many"}, "Enter a whole number, for example 12"),
        ({"capacity": "0"}, "A course has at least one seat"),
        ({"capacity": "9999"}, "A course has at most 200 seats"),
        ({"name": ""}, "Enter what the course is called"),
        ({"venue": ""}, "Say where it is"),
    ],
)
def test_a_course_that_cannot_be_is_refused_at_its_field(wrong: dict[str, str], said: str) -> None:
    scene = CourseScene()
    answer = add(signed_in(scene.trainer), **wrong)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not Course.objects.filter(venue="Library").exists()


# -- put right ---------------------------------------------------------------------------------------------------------------------


def edit(browser: Client, course: Course, **more: Any) -> Any:
    now = Course.objects.get(pk=course.pk)
    whole = {name: getattr(now, name) for name in ("name", "venue", "starts_on", "ends_on", "capacity", "guarantee")}
    return browser.post(f"/courses/{course.uuid}/edit/", {**whole, "version": now.version, "once": new_once(), **more})


@pytest.mark.parametrize("role", ["trainer", "lead"])
def test_dates_place_seats_and_promise_are_put_right(role: str) -> None:
    scene = CourseScene()
    browser = signed_in(getattr(scene, role))
    assert 'value="Room 2"' in page(browser, f"/courses/{scene.running.uuid}/edit/")
    answer = edit(browser, scene.running, venue="Room 7", ends_on=scene.day(14), capacity=15, guarantee="job")
    assert answer["Location"] == f"/courses/{scene.running.uuid}/"
    now = Course.objects.get(pk=scene.running.pk)
    assert (now.venue, now.ends_on, now.capacity, now.guarantee, now.version) == ("Room 7", scene.day(14), 15, "job", 2)
    assert Audit.objects.get(action="course.edit").fields == ["capacity", "ends_on", "guarantee", "venue"]


def test_there_are_no_fewer_seats_than_are_taken() -> None:
    scene = CourseScene()
    for _ in range(3):
        scene.booked()
    browser = signed_in(scene.trainer)
    answer = edit(browser, scene.running, capacity=2, venue="Room 9")
    said = answer.content.decode()
    assert (answer.status_code, "3 seats are taken: the course cannot have fewer." in said, 'value="Room 9"' in said) == (422, True, True)
    assert edit(browser, scene.running, capacity=3).status_code == 302
    scene.seat_over(scene.running)
    assert edit(browser, scene.running, venue="Room 9").status_code == 302, "a course that is over its number may still be moved"


def test_a_day_with_marks_in_its_register_stays_a_day_of_the_course() -> None:
    scene = CourseScene()
    place = scene.begun(days_ago=5)
    mark_attendance(place=place, day=scene.day(-2), present=True, by=scene.maggie, at=scene.now)
    browser = signed_in(scene.trainer)
    late = edit(browser, scene.running, starts_on=scene.day(-4))
    early = edit(browser, scene.running, ends_on=scene.day(-3))
    assert (late.status_code, early.status_code) == (422, 422)
    assert "the course cannot begin later" in late.content.decode()
    assert "the course cannot end earlier" in early.content.decode()
    assert edit(browser, scene.running, starts_on=scene.day(-5), ends_on=scene.day(-2)).status_code == 302


def test_two_who_put_a_course_right_at_once_see_each_others_words() -> None:
    scene = CourseScene()
    edit(signed_in(scene.lead), scene.running, venue="Room 8")
    answer = edit(signed_in(scene.trainer), scene.running, venue="Room 9", version=1)
    said = answer.content.decode()
    assert answer.status_code == 409
    assert ("Room 8" in said, "Room 9" in said, f"Changed by {scene.delivery.name}" in said) == (True, True, True)
    assert Course.objects.get(pk=scene.running.pk).venue == "Room 8"
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', said.partition("Use mine")[0].rpartition("<form")[2]))
    assert signed_in(scene.trainer).post(f"/courses/{scene.running.uuid}/edit/", again).status_code == 302
    assert Course.objects.get(pk=scene.running.pk).venue == "Room 9"


def test_a_first_day_that_moves_takes_what_is_owed_with_it() -> None:
    scene = CourseScene()
    course = scene.laid_out(begins=4, ends=20)
    place = scene.booked(course)
    Task.objects.exclude(kind="start_course").delete()
    edit_course(course=course, said=_said(course, starts_on=scene.day(9)), version=1, by=scene.maggie, at=scene.now)
    assert Task.objects.get(kind="start_course", pathway=place.pathway_id).due_on == scene.day(9)
    assert Pathway.objects.get(pk=place.pathway_id).next_due_on == scene.day(9)


def test_seats_that_are_added_go_to_those_who_wait_longest() -> None:
    scene = CourseScene()
    course = scene.laid_out(capacity=1)
    scene.booked(course)
    waiting = [scene.in_line(course) for _ in range(3)]
    edit_course(course=course, said=_said(course, capacity=3), version=1, by=scene.maggie, at=scene.now)
    offered = Task.objects.filter(kind="offer_seat", state="open").order_by("pathway").values_list("pathway", flat=True)
    assert list(offered) == [each.pathway_id for each in waiting[:2]]


def _said(course: Course, **more: Any) -> dict[str, Any]:
    return {name: getattr(course, name) for name in ("name", "venue", "starts_on", "ends_on", "capacity", "guarantee")} | more


def test_the_service_lets_nobody_in_who_takes_no_part() -> None:
    scene = CourseScene()
    with pytest.raises(Exception, match="takes no part in this programme"):
        add_course(programme=scene.programme, organisation=organisation("training"), name="X", by=scene.lead_by, at=scene.now)
