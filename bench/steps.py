"""A step through the door, beside the same rows written raw on one connection. Both are rolled back each time."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit
from bench.pairs import Measured, counted, pair
from bench.world import case_of
from ground.clock import read_clock, today_london
from outreach.models import Message
from pathways.models import Interview, StageChange, Task
from pathways.services.interview import book_chat, move_chat
from pathways.simulation.world import World

LOG = (
    "INSERT INTO pathways_stagechange (uuid, reporting_id, machine, subject_id, pathway_id, step, from_stage, to_stage,"
    " actor_kind, actor_id, said_by, said_how, happened_on, happened_quality, recorded_at, reason, before)"
    " VALUES (gen_random_uuid(), gen_random_uuid(), 'interview', %s, %s, 'move', 'booked', 'booked',"
    " 'worker', %s, '', '', %s, 'exact', %s, '', '{}') RETURNING id"
)


def steps(world: World, size: int) -> Iterator[Measured]:
    """A booked chat is moved: log, tasks, the text that tells the person, audit, and what stands on the case."""
    at, by, case = read_clock(), world.worker_actors[0], case_of(world)
    chat = book_chat(case=case, when=at + timedelta(days=3), place="Library", host=None, by=by, at=at)
    when = at + timedelta(days=4)
    text = _copy(Message.objects.filter(candidate=case.candidate).latest("id"), occasion="gen_random_uuid()::text", provider_id="''")
    task = _copy(Task.objects.filter(pathway=case, subject=f"interview:{chat.pk}", state="open").get())
    audit = _copy(Audit.objects.filter(action="interview.book").latest("id"))

    def ours() -> None:
        move_chat(chat=Interview.objects.get(pk=chat.pk), when=when, place="Hub", host=None, by=by, at=at)

    def floor() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM pathways_pathway WHERE id = %s FOR NO KEY UPDATE", [case.pk])
            cursor.execute("SELECT * FROM pathways_interview WHERE id = %s FOR NO KEY UPDATE", [chat.pk])
            cursor.execute("UPDATE pathways_interview SET place = 'Hub', at = %s, version = version + 1 WHERE id = %s", [when, chat.pk])
            cursor.execute(LOG, [chat.pk, case.pk, by.user_id, today_london(at), at])
            change = cursor.fetchone()[0]
            cursor.execute(
                "UPDATE pathways_task SET state = 'done', closed_by_id = %s, closed_on = %s, version = version + 1"
                " WHERE pathway_id = %s AND subject = %s AND state = 'open'",
                [change, today_london(at), case.pk, f"interview:{chat.pk}"],
            )
            cursor.execute(task)
            cursor.execute("UPDATE outreach_fact SET value = %s WHERE key = %s", [f"booked {when}", f"interview:{chat.pk}"])
            cursor.execute(text)
            cursor.execute("UPDATE pathways_pathway SET next_due_on = %s WHERE id = %s", [today_london(when), case.pk])
            cursor.execute(audit)

    told = [_written(act) for act in (ours, floor)]
    if told[0] != told[1]:
        raise RuntimeError(f"The floor of a step writes other rows: {told[1]} beside {told[0]}.")
    mine, bare = partial(_rolled_back, ours), partial(_rolled_back, floor)
    yield pair("step", size=size, who="worker", goal=6, ours=mine, floor=bare, times=20, remark="log, task, text, audit")
    with CaptureQueriesContext(connection) as asked:
        mine()
    yield counted("step statements", len(asked), size=size, who="worker", goal=40)


def _rolled_back(act: Callable[[], None]) -> None:
    with transaction.atomic():
        act()
        transaction.set_rollback(True)


def _written(act: Callable[[], None]) -> dict[str, int]:
    """How many rows an act writes."""
    with transaction.atomic():
        last = {each: each._base_manager.latest("id").pk for each in (StageChange, Task, Message, Audit)}
        act()
        found = {each.__name__: each._base_manager.filter(pk__gt=pk).count() for each, pk in last.items()}
        transaction.set_rollback(True)
    return found


def _copy(row: models.Model, **instead: str) -> str:
    """SQL that writes the same row once more, under new ids."""
    fresh = {"uuid": "gen_random_uuid()", "reporting_id": "gen_random_uuid()", **instead}
    names = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    table = row._meta.db_table
    values = ", ".join(fresh.get(name, f'"{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE id = {row.pk}"
