"""Courses: laid out, and put right while people have seats on them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import F, Max, Min

from accounts.models import Organisation, Programme
from accounts.services.audit import note, service
from ground.actor import Actor
from ground.door import Conflict, Refused
from ground.templatetags.said import counted, day
from pathways.models import Attendance, Course, Task, TrainingPlace
from pathways.models.task import TaskKind, TaskState
from pathways.services.locking import lock_cases
from pathways.services.task import show_next
from pathways.services.training import offer_to_the_first, seats_taken
from pathways.workflow.training_place import SEATED, PlaceStage

#: What is said of a course, and may be put right later.
SAID = ("name", "venue", "starts_on", "ends_on", "capacity", "guarantee")


@service("course.add")
def add_course(
    *,
    programme: Programme,
    organisation: Organisation,
    name: str,
    by: Actor,
    at: datetime,
    venue: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    capacity: int | None = None,
    guarantee: str = "none",
) -> Course:
    """A course with its dates and seats, run by an organisation that takes part in the programme."""
    if organisation.pk not in programme.taking_part:
        raise Refused("This organisation takes no part in this programme.", field="organisation")
    _refuse_order(starts_on, ends_on)
    return Course.objects.create(
        programme=programme,
        organisation=organisation,
        name=name,
        venue=venue,
        starts_on=starts_on,
        ends_on=ends_on,
        capacity=capacity,
        guarantee=guarantee,
    )


@service("course.edit")
def edit_course(*, course: Course, said: Mapping[str, Any], version: int, by: Actor, at: datetime) -> Course:
    """Put a course right. Its first day moves what is owed on that day; seats that are added go to those who wait.

    Raises Conflict when it was changed meanwhile, Refused when it would have fewer seats than are taken,
    or a day with marks in its register would lie outside.
    """
    _lock_cases(course)
    locked = Course.objects.select_for_update(no_key=True, of=("self",)).get(pk=course.pk)
    if locked.version != version:
        raise Conflict()
    _refuse_order(said["starts_on"], said["ends_on"])
    taken, seats, was = seats_taken(locked), said["capacity"], locked.starts_on
    if seats is not None and seats < taken and (locked.capacity is None or seats < locked.capacity):
        raise Refused(f"{counted(taken, 'seat is,seats are')} taken: the course cannot have fewer.", field="capacity")
    _refuse_days_gone(locked, said["starts_on"], said["ends_on"])
    more = locked.capacity is not None and seats is not None and seats > locked.capacity
    changed = [name for name in SAID if name in said and said[name] != getattr(locked, name)]
    for name in changed:
        setattr(locked, name, said[name])
    locked.version += 1
    locked.save()
    if was is not None and "starts_on" in changed:
        _move_beginning(locked, was=was)
    if more and seats > taken:
        offer_to_the_first(locked, seats=seats - taken, at=at)
    note(fields=changed, subject=locked)
    return locked


def _lock_cases(course: Course) -> None:
    """The cases of those who wait or have a seat that is to come: every door locks cases before a course."""
    live = TrainingPlace.objects.filter(course=course, stage__in=[PlaceStage.WAITING, PlaceStage.BOOKED])
    lock_cases(live.values_list("pathway", flat=True))


def _refuse_order(starts_on: date | None, ends_on: date | None) -> None:
    if starts_on and ends_on and ends_on < starts_on:
        raise Refused("The course ends before it starts.", field="ends_on")


def _refuse_days_gone(course: Course, starts_on: date | None, ends_on: date | None) -> None:
    """A day whose register holds marks stays a day of the course, and so does the day on which somebody began."""
    marked = Attendance.objects.filter(place__course=course, voided_at__isnull=True).aggregate(first=Min("day"), last=Max("day"))
    begun = TrainingPlace.objects.filter(course=course, stage__in=SEATED).aggregate(first=Min("begun_on"))["first"]
    first = min((each for each in (marked["first"], begun) if each), default=None)
    if starts_on != course.starts_on and first and starts_on and starts_on > first:
        raise Refused(f"Somebody was there on {day(first)}, or was expected: the course cannot begin later.", field="starts_on")
    if ends_on != course.ends_on and marked["last"] and ends_on and ends_on < marked["last"]:
        raise Refused(f"The register of {day(marked['last'])} has marks in it: the course cannot end earlier.", field="ends_on")


def _move_beginning(course: Course, *, was: date) -> None:
    """“Start the course” is owed on the first day: it moves with it, but for what somebody put off to a day of their own."""
    seats = TrainingPlace.objects.filter(course=course, stage=PlaceStage.BOOKED).values_list("pk", flat=True)
    rows = Task.objects.filter(kind=TaskKind.START_COURSE, state=TaskState.OPEN, due_on=was, snoozed_until__isnull=True)
    moved = rows.filter(subject__in=[f"training_place:{pk}" for pk in seats])
    cases = sorted(moved.values_list("pathway", flat=True))
    if course.starts_on is not None:
        moved.update(due_on=course.starts_on, version=F("version") + 1)
    for case in cases:
        show_next(pathway_id=case)
