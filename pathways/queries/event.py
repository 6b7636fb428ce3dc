"""Events: the list, one event with whom it was given a name by, and what came of that through the log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import BigIntegerField, BooleanField, Count, Exists, ExpressionWrapper, F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import OrderBy

from accounts.models import Programme
from ground.tables import Column
from ground.templatetags.said import counted, in_days, short_day, weekday
from outreach.models import Event
from pathways.models import Pathway, RetentionCheck, StageChange
from pathways.queries.caseload import families_and_wards
from pathways.scope import pathways
from pathways.workflow.pathway import OPEN
from places.models import Ward


def listed(user: object, chosen: Mapping[str, str], *, today: date) -> tuple[QuerySet[Event], tuple[str, ...]]:
    """Events in sight that the filters ask for, and their order: to come, the next one first; or past, the latest first."""
    past = chosen.get("show") == "past"
    rows = Event.objects.for_user(user).select_related("organisation", "programme")
    if chosen.get("show") == "cancelled":
        rows = rows.filter(cancelled_on__isnull=False)
    else:
        rows = rows.going_ahead().filter(Q(day__lt=today) if past else Q(day__gte=today))
    if chosen.get("mine"):
        rows = rows.filter(staff=getattr(user, "pk", None))
    if days := stretch(chosen.get("period", ""), past=past, today=today):
        rows = rows.filter(day__range=days)
    if chosen.get("ward"):
        rows = rows.filter(ward_code=chosen["ward"])
    if chosen.get("programme"):
        rows = rows.filter(programme__uuid=UUID(chosen["programme"]))
    by_day = ("-day", "-starts_at", "-id") if past or chosen.get("show") == "cancelled" else ("day", "starts_at", "id")
    return rows, {"name": ("name", "id"), "talks": ("-tally", "-id")}.get(chosen.get("sort", ""), by_day)


def stretch(period: str, *, past: bool, today: date) -> tuple[date, date] | None:
    """The days that a period means: from today on, or back from today."""
    if not period.isdigit():
        return None
    days = timedelta(days=int(period))
    return (today - days, today) if past else (today, today + days)


def ordering(order: tuple[str, ...]) -> list[OrderBy]:
    """The order of a file: the list's own, what has no time of day after what has one."""
    fields = [(F(name.removeprefix("-")), name.startswith("-")) for name in order]
    return [field.desc(nulls_last=True) if falling else field.asc(nulls_last=True) for field, falling in fields]


def choices_for(user: object, today: date) -> tuple[list[Programme], list[tuple[str, str]]]:
    """The programmes and wards that the list may be narrowed to."""
    return list(Programme.objects.for_user(user).order_by("name", "id")), families_and_wards(today)[1]


# -- words -------------------------------------------------------------------------------------------------------------------------


def hours_words(event: Event) -> str:
    """10:00 to 14:00; from 10:00."""
    begins, ends = _hour(event.starts_at), _hour(event.ends_at)
    if begins and ends:
        return f"{begins} to {ends}"
    return f"from {begins}" if begins else (f"until {ends}" if ends else "")


def _hour(at: time | None) -> str:
    return f"{at:%H:%M}" if at else ""


def when_words(event: Event) -> str:
    """Saturday 28 November 2026, 10:00 to 14:00."""
    return ", ".join(words for words in (weekday(event.day), hours_words(event)) if words)


def ward_names(codes: Sequence[str]) -> dict[str, str]:
    """Ward -> its name. One query."""
    return dict(Ward.objects.filter(code__in=[code for code in codes if code]).values_list("code", "name"))


# -- people met --------------------------------------------------------------------------------------------------------------------


#: Cases that stand for nobody: entered in error, and those that go on as another.
NOT_THEIRS = ["void", "merged"]


def _in_sight(user: object, event: Event) -> QuerySet[Pathway]:
    """Cases in the user's sight as which somebody met there may stand in a list: opened from the event, or in its programme."""
    return pathways(user).filter(Q(event=event) | Q(programme=event.programme_id)).exclude(stage__in=NOT_THEIRS)


def _opened(events: Iterable[int]) -> QuerySet[Pathway]:
    return Pathway.objects.counted().filter(event__in=events).order_by()


