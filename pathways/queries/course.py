"""Courses: the list with its seats, and one course with who sits there, who waits, and what its register says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from accounts.choices import OrganisationKind, Role
from accounts.desk import Desk, desk_of
from accounts.models import Audit, Organisation, Programme
from candidates.models import ContactRoute
from ground.actor import Actor
from ground.clock import today_london
from ground.rows import Row
from ground.templatetags.said import counted, in_days, short_day
from pathways.models import Course, Interview, Pathway, TrainingPlace
from pathways.models.training import Guarantee
from pathways.queries.company import of_each
from pathways.queries.steps import steps_on
from pathways.queries.support import told_to_trainer
from pathways.queries.timeline_words import title_of
from pathways.rules import KEEPERS, holds
from pathways.scope import CASE_ROLES, TRAINER_SEES, attendance, changes, pathways, training_places
from pathways.services.undo import may_undo
from pathways.workflow.training_place import SEATED, TAKEN, PlaceStage

#: What a course is followed through by, on its own page.
STEPS = ("start", "finish", "leave")
#: The order in which a course's page names its people.
PLACES = {
    PlaceStage.IN_TRAINING: "On the course",
    PlaceStage.BOOKED: "Seat booked",
    PlaceStage.FINISHED: "Finished",
    PlaceStage.LEFT: "Left the course",
}
PROMISED = {Guarantee.INTERVIEW: ("an interview", "interview"), Guarantee.JOB: ("a job", "start")}


def courses(user: object) -> QuerySet[Course]:
    """Courses in sight; what stands for seats of before this system is none."""
    return Course.objects.for_user(user).filter(before_pathways=False).select_related("organisation", "programme")


def listed(user: object, *, past: bool, words: str, today: date) -> tuple[QuerySet[Course], tuple[str, ...]]:
    """Those that are on or to come, the first to begin first; or those that are over, the latest first."""
    rows = courses(user)
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(venue__icontains=words) | Q(organisation__name__icontains=words))
    if past:
        return rows.filter(ends_on__lt=today), ("-starts_on", "-id")
    return rows.filter(Q(ends_on__gte=today) | Q(ends_on__isnull=True)), ("starts_on", "id")


@dataclass(frozen=True)
class Numbers:
    """How many seats a course has, and how many are taken and waited for: for everybody, whoever their people are."""

    capacity: int | None
    by_stage: Mapping[str, int]

    @property
    def taken(self) -> int:
        return sum(self.by_stage.get(stage, 0) for stage in TAKEN)

    @property
    def waiting(self) -> int:
        return self.by_stage.get(PlaceStage.WAITING, 0)

    @property
    def seats_words(self) -> str:
        """9 of 12 seats taken, 3 free."""
        if self.capacity is None:
            return f"{counted(self.taken, 'seat')} taken"
        free = self.capacity - self.taken
        told = f"{free} free" if free > 0 else f"{-free} over" if free else "full"
        return f"{self.taken} of {counted(self.capacity, 'seat')} taken, {told}"

    @property
    def waiting_words(self) -> str:
        return f"{counted(self.waiting, 'person waits,people wait')} for a seat" if self.waiting else ""


def numbers_of(rows: Iterable[Course]) -> dict[int, Numbers]:
    """Seats of each course. One query."""
    known = {row.pk: row for row in rows}
    counts: dict[int, dict[str, int]] = {pk: {} for pk in known}
    found = TrainingPlace.objects.filter(course__in=known, stage__in=[*SEATED, PlaceStage.WAITING]).order_by()
    for course, stage, number in found.values_list("course", "stage").annotate(number=Count("pk")):
        counts[course][stage] = number
    return {pk: Numbers(row.capacity, counts[pk]) for pk, row in known.items()}


def promise_words(course: Course, numbers: Numbers) -> str:
    """What each seat promises, and how much that is so far: seats against promised starts."""
    what, noun = PROMISED.get(Guarantee(course.guarantee), ("", ""))
    if not what:
        return "Nothing promised"
    return f"Promises {what}: {counted(numbers.taken, 'seat')} taken, {counted(numbers.taken, noun)} promised"


def days_words(course: Course) -> str:
    """2 Nov 2026 to 20 Nov 2026."""
    return " to ".join(short_day(each) for each in (course.starts_on, course.ends_on) if each) or "Days not known yet"


def standing_words(course: Course, today: date) -> str:
    """Begins in 5 days; on now, ends tomorrow; ended 2 weeks ago."""
    if course.starts_on is None or course.ends_on is None:
        return ""
    if today < course.starts_on:
        return f"Begins {in_days(course.starts_on, today)}"
    if today > course.ends_on:
        return f"Ended {in_days(course.ends_on, today)}"
    return f"On now, ends {in_days(course.ends_on, today)}"


# -- who may lay one out -----------------------------------------------------------------------------------------------------------


def programmes_for(user: object, desk: Desk) -> list[Programme]:
    """In which programmes this person may lay out a course."""
    seen = Q(pk__in=[])
    for seat in desk.seats_as(*KEEPERS):
        seen |= Q(pk__in=seat.programmes_of())
    return list(Programme.objects.for_user(user).filter(seen, ends_on__isnull=True).order_by("name", "id"))


def organisations_for(user: object, desk: Desk, programmes: Sequence[Programme]) -> list[Organisation]:
    """Who may run one: a trainer's own organisation; for a lead, those of the programmes that train."""
    seen = Q(pk__in=[seat.organisation_id for seat in desk.seats_as(Role.TRAINER)])
    if desk.has(Role.PROGRAMME_LEAD):
        taking_part = frozenset[int]().union(*(programme.taking_part for programme in programmes))
        seen |= Q(pk__in=taking_part, kinds__contains=[OrganisationKind.TRAINING])
    return list(Organisation.objects.for_user(user).filter(seen).order_by("name", "id"))


