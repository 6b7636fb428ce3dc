"""Thousands handed over at once, beside the same rows written by set-based SQL. Both are rolled back each time."""

from collections.abc import Callable, Iterator
from functools import partial

from django.db import connection, transaction
from django.db.models import Model

from accounts.models import Audit
from bench.pairs import Measured, pair
from bench.world import lead_actor, lead_of
from ground.clock import read_clock, today_london
from outreach.models import Message
from pathways.models import Ownership, Pathway, StageChange, Task
from pathways.services.door import Taken
from pathways.services.handing_over import MOST, hand_over_many
from pathways.simulation.world import World

LOCK = "SELECT id, owner_id, organisation_id FROM pathways_pathway WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
LOG = """
    INSERT INTO pathways_stagechange (uuid, reporting_id, machine, subject_id, pathway_id, step, from_stage, to_stage, actor_kind, actor_id,
        organisation_id, said_by, said_how, happened_on, happened_quality, recorded_at, reason, before)
    SELECT gen_random_uuid(), gen_random_uuid(), 'pathway', id, id, 'hand_over', stage, stage, 'lead', %s, %s, '', '', %s, 'exact', %s,
        'balance', jsonb_build_object('owner_id', was.owner, 'organisation_id', was.organisation)
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS was (case_id, owner, organisation) JOIN pathways_pathway ON id = was.case_id
"""
LET_GO = """
    UPDATE pathways_ownership AS held SET to_on = %s, closed_by_id = log.id FROM pathways_stagechange AS log
    WHERE log.id > %s AND held.pathway_id = log.pathway_id AND held.to_on IS NULL AND held.voided_at IS NULL
"""
TAKE_ON = """
    INSERT INTO pathways_ownership (uuid, reporting_id, version, created_at, pathway_id, user_id, from_on, opened_by_id)
    SELECT gen_random_uuid(), gen_random_uuid(), 1, %s, pathway_id, %s, %s, id FROM pathways_stagechange WHERE id > %s
"""
MOVE = "UPDATE pathways_pathway SET owner_id = %s, organisation_id = %s, version = version + 1 WHERE id = ANY(%s)"
FACT = """
    UPDATE outreach_fact SET value = mine.stage FROM pathways_pathway AS mine
    WHERE mine.id = ANY(%s) AND key = 'pathway:' || mine.id AND value <> mine.stage
"""
#: What each case's row of the audit says; the seal over it is a constant here, as long as one that is worked out.
AUDIT = """
    INSERT INTO accounts_audit (uuid, reporting_id, version, created_at, at, actor_id, actor_kind, membership_id, organisation_id,
        on_behalf_of, action, object_kind, object, person, fields, rows, route, hmac)
    SELECT gen_random_uuid(), gen_random_uuid(), 1, %s, %s, %s, 'lead', %s, %s, '', 'case.hand_over', 'pathways.pathway', mine.uuid,
        who.uuid, '{taken}', 1, '', repeat('0', 67)
    FROM pathways_pathway AS mine JOIN candidates_candidate AS who ON who.id = mine.candidate_id WHERE mine.id = ANY(%s)
"""
#: And the press.
PRESS = """
    INSERT INTO accounts_audit (uuid, reporting_id, version, created_at, at, actor_id, actor_kind, membership_id, organisation_id,
        on_behalf_of, action, object_kind, fields, rows, route, hmac)
    VALUES (gen_random_uuid(), gen_random_uuid(), 1, %s, %s, %s, 'lead', %s, %s, '', 'case.hand_over_many', 'accounts.user', '{owner}', %s,
        '', repeat('0', 67))
"""


def bulk(world: World, size: int) -> Iterator[Measured]:
    """Open cases of many desks go to one: log, who held them and who holds them, the case, its history, audit."""
    at, to, house = read_clock(), world.workers[0], world.delivery[0]
    by = lead_actor(lead_of(world))
    day = today_london(at)
    open_cases = Pathway.objects.open().filter(programme=world.programme).exclude(owner=to).order_by("id")
    chosen = dict(open_cases.values_list("id", "version")[:MOST])
    ids = list(chosen)

    def ours() -> None:
        done = hand_over_many(chosen=chosen, to=to, organisation=house, by=by, at=at, taken=Taken(reason="balance")).done
        if done != len(chosen):
            raise RuntimeError(f"{done} of {len(chosen)} were handed over.")

    def floor() -> None:
        with connection.cursor() as cursor:
            cursor.execute(LOCK, [ids])
            was = [list(column) for column in zip(*cursor.fetchall(), strict=True)]
            cursor.execute("SELECT coalesce(max(id), 0) FROM pathways_stagechange")
            last = cursor.fetchone()[0]
            cursor.execute(MOVE, [to.pk, house.pk, ids])
            cursor.execute(LOG, [by.user_id, by.organisation_id, day, at, *was])
            cursor.execute(LET_GO, [day, last])
            cursor.execute(TAKE_ON, [at, to.pk, day, last])
            cursor.execute(FACT, [ids])
            cursor.execute(AUDIT, [at, at, by.user_id, by.membership_id, by.organisation_id, ids])
            cursor.execute(PRESS, [at, at, by.user_id, by.membership_id, by.organisation_id, len(ids)])

    told = [_written(act) for act in (ours, floor)]
    if told[0] != told[1]:
        raise RuntimeError(f"The floor of many hand-overs writes other rows: {told[1]} beside {told[0]}.")
    mine, bare = partial(_rolled_back, ours), partial(_rolled_back, floor)
    remark = f"{len(chosen):,} hand-overs"
    yield pair("step.bulk", size=size, who="lead", goal=4, ours=mine, floor=bare, times=1, remark=remark)


def _rolled_back(act: Callable[[], None]) -> None:
    with transaction.atomic():
        act()
        transaction.set_rollback(True)


def _written(act: Callable[[], None]) -> dict[str, int]:
    """How many rows an act writes, and how many it closes."""
    counted: dict[str, type[Model]] = {each.__name__: each for each in (StageChange, Ownership, Task, Message, Audit)}
    with transaction.atomic():
        last = {name: model._base_manager.latest("id").pk for name, model in counted.items()}
        closed = Ownership.objects.filter(to_on__isnull=False).count()
        history = _history()
        act()
        found = {name: model._base_manager.filter(pk__gt=last[name]).count() for name, model in counted.items()}
        found |= {"closed": Ownership.objects.filter(to_on__isnull=False).count() - closed, "history": _history() - history}
        transaction.set_rollback(True)
    return found


def _history() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pathways_pathwayownerorganisationsourceevent")
        return int(cursor.fetchone()[0])