def _talked(events: Iterable[int]) -> QuerySet[Pathway]:
    """All cases of the records that were talked with at these events."""
    return Pathway.objects.filter(candidate__contacts__event__in=events, candidate__contacts__voided_at__isnull=True).order_by()


def _people(events: Iterable[int]) -> QuerySet:
    """The keys of all who were met at these events, seen by somebody or not."""
    return _opened(events).values("person_key").union(_talked(events).values("person_key"))


def _cases_met(user: object, event: Event) -> QuerySet[Pathway]:
    """All cases in the user's sight of the people who were met there, on whichever of their records."""
    return _in_sight(user, event).filter(person_key__in=_people([event.pk]))


def met_at(user: object, event: Event) -> QuerySet[Pathway]:
    """Of each person in the user's sight who was met there by name, one case: the open one, else the latest.

    They were met whose case was opened from the event or by its form, and who was talked with at it, whatever was merged since.
    """
    closed = ExpressionWrapper(~Q(stage__in=OPEN), output_field=BooleanField())
    theirs = _in_sight(user, event).filter(person_key=OuterRef("person_key")).order_by(closed, "-pk")
    return _cases_met(user, event).filter(pk=Subquery(theirs.values("pk")[:1]))


def numbers_met(user: object, events: Sequence[Event]) -> dict[int, int]:
    """Event -> how many people in the user's sight were met there by name. Two queries, however many events."""
    known = {event.pk: event for event in events}
    seen = pathways(user).exclude(stage__in=NOT_THEIRS).filter(person_key__in=_people(known)).order_by()
    here: set[tuple[str, int, UUID]] = set()
    for person, opened_at, programme in seen.values_list("person_key", "event", "programme"):
        here |= {("event", opened_at, person), ("programme", programme, person)}
    found: dict[int, set[UUID]] = {pk: set() for pk in known}
    met = _opened(known).values_list("event", "person_key").union(_talked(known).values_list("candidate__contacts__event", "person_key"))
    for pk, person in met:
        if ("event", pk, person) in here or ("programme", known[pk].programme_id, person) in here:
            found[pk].add(person)
    return {pk: len(people) for pk, people in found.items()}


#: What somebody reached after they were met: name in the address, words, and the rows of the log that say so.
REACHED: Mapping[str, tuple[str, Q]] = {
    "interested": ("Were interested", Q(machine="pathway", step__in=["express_interest", "return"])),
    "chat": ("Had a chat", Q(machine="interview", to_stage="held")),
    "training": ("Began training", Q(machine="training_place", to_stage="in_training")),
    "offer": ("Had an offer", Q(machine="introduction", to_stage="offered")),
    "started": ("Started work", Q(machine="placement", to_stage="in_post")),
    "six_months": ("Six months in work", Q(machine="retention_check", to_stage="confirmed")),
}
NO_STEP = Q(pk__in=[])


def _read_with(cases: QuerySet[Pathway]) -> QuerySet:
    """The ids of these cases and of those that were taken into them: what came of a person stands on all of them."""
    inside = cases.exclude(read_with=[]).annotate(inside=Func(F("read_with"), function="unnest", output_field=BigIntegerField()))
    return cases.order_by().values("pk").union(inside.order_by().values("inside"))


def _standing(cases: QuerySet[Pathway], event: Event) -> QuerySet[StageChange]:
    """The log of these cases from the day of the event on, without what was undone and what was entered in error."""
    void = StageChange.objects.filter(machine=OuterRef("machine"), subject_id=OuterRef("subject_id"), to_stage="void")
    rows = StageChange.objects.filter(pathway__in=_read_with(cases), happened_on__gte=event.day)
    return rows.filter(~Exists(void.filter(undoes__isnull=True, undone_by__isnull=True)), undoes__isnull=True, undone_by__isnull=True)


def _says(name: str, cases: QuerySet[Pathway]) -> Q:
    said = REACHED[name][1] if name in REACHED else NO_STEP
    if name == "six_months":
        checks = RetentionCheck.objects.filter(milestone="six_months", pathway__in=_read_with(cases))
        said &= Q(subject_id__in=checks.values("pk"))
    return said


