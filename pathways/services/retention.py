"""Still in work? Windows open and close by the clock; answers come from people who know."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from accounts.choices import Asked, RuleCode
from accounts.models import ProgrammeRule
from accounts.services.audit import service
from ground.actor import SYSTEM, Actor
from ground.clock import today_london
from ground.door import Conflict, Refused, transact
from pathways.models import Evidence, Pathway, Placement, RetentionCheck, StageChange
from pathways.models.retention import Grade
from pathways.models.task import TaskKind
from pathways.services.door import TODAY, Taken, change_stage
from pathways.services.last_day import find_out, last_of_chain
from pathways.services.locking import lock_case
from pathways.services.placement import last_day_in_order, leave_job
from pathways.services.task import keep_in_touch_again, open_task, show_next
from pathways.workflow.placement import OVER
from pathways.workflow.retention_check import ANSWERED, ASKING, RetentionStage
from pathways.workflow.steps import CANDIDATE

#: The first weeks of a job, in which a candidate's answer but "fine" makes a call on the same day.
EARLY = timedelta(weeks=12)
#: Ways of hearing an answer that are a talk themselves.
TALKED = ("phone", "in_person")
#: From the weakest to the strongest.
GRADES: list[str] = [Grade.SELF, Grade.EMPLOYER, Grade.PAYROLL]


@service("retention.answer")
def answer_check(
    *,
    check: RetentionCheck,
    in_post: bool,
    known_on: date,
    grade: str,
    last_day: date | None = None,
    by: Actor,
    at: datetime,
    taken: Taken = TODAY,
) -> RetentionCheck:
    """Somebody who knows says whether the person was still in post on the due date.

    Evidence counts only if it was known on or after the due date. "Left" with its last day records the leaving too;
    a last day on or after the due date is evidence of having been in post on it. Raises Conflict where the job's own
    last day is known and says otherwise.
    """
    lock_case(check)
    if known_on < check.due_on:
        raise Refused("That was known before the day it asks about: it cannot answer it.", field="known_on")
    if known_on > today_london(at):
        raise Refused("That day is still to come.", field="known_on")
    job = Placement.objects.get(pk=check.placement_id)
    last_day_in_order(job, last_day, at=at)
    still = in_post or (last_day is not None and last_day >= check.due_on)
    lock_case(check)
    check.refresh_from_db()
    answered, disputed = check.stage in (*ANSWERED, RetentionStage.DISPUTED), check.stage == RetentionStage.DISPUTED
    agrees = still == (check.stage == RetentionStage.CONFIRMED) and not disputed
    values = {"known_on": known_on, "grade": grade}
    if answered and (not agrees or GRADES.index(grade) <= GRADES.index(check.grade or Grade.SELF)):
        values = {}  # what stands is as good, or it is for a person to settle
    if by.kind != "import" and not answered and job.stage in OVER and job.last_day is not None and still != (job.last_day >= check.due_on):
        raise Conflict(f"This job ended on {job.last_day.day} {job.last_day:%B %Y}: that answers it otherwise.")
    change_stage(
        subject=check,
        step="answer_again" if answered else "confirm" if still else "deny",
        by=by,
        at=at,
        values=values,
        taken=taken,
        then=partial(
            _answered,
            check=check,
            still=still,
            known_on=known_on,
            grade=grade,
            last_day=last_day,
            said_left=not in_post and (agrees or not answered),
            disagrees=answered and not agrees and not disputed,
            by=by,
            at=at,
        ),
    )
    return check


def _answered(
    change: StageChange,
    *,
    check: RetentionCheck,
    still: bool,
    known_on: date,
    grade: str,
    last_day: date | None,
    said_left: bool,
    disagrees: bool,
    by: Actor,
    at: datetime,
) -> None:
    Evidence.objects.create(check_row=check, in_post=still, known_on=known_on, grade=grade, opened_by=change)
    if disagrees:
        change_stage(subject=check, step="dispute", by=SYSTEM, at=at, taken=Taken(cause=change))
    elif said_left:
        _they_left(change, check=check, last_day=last_day, by=by, at=at)
    if not still:
        _ring_today(change, check=check, at=at)


def _ring_today(change: StageChange, *, check: RetentionCheck, at: datetime) -> None:
    """Early in a job any answer but "fine" is worth a call on the same day; one who was rung or met has been talked to already."""
    job = Placement.objects.get(pk=check.placement_id)
    theirs = change.actor_kind == CANDIDATE or change.said_by == CANDIDATE
    if not theirs or change.said_how in TALKED or job.first_day is None or today_london(at) - job.first_day > EARLY:
        return
    case = Pathway.objects.get(pk=check.pathway_id)
    open_task(
        pathway_id=case.pk, kind=TaskKind.CALL, subject="", due_on=today_london(at), owed_by="worker", change=change, stage=case.stage
    )
    show_next(pathway_id=case.pk)


@service("retention.ask_call")
def ask_for_call(*, check: RetentionCheck, by: Actor, at: datetime, taken: Taken = TODAY) -> RetentionCheck:
    """ "Please call me": the question stays open, and somebody rings on the same day."""
    change_stage(subject=check, step="ask_call", by=by, at=at, taken=taken)
    return check


def _they_left(change: StageChange, *, check: RetentionCheck, last_day: date | None, by: Actor, at: datetime) -> None:
    """Somebody said that they had left: so it stands on the job too, and what is not known yet is asked for."""
    job = last_of_chain(check.placement)
    job.refresh_from_db()
    if job.stage == "in_post":
        leave_job(placement=job, last_day=last_day, by=by, at=at, taken=Taken(cause=change))
    elif job.stage == "left" and job.last_day is None:
        if last_day is not None:
            change_stage(subject=job, step="tell_leaving", by=by, at=at, values={"last_day": last_day}, taken=Taken(cause=change))
        find_out(change, job=job, at=at)


@service("retention.settle")
def settle_check(
    *, check: RetentionCheck, in_post: bool, last_day: date | None = None, by: Actor, at: datetime, taken: Taken = TODAY
) -> RetentionCheck:
    """Two answers disagreed, and a person found out which is right. The job then stands as that says."""
    check.refresh_from_db()
    best = Evidence.objects.filter(check_row=check, in_post=in_post, voided_at__isnull=True).order_by("-known_on", "-id").first()
    values = {"known_on": today_london(at), "grade": best.grade if best else Grade.SELF}
    last_day_in_order(Placement.objects.get(pk=check.placement_id), last_day, at=at)
    if last_day is not None and (last_day >= check.due_on) != in_post:
        raise Refused("That last day says the contrary.", field="last_day")

    def consequences(change: StageChange) -> None:
        if in_post:
            _they_stayed(change, check=check, last_day=last_day, at=at)
        else:
            _they_left(change, check=check, last_day=last_day, by=by, at=at)

    step = "settle_still" if in_post else "settle_gone"
    change_stage(subject=check, step=step, by=by, at=at, values=values, taken=taken, then=consequences)
    return check


def _they_stayed(change: StageChange, *, check: RetentionCheck, last_day: date | None, at: datetime) -> None:
    """A leaving that was recorded before the date was none; a later last day is put in its place."""
    job = last_of_chain(check.placement)
    if job.stage != "left" or (job.last_day is not None and job.last_day >= check.due_on):
        return
    if last_day is not None:
        values: dict[str, Any] = {"last_day": last_day}
        change_stage(subject=job, step="tell_leaving", by=SYSTEM, at=at, values=values, taken=Taken(cause=change))
        return
    values = {"last_day": None, "leave_reason": "", "destination": ""}
    stayed = change_stage(subject=job, step="stay_on", by=SYSTEM, at=at, values=values, taken=Taken(cause=change))
    keep_in_touch_again(change=stayed, subject=job)


@service("retention.any_work")
def say_any_work(*, check: RetentionCheck, any_work: bool, by: Actor, at: datetime, taken: Taken = TODAY) -> RetentionCheck:
    """Whether somebody who had left was in any paid work on the date. It is no evidence about this job."""
    change_stage(subject=check, step="say_any_work", by=by, at=at, values={"any_work": any_work}, taken=taken)
    return check


@service("retention.void")
def void_check(*, check: RetentionCheck, by: Actor, at: datetime, taken: Taken = TODAY) -> RetentionCheck:
    """Entered in error: out of every count."""
    change_stage(subject=check, step="void", by=by, at=at, taken=taken)
    return check


@transact
def move_with_the_clock(*, check: RetentionCheck, at: datetime, taken: Taken = TODAY) -> bool:
    """Open, chase, settle or lapse one check, as its dates say. Taken twice, it does it once.

    `taken` names the register that told of the answer, when one did: then nobody is asked by text.
    Locked before it is looked at: somebody who answers at the same moment is before it or after it, never in its way.
    """
    today = today_london(at)
    moved = False
    lock_case(check)
    RetentionCheck.objects.select_for_update(no_key=True).get(pk=check.pk)
    check.refresh_from_db()
    job = last_of_chain(check.placement)
    waits = check.stage in {RetentionStage.SCHEDULED, *ASKING} and check.due_on <= today
    if waits and job.last_day is not None and job.stage in {"left", "completed"}:
        return _settle(check, in_post=job.last_day >= check.due_on, at=at, taken=taken)
    if check.stage == RetentionStage.SCHEDULED and check.due_on <= today:
        recorded = _start_recorded(check)
        ends = max(check.due_on, recorded) + timedelta(days=check.window_days)
        change_stage(subject=check, step="open_window", by=SYSTEM, at=at, values={"window_ends": max(ends, today)}, taken=taken)
        moved = True
    if check.stage == RetentionStage.OPEN and check.due_on + _chase_after(check) <= today:
        change_stage(subject=check, step="chase", by=SYSTEM, at=at, taken=taken)
        moved = True
    if check.stage in {RetentionStage.OPEN, RetentionStage.CHASING} and check.window_ends and check.window_ends < today:
        change_stage(subject=check, step="lapse", by=SYSTEM, at=at, taken=taken)
        moved = True
    return moved


def _settle(check: RetentionCheck, *, in_post: bool, at: datetime, taken: Taken) -> bool:
    """A job known to have ended settles its due checks by its last day."""
    values = {"known_on": today_london(at), "grade": Grade.SELF}
    step = "settle_in_post" if in_post else "settle_left"
    change = change_stage(subject=check, step=step, by=SYSTEM, at=at, values=values, taken=taken)
    case = Pathway.objects.get(pk=check.pathway_id)
    elsewhere = Placement.objects.filter(pathway__person_key=case.person_key, stage="in_post")
    rule = ProgrammeRule.objects.value(RuleCode.ANY_WORK, programme=case.programme_id, day=check.due_on)
    if not in_post and change.import_run_id is None and rule == Asked.YES and not elsewhere.exists():
        open_task(
            pathway_id=case.pk,
            kind=TaskKind.ANY_WORK,
            subject=f"retention_check:{check.pk}",
            due_on=today_london(at),
            owed_by="worker",
            change=change,
            stage=case.stage,
        )
        show_next(pathway_id=case.pk)
    return True


def _chase_after(check: RetentionCheck) -> timedelta:
    """How long after its day an unanswered check is asked about again: by the rule of that day, whatever has been set since."""
    days = ProgrammeRule.objects.value(RuleCode.CHASE_DAYS, programme=check.pathway.programme_id, day=check.due_on)
    return timedelta(days=days)


def _start_recorded(check: RetentionCheck) -> date:
    rows = StageChange.objects.filter(machine="placement", subject_id=check.placement_id, step="start").order_by("-id")
    recorded = rows.values_list("recorded_at", flat=True).first()
    return today_london(recorded) if recorded else check.due_on


def due_checks(*, today: date) -> list[int]:
    """Checks whose date has come and whose answer has not, oldest first."""
    rows = RetentionCheck.objects.filter(due_on__lte=today, stage__in=["scheduled", "open", "chasing"])
    return list(rows.order_by("due_on", "id").values_list("pk", flat=True))
