"""The caseload: whose people, filtered and sorted as the address says. Figures and lists of others use the same rows."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import OrderBy

from accounts.choices import RuleCode
from accounts.desk import desk_of
from accounts.models import Membership, ProgrammeRule, Standing, User
from candidates.models import AddressPlace, ContactRoute
from employers.models import JobFamily
from ground.phones import show_phone
from ground.tables import Column
from ground.templatetags.said import in_days
from pathways.models import Pathway
from pathways.models.case import IN_WORK_LAST, SILENT_SINCE, STAGE_PLACE
from pathways.models.task import TaskKind
from pathways.queries.company import first_of
from pathways.queries.due import (
    KIND_WORDS,
    NOT_WAITING,
    ListRow,
    chat_is_over,
    due_words,
    for_whom,
    person_href,
    stage_words,
    waiting_words,
    who_owes,
)
from pathways.scope import CASE_ROLES, held, pathways
from pathways.workflow.pathway import OPEN, PHASE_OF, Stage
from places.queries import wards_on

WITH_ROW = ("candidate", "owner")
#: What a row of the list and of the file shows; the rest of the case stays where it is.
SHOWN = (
    *("uuid", "stage", "stage_since", "next_kind", "next_owed_by", "next_due_on", "last_two_way_on", "candidate", "owner"),
    *("candidate__uuid", "candidate__first_name", "candidate__last_name", "candidate__known_as", "candidate__folded_name"),
    *("owner__name", "owner__email"),
)

#: Sort -> the order, as ground.paging takes it. Rows without a value come last.
ORDERS: Mapping[str, tuple[str, ...]] = {
    "due": ("next_due_on", "id"),
    "name": ("candidate__folded_name", "id"),
    "waiting": ("in_work_last", "stage_since", "id"),
    "heard": ("silent_since", "id"),
    "stage": ("stage_place", "id"),
}


def rows(user: object, filters: Mapping[str, str], *, today: date) -> QuerySet[Pathway]:
    """Cases in the user's sight that the filters ask for, with all that a row shows.

    Filters, each may be left out: whose (me, team, all), stage, phase, owner (a user's id, or nobody), owed, due
    (overdue, today, week, none), heard (quiet, never), family, ward. Open cases alone, unless a stage or phase is asked for.
    What cannot be read is left out.
    """
    seen = held(user) if filters.get("whose") == "me" else pathways(user)
    found = seen.select_related(*WITH_ROW).only(*SHOWN)
    if not filters.get("stage") and not filters.get("phase"):
        found = found.filter(stage__in=OPEN)
    for name, narrow in NARROW.items():
        value = filters.get(name, "")
        if value:
            found = narrow(found, value, user, today)
    return found


def _whose(found: QuerySet[Pathway], value: str, user: object, today: date) -> QuerySet[Pathway]:
    desk = desk_of(user)
    if value == "team" and desk is not None:
        return found.filter(organisation=desk.organisation_id)
    return found


def _stage(found: QuerySet[Pathway], value: str, user: object, today: date) -> QuerySet[Pathway]:
    return found.filter(stage=value)


def _phase(found: QuerySet[Pathway], value: str, user: object, today: date) -> QuerySet[Pathway]:
    return found.filter(stage__in=[stage for stage, phase in PHASE_OF.items() if phase == value and stage != Stage.VOID])


def _owner(found: QuerySet[Pathway], value: str, user: object, today: date) -> QuerySet[Pathway]:
    if value == "nobody":
        return found.filter(owner__isnull=True)
    try:
        return found.filter(owner__uuid=UUID(value))
    except ValueError:
        return found


def _owed(found: QuerySet[Pathway], value: str, user: object, today: date) -> QuerySet[Pathway]:
    """As the rows say it: how a chat went is ours to say, once its day has passed."""
    over = Q(next_kind=TaskKind.HOLD_CHAT, next_due_on__lt=today)
    if value == "worker":
        return found.filter(Q(next_owed_by=value) | over)
    return found.filter(next_owed_by=value).exclude(over) if value == "candidate" else found.filter(next_owed_by=value)


def _due(found: QuerySet[Pathway], value: str, user: object, today: date) -> QuerySet[Pathway]:
    if value == "none":
        return found.filter(next_due_on__isnull=True)
    until = {"overdue": today - timedelta(days=1), "today": today, "week": today + timedelta(days=7)}.get(value)
    return found if until is None else found.filter(next_due_on__lte=until)


def _heard(found: QuerySet[Pathway], value: str, user: object, today: date) -> QuerySet[Pathway]:
    if value == "never":
        return found.filter(last_two_way_on__isnull=True)
    return found.filter(gone_quiet(ProgrammeRule.objects.standing([RuleCode.QUIET_DAYS], day=today), today))


def gone_quiet(rules: Standing, today: date) -> Q:
    """Nobody has spoken with the person for as long as their programme's rule says."""

    def silent(days: int) -> Q:
        long_ago = today - timedelta(days=days)
        return Q(last_two_way_on__lte=long_ago) | Q(last_two_way_on__isnull=True, opened_on__lte=long_ago)

    return rules.where(RuleCode.QUIET_DAYS, silent)


def _family(found: QuerySet[Pathway], value: str, user: object, today: date) -> QuerySet[Pathway]:
    return found.filter(families__contains=[value])


def _ward(found: QuerySet[Pathway], value: str, user: object, today: date) -> QuerySet[Pathway]:
    lives = AddressPlace.objects.filter(
        ward_code=value,
        address__candidate=OuterRef("candidate"),
        address__valid_to__isnull=True,
        address__replaced_by__isnull=True,
    )
    return found.filter(Exists(lives))


NARROW: Mapping[str, Callable[[QuerySet[Pathway], str, object, date], QuerySet[Pathway]]] = {
    "whose": _whose,
    "stage": _stage,
    "phase": _phase,
    "owner": _owner,
    "owed": _owed,
    "due": _due,
    "heard": _heard,
    "family": _family,
    "ward": _ward,
}


def in_order(found: QuerySet[Pathway], sort: str) -> tuple[QuerySet[Pathway], tuple[str, ...]]:
    """The rows and the order that a sort means."""
    if sort == "stage":
        found = found.annotate(stage_place=STAGE_PLACE)
    if sort == "waiting":
        found = found.annotate(in_work_last=IN_WORK_LAST)
    if sort == "heard":
        found = found.annotate(silent_since=SILENT_SINCE)
    return found, ORDERS.get(sort, ORDERS["due"])


def ordering(order: tuple[str, ...]) -> list[OrderBy]:
    """The order of a file: the list's own, rows without a value last."""
    return [F(name).asc(nulls_last=True) for name in order]


def list_row(case: Pathway, *, me: int | None, today: date, own: bool = False) -> ListRow:
    """A case as a row of the list; of a list of one's own people with whose it is, where their desk is covered."""
    overdue = case.next_due_on is not None and case.next_due_on < today
    owed_by = owed_by_of(case, today)
    return ListRow(
        key=f"c-{case.uuid}",
        name=case.candidate.name,
        href=person_href(case),
        where=for_whom(stage_words(case), case.owner, me=me) if own else stage_words(case),
        next=next_words(case, today),
        owed=who_owes(owed_by, owner=case.owner, me=me, called=case.candidate.called) if case.next_kind else "",
        ours=owed_by == "worker",
        due=due_words(case.next_due_on, today),
        overdue=overdue,
        waiting=waiting_words(case, today),
        note=f"Spoke {in_days(case.last_two_way_on, today)}" if case.last_two_way_on else "No talk logged yet",
    )


def owed_by_of(case: Any, today: date) -> str:
    """Who owes the next thing, of a case or of its values as a file reads them; nobody where nothing is owed."""
    return "worker" if chat_is_over(case.next_kind, case.next_due_on, today) else (case.next_owed_by or "")


def next_words(case: Any, today: date) -> str:
    """The next thing owed, in words; of an open case also that nothing is."""
    if chat_is_over(case.next_kind, case.next_due_on, today):
        return "Say how the chat went"
    return KIND_WORDS.get(case.next_kind, "Nothing planned" if case.stage in OPEN else "")


def holders(user: object, *, today: date) -> list[Any]:
    """People who may hold cases in the user's sight: colleagues, and for a lead everybody in the programme.

    Each with `is_colleague`, whether they have a seat in the user's own organisation.
    """
    desk = desk_of(user)
    if desk is None:
        return []
    where = Q(organisation=desk.organisation_id)
    for seat in desk.seats_as("programme_lead"):
        where |= Q(programme__in=seat.programmes_of())
    seats = Membership.objects.unscoped("workers who may hold a case").filter(where, role__in=CASE_ROLES).current(today)
    found = User.objects.unscoped("workers who may hold a case").filter(pk__in=seats.values("user")).order_by("name", "id")
    here = seats.filter(user=OuterRef("pk"), organisation=desk.organisation_id)
    return list(found.only("uuid", "name").annotate(is_colleague=Exists(here)))


def families_and_wards(today: date) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Job families in use, by name, and wards in force, by council and name: both in one query."""
    names = JobFamily.objects.filter(valid_to__isnull=True).order_by().values_list("code", "name", Value("", output_field=CharField()))
    council = Case(When(authority__name="", then="authority__code"), default="authority__name", output_field=CharField())
    found = list(names.union(wards_on(today).order_by().values_list("code", "name", council), all=True))
    families = sorted(((code, name) for code, name, council in found if not council), key=itemgetter(1))
    wards = sorted((row for row in found if row[2]), key=itemgetter(2, 1, 0))
    return families, [(code, f"{name}, {council}") for code, name, council in wards]


def with_ring(found: QuerySet[Pathway]) -> QuerySet[Pathway]:
    """The same rows, each with `ring`, the first number that the person may be rung on."""
    routes = ContactRoute.objects.current().filter(kind__in=["mobile", "landline"], may_call=True)
    return found.annotate(ring=first_of("value", routes))


def masked(e164: str) -> str:
    """Enough of a number to tell it from another, too little to ring it."""
    return f"ends {e164[-3:]}" if e164 else ""


def as_file(found: QuerySet[Pathway]) -> QuerySet:
    """The same rows as plain values, each with `number`, the first phone of the person: what the columns are read from."""
    routes = ContactRoute.objects.current().filter(kind__in=["mobile", "landline"])
    return found.annotate(number=first_of("value", routes)).values_list(*IN_FILE, named=True)


IN_FILE = (
    *("candidate__first_name", "candidate__last_name", "stage", "stage_since", "next_kind", "next_owed_by", "next_due_on"),
    *("last_two_way_on", "owner__name", "number"),
)


def columns(*, today: date, full_phone: bool) -> list[Column]:
    """The list as a table: what the screen shows, in the same words. Rows come from `as_file`."""
    return [
        Column("Name", lambda row: f"{row.candidate__first_name} {row.candidate__last_name}".strip()),
        Column("Where they are", lambda row: STAGE_WORDS[row.stage]),
        Column("Since", lambda row: row.stage_since),
        Column("Next step", lambda row: next_words(row, today)),
        Column("Owed by", lambda row: OWED_WORDS.get(owed_by_of(row, today), "")),
        Column("Due", lambda row: row.next_due_on),
        Column("Days waiting", lambda row: "" if row.stage in NOT_WAITING or row.stage_since >= today else (today - row.stage_since).days),
        Column("Last spoken with", lambda row: row.last_two_way_on),
        Column("Worker", lambda row: row.owner__name if row.owner__name is not None else "Nobody yet"),
        Column("Phone", lambda row: (show_phone if full_phone else masked)(row.number or "")),
    ]


#: Words of every stage, and of nothing.
STAGE_WORDS = {stage.value: str(stage.label) for stage in Stage}
OWED_WORDS = {"worker": "Us", "candidate": "The person", "employer": "The employer", "lead": "The lead"}