# -- one course --------------------------------------------------------------------------------------------------------------------

#: The order of PLACES, for the database.
PLACE_ORDER = Case(*(When(stage=stage, then=Value(at)) for at, stage in enumerate(PLACES)), output_field=IntegerField())


def seated(user: object, course: Course) -> tuple[QuerySet[TrainingPlace], tuple[str, ...]]:
    """Whoever has a seat, or had one, in the user's sight: on the course first, then by name."""
    rows = training_places(user).filter(course=course, stage__in=SEATED).annotate(place_order=PLACE_ORDER)
    records = Pathway.objects.filter(person_key=OuterRef(OuterRef("pathway__person_key"))).values("candidate")
    rows = rows.annotate(helped=Exists(told_to_trainer(user).filter(candidate__in=records).order_by()))
    return rows.select_related("pathway__candidate"), ("place_order", "pathway__candidate__folded_name", "id")


def in_line(user: object, course: Course) -> tuple[QuerySet[TrainingPlace], tuple[str, ...]]:
    """Whoever waits for a seat, in the user's sight and in their order."""
    rows = training_places(user).filter(course=course, stage=PlaceStage.WAITING)
    return rows.select_related("pathway__candidate"), ("id",)


@dataclass(frozen=True)
class Act:
    """A step on offer: its words, and where it is taken."""

    words: str
    href: str
    quiet: bool = False


@dataclass
class Sitting:
    """One person on a course: name, one way to reach them, how often they were there, what was agreed, and nothing else."""

    place: TrainingPlace
    name: str
    href: str = ""
    ring: str = ""
    write: str = ""
    there: str = ""
    agreed: str = ""
    acts: list[Act] = field(default_factory=list)

    @property
    def note(self) -> str:
        words = " · ".join(words for words in (self.there, self.agreed) if words)
        return words[:1].upper() + words[1:]


def sittings(user: object, desk: Desk, course: Course, places: Sequence[TrainingPlace], *, at: datetime, back: str) -> list[Sitting]:
    """These people as the course's page shows them, in a fixed number of queries.

    A trainer is given no way to anybody's case; who works with cases has the person's page behind the name.
    """
    inside, keeps = desk.has(*CASE_ROLES), desk.has(Role.TRAINER)
    routes = _one_contact(places)
    days = _days_there(user, places)
    adjusted = _adjusted(places)
    last = _last_acts(user, places) if keeps else {}
    linked = _cases_in_sight(user, places) if inside else set()
    actors = desk.actors(*KEEPERS, Role.OUTREACH_WORKER)
    found = []
    for place in places:
        place.course, case = course, place.pathway
        if case.programme_id == course.programme_id:
            case.programme = course.programme  # read once for all of them
        route = routes.get(case.candidate_id)
        sitting = Sitting(place, case.candidate.name, href=f"/people/{case.candidate.uuid}/" if case.pk in linked else "")
        sitting.ring = route.value if route is not None and route.is_phone else ""
        sitting.write = route.value if route is not None and not route.is_phone else ""
        present, marked = days.get(place.pk, (0, 0))
        sitting.there = f"there on {present} of {counted(marked, 'day')} marked" if marked else ""
        sitting.agreed = "would like an adjustment" if case.pk in adjusted else ""
        sitting.acts = _acts(place, actors, at=at, back=back) + _undo(last.get(place.pk), place, actors, at=at, back=back)
        if keeps and getattr(place, "helped", False):
            sitting.acts.append(Act("What helps", f"/training-places/{place.uuid}/support/", quiet=True))
        found.append(sitting)
    return found


