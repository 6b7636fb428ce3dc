"""A seat that becomes free goes to who waits longest, as a task on their case; and the last text to whom we could not reach."""

from datetime import timedelta

import pytest

from outreach.models import Message
from pathways.models import Course, Pathway, StageChange, Task, TrainingPlace
from pathways.queries.integrity import look_through
from pathways.services import case as cases
from pathways.services import training
from pathways.services.undo import undo_step
from tests.factories import AT, DAY, World, actor
from tests.pathways.scenes import Scene
from tests.pathways.walk import snapshot
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def full(world: World) -> tuple[Course, TrainingPlace, list[TrainingPlace]]:
    """One seat, taken; two people wait for it."""
    course = world.course(capacity=1, ends_on=DAY + timedelta(days=60))
    seated = training.book_seat(case=world.case(), course=course, by=world.by, at=AT)
    waiting = [training.join_waiting(case=world.case(), course=course, by=world.by, at=AT) for _ in range(2)]
    return course, seated, waiting


def offered() -> list[tuple[int, str]]:
    return list(Task.objects.filter(kind="offer_seat", state="open").values_list("pathway", "subject"))


def found() -> list[str]:
    return [each.words for _, more in look_through(at=AT) for each in more if each.kind != "text_stuck"]


@pytest.mark.parametrize("how", ["cancel", "leave", "void", "withdraw"])
def test_whoever_waits_longest_is_offered_the_seat_and_undo_takes_that_back(how: str) -> None:
    world = World()
    _, seated, (first, second) = full(world)
    if how == "leave":
        training.start_training(place=seated, by=world.by, at=AT)
    ids = list(Pathway.objects.values_list("pk", flat=True))
    before = snapshot(ids)
    nexts = list(Pathway.objects.order_by("pk").values_list("next_due_on", "next_kind"))
    if how == "withdraw":
        cases.withdraw(case=seated.pathway, by=world.by, at=AT)
    elif how == "void":
        training.void_seat(place=seated, by=actor(world.lead), at=AT)
    else:
        {"cancel": training.cancel_seat, "leave": training.leave_training}[how](place=seated, by=world.by, at=AT)
    assert offered() == [(first.pathway_id, f"training_place:{first.pk}")]
    assert second.pathway_id not in [pathway for pathway, _ in offered()]
    change = StageChange.objects.filter(step=how, cause=None).latest("id")
    undo_step(change=change, by=actor(world.lead), at=AT)
    assert (snapshot(ids), offered(), found()) == (before, [], [])
    assert list(Pathway.objects.order_by("pk").values_list("next_due_on", "next_kind")) == nexts


def test_booked_it_is_done_and_refused_it_goes_on_to_the_next() -> None:
    world = World()
    course, seated, (first, second) = full(world)
    training.cancel_seat(place=seated, by=world.by, at=AT)
    training.cancel_seat(place=first, by=world.by, at=AT)
    assert offered() == [(second.pathway_id, f"training_place:{second.pk}")]
    training.book_seat(case=second.pathway, course=course, place=second, by=world.by, at=AT)
    assert (offered(), training.seats_left(course)) == ([], 0)


def test_nobody_is_offered_a_seat_that_is_not_free_or_on_a_course_that_is_over() -> None:
    world = World()
    course, seated, (first, _) = full(world)
    more = training.book_seat(case=world.case(), course=course, over_capacity_reason="a sister", by=world.by, at=AT)
    training.cancel_seat(place=more, by=world.by, at=AT)
    assert offered() == []
    Course.objects.filter(pk=course.pk).update(ends_on=DAY)
    training.cancel_seat(place=seated, by=world.by, at=AT)
    assert (offered(), first.stage) == ([], "waiting")


def test_the_worker_finds_it_on_today_and_books_from_there() -> None:
    scene = Scene()
    course = scene.course(capacity=1, ends_on=scene.today + timedelta(days=60))
    seated = training.book_seat(case=scene.open(), course=course, by=scene.by, at=scene.past)
    waiting = training.join_waiting(case=scene.open(), course=course, by=scene.by, at=scene.past)
    training.cancel_seat(place=seated, by=scene.by, at=scene.past)
    page = signed_in(scene.worker).get("/today/").content.decode()
    assert "A seat is free: offer it" in page
    assert f"/training-places/{waiting.uuid}/steps/book/" in page


def test_who_could_not_be_reached_hears_once_more_how_to_come_back() -> None:
    scene = Scene()
    case = scene.tried()
    case.candidate.routes.update(may_mention=True)
    cases.close_unreachable(case=case, by=scene.by, at=scene.now)
    text = Message.objects.get(candidate=case.candidate)
    assert text.state == "ready"
    assert "we will stop trying for now" in text.body
    undo_step(change=StageChange.objects.get(step="close_unreachable"), by=scene.by, at=scene.now)
    text.refresh_from_db()
    assert text.state == "cancelled"
