"""What is owed: opened and closed by steps, closed by hand, put off to another day."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import F, Q, QuerySet

from accounts.models import BankHoliday, ProgrammeRule, User
from accounts.services.audit import service
from ground.actor import Actor
from ground.clock import add_working_days, today_london
from ground.door import Conflict, NotYours, Refused
from ground.rows import Row
from outreach.services.message import withdraw_messages
from pathways.models import Pathway, RetentionCheck, StageChange, Task
from pathways.models.task import TaskKind, TaskState
from pathways.queries.block import kept_from, people_of
from pathways.queries.colleagues import may_do
from pathways.queries.company import going_on, read_together
from pathways.workflow.follow import CaseFacts
from pathways.workflow.owed import ENDING, FINISHING, OWED, STOP_IN_A_PAUSE, TOLD_BY_HAND, Opens, Owed, outlives
from pathways.workflow.pathway import IN_WORK, OPEN, Stage


def settle_tasks(*, change: StageChange, subject: Row, ended: bool) -> None:
    """Open and close what the step says; when a row ends, whatever was owed on it closes."""
    owed = OWED.get((change.machine, change.step), Owed())
    if change.pathway_id is None:
        return
    mine = f"{change.machine}:{subject.pk}"
    today = today_london(change.recorded_at)
    case = subject if isinstance(subject, Pathway) else subject.pathway  # type: ignore[attr-defined]  # a row of a case
    open_tasks = Task.objects.filter(pathway__in=read_together(case), state=TaskState.OPEN)
    closing = list(owed.closes)
    if closing:
        _close(open_tasks.filter(kind__in=closing), change=change, today=today)
    if owed.closes_own or (ended and change.machine != "pathway"):
        _close(open_tasks, change=change, today=today, whole=mine)
    for each in owed.opens:
        _open(each, change=change, subject=subject, mine=mine, stage=case.stage)


def keep_in_touch_again(*, change: StageChange, subject: Row) -> None:
    """Somebody had not left after all: the contacts after a start that are still to come are owed once more."""
    today = today_london(change.recorded_at)
    for each in OWED["placement", "start"].opens:
        due = _due(each, change=change, subject=subject)
        if due is not None and due >= today:
            _open(each, change=change, subject=subject, mine=f"placement:{subject.pk}", stage=Stage.IN_WORK)


def close_all(*, change: StageChange, case: Pathway) -> None:
    """A case that ends owes nothing more but what outlives it: the day to ask again, or whether the job still lasts."""
    kept = [kind for kind in TaskKind if outlives(kind, change.to_stage)]
    rows = Task.objects.filter(pathway__in=case.ids, state=TaskState.OPEN).exclude(kind__in=kept)
    _close(rows, change=change, today=today_london(change.recorded_at))


def owe_nothing(*, case: Pathway, by: Actor, at: datetime) -> None:
    """Nobody is asked anything more about this case, not even what somebody wrote down by hand."""
    for task in Task.objects.filter(pathway__in=case.ids, state=TaskState.OPEN):
        task.state, task.closed_by_user_id, task.closed_on, task.version = TaskState.DONE, by.user_id, today_london(at), task.version + 1
        task.save(update_fields=["state", "closed_by_user", "closed_on", "version"])
    show_next(pathway_id=case.pk)


def owe_finishing(*, case: Pathway, facts: CaseFacts, cause: StageChange) -> None:
    """While six months are confirmed and something is still live, somebody is asked to finish or close it."""
    if case.stage not in OPEN or not (facts.six_months_stands or cause.machine in {"placement", "retention_check"}):
        return
    _owe_the_end(case=case, facts=facts, cause=cause)
    if facts.six_months_confirmed and facts.anything_live:
        _open(FINISHING, change=cause, subject=case, mine=f"pathway:{case.pk}", stage=case.stage)
        return
    rows = Task.objects.filter(pathway__in=case.ids, state=TaskState.OPEN, kind=FINISHING.kind)
    _close(rows, change=cause, today=today_london(cause.recorded_at))


def owe_finishing_of_many(*, facts: Mapping[Pathway, CaseFacts], causes: Mapping[int, int], day: date, at: datetime) -> None:
    """The same for many cases whose six months stand, each by the change in `causes` that a person made to the case today.

    Such a change moved no job and no check: what is owed differs only where somebody ticked it off, or it came to be some other way.
    """
    holidays = frozenset(BankHoliday.objects.values_list("day", flat=True))
    live = {case.pk for case, known in facts.items() if known.six_months_confirmed and known.anything_live}
    ending = {case.pk for case, known in facts.items() if owes_the_end(case.stage, known)}
    owed = [(pk, ENDING) for pk in sorted(ending)] + [(pk, FINISHING) for pk in sorted(live)]
    Task.objects.bulk_create(
        [
            Task(
                pathway_id=pk,
                kind=each.kind,
                due_on=add_working_days(day, each.days, holidays),
                owed_by=each.owed_by,
                opened_by_id=causes[pk],
            )
            for pk, each in owed
        ],
        ignore_conflicts=True,
    )
    over = [case.pk for case in facts if case.pk not in live]
    with connection.cursor() as cursor:
        cursor.execute(CLOSE_KIND, [today_london(at), over, [causes[pk] for pk in over], FINISHING.kind])
        cursor.execute(SHOW_NEXT, [[case.pk for case in facts], list(STOP_IN_A_PAUSE)])


CLOSE_KIND = """
    UPDATE pathways_task SET state = 'done', closed_by_id = told.change, closed_on = %s, version = pathways_task.version + 1
    FROM unnest(%s::bigint[], %s::bigint[]) AS told (pathway, change) JOIN pathways_pathway AS mine ON mine.id = told.pathway
    WHERE pathway_id = ANY(mine.id || mine.read_with) AND state = 'open' AND kind = %s
