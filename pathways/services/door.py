"""The one door through which stages change.

Lock the case and the row, ask the rule and the chart, write the fields that the step declares, save, write the log,
bring about what follows, and let the case follow its facts: one transaction, or nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models
from django_fsm import TransitionNotAllowed

from ground.actor import SYSTEM, Actor
from ground.clock import today_london
from ground.door import Conflict, NotYours, Refused, transact
from outreach.services.message import change_fact, stop_messages
from pathways.models import MACHINES, ImportRun, Overwritten, Pathway, StageChange
from pathways.models.log import Quality
from pathways.queries.company import going_on
from pathways.queries.facts import conduct_of, facts_of
from pathways.rules import may_take
from pathways.services.locking import lock_case, lock_person, locked_case
from pathways.services.mail import tell_hosts
from pathways.services.pause import end_pause
from pathways.services.task import close_all, owe_finishing, settle_tasks, show_next
from pathways.services.text import write_texts
from pathways.workflow import interview, introduction, pathway, placement, pre_employment_check, retention_check, training_place
from pathways.workflow.follow import CaseFacts, follow
from pathways.workflow.pathway import OPEN, Stage
from pathways.workflow.steps import NEW, Flags, Step, steps_of
from pathways.workflow.truth import truth_of

FLAGS: dict[str, dict[str, Flags]] = {
    "pathway": pathway.FLAGS,
    "interview": interview.FLAGS,
    "training_place": training_place.FLAGS,
    "introduction": introduction.FLAGS,
    "placement": placement.FLAGS,
    "pre_employment_check": pre_employment_check.FLAGS,
    "retention_check": retention_check.FLAGS,
}


@cache
def chart_steps(machine: str) -> Mapping[str, Step]:
    """The steps of one machine, by name."""
    return {step.name: step for step in steps_of(MACHINES[machine])}


@dataclass(frozen=True, kw_only=True)
class Taken:
    """When a step was true, how sure that is, why, and what brought it about."""

    happened_on: date | None = None
    quality: str = Quality.EXACT
    reason: str = ""
    version: int | None = None
    cause: StageChange | None = None
    import_run: ImportRun | None = None


#: A row of one of the charts in MACHINES, saved or new: it has a machine, a stage, a version and, but for openings, a case.
Subject = Any

#: Taken today, by somebody who was there.
TODAY = Taken()


@transact
def change_stage(
    *,
    subject: Subject,
    step: str,
    by: Actor,
    at: datetime,
    values: Mapping[str, Any] | None = None,
    taken: Taken = TODAY,
    then: Callable[[StageChange], None] | None = None,
) -> StageChange:
    """Take one step on one row, saved or new, and let its case follow.

    `values` are the coded fields that the step declares. `then` brings about the consequences, each with this change as its cause.
    Raises Conflict when the step is not open from here or the row has changed, NotYours when the rule says no,
    Refused when a guard or a date says no.
    """
    case = lock_case(subject)
    _lock(subject)
    declared = chart_steps(subject.machine)[step]
    if taken.version is not None and subject.version != taken.version:
        raise Conflict()
    if taken.cause is None and not may_take(by, declared, on=subject, pathway=case):  # what follows was allowed with its cause
        raise NotYours("Your role may not take this step.")
    _refuse_closed(subject, declared, case, by)
    happened_on = _day(subject, by=by, at=at, taken=taken)
    was = subject.stage
    before = _write(subject, declared, values or {})
    _take(subject, declared, by=by, marking="ready_on" in (values or {}))
    change = _log(subject, declared.name, was=was, before=before, by=by, at=at, taken=taken, happened_on=happened_on)
    _after(change, subject=subject, was=was, then=then)
    return change


def _lock(subject: Subject) -> None:
    """Lock a saved row and read it afresh; what the caller held may be old."""
    if subject.pk is None:
        if isinstance(subject, Pathway) and subject.of_known:
            lock_person(subject)
        return
    rows = type(subject).objects.select_for_update(no_key=True)
    fresh = locked_case(subject.pk) if isinstance(subject, Pathway) else rows.get(pk=subject.pk)
    for each in subject._meta.concrete_fields:
        setattr(subject, each.attname, getattr(fresh, each.attname))


def _refuse_closed(subject: Subject, declared: Step, case: Pathway | None, by: Actor) -> None:
    if isinstance(subject, Pathway) or case is None or (not declared.makes_row and subject.pk is not None):
        return
    if not declared.child and not case.is_open and by.kind != "import":
        raise Conflict("This case has ended: reopen it first.")


def _day(subject: Subject, *, by: Actor, at: datetime, taken: Taken) -> date:
    """The day the step was true: never to come, never before the row's last standing step by a person."""
    today = today_london(at)
    if taken.cause is not None:
        last = last_day_of(subject)
        asked = taken.happened_on or taken.cause.happened_on
        return max(asked, last) if last else asked
    day = taken.happened_on or today
    if day > today:
        raise Refused("That day is still to come.", field="happened_on")
    if subject.pk is None and by.kind != "import":
        _refuse_before_the_case(subject, day)
    if day < today and subject.pk is not None:
        last = last_day_of(subject)
        if last and day < last:
            raise Refused(f"The step before this one was on {last.day} {last:%B %Y}: this cannot be earlier.", field="happened_on")
    return day