def _cases_in_sight(user: object, places: Sequence[TrainingPlace]) -> set[int]:
    """Whose page this user may open: a seat may be in sight by the course alone."""
    return set(pathways(user).filter(pk__in=[place.pathway_id for place in places]).values_list("pk", flat=True))


def _one_contact(places: Sequence[TrainingPlace]) -> dict[int, ContactRoute]:
    """Of each person, by the record of the seat, the first number that may be rung, else the first address to write to."""
    may = ContactRoute.objects.current().filter(Q(kind__in=["mobile", "landline"], may_call=True) | Q(kind="email"))
    found = of_each([place.pathway for place in places], may)
    return {pk: min(routes, key=lambda route: not route.is_phone) for pk, routes in found.items() if routes}


def _days_there(user: object, places: Sequence[TrainingPlace]) -> dict[int, tuple[int, int]]:
    """Place -> days they were there, of days they are marked."""
    rows = attendance(user).filter(place__in=[place.pk for place in places]).order_by().values_list("place")
    return {pk: (there, marked) for pk, there, marked in rows.annotate(there=Count("pk", filter=Q(present=True)), marked=Count("pk"))}


def _adjusted(places: Sequence[TrainingPlace]) -> set[int]:
    """Cases in whose chat it was said that an adjustment is wanted: that much, and not which."""
    cases = [place.pathway_id for place in places]
    return set(Interview.objects.filter(pathway__in=cases, stage="held", adjustments_wanted=True).values_list("pathway", flat=True))


def _last_acts(user: object, places: Sequence[TrainingPlace]) -> dict[int, Any]:
    """Place -> the last step on it that stands and is in the user's sight."""
    rows = changes(user).filter(machine=TrainingPlace.machine, subject_id__in=[place.pk for place in places])
    standing = rows.filter(undoes=None, cause=None, undone_by=None).select_related("undone_by").order_by("id")
    return {change.subject_id: change for change in standing}


def _acts(place: TrainingPlace, actors: Sequence[Actor], *, at: datetime, back: str) -> list[Act]:
    by = next((by for by in actors if holds(by, on=place, pathway=place.pathway)), None)
    if by is None:
        return []
    more = urlencode({"back": back})
    return [Act(each.label, f"{each.href}?{more}") for each in steps_on(place, case=place.pathway, by=by, at=at) if each.name in STEPS]


def _undo(change: Any, place: TrainingPlace, actors: Sequence[Actor], *, at: datetime, back: str) -> list[Act]:
    """The last step is taken back from here: a beginning on the day it was recorded, and later by its mark in the register."""
    if change is None or not any(may_undo(change=change, by=by, at=at) for by in actors):
        return []
    if place.stage == PlaceStage.IN_TRAINING and today_london(change.recorded_at) != today_london(at):
        return []
    return [Act(f"Undo “{title_of(change)}”", f"/changes/{change.uuid}/undo/?{urlencode({'back': back})}", quiet=True)]


def days_of(user: object, places: Sequence[TrainingPlace]) -> dict[int, int]:
    """Place -> days they were there."""
    return {pk: there for pk, (there, _) in _days_there(user, places).items()}


def taken_in_sight(user: object, course: Course) -> int:
    """How many of the seats that are taken are people in the user's sight; the others are looked after elsewhere."""
    return training_places(user).filter(course=course, stage__in=TAKEN).count()


def still_on(user: object, course: Course) -> list[TrainingPlace]:
    """Those in training, by name: who may be said to have finished."""
    rows = training_places(user).filter(course=course, stage=PlaceStage.IN_TRAINING)
    return list(rows.select_related("pathway__candidate").order_by("pathway__candidate__folded_name", "id"))


def is_long_over(course: Course, *, today: date) -> bool:
    """Whether the course ended longer ago than a trainer sees who sat there."""
    return course.ends_on is not None and today - course.ends_on > TRAINER_SEES


def changed_by(row: Row, user: object, *actions: str) -> str:
    """Who did one of these last: a colleague by name, others by their organisation."""
    desk = desk_of(user)
    done = Audit.objects.filter(object=row.uuid, action__in=actions).select_related("actor", "organisation").order_by("-id").first()
    if desk is None or done is None or done.actor is None or done.organisation is None:
        return ""
    return str(done.actor.name if done.organisation_id == desk.organisation_id else done.organisation.name)