@dataclass(frozen=True)
class Came:
    """One line of what came of it: how many of those who were met, and the list of them."""

    name: str
    words: str
    number: int


def came_of_it(user: object, event: Event) -> list[Came]:
    """Of the people met there and in sight, how many then reached what, counted in the log. One query."""
    cases = _cases_met(user, event)
    counts = {name: Count("pathway__person_key", distinct=True, filter=_says(name, cases)) for name in REACHED}
    found = _standing(cases, event).aggregate(**counts)
    return [Came(name, words, found[name]) for name, (words, _) in REACHED.items()]


def people_met(user: object, event: Event, *, reached: str = "") -> QuerySet[Pathway]:
    """Those who were met there by name and are in sight; only those who then reached something, where that is asked."""
    cases = met_at(user, event)
    if reached:
        every = _cases_met(user, event)
        cases = cases.filter(person_key__in=_standing(every, event).filter(_says(reached, every)).values("pathway__person_key"))
    return cases.annotate(by_form=_by_form(event)).select_related("candidate", "owner")


def _by_form(event: Event) -> ExpressionWrapper:
    """Whether only the form names the event: they wrote with its code, and no talk with them there is on record."""
    talked = _talked([event.pk]).filter(person_key=OuterRef("person_key"))
    began = {"pathway__person_key": OuterRef("person_key"), "pathway__event": event, "from_stage": "new"}
    wrote = StageChange.objects.filter(machine="pathway", actor_kind="candidate", **began)
    return ExpressionWrapper(Exists(wrote) & ~Exists(talked), output_field=BooleanField())


def number_by_form(user: object, event: Event) -> int:
    """How many of them only the form names. One query."""
    return met_at(user, event).filter(_by_form(event)).order_by().count()


# -- the list as rows and as a file ------------------------------------------------------------------------------------------------


def said_of_talks(event: Event, press: str) -> str:
    """What came of a press on the talks: one more, one less, or none there to take off. Nothing where nothing was pressed."""
    talks = f"{counted(event.tally, 'talk')} now."
    return {"more": f"Counted: {talks}", "less": f"Taken back: {talks}", "none": "No talk is counted that could be taken off."}.get(
        press, ""
    )


def row_of(
    event: Event, *, met: int, ward: str, today: date, organisation: bool, back: str, did: str, press: str = "more"
) -> dict[str, Any]:
    """An event as a row of the list. On its day talks are counted here: `back` is the list, `did` the row in which `press` was pressed."""
    key = f"e-{event.uuid}"
    on_now = event.day == today and event.cancelled_on is None
    day = f"{weekday(event.day).partition(' ')[0][:3]} {short_day(event.day)}"
    where = " · ".join(words for words in (day, hours_words(event), event.venue) if words)
    note = " · ".join(words for words in (event.organisation.name if organisation else "", ward) if words)
    off = event.cancelled_on is not None
    return {
        "name": event.name,
        "href": f"/events/{event.uuid}/",
        "key": key,
        "where": where,
        "note": note,
        "next": f"{counted(event.tally, 'talk')}, {counted(met, 'person,people')} by name" if event.day <= today or met else "",
        "due": "Cancelled" if off else in_days(event.day, today),
        "talks_href": f"/events/{event.uuid}/talks/?{urlencode({'back': f'{back}#{key}'})}" if on_now else "",
        "done": said_of_talks(event, press) if on_now and did == key else "",
        "undo": on_now and did == key and event.tally > 0,
    }


def columns(met: Mapping[int, int], wards: Mapping[str, str]) -> list[Column]:
    """What the file holds of each event: no person's name."""
    return [
        Column("Event", lambda event: event.name),
        Column("Day", lambda event: event.day),
        Column("From", lambda event: event.starts_at),
        Column("To", lambda event: event.ends_at),
        Column("Where", lambda event: event.venue),
        Column("Ward", lambda event: wards.get(event.ward_code, "")),
        Column("Ward code", lambda event: event.ward_code),
        Column("Organisation", lambda event: event.organisation.name),
        Column("Programme", lambda event: event.programme.name),
        Column("Talks without a name", lambda event: event.tally),
        Column("People met by name", lambda event: met.get(event.pk, 0)),
        Column("Cancelled on", lambda event: event.cancelled_on),
    ]