def _refuse_before_the_case(subject: Subject, day: date) -> None:
    """What begins in a case does not begin before it; history, from a register, is told as it was."""
    case = None if isinstance(subject, Pathway) else subject.pathway
    if case is not None and day < case.opened_on:
        raise Refused(f"We first met on {case.opened_on.day} {case.opened_on:%B %Y}: this cannot be earlier.", field="happened_on")


def last_day_of(subject: Subject) -> date | None:
    """The day of a row's last standing step: the clock's and `follow()`'s left out. None for a new row."""
    return last_days_of(subject.machine, [subject.pk]).get(subject.pk) if subject.pk is not None else None


def last_days_of(machine: str, ids: Sequence[int]) -> dict[int, date]:
    """The same for many rows of one machine, by id: one query."""
    standing = StageChange.objects.filter(machine=machine, subject_id__in=ids, undoes__isnull=True, undone_by__isnull=True)
    told = standing.exclude(step="follow").exclude(by_the_clock()).order_by().values_list("subject_id")
    return dict(told.annotate(day=models.Max("happened_on")))


def by_the_clock() -> models.Q:
    """Steps that nobody took and nothing brought about: the clock's own. A death is the programme's step, on somebody's word."""
    return models.Q(actor_kind=SYSTEM.kind, actor__isnull=True, cause__isnull=True)


def _write(subject: Subject, declared: Step, values: Mapping[str, Any]) -> dict[str, Any]:
    """Write what the step declares and keep what was there; anything else is a fault of ours."""
    unknown = set(values) - set(declared.writes)
    if unknown:
        raise ValueError(f"{subject.machine}.{declared.name} does not declare that it writes {sorted(unknown)}.")
    before = {}
    for name, value in values.items():
        before[name] = as_json(getattr(subject, name))
        setattr(subject, name, value)
    return before


def as_json(value: Any) -> Any:
    """A coded field as the log keeps it."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value


def typed_apart(model: Any, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Old values as the log may keep them, and words that people typed, which it may not; that there were none it may."""
    words = {name: value for name, value in values.items() if value and name in model.typed}
    return {name: value for name, value in values.items() if name not in words}, words


def log_change(*, before: Mapping[str, Any], **row: Any) -> StageChange:
    """One row of the log; typed words that were written over are kept beside it."""
    coded, words = typed_apart(MACHINES[row["machine"]], before)
    change = StageChange.objects.create(before=coded, **row)
    if words:
        Overwritten.objects.create(change=change, words=words)
    return change


def _take(subject: Subject, declared: Step, *, by: Actor, marking: bool) -> None:
    method = getattr(subject, declared.method)
    arguments: dict[str, Any] = {}
    if isinstance(subject, Pathway) and (declared.target == "follows" or declared.guard):
        facts = facts_of(subject, marking=marking)
        if declared.guard and by.kind != "import":
            sentence = declared.guard(conduct_of(subject, facts))
            if sentence:
                raise Refused(sentence)
        if declared.target == "follows":
            arguments["follows"] = _target(subject, declared, facts)
    try:
        method(**arguments)
    except TransitionNotAllowed as refusal:
        raise Conflict(f"“{declared.label}” is no longer open: things have moved on.") from refusal
    fresh = subject._state.adding
    subject.version = subject.version if fresh else subject.version + 1
    try:
        subject.save()
    except IntegrityError as error:
        raise _said(error) from error


def _target(case: Pathway, declared: Step, facts: CaseFacts) -> str:
    if declared.name == "import_stage":
        return case.imported_stage
    return follow(facts)


#: What the database refuses, in words. Anything else it refuses is a fault of ours and rises.
ONE_OPEN = {
    "pathway_one_open": "This person already has an open case in this programme.",
    "introduction_one_live": "This person has already been put forward to this opening.",
    "training_place_one_live": "This person already has a place on this course.",
    "pause_one_at_a_time": "There was a pause in these days already.",
    "placement_days_in_order": "The last day cannot be before the first day.",
}


def _said(error: IntegrityError) -> Exception:
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    return Conflict(ONE_OPEN[name]) if name in ONE_OPEN else error


