"""Many people handed over at once: what `hand_over` does to one case, done to all of them by the same few statements.

Of what the door does after a step this is all that a hand-over brings with it. The stage stays where it is, so no stage begins,
no case ends and none follows; `workflow.owed` and `services.text` name no hand-over, so nothing is opened, closed or told by it.
What is left is the fact that a text may rely on, and what is owed once six months stand confirmed. A test holds the tables of the
two ways against each other: whoever changes what a step writes is told that it is written here too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from accounts.models import Audit, Organisation, Programme, User
from accounts.services.audit import acts_on_many, note, service
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, NotYours, Refused
from outreach.services.message import change_facts
from pathways.ledger.sheets import write_rows
from pathways.models import Pathway, RetentionCheck, StageChange
from pathways.queries.block import kept_from, people_of
from pathways.queries.facts import SIX_MONTHS, facts_of_many
from pathways.rules import holds, may_take
from pathways.services.door import TODAY, Taken, chart_steps, last_days_of
from pathways.services.task import owe_finishing_of_many
from pathways.services.undo import undo_step
from pathways.workflow.truth import truth_of

#: The most that are handed over by one press.
MOST = 10_000
#: The most that are taken back by one press: each is undone by itself, with all that hangs on it.
MOST_BACK = 100
#: What is read of each case: what the rule asks, what is written over, and the marks that its facts are told from.
READ = (
    *("uuid", "version", "stage", "owner", "organisation", "programme"),
    *("interested_on", "ready_on", "looked_past", "imported_stage", "read_with", "merged_into"),
)


@dataclass(frozen=True)
class HandedOver:
    """How many went over, and how many were left out: changed meanwhile, of a later day than the one told, theirs already.

    `first` names the change of the first that went: by it all of them can be taken back.
    """

    done: int = 0
    changed: int = 0
    later: int = 0
    theirs: int = 0
    first: UUID | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Going:
    """One case that goes over, and by which seat."""

    case: Any
    seat: Actor


@service("case.hand_over_many")
def hand_over_many(
    *,
    chosen: Mapping[int, int],
    to: User,
    organisation: Organisation,
    seats: Sequence[Actor] = (),
    by: Actor,
    at: datetime,
    taken: Taken = TODAY,
) -> HandedOver:
    """Hand over the cases in `chosen`, each by its id with the version that whoever chose it had seen.

    The first of `seats` (without any, `by`) that gives both the case and the verb takes the step; where none does, all is refused.
    A case that somebody changed since, or with a step after the day told, is left out and counted; so is one that is theirs already.
    Raises Refused when the day is still to come, NotYours.
    """
    day = taken.happened_on or today_london(at)
    if day > today_london(at):
        raise Refused("That day is still to come.", field="happened_on")
    cases = _locked(chosen)
    if kept_from(people_of([case.pk for case in cases]), today=today_london(at)).filter(user=to).exists():
        raise Refused("They cannot take one of these people. Choose somebody from the list.", field="to")
    theirs = [case for case in cases if case.owner_id == to.pk]
    as_seen = [case for case in cases if case.owner_id != to.pk and case.version == chosen[case.pk] and case.is_open]
    last = last_days_of(Pathway.machine, [case.pk for case in as_seen]) if day < today_london(at) else {}
    going = [Going(case, _seat_for(case, seats or (by,))) for case in as_seen if last.get(case.pk, day) <= day]
    first: UUID | None = None
    if going:
        first = _write(going, to=to, organisation=organisation, day=day, at=at, taken=taken)
    note(fields=["owner", "organisation", "reason"], rows=len(going))
    left = len(chosen) - len(theirs) - len(as_seen)
    return HandedOver(done=len(going), changed=left, later=len(as_seen) - len(going), theirs=len(theirs), first=first)


@service("case.hand_over_back")
def take_back_many(*, changes: Sequence[StageChange], seats: Sequence[Actor], by: Actor, at: datetime) -> int:
    """Undo a hand-over of many, each of them as one is undone; how many came back. What was done with the others since keeps them."""
    back = 0
    for change in sorted(changes, key=lambda each: each.pathway_id or 0):
        seat = next((each for each in seats if holds(each, on=change.pathway, pathway=change.pathway)), by)
        try:
            with transaction.atomic():
                undo_step(change=change, by=seat, at=at)
        except (Refused, Conflict, NotYours):
            continue
        back += 1
    note(rows=back)
    return back


def _locked(chosen: Mapping[int, int]) -> list[Any]:
    """The cases as they are now, locked one after the other by id, as every door does; each with `person`, whose case it is."""
    rows = Pathway.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=list(chosen)).only(*READ)
    cases = list(rows.annotate(person=F("candidate__uuid")).order_by("id"))
    programmes = Programme.objects.in_bulk({case.programme_id for case in cases})  # one each, so that its partners are asked once
    for case in cases:
        case.programme = programmes[case.programme_id]
    return cases


def _seat_for(case: Pathway, seats: Sequence[Actor]) -> Actor:
    declared = chart_steps(Pathway.machine)["hand_over"]
    for seat in seats:
        if holds(seat, on=case, pathway=case) and may_take(seat, declared, on=case, pathway=case):
            return seat
    raise NotYours("Your role may not take this step.")


def _write(going: Sequence[Going], *, to: User, organisation: Organisation, day: date, at: datetime, taken: Taken) -> UUID:
    ids = [each.case.pk for each in going]
    # First of all: for each case its history opens a subtransaction, and each of those looks through all that waits for the commit.
    Pathway.objects.filter(pk__in=ids).update(owner=to, organisation=organisation, version=F("version") + 1)
    causes = _log(going, day=day, at=at, taken=taken)
    _own(causes, to=to, day=day, at=at)
    change_facts({f"{Pathway.machine}:{each.case.pk}": truth_of(each.case) for each in going})
    six = set(RetentionCheck.objects.filter(pathway__in=ids, milestone=SIX_MONTHS, stage="confirmed").values_list("pathway", flat=True))
    if six:
        cases = {each.case.pk: each.case for each in going if each.case.pk in six}
        known = facts_of_many(list(cases.values()))
        owe_finishing_of_many(facts={case: known[pk] for pk, case in cases.items()}, causes=causes, day=day, at=at)
    for seat, about in _by_seat(going).items():
        write_rows(
            Audit, acts_on_many(action="case.hand_over", by=seat, at=at, kind=Pathway._meta.label_lower, about=about, fields=["taken"])
        )
    return StageChange.objects.values_list("uuid", flat=True).get(pk=min(causes.values()))


def _by_seat(going: Sequence[Going]) -> dict[Actor, list[tuple[UUID, UUID]]]:
    found: dict[Actor, list[tuple[UUID, UUID]]] = {}
    for each in going:
        found.setdefault(each.seat, []).append((each.case.uuid, each.case.person))
    return found


LOG = """
    INSERT INTO pathways_stagechange (uuid, reporting_id, machine, subject_id, pathway_id, step, from_stage, to_stage, actor_kind, actor_id,
        organisation_id, said_by, said_how, happened_on, happened_quality, recorded_at, reason, before)
    SELECT gen_random_uuid(), gen_random_uuid(), 'pathway', id, id, 'hand_over', stage, stage, kind, actor, organisation, said_by, said_how,
        %s, %s, %s, %s, jsonb_build_object('owner_id', was_owner, 'organisation_id', was_organisation)
    FROM unnest(%s::bigint[], %s::varchar[], %s::bigint[], %s::bigint[],
        %s::varchar[], %s::bigint[], %s::bigint[], %s::varchar[], %s::varchar[]) WITH ORDINALITY
        AS told (id, stage, was_owner, was_organisation, kind, actor, organisation, said_by, said_how, place)
    ORDER BY place
    RETURNING pathway_id, id
