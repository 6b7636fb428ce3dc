"""Who sits on a course: what its trainer sees of them and for how long, what others see, and the steps that are taken from there."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit, Membership
from candidates.models import ContactRoute
from ground.once import new_once
from pathways.models import Course, Pathway, StageChange, TrainingPlace
from pathways.models.note import Note
from pathways.scope import attendance, changes, training_places
from pathways.services import interview, training
from pathways.services.attendance import mark_attendance
from tests.factories import organisation, partner, programme, user
from tests.pathways.course_scene import CourseScene, names, page, without_nonce
from tests.pathways.test_scope import at_a_desk
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def at(course: Course) -> str:
    return f"/courses/{course.uuid}/"


def test_everybody_with_a_seat_stands_under_where_they_are() -> None:
    scene = CourseScene()
    scene.booked(first="Booked", last="One")
    scene.begun(first="Begun", last="One")
    training.leave_training(place=scene.begun(first="Left", last="One"), by=scene.by, at=scene.now)
    training.finish_training(place=scene.begun(first="Finished", last="One"), by=scene.by, at=scene.now)
    training.cancel_seat(place=scene.booked(first="Cancelled", last="One"), by=scene.by, at=scene.now)
    training.void_seat(place=scene.booked(first="Void", last="One"), by=scene.lead_by, at=scene.now)
    for who in (scene.trainer, scene.lead, scene.worker):
        shown = page(signed_in(who), at(scene.running))
        headings = re.findall(r'rows__heading">([^<]+)</h2>', shown)
        assert headings == ["On the course", "Seat booked", "Finished", "Left the course"]
        assert names(shown) == ["Begun One", "Booked One", "Finished One", "Left One"]


def test_a_trainer_sees_a_name_one_contact_how_often_they_were_there_and_what_was_agreed() -> None:
    scene = CourseScene()
    place = scene.begun(first="Amina", last="Yusuf", phone="+447700900123", known_as="Mina", date_of_birth=None)
    case = place.pathway
    ContactRoute.objects.create(candidate=case.candidate, kind="email", value="amina@example.org", typed="amina@example.org", rank=2)
    ContactRoute.objects.create(candidate=case.candidate, kind="mobile", value="+447700900124", typed="07700 900124", rank=3)
    outcome = {"work_status": "not_working", "in_the_way": "Bus times", "adjustments_wanted": True}
    interview.hold_chat(case=case, outcome=outcome, by=scene.by, at=scene.now)
    Note.objects.create(
        pathway=case,
        author=scene.worker,
        organisation=scene.delivery,
        text="A secret",
        written_at=scene.now,
        day=scene.today,
        visibility="programme",
    )
    mark_attendance(place=place, day=scene.day(-2), present=True, by=scene.maggie, at=scene.now)
    mark_attendance(place=place, day=scene.day(-1), present=False, by=scene.maggie, at=scene.now)
    shown = page(signed_in(scene.trainer), at(scene.running))
    row = re.search(r'<li class="row".*?</li>', shown, re.DOTALL)
    assert row is not None
    assert ("Amina Yusuf" in row[0], "tel:+447700900123" in row[0], "07700 900123" in row[0]) == (True, True, True)
    assert "There on 1 of 2 days marked · would like an adjustment" in row[0]
    case = Pathway.objects.get(pk=case.pk)
    hidden = ["900124", "amina@example.org", "Mina", "Bus times", "A secret", "Not working", "/people/", "/pathways/"]
    hidden += [case.get_stage_display(), scene.worker.name, str(case.uuid), str(case.candidate.uuid), scene.delivery.name]
    assert [words for words in hidden if words in shown] == []


def test_the_one_contact_is_a_number_that_may_be_rung_or_else_an_address() -> None:
    scene = CourseScene()
    silent = scene.begun(first="Silent", last="A", phone="+447700900125").pathway.candidate
    ContactRoute.objects.filter(candidate=silent).update(may_call=False)
    ContactRoute.objects.create(candidate=silent, kind="email", value="silent@example.org", typed="silent@example.org", rank=2)
    unreachable = scene.begun(first="Nobody", last="B").pathway.candidate
    ContactRoute.objects.filter(candidate=unreachable).update(kind="letter", value="1 Canal View")
    shown = page(signed_in(scene.trainer), at(scene.running))
    assert ("900125" in shown, "silent@example.org" in shown, "Canal View" in shown) == (False, True, False)
    assert names(shown) == ["Nobody B", "Silent A"]


def test_who_only_waits_is_a_number_to_the_trainer_and_stands_in_line_for_those_who_know_them() -> None:
    scene = CourseScene()
    scene.in_line(first="Zoe", last="First")
    scene.in_line(first="Abel", last="Second")
    for who in (scene.lead, scene.worker):
        assert names(page(signed_in(who), at(scene.running))) == ["Zoe First", "Abel Second"]
    shown = page(signed_in(scene.trainer), at(scene.running))
    assert (names(shown), "2 people wait for a seat" in shown, "Zoe" in shown) == ([], True, False)


def test_a_worker_sees_their_own_organisations_people_and_everybodys_number() -> None:
    scene = CourseScene()
    ours = scene.begun(first="Ours", last="A").pathway.candidate
    other = partner(scene.programme, organisation("delivery"))
    theirs = scene.begun(first="Theirs", last="B")
    Pathway.objects.filter(pk=theirs.pathway_id).update(organisation=other, owner=user("outreach_worker", other, scene.programme))
    shown = page(signed_in(scene.worker), at(scene.running))
    assert (names(shown), "2 of 10 seats taken, 8 free" in shown, f"/people/{ours.uuid}/" in shown) == (["Ours A"], True, True)
    assert ("1 more is looked after by others." in shown, "looked after by others" in page(signed_in(scene.lead), at(scene.running))) == (
        True,
        False,
    )
    Pathway.objects.update(organisation=other, owner=user("outreach_worker", other, scene.programme))
    assert "Nobody of yours has a seat" in page(signed_in(scene.worker), at(scene.running))


@pytest.mark.parametrize(("days", "seen"), [(0, True), (30, True), (31, False)])
def test_a_trainer_sees_who_sat_there_until_30_days_after_the_end(days: int, seen: bool) -> None:
    scene = CourseScene()
    place = scene.begun(first="Amina", last="Yusuf")
    mark_attendance(place=place, day=scene.day(-2), present=True, by=scene.maggie, at=scene.now)
    training.finish_training(place=place, by=scene.maggie, at=scene.now)
    Course.objects.filter(pk=scene.running.pk).update(starts_on=scene.day(-60), ends_on=scene.day(-days))
    trainer = at_a_desk(scene.trainer)
    assert (training_places(trainer).exists(), attendance(trainer).exists(), changes(trainer).exists()) == (seen, seen, seen)
    browser = signed_in(scene.trainer)
    shown = page(browser, at(scene.running))
    assert ("Amina" in shown, "This course is long over" in shown) == (seen, not seen)
    assert ("Amina" in page(browser, f"{at(scene.running)}register/{scene.day(-days)}/")) == seen
    assert (b"Amina" in b"".join(browser.get(f"{at(scene.running)}register.csv").streaming_content)) == seen
    assert browser.get(f"/training-places/{place.uuid}/").status_code == (302 if seen else 404)
    change = StageChange.objects.filter(step="finish").get()
    assert browser.get(f"/changes/{change.uuid}/undo/").status_code == (200 if seen else 404)
    assert "Amina" in page(signed_in(scene.lead), at(scene.running)), "a lead's sight is the case's"


def test_a_course_without_an_end_or_from_before_shows_a_trainer_nobody() -> None:
    scene = CourseScene()
    scene.begun()
    trainer = at_a_desk(scene.trainer)
    assert training_places(trainer).count() == 1
    Course.objects.filter(pk=scene.running.pk).update(before_pathways=True)
    assert training_places(trainer).count() == 0
    Course.objects.filter(pk=scene.running.pk).update(before_pathways=False, ends_on=None)
    assert training_places(trainer).count() == 0


def test_strangers_see_nobody_and_the_answer_is_that_of_a_random_id() -> None:
    scene = CourseScene()
    place = scene.begun()
    change = StageChange.objects.filter(machine="training_place", subject_id=place.pk).latest("pk")
    addresses = ("/training-places/{}/", "/training-places/{}/steps/leave/", "/training-places/{}/steps/finish/", "/changes/{}/undo/")
    for words, who in scene.strangers().items():
        browser = signed_in(who)
        assert not training_places(at_a_desk(who)).exists(), words
        for address in addresses:
            found = change.uuid if "changes" in address else place.uuid
            theirs, never = browser.get(address.format(found)), browser.get(address.format(uuid4()))
            assert (theirs.status_code, without_nonce(theirs.content)) == (404, without_nonce(never.content)), (words, address)
            if "steps" in address:
                sent = {"version": place.version, "once": new_once()}
                assert browser.post(address.format(found), sent).status_code == 404
    assert TrainingPlace.objects.get(pk=place.pk).stage == "in_training"


def test_opening_the_page_is_written_down_for_each_person_once_an_hour() -> None:
    scene = CourseScene()
    places = [scene.begun(), scene.booked()]
    scene.in_line()
    browser = signed_in(scene.trainer)
    for _ in range(2):
        page(browser, at(scene.running))
    opened = Audit.objects.filter(action="person.open", actor=scene.trainer)
    assert set(opened.values_list("person", "route")) == {(place.pathway.candidate.uuid, "course") for place in places}
    assert opened.count() == 2


def queries(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        page(browser, path)
    return len(caught)


@pytest.mark.parametrize(("role", "number"), [("trainer", 18), ("lead", 19), ("worker", 17)])
def test_the_page_asks_as_much_for_three_people_as_for_one(role: str, number: int) -> None:
    scene = CourseScene()
    browser = signed_in(getattr(scene, role))
    scene.begun()
    scene.in_line()
    page(browser, at(scene.running))
    one = queries(browser, at(scene.running))
    for _ in range(2):
        mark_attendance(place=scene.begun(), day=scene.day(-1), present=True, by=scene.maggie, at=scene.now)
        scene.booked()
        scene.in_line()
    assert queries(browser, at(scene.running)) == one == number


def test_many_people_have_pages() -> None:
    scene = CourseScene()
    Course.objects.filter(pk=scene.running.pk).update(capacity=60)
    for number in range(51):
        scene.booked(first=f"P{number:02}", last="X")
    browser = signed_in(scene.trainer)
    first = page(browser, at(scene.running))
    further = re.search(r'href="([^"]*after=[^"]*)" rel="next"', first)
    assert further is not None
    assert (len(names(first)), names(page(browser, at(scene.running) + further[1]))) == (50, ["P50 X"])


# -- steps -------------------------------------------------------------------------------------------------------------------------


def take(browser: Client, place: TrainingPlace, step: str, **more: Any) -> Any:
    version = TrainingPlace.objects.get(pk=place.pk).version
    return browser.post(f"/training-places/{place.uuid}/steps/{step}/", {"version": version, "once": new_once(), **more})


def offered(browser: Client, place: TrainingPlace) -> list[str]:
    return re.findall(rf"/training-places/{place.uuid}/steps/(\w+)/", page(browser, at(place.course)))


def test_a_trainer_takes_start_finish_and_leave_and_takes_them_back() -> None:
    scene = CourseScene()
    place = scene.booked(first="Amina", last="Yusuf")
    browser = signed_in(scene.trainer)
    assert offered(browser, place) == ["start"]
    form = page(browser, f"/training-places/{place.uuid}/steps/start/")
    assert ("Amina Yusuf, Into health" in form, f'href="{at(scene.running)}"' in form, "On whose word?" in form) == (True, True, False)
    assert take(browser, place, "start")["Location"] == at(scene.running)
    assert offered(browser, place) == ["finish", "leave"]
    assert take(browser, place, "leave").status_code == 422
    assert take(browser, place, "leave", reason="health")["Location"] == at(scene.running)
    shown = page(browser, at(scene.running))
    assert "Left the course." in shown
    undo = re.search(r'href="(/changes/[^"?]+/undo/)', shown)
    assert undo is not None
    assert "Undo “Left the course”?" in page(browser, undo[1])
    assert browser.post(undo[1], {"once": new_once()})["Location"] == at(scene.running)
    assert take(browser, place, "finish").status_code == 302
    place.refresh_from_db()
    assert (place.stage, Pathway.objects.get(pk=place.pathway_id).stage) == ("finished", "job_ready")
    done = StageChange.objects.filter(machine="training_place", step="finish").get()
    assert (done.actor_kind, done.actor, done.organisation) == ("trainer", scene.trainer, scene.provider)
    assert browser.get(f"/training-places/{place.uuid}/")["Location"] == at(scene.running)


def test_a_trainer_takes_no_other_step_and_undoes_nobody_elses() -> None:
    scene = CourseScene()
    place = scene.booked()
    browser = signed_in(scene.trainer)
    assert [take(browser, place, step).status_code for step in ("cancel", "void", "book")] == [403, 403, 403]
    begun = scene.begun()
    change = StageChange.objects.filter(machine="training_place", subject_id=begun.pk, step="start").get()
    assert browser.post(f"/changes/{change.uuid}/undo/", {"once": new_once()}).status_code == 404, "their worker's word is not in sight"
    own = TrainingPlace.objects.get(pk=place.pk)
    take(browser, own, "start")
    assert "Undo “Started the course”" in page(browser, at(scene.running))
    other = user("trainer", scene.provider, scene.programme)
    assert "/undo/" not in page(signed_in(other), at(scene.running))


def test_workers_and_leads_take_the_same_steps_from_the_course() -> None:
    scene = CourseScene()
    place = scene.booked()
    for who in (scene.worker, scene.lead):
        assert offered(signed_in(who), place) == ["start"]
    back = f"/training-places/{place.uuid}/steps/start/?back={at(scene.running)}"
    answer = signed_in(scene.worker).post(back, {"version": place.version, "once": new_once()})
    assert answer["Location"] == at(scene.running)


def test_somebody_who_trains_and_meets_people_opens_only_the_cases_that_are_theirs() -> None:
    """A trust often does both: a seat is in sight by the course, the case behind it is not."""
    scene = CourseScene()
    both = user("trainer", scene.provider, scene.programme)
    Membership.objects.create(
        user=both, organisation=scene.provider, role="outreach_worker", programme=scene.programme, starts_on=scene.day(-9)
    )
    place = scene.booked(first="Amina", last="Yusuf")
    browser = signed_in(both)
    shown = page(browser, at(scene.running))
    assert (names(shown), f"/people/{place.pathway.candidate.uuid}/" in shown) == (["Amina Yusuf"], False)
    assert browser.get(f"/training-places/{place.uuid}/")["Location"] == at(scene.running)
    assert take(browser, place, "start")["Location"] == at(scene.running)
    Pathway.objects.filter(pk=place.pathway_id).update(owner=None)
    assert f"/people/{place.pathway.candidate.uuid}/" in page(browser, at(scene.running))


def test_a_trainers_seat_for_one_programme_gives_no_verb_in_another() -> None:
    scene = CourseScene()
    place = scene.begun()
    Membership.objects.filter(user=scene.trainer).update(programme=programme(scene.provider))
    assert take(signed_in(scene.trainer), place, "finish").status_code == 404
