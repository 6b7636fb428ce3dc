"""Still in work? Windows open and close by the clock; answers come from people who know."""

from datetime import date, datetime, timedelta
from functools import partial

from accounts.services.audit import service
from ground.actor import SYSTEM, Actor
from ground.clock import today_london
from ground.door import Conflict, Refused, transact
from pathways.models import Evidence, Placement, RetentionCheck, StageChange
from pathways.models.retention import Grade
from pathways.models.task import TaskKind
from pathways.services.door import TODAY, Taken, change_stage, lock_case
from pathways.services.placement import last_day_in_order, leave_job
from pathways.services.task import open_task
from pathways.workflow.placement import OVER
from pathways.workflow.retention_check import ASKING, RetentionStage

CHASE_AFTER = timedelta(days=5)


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
    if by.kind != "import" and job.stage in OVER and job.last_day is not None and still != (job.last_day >= check.due_on):
        raise Conflict(f"This job ended on {job.last_day.day} {job.last_day:%B %Y}: that answers it otherwise.")
    change_stage(
        subject=check,
        step="confirm" if still else "deny",
        by=by,
        at=at,
        values={"known_on": known_on, "grade": grade},
        taken=taken,
        then=partial(
            _answered, check=check, still=still, known_on=known_on, grade=grade, last_day=last_day, said_left=not in_post, by=by, at=at
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
    by: Actor,
    at: datetime,
) -> None:
    Evidence.objects.create(check_row=check, in_post=still, known_on=known_on, grade=grade, opened_by=change)
    job = check.placement
    job.refresh_from_db()
    if said_left and job.stage == "in_post":
        leave_job(placement=job, last_day=last_day, by=by, at=at, taken=Taken(cause=change))
    elif said_left and job.last_day is None:
        subject = f"placement:{job.pk}:last_day"
        open_task(
            pathway_id=check.pathway_id,
            kind=TaskKind.LAST_DAY,
            subject=subject,
            due_on=today_london(at),
            owed_by="worker",
            change=change,
            stage=check.pathway.stage,
        )


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
    job = check.placement
    waits = check.stage in {RetentionStage.SCHEDULED, *ASKING} and check.due_on <= today
    if waits and job.last_day is not None and job.stage in {"left", "completed"}:
        return _settle(check, in_post=job.last_day >= check.due_on, at=at, taken=taken)
    if check.stage == RetentionStage.SCHEDULED and check.due_on <= today:
        recorded = _start_recorded(check)
        ends = max(check.due_on, recorded) + timedelta(days=check.window_days)
        change_stage(subject=check, step="open_window", by=SYSTEM, at=at, values={"window_ends": max(ends, today)}, taken=taken)
        moved = True
    if check.stage == RetentionStage.OPEN and check.due_on + CHASE_AFTER <= today:
        change_stage(subject=check, step="chase", by=SYSTEM, at=at, taken=taken)
        moved = True
    if check.stage in {RetentionStage.OPEN, RetentionStage.CHASING} and check.window_ends and check.window_ends < today:
        change_stage(subject=check, step="lapse", by=SYSTEM, at=at, taken=taken)
        moved = True
    return moved


def _settle(check: RetentionCheck, *, in_post: bool, at: datetime, taken: Taken) -> bool:
    """A job known to have ended settles its due checks by its last day."""
    values = {"known_on": today_london(at), "grade": Grade.SELF}
    change_stage(subject=check, step="settle_in_post" if in_post else "settle_left", by=SYSTEM, at=at, values=values, taken=taken)
    return True


def _start_recorded(check: RetentionCheck) -> date:
    rows = StageChange.objects.filter(machine="placement", subject_id=check.placement_id, step="start").order_by("-id")
    recorded = rows.values_list("recorded_at", flat=True).first()
    return today_london(recorded) if recorded else check.due_on


def due_checks(*, today: date) -> list[int]:
    """Checks whose date has come and whose answer has not, oldest first."""
    rows = RetentionCheck.objects.filter(due_on__lte=today, stage__in=["scheduled", "open", "chasing"])
    return list(rows.order_by("due_on", "id").values_list("pk", flat=True))
