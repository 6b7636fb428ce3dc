"""Seats on courses: waiting, booked, begun, finished, left."""

from datetime import datetime
from functools import partial

from accounts.models import BankHoliday
from accounts.services.audit import service
from ground.actor import Actor
from ground.clock import add_working_days, today_london
from ground.door import Refused
from pathways.models import Course, Pathway, StageChange, TrainingPlace
from pathways.models.task import TaskKind
from pathways.queries.company import going_on
from pathways.queries.facts import marks_of
from pathways.services.door import TODAY, Taken, change_stage
from pathways.services.locking import lock_case
from pathways.services.task import open_task, show_next
from pathways.workflow.pathway import OPEN, Stage
from pathways.workflow.training_place import TAKEN, PlaceStage

#: Stages in which a finished course marks the person ready.
READY_AFTER_COURSE = frozenset({"interested", "chat_booked", "chatted", "training_booked", "in_training"})


@service("training.join_waiting")
def join_waiting(*, case: Pathway, course: Course, by: Actor, at: datetime, taken: Taken = TODAY) -> TrainingPlace:
    """On the waiting list: counted as awaiting, needs no seat."""
    place = TrainingPlace(pathway=case, course=course)
    change_stage(subject=place, step="join_waiting", by=by, at=at, taken=taken)
    return place


@service("training.book")
def book_seat(
    *,
    case: Pathway,
    course: Course,
    place: TrainingPlace | None = None,
    over_capacity_reason: str = "",
    by: Actor,
    at: datetime,
    taken: Taken = TODAY,
) -> TrainingPlace:
    """A free seat, or one over capacity with a reason. The last seat goes to one person."""
    place = place if place is not None else TrainingPlace(pathway=case, course=course)
    lock_case(place)
    locked = Course.objects.select_for_update(no_key=True).get(pk=course.pk)
    full = locked.capacity is not None and seats_taken(locked) >= locked.capacity
    if full and not over_capacity_reason and by.kind != "import":
        raise Refused("The course is full: give a reason to book over capacity, or use the waiting list.", field="over_capacity_reason")
    values = {"over_capacity_reason": over_capacity_reason} if full else {}
    change_stage(subject=place, step="book", by=by, at=at, values=values, taken=taken)
    return place


@service("training.start")
def start_training(*, place: TrainingPlace, by: Actor, at: datetime, taken: Taken = TODAY) -> TrainingPlace:
    """The first session was attended."""
    day = taken.happened_on or today_london(at)
    change_stage(subject=place, step="start", by=by, at=at, values={"begun_on": day}, taken=taken)
    return place


@service("training.finish")
def finish_training(*, place: TrainingPlace, by: Actor, at: datetime, taken: Taken = TODAY) -> TrainingPlace:
    """The course is done; it marks the person ready for a job."""
    day = taken.happened_on or today_london(at)
    change_stage(
        subject=place, step="finish", by=by, at=at, values={"over_on": day}, taken=taken, then=partial(_ready, place=place, by=by, at=at)
    )
    return place


def _ready(change: StageChange, *, place: TrainingPlace, by: Actor, at: datetime) -> None:
    case = going_on(Pathway.objects.get(pk=place.pathway_id))
    if case.is_open and not marks_of(case)["marked_ready"] and case.stage in READY_AFTER_COURSE:
        change_stage(subject=case, step="mark_ready", by=by, at=at, values={"ready_on": change.happened_on}, taken=Taken(cause=change))


@service("training.leave")
def leave_training(*, place: TrainingPlace, by: Actor, at: datetime, taken: Taken = TODAY) -> TrainingPlace:
    """Left before the end, and why."""
    day = taken.happened_on or today_london(at)
    then = partial(offer_seat, place=place, at=at)
    change_stage(subject=place, step="leave", by=by, at=at, values={"over_on": day}, taken=taken, then=then)
    return place


@service("training.cancel")
def cancel_seat(*, place: TrainingPlace, by: Actor, at: datetime, taken: Taken = TODAY) -> TrainingPlace:
    """Called off before it began."""
    change_stage(subject=place, step="cancel", by=by, at=at, taken=taken, then=partial(offer_seat, place=place, at=at))
    return place


@service("training.void")
def void_seat(*, place: TrainingPlace, by: Actor, at: datetime, taken: Taken = TODAY) -> TrainingPlace:
    """Entered in error."""
    change_stage(subject=place, step="void", by=by, at=at, taken=taken, then=partial(offer_seat, place=place, at=at))
    return place


def offer_seat(change: StageChange, *, place: TrainingPlace, at: datetime) -> None:
    """A seat that has become free goes to who waits longest: a task on their case, for their own worker."""
    course = Course.objects.get(pk=place.course_id)
    free = seats_left(course)
    if change.import_run_id is None and free:
        offer_to_the_first(course, seats=1, at=at, change=change, but=place)


def offer_to_the_first(
    course: Course, *, seats: int, at: datetime, change: StageChange | None = None, but: TrainingPlace | None = None
) -> None:
    """So many of those who wait longest are to be offered a seat; nobody is once the course is over."""
    today = today_london(at)
    if course.ends_on is not None and course.ends_on <= today:
        return
    waiting = TrainingPlace.objects.filter(course=course, stage=PlaceStage.WAITING, pathway__stage__in=[*OPEN, Stage.MERGED])
    if but is not None:
        waiting = waiting.exclude(pk=but.pk)
    holidays = frozenset(BankHoliday.objects.values_list("day", flat=True))
    for first in waiting.select_related("pathway").order_by("id")[:seats]:
        open_task(
            pathway_id=first.pathway_id,
            kind=TaskKind.OFFER_SEAT,
            subject=f"training_place:{first.pk}",
            due_on=add_working_days(today, 1, holidays),
            owed_by="worker",
            change=change,
            stage=first.pathway.stage,
        )
        show_next(pathway_id=first.pathway_id)


def seats_taken(course: Course) -> int:
    """How many seats are taken."""
    return TrainingPlace.objects.filter(course=course, stage__in=TAKEN).count()


def seats_left(course: Course) -> int | None:
    """Free seats, or None where there is no limit."""
    return None if course.capacity is None else max(course.capacity - seats_taken(course), 0)