def _log(
    subject: Subject, step: str, *, was: str, before: dict[str, Any], by: Actor, at: datetime, taken: Taken, happened_on: date
) -> StageChange:
    return log_change(
        machine=subject.machine,
        subject_id=subject.pk,
        pathway_id=subject.pk if isinstance(subject, Pathway) else subject.pathway_id,
        step=step,
        from_stage=was,
        to_stage=subject.stage,
        actor_kind=by.kind,
        actor_id=by.user_id,
        organisation_id=by.organisation_id,
        said_by=by.said_by,
        said_how=by.said_how,
        happened_on=happened_on,
        happened_quality=taken.quality,
        recorded_at=at,
        reason=taken.reason,
        cause=taken.cause,
        import_run_id=taken.import_run.pk if taken.import_run else (taken.cause.import_run_id if taken.cause else None),
        before=before,
    )


def _after(change: StageChange, *, subject: Subject, was: str, then: Callable[[StageChange], None] | None) -> None:
    """What a change brings with it: the day its stage began, tasks, texts, consequences, and the case that follows."""
    if isinstance(subject, Pathway) and (was != subject.stage or was == NEW):
        mark_since(subject, change.happened_on)
    flags = FLAGS[change.machine].get(subject.stage)
    ended = flags is not None and not flags.open
    if isinstance(subject, Pathway) and ended:
        close_all(change=change, case=subject)
        stop_messages(written_for=written_in(subject), at=change.recorded_at)
    settle_tasks(change=change, subject=subject, ended=ended)
    change_fact(key=f"{change.machine}:{subject.pk}", value=truth_of(subject))
    if then is not None:
        then(change)
    write_texts(change=change, subject=subject)
    tell_hosts(change=change, subject=subject)
    if change.pathway_id is None:
        return
    if change.cause is None or change.cause.pathway_id != change.pathway_id:
        case = going_on(_case_now(change, subject, then))
        if change.cause is None or change.cause.pathway_id not in case.ids:
            let_follow(case=case, cause=change)
        show_next(pathway_id=change.pathway_id)


def written_in(case: Pathway) -> list[UUID]:
    """The public ids of everything that happened in a case and those read with it: what its texts were written for."""
    return list(StageChange.objects.filter(pathway__in=case.ids).values_list("uuid", flat=True))


def _case_now(change: StageChange, subject: Subject, then: Callable[[StageChange], None] | None) -> Pathway:
    """The case as it stands: the one that was locked, unless consequences may have changed it since."""
    if then is None and not isinstance(subject, Pathway) and subject.pathway_id == change.pathway_id:
        return subject.pathway
    return Pathway.objects.get(pk=change.pathway_id or 0)


def mark_since(case: Pathway, day: date) -> None:
    """Since when the case has stood where it stands."""
    case.stage_since = day
    Pathway.objects.filter(pk=case.pk).update(stage_since=day)


def follows_at_all(case: Pathway, facts: CaseFacts) -> bool:
    """Open cases follow; a sustained one reopens when its six months no longer stand; an ended one may become sustained."""
    if case.stage in OPEN:
        return True
    if case.stage == Stage.SUSTAINED:
        return not facts.six_months_stands
    return case.stage == Stage.ENDED and facts.six_months_confirmed and not facts.anything_live and not case.close_reason


def let_follow(*, case: Pathway, cause: StageChange) -> StageChange | None:
    """Give a case the stage that its facts say; a row in the log only when it differs."""
    facts = facts_of(case)
    owe_finishing(case=case, facts=facts, cause=cause)
    if not follows_at_all(case, facts):
        return None
    target = follow(facts)
    if case.stage == Stage.SUSTAINED and _later_attempt_open(case):
        target = Stage.ENDED
    if target == case.stage:
        return None
    was, case.stage, case.version = case.stage, target, case.version + 1
    before = {"closed_on": as_json(case.closed_on)}
    case.closed_on = cause.happened_on if target == Stage.SUSTAINED else (None if target in OPEN else case.closed_on)
    if as_json(case.closed_on) == before["closed_on"]:
        before = {}
    if target not in OPEN and case.paused_on is not None:
        before |= {"paused_on": as_json(case.paused_on), "available_on": as_json(case.available_on)}
        case.paused_on = case.available_on = None
    day = max(cause.happened_on, case.stage_since)
    case.stage_since = day
    case.save(update_fields=["stage", "version", "closed_on", "stage_since", "paused_on", "available_on"])
    followed = StageChange.objects.create(
        machine="pathway",
        subject_id=case.pk,
        pathway=case,
        step="follow",
        from_stage=was,
        to_stage=target,
        actor_kind=SYSTEM.kind,
        happened_on=day,
        happened_quality=cause.happened_quality,
        recorded_at=cause.recorded_at,
        cause=cause,
        import_run=cause.import_run,
        before=before,
    )
    if target not in OPEN:
        close_all(change=followed, case=case)
        end_pause(followed)
    return followed


def _later_attempt_open(case: Pathway) -> bool:
    others = Pathway.objects.filter(person_key=case.person_key, programme=case.programme_id, stage__in=OPEN)
    return others.exclude(pk=case.pk).exists()
