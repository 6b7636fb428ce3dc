"""What is due on somebody's desk: one list, in the order in which a day is worked through."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import BigIntegerField, F, Func, IntegerField, Min, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts.choices import RuleCode
from accounts.models import ProgrammeRule, Standing
from candidates.models import ContactRoute
from ground.actor import Actor
from ground.clock import today_london
from ground.templatetags.said import days_waiting, time_of_day
from outreach.models import Contact
from pathways.models import Pathway, PreEmploymentCheck, Task
from pathways.models.task import TaskKind, TaskState
from pathways.queries.acted import Acted, contact_words, done_row, say_done
from pathways.queries.acts import acts_for, contact_acts
from pathways.queries.company import going_on, of_each
from pathways.queries.due import (
    About,
    Act,
    ListRow,
    about,
    due_words,
    for_whom,
    one_of,
    owed_by_now,
    person_href,
    stage_words,
    subjects_of,
    task_words,
    waiting_words,
    who_owes,
)
from pathways.scope import desks, held, pathways, tasks, tasks_of_held
from pathways.workflow.owed import STOP_IN_A_PAUSE
from pathways.workflow.pathway import OPEN, Stage
from pathways.workflow.placement import BEFORE_START, PlacementStage

#: The most that one desk's day is looked through for.
MOST = 500
SIZE = 25

#: Stages in which the person is seen or asked anyway.
SEEN_ANYWAY = frozenset({Stage.CHAT_BOOKED, Stage.IN_TRAINING, Stage.IN_WORK})

CHATS, OVERDUE, DUE, STUCK, QUIET = range(5)
HEADINGS = {CHATS: "Chats today", OVERDUE: "Overdue", DUE: "Due today", STUCK: "Checks that are stuck", QUIET: "Gone quiet"}


class Place(NamedTuple):
    """Where a row stands in the day's list, and what it is: "t" a task, "c" a case."""

    group: int
    due: date
    kind: str
    pk: int


@dataclass
class TodayList:
    """The page of the list that is shown, in groups, and what lies around it."""

    groups: list[tuple[str, list[ListRow]]] = field(default_factory=list)
    total: int = 0
    start: int = 0

    @property
    def next(self) -> str | None:
        """Where the next page begins."""
        return str(self.start + SIZE) if self.total > self.start + SIZE else None

    @property
    def previous(self) -> str | None:
        """Where the page before begins."""
        return str(max(self.start - SIZE, 0)) if self.start else None

    @property
    def total_words(self) -> str:
        """How many there are, in words."""
        return f"more than {MOST:,}" if self.total > MOST else f"{self.total:,}"


@dataclass(frozen=True)
class Asked:
    """Whose day, which page of it, and what was just done there."""

    user: Any
    actors: Sequence[Actor]
    at: datetime
    whose: str = "me"
    usual: str = "me"
    start: int = 0
    row: str = ""
    place: int = 0
    was: str = ""
    did: Acted | None = None

    @property
    def today(self) -> date:
        return today_london(self.at)

    def address(self, **more: str) -> str:
        """The list as it stands in the address, with more."""
        asked = {"whose": self.whose if self.whose != self.usual else "", "after": str(self.start or "")} | more
        there = urlencode({name: value for name, value in asked.items() if value})
        return f"/today/?{there}" if there else "/today/"


def due_today(asked: Asked) -> TodayList:
    """Everything due or overdue on the desk asked for, a page of it in full. The number of queries does not grow with the rows."""
    places = places_of_day(asked)
    page = TodayList(total=len(places), start=asked.start if asked.start < max(len(places), 1) else 0)
    shown = places[page.start : page.start + SIZE]
    rows = rows_of_day(shown, asked)
    said = done_row(asked.user, asked.did) if asked.did is not None else None
    if said is not None:
        rows = _with_done(rows, said, asked)
    page.groups = [(HEADINGS[group], [row for _, row in part]) for group, part in groupby(rows, key=lambda pair: pair[0])]
    return page


def _with_done(rows: list[tuple[int, ListRow]], said: ListRow, asked: Asked) -> list[tuple[int, ListRow]]:
    """The page with the row that was just acted on, saying what was done, in the group where it stood."""
    groups, shown = [group for group, _ in rows], [row for _, row in rows]
    number = say_done(shown, said, key=asked.row, place=asked.place)
    if len(shown) > len(groups):
        groups.insert(number, groups[min(number, len(groups) - 1)] if groups else DUE)
    return list(zip(groups, shown, strict=True))


def _mine(asked: Asked) -> QuerySet[Pathway]:
    return held(asked.user) if asked.whose == "me" else pathways(asked.user).filter(owner__isnull=False)


