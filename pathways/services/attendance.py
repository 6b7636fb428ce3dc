"""The register of a course: who was there on a day, and who finished with the last."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from accounts.services.audit import note, service
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, NotYours, Refused
from ground.templatetags.said import day as said_day
from pathways.models import Attendance, Course, StageChange, TrainingPlace
from pathways.queries.register import register_version, why_not
from pathways.services.door import Taken, last_day_of
from pathways.services.locking import lock_cases
from pathways.services.training import finish_training, start_training
from pathways.services.undo import undo_step
from pathways.workflow.training_place import SEATED, PlaceStage

MEANWHILE = Conflict.sentence


def mark_name(place: UUID) -> str:
    """What a person's mark is called in a form: a no about it is said there."""
    return f"{place.hex}-mark"


@service("register.mark")
def mark_register(*, course: Course, day: date, marks: Mapping[int, bool | None], version: int, by: Actor, at: datetime) -> Course:
    """Write the marks of one day, all or none: place -> there, not there, or no mark. Who stands as they stood is left alone.

    Whoever has a booked seat and was there for the first time has begun the course that day. Raises Conflict when the register
    or a place on it was changed meanwhile, Refused for a day that is no day of the course or is still to come.
    """
    places = TrainingPlace.objects.filter(pk__in=marks, course=course)
    lock_cases(places.values_list("pathway", flat=True))
    locked = Course.objects.select_for_update(no_key=True, of=("self",)).get(pk=course.pk)
    if refusal := why_not(locked, day, today=today_london(at)):
        raise Refused(refusal)
    if register_version(locked, day) != version:
        raise Conflict(MEANWHILE)
    standing = dict(Attendance.objects.filter(place__in=marks, day=day, voided_at__isnull=True).values_list("place", "present"))
    changed = 0
    for place in places.select_related("course").order_by("pk"):
        if standing.get(place.pk) != marks[place.pk]:
            mark_attendance(place=place, day=day, present=marks[place.pk], by=by, at=at)
            changed += 1
    note(fields=["present"], rows=changed, subject=locked)
    return locked


@service("attendance.mark")
def mark_attendance(*, place: TrainingPlace, day: date, present: bool | None, by: Actor, at: datetime) -> TrainingPlace:
    """One person on one day. A first day that is taken back takes the beginning of the course back with it."""
    if by.user_id is None:
        raise NotYours("A register is kept by somebody.")
    if place.stage not in SEATED:
        raise Conflict("Somebody whom you marked no longer has a seat on this course.")
    row = Attendance.objects.filter(place=place, day=day, voided_at__isnull=True).select_related("opened_by__undone_by").first()
    if row is not None and row.opened_by is not None and not hasattr(row.opened_by, "undone_by") and not present:
        _take_back_beginning(place, row.opened_by, by=by, at=at)
        row = None
    if present is None:
        if row is not None:
            row.change(version=row.version, voided_at=at, marked_by_id=by.user_id, marked_at=at)
    elif row is not None:
        row.change(version=row.version, present=present, marked_by_id=by.user_id, marked_at=at)
    else:
        row = Attendance.objects.create(place=place, day=day, present=present, marked_by_id=by.user_id, marked_at=at, created_at=at)
    if present and row is not None and place.stage == PlaceStage.BOOKED:
        _begin(place, row, by=by, at=at)
    note(fields=["present"], subject=place)
    return place


def _begin(place: TrainingPlace, row: Attendance, *, by: Actor, at: datetime) -> None:
    """The first session was attended: the step that says so is this mark's, and an undo takes both."""
    try:
        start_training(place=place, by=by, at=at, taken=Taken(happened_on=row.day))
    except Refused as refused:
        booked = last_day_of(place)
        sentence = f"Their seat was booked on {said_day(booked)}: they cannot have begun before." if booked else refused.sentence
        raise Refused(sentence, field=mark_name(place.uuid)) from refused
    begun = StageChange.objects.filter(machine=place.machine, subject_id=place.pk, step="start").latest("id")
    row.change(version=row.version, opened_by=begun)


def _take_back_beginning(place: TrainingPlace, begun: StageChange, *, by: Actor, at: datetime) -> None:
    try:
        undo_step(change=begun, by=by, at=at)
    except (Refused, Conflict, NotYours) as no:
        raise Refused(f"They began the course with this day. {no.sentence}", field=mark_name(place.uuid)) from no


@service("course.finish")
def finish_course(*, course: Course, places: Sequence[TrainingPlace], by: Actor, at: datetime) -> Course:
    """Everybody named finished with the last day: the step for each, or for none of them."""
    today = today_london(at)
    if course.ends_on is None or today < course.ends_on:
        raise Refused("The course is not over yet.")
    lock_cases(place.pathway_id for place in places)
    for place in sorted(places, key=lambda each: each.pathway_id):
        day = max(course.ends_on, last_day_of(place) or course.ends_on)
        finish_training(place=place, by=by, at=at, taken=Taken(happened_on=day))
    note(fields=["over_on"], rows=len(places), subject=course)
    return course