"""


def _owe_the_end(*, case: Pathway, facts: CaseFacts, cause: StageChange) -> None:
    """Once every check is settled and six months are not confirmed, somebody is asked to end the follow-up; until one is open again."""
    if not owes_the_end(case.stage, facts):
        rows = Task.objects.filter(pathway__in=case.ids, state=TaskState.OPEN, kind=ENDING.kind)
        _close(rows, change=cause, today=today_london(cause.recorded_at))
        return
    if cause.import_run_id is not None or not _was_asked(case):
        return
    _open(ENDING, change=cause, subject=case, mine=f"pathway:{case.pk}", stage=case.stage)


def owes_the_end(stage: str, facts: CaseFacts) -> bool:
    """Whether nothing is to be asked any more of somebody who is or was in work, and six months are not confirmed."""
    return stage in IN_WORK and not (facts.unsettled_checks or facts.six_months_confirmed or facts.before_start)


#: Checks that were put to somebody and have their answer, or never will.
ASKED = ("confirmed", "not_in_post", "unknown")


def _was_asked(case: Pathway) -> bool:
    return RetentionCheck.objects.filter(pathway__in=case.ids, stage__in=ASKED).exists()


def _close(tasks: QuerySet[Task], *, change: StageChange, today: date, whole: str = "") -> None:
    if whole:
        tasks = tasks.filter(Q(subject=whole) | Q(subject__startswith=f"{whole}:"))
    tasks.update(state=TaskState.DONE, closed_by=change, closed_on=today, version=F("version") + 1)


def _open(opens: Opens, *, change: StageChange, subject: Row, mine: str, stage: str) -> None:
    due = _due(opens, change=change, subject=subject)
    if due is None:
        return
    about = mine if opens.on_subject else ""
    if opens.weeks_after:
        about = f"{mine}:week{opens.weeks_after}"
    open_task(
        pathway_id=change.pathway_id or 0,
        kind=opens.kind,
        subject=about,
        due_on=due,
        owed_by=opens.owed_by,
        change=change,
        stage=stage,
    )


def open_task(
    *, pathway_id: int, kind: str, subject: str, due_on: date, owed_by: str, change: StageChange | None, stage: str, words: str = ""
) -> bool:
    """One open task per case, kind and subject: asking again changes nothing. False on a case that has ended, at this `stage`.

    A case that was taken into another owes what that one may owe, in its own name.
    """
    if stage == Stage.MERGED:
        stage = going_on(Pathway.objects.get(pk=pathway_id)).stage
    if not outlives(kind, stage):
        return False
    task = Task(pathway_id=pathway_id, kind=kind, subject=subject, due_on=due_on, owed_by=owed_by, opened_by=change, words=words)
    Task.objects.bulk_create([task], ignore_conflicts=True)  # one statement: task_one_open says whether it is there already
    return True


def put_words(change: StageChange, *, kind: str, words: str) -> bool:
    """Give the task that the step opened by itself the words to say; whether it is still open."""
    mine = Task.objects.filter(pathway=change.pathway_id, kind=kind, subject=f"{change.machine}:{change.subject_id}", state=TaskState.OPEN)
    return mine.update(words=words, version=F("version") + 1) == 1


def _due(opens: Opens, *, change: StageChange, subject: Row) -> date | None:
    if not opens.due_field:
        holidays = frozenset(BankHoliday.objects.values_list("day", flat=True))
        begun = today_london(change.recorded_at) if change.import_run_id else change.happened_on  # history is nobody's overdue list
        days = opens.days
        if opens.rule:
            case = subject if isinstance(subject, Pathway) else subject.pathway  # type: ignore[attr-defined]  # a row of a case
            days = ProgrammeRule.objects.value(opens.rule, programme=case.programme_id, day=begun)
        return add_working_days(begun, days, holidays)
    value: object = subject
    for part in opens.due_field.split("."):
        value = getattr(value, part) if value is not None else None
    if isinstance(value, datetime):
        return today_london(value)
    if isinstance(value, date):
        return value + timedelta(weeks=opens.weeks_after)
    return None


#: Who may say that something is done, besides workers and leads: whoever owes it.
OWES = {"employer": "employer", "candidate": "candidate"}


def _locked(task: Task) -> Task:
    """The task as it is now, held until the end of the transaction. Raises Conflict when it is not open any more."""
    locked = Task.objects.select_for_update(no_key=True, of=("self",)).select_related("pathway").get(pk=task.pk)
    if locked.state != TaskState.OPEN:
        raise Conflict("This has been done already.")
    return locked


@service("task.close")
def close_task(*, task: Task, by: Actor, at: datetime) -> Task:
    """Done, by the word of a worker, a lead, or whoever owes it. Nothing else is made true by it: stages come from steps."""
    if by.kind not in {"worker", "lead", "system"} and OWES.get(task.owed_by) != by.kind:
        raise NotYours("Whoever owes this says when it is done, or the person’s worker.")
    locked = _locked(task)
    locked.state, locked.closed_by_user_id, locked.closed_on = TaskState.DONE, by.user_id, today_london(at)
    locked.version += 1
    locked.save(update_fields=["state", "closed_by_user", "closed_on", "version"])
    show_next(pathway_id=locked.pathway_id)
    return locked


@service("task.snooze")
def snooze_task(*, task: Task, until: date, reason: str = "", by: Actor, at: datetime) -> Task:
    """Put off to another day; past the next working day with a reason."""
    today = today_london(at)
    locked = _locked(task)
    if until <= today:
        raise Refused("Choose a day after today.", field="until")
    if not reason and until > add_working_days(today, 1, frozenset(BankHoliday.objects.values_list("day", flat=True))):
        raise Refused("Say why it waits for longer than the next working day.", field="reason")
    locked.snoozed_until, locked.due_on, locked.version = until, max(until, locked.due_on), locked.version + 1
    locked.snooze_reason = reason
    locked.save(update_fields=["snoozed_until", "snooze_reason", "due_on", "version"])
    show_next(pathway_id=locked.pathway_id)
    return locked


@service("task.reassign")
def reassign_task(*, task: Task, to: User, by: Actor, at: datetime) -> Task:
    """Somebody else of the programme does it; given back when it is given to the case's own holder.

    Only to who has the case in their rows: a task alone shows nobody a person.
    """
    locked = _locked(task)
    case = locked.pathway
    if locked.owed_by not in {"worker", "lead"}:
        raise Refused("Somebody outside owes this: only what is ours can be given to a colleague.")
    if case.owner_id is None:
        raise Refused("This person is nobody’s yet: take them first.", field="to")
    if not any(each.pk == to.pk for each in may_do(case, today=today_london(at))):
        raise Refused("They do not have this person in their rows. Choose somebody from the list, or hand the person over.", field="to")
    own = to.pk == case.owner_id
    locked.assignee, locked.assigned_under_id = (None, None) if own else (to, case.owner_id)
    locked.version += 1
    locked.save(update_fields=["assignee", "assigned_under", "version"])
    return locked


#: What waking a task writes.
WOKEN = ("state", "closed_by_user", "closed_on", "snoozed_until", "snooze_reason", "due_on", "assignee", "assigned_under")


@service("task.wake")
def wake_task(*, task: Task, due_on: date, by: Actor, at: datetime, version: int | None = None) -> Task:
    """Back on the list at the day it had: put off, or ticked off, by mistake. What a step closed stays closed.

    Given to somebody who must not see the person by now, it is for whoever holds the case.
    """
    locked = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
    if version is not None and locked.version != version:
        raise Conflict()
    if locked.state == TaskState.VOID or locked.closed_by_id is not None:
        raise Conflict("This was closed by what has happened since.")
    if Task.objects.filter(pathway=locked.pathway_id, kind=locked.kind, subject=locked.subject, state=TaskState.OPEN).exclude(pk=locked.pk):
        raise Conflict("The same is on the list already.")
    if locked.kind == TaskKind.TELL and locked.opened_by is not None and (locked.opened_by.machine, locked.opened_by.step) in TOLD_BY_HAND:
        withdraw_messages(written_for=[locked.opened_by.uuid], at=at)  # not told yet after all: what a worker sent waits no more
    locked.state, locked.closed_by_user, locked.closed_on = TaskState.OPEN, None, None
    locked.snoozed_until, locked.snooze_reason, locked.due_on, locked.version = None, "", due_on, locked.version + 1
    if locked.assignee_id and kept_from(people_of([locked.pathway_id]), today=today_london(at)).filter(user=locked.assignee_id).exists():
        locked.assignee, locked.assigned_under = None, None
    locked.save(update_fields=[*WOKEN, "version"])
    show_next(pathway_id=locked.pathway_id)
    return locked


@service("task.add")
def add_task(*, pathway: Pathway, words: str, due_on: date, owed_by: str = "worker", by: Actor, at: datetime) -> Task:
    """Something to do that no step knows of, and who owes it: worker, lead, candidate or employer."""
    task = Task.objects.create(
        pathway=pathway, kind=TaskKind.FREE, subject=f"free:{at.timestamp():.6f}", words=words, due_on=due_on, owed_by=owed_by
    )
    show_next(pathway_id=pathway.pk)
    return task


def show_next(*, pathway_id: int) -> None:
    """Keep the next thing owed on the case's row, so that a list need not join; also on the row of the case that it is read with."""
    with connection.cursor() as cursor:
        cursor.execute(SHOW_NEXT, [[pathway_id], list(STOP_IN_A_PAUSE)])


SHOW_NEXT = """
    WITH RECURSIVE up AS (
        SELECT id, merged_into_id FROM pathways_pathway WHERE id = ANY(%s::bigint[])
        UNION SELECT above.id, above.merged_into_id FROM pathways_pathway AS above JOIN up ON above.id = up.merged_into_id
    )
    UPDATE pathways_pathway AS mine
    SET next_due_on = soonest.due_on, next_kind = coalesce(soonest.kind, ''), next_owed_by = coalesce(soonest.owed_by, '')
    FROM up JOIN pathways_pathway AS same ON same.id = up.id LEFT JOIN LATERAL (
        SELECT due_on, kind, owed_by FROM pathways_task WHERE pathway_id = ANY(same.id || same.read_with) AND state = 'open'
            AND (same.paused_on IS NULL OR kind <> ALL(%s::varchar[])) ORDER BY due_on, id LIMIT 1
    ) AS soonest ON true
    WHERE mine.id = same.id
"""