def places_of_day(asked: Asked) -> list[Place]:
    """The order of the day: chats, overdue, due, checks that are stuck, people gone quiet. Three queries."""
    today = asked.today
    found: list[Place] = []
    seen: set[int] = set()
    in_touch: set[int] = set()
    for pk, kind, day, case in _due(asked).order_by("due_on", "id")[: MOST + MOST // 2]:
        seen.add(case)
        if kind == TaskKind.KEEP_IN_TOUCH and case in in_touch:
            continue  # one talk is what two missed ones come to
        if kind == TaskKind.KEEP_IN_TOUCH:
            in_touch.add(case)
        group = OVERDUE if day < today else CHATS if kind == TaskKind.HOLD_CHAT else DUE
        found.append(Place(group, day, "t", pk))
    if len(found) > MOST:
        return sorted(found)[: MOST + 1]  # what is due fills the list; the rest stands behind it
    for group, case, since in sorted(_silent(_mine(asked), today)):
        if case not in seen:
            found.append(Place(group, since, "c", case))
            seen.add(case)
    return sorted(found)[: MOST + 1]


def _due(asked: Asked) -> QuerySet:
    """Tasks due or overdue on the desk: (id, kind, due on, case). One's own are two lists in one, each by an index of its own."""
    late = Q(state=TaskState.OPEN, due_on__lte=asked.today) & ~Q(pathway__stage=Stage.VOID)
    late &= Q(pathway__paused_on__isnull=True) | ~Q(kind__in=STOP_IN_A_PAUSE)
    rows = tasks(asked.user).filter(late).values_list("id", "kind", "due_on", "pathway")
    if asked.whose == "me":
        given = Q(assignee__isnull=False, assigned_under=F("pathway__owner"))  # handed over since, it is the new holder's
        own = tasks_of_held(asked.user).filter(late).exclude(given)
        parts = [own.exclude(pathway__stage=Stage.MERGED), _of_cases_taken_in(held(asked.user)).filter(late).exclude(given)]
        mine = [part.values_list("id", "kind", "due_on", "pathway") for part in parts]
        return rows.filter(given, assignee__in=desks(asked.user)).union(*mine, all=True)
    return rows.filter(pathway__owner__isnull=False)


def _of_cases_taken_in(cases: QuerySet[Pathway]) -> QuerySet[Task]:
    """What is owed on cases that are read with one of these: it is for whoever holds the one that goes on."""
    inside = cases.exclude(read_with=[]).annotate(inside=Func(F("read_with"), function="unnest", output_field=BigIntegerField()))
    return Task.objects.filter(pathway__in=inside.values("inside"))


def _silent(cases: QuerySet[Pathway], today: date) -> list[tuple[int, int, date]]:
    """Checks that are stuck and people gone quiet: (group, case, since when). Two queries: the rules of today, and both lists in one."""
    rules = ProgrammeRule.objects.standing([RuleCode.STUCK_DAYS, RuleCode.QUIET_DAYS], day=today)
    lists = [
        rows.annotate(part=Value(group, output_field=IntegerField())).values_list("part", "case", "since")[:MOST]
        for group, rows in ((STUCK, stuck(cases, today, rules)), (QUIET, quiet(cases, today, rules)))
    ]
    return list(lists[0].union(lists[1], all=True))


def stuck(cases: QuerySet[Pathway], today: date, rules: Standing) -> QuerySet:
    """Cases with a check asked for so long ago as its programme's rule says and not there yet: `case`, and `since` the first was asked.

    Of a job that did not go ahead or is over, nobody waits for a check any more.
    """

    def asked(days: int) -> Q:
        return Q(asked_on__lte=today - timedelta(days=days))

    long_ago = rules.where(RuleCode.STUCK_DAYS, asked, programme="pathway__programme")
    awaited = {"stage": "in_progress", "received_on__isnull": True, "placement__stage__in": [*BEFORE_START, PlacementStage.IN_POST]}
    rows = PreEmploymentCheck.objects.filter(long_ago, pathway__in=cases, **awaited)
    return rows.values(case=F("pathway")).annotate(since=Min("asked_on")).order_by("since", "case")


def quiet(cases: QuerySet[Pathway], today: date, rules: Standing) -> QuerySet:
    """Open cases before work in which nobody has spoken with the person for as long as the rule says: `case`, and `since` when."""

    def silent(days: int) -> Q:
        return Q(since__lte=today - timedelta(days=days))

    waiting = [stage for stage in OPEN if stage not in SEEN_ANYWAY]
    rows = cases.filter(stage__in=waiting, paused_on__isnull=True).annotate(
        case=F("pk"), since=Coalesce(F("last_two_way_on"), F("opened_on"))
    )
    return rows.filter(rules.where(RuleCode.QUIET_DAYS, silent)).order_by("since", "case").values("case", "since")


# -- a page of rows ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Beside:
    """What stands beside the rows of one page: phones, today's attempts, and what tasks are about."""

    phones: Mapping[int, ContactRoute]
    tries: Mapping[int, Contact]
    subjects: Mapping[str, Any]


def rows_of_day(places: Sequence[Place], asked: Asked) -> list[tuple[int, ListRow]]:
    """These places in full, each with its group, chats by their time. The number of queries does not grow with the rows."""
    wanted = {place.pk for place in places if place.kind == "t"}
    found = Task.objects.filter(pk__in=wanted).select_related("assignee", *(f"pathway__{name}" for name in WITH_CASE))
    by_task = {task.pk: task for task in found}
    for task in by_task.values():
        task.pathway = going_on(task.pathway)  # the person stands where that one does
    cases = Pathway.objects.filter(pk__in={place.pk for place in places if place.kind == "c"}).select_related(*WITH_CASE)
    by_case = {case.pk: case for case in cases}
    people = [*(task.pathway for task in by_task.values()), *by_case.values()]
    beside = Beside(phones_of(people), tries_of(people, asked.today), subjects_of(by_task.values()))
    rows: list[tuple[int, ListRow]] = []
    chats: list[tuple[datetime, ListRow]] = []
    for number, place in enumerate(places):
        if place.kind == "t" and place.pk in by_task:
            task = by_task[place.pk]
            what = about(task, beside.subjects, asked.today)
            row = task_row(task, what, beside, asked, number)
            if place.group == CHATS:
                chats.append((getattr(what.row, "at", None) or asked.at, row))
                continue
        elif place.pk in by_case:
            row = case_row(by_case[place.pk], place, beside, asked, number)
        else:
            continue
        rows.append((place.group, row))
    return [(CHATS, row) for _, row in sorted(chats, key=lambda pair: pair[0])] + rows


WITH_CASE = ("candidate", "owner", "programme")


def phones_of(cases: Iterable[Pathway]) -> dict[int, ContactRoute]:
    """The number to ring for each person: the first that may be rung, on the record of the case or else on another of theirs."""
    routes = ContactRoute.objects.current().filter(kind__in=["mobile", "landline"], may_call=True).only("candidate", "value")
    return {pk: found[0] for pk, found in of_each(cases, routes).items() if found}


def tries_of(cases: Iterable[Pathway], today: date) -> dict[int, Contact]:
    """The last attempt of today for each person, on whichever of their records it was written down."""
    rows = Contact.objects.filter(day=today, voided_at__isnull=True)
    return {pk: max(found, key=lambda row: row.pk) for pk, found in of_each(cases, rows).items() if found}


def task_row(task: Task, what: About, beside: Beside, asked: Asked, number: int) -> ListRow:
    """A task as a row of the list."""
    case = task.pathway
    row = _row(f"t-{task.uuid}", case, beside, asked)
    row.next = task_words(task, what)
    owed_by = owed_by_now(task, asked.today)
    row.owed = who_owes(
        owed_by, owner=case.owner, me=asked.user.pk, called=case.candidate.called, employer=what.employer, given_to=task.given_to
    )
    if asked.whose == "me":
        row.where = for_whom(row.where, task.given_to or case.owner, me=asked.user.pk)
    row.ours = owed_by == "worker"
    row.due = due_words(task.due_on, asked.today)
    row.overdue = task.due_on < asked.today
    back = asked.address(row=row.key, place=str(number), was=task.due_on.isoformat()) + "#acted"
    passed = getattr(what.row, "at", None) is not None and what.row.at <= asked.at
    row.acts = acts_for(task, what, by=one_of(asked.actors, case), today=asked.today, back=back, passed=passed, phone=row.phone)
    return row


def case_row(case: Pathway, place: Place, beside: Beside, asked: Asked, number: int) -> ListRow:
    """Somebody gone quiet, or with a check that is stuck."""
    row = _row(f"c-{case.uuid}", case, beside, asked)
    if asked.whose == "me":
        row.where = for_whom(row.where, case.owner, me=asked.user.pk)
    back = asked.address(row=row.key, place=str(number)) + "#acted"
    if place.group == STUCK:
        row.next = f"A check asked for {days_waiting(place.due, asked.today)} ago is not there yet"
        row.owed, row.due = "The employer", ""
        row.acts = [Act("See the checks", f"{row.href}#jobs", tap=False)]
    else:
        never = case.last_two_way_on is None
        row.next = "Not spoken with since we met" if never else "Not spoken with lately"
        row.owed = who_owes("worker", owner=case.owner, me=asked.user.pk)
        row.ours, row.due = True, f"{days_waiting(place.due, asked.today)} of silence"
        row.acts = contact_acts(case, back, phone=row.phone)
    return row


def _row(key: str, case: Pathway, beside: Beside, asked: Asked) -> ListRow:
    row = ListRow(
        key=key,
        name=case.candidate.name,
        href=person_href(case),
        where=stage_words(case),
        waiting=waiting_words(case, asked.today),
    )
    tried = beside.tries.get(case.candidate_id)
    row.note = f"{contact_words(tried)}, {time_of_day(tried.at)}" if tried is not None else ""
    route = beside.phones.get(case.candidate_id)
    row.phone = route.value if route is not None else ""
    return row