"""


def _log(going: Sequence[Going], *, day: date, at: datetime, taken: Taken) -> dict[int, int]:
    """A row of the log for each case, with what was there when it was locked. The row's id by that of the case."""
    told = [
        (case.pk, case.stage, case.owner_id, case.organisation_id, by.kind, by.user_id, by.organisation_id, by.said_by, by.said_how)
        for case, by in ((each.case, each.seat) for each in going)
    ]
    columns = [list(column) for column in zip(*told, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(LOG, [day, taken.quality, at, taken.reason, *columns])
        return dict(cursor.fetchall())


LET_GO = """
    UPDATE pathways_ownership SET to_on = %s, closed_by_id = told.change
    FROM unnest(%s::bigint[], %s::bigint[]) AS told (pathway, change)
    WHERE pathway_id = told.pathway AND to_on IS NULL AND voided_at IS NULL
"""
TAKE_ON = """
    INSERT INTO pathways_ownership (uuid, reporting_id, version, created_at, pathway_id, user_id, from_on, opened_by_id)
    SELECT gen_random_uuid(), gen_random_uuid(), 1, %s, told.pathway, %s, %s, told.change
    FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS told (pathway, change, place) ORDER BY told.place
"""


def _own(causes: Mapping[int, int], *, to: User, day: date, at: datetime) -> None:
    """Whose it was until that day, and whose it is from then on."""
    pairs = [list(causes), list(causes.values())]
    with connection.cursor() as cursor:
        cursor.execute(LET_GO, [day, *pairs])
        cursor.execute(TAKE_ON, [at, to.pk, day, *pairs])
