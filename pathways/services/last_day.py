"""What a last day settles: the job's own checks, those of the job that it goes on from, and what is still to be found out."""

from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from ground.actor import SYSTEM, Actor
from ground.clock import today_london
from pathways.models import Placement, RetentionCheck, StageChange
from pathways.models.retention import Grade
from pathways.models.task import TaskKind
from pathways.services.door import Taken, change_stage
from pathways.services.task import open_task
from pathways.workflow.placement import PlacementStage
from pathways.workflow.retention_check import RetentionStage

#: A reason that says nothing yet.
NOT_KNOWN = "not_known"


def last_of_chain(first: Placement) -> Placement:
    """The job that a person is or was in last, of those that go on from one another; the first itself where none does."""
    if first.stage != PlacementStage.MOVED:
        return first
    later = Placement.objects.filter(continues=first).exclude(stage=PlacementStage.VOID).order_by("-id")
    return later.first() or first


def find_out(change: StageChange, *, job: Placement, at: datetime) -> None:
    """What is not known yet of a leaving is asked for: the last day at once, why and where to as well."""
    for kind, what in to_find_out(job, told_by_register=change.import_run_id is not None):
        open_task(
            pathway_id=job.pathway_id,
            kind=kind,
            subject=f"placement:{job.pk}:{what}",
            due_on=today_london(at),
            owed_by="worker",
            change=change,
            stage=job.pathway.stage,
        )


def to_find_out(job: Any, *, told_by_register: bool = False) -> list[tuple[str, str]]:
    """What is still to be asked of a leaving: the kinds of tasks, and what each is about. A register's why is nobody's list."""
    wanted: list[tuple[str, str]] = [(TaskKind.LAST_DAY, "last_day")] if job.last_day is None else []
    why = job.leave_reason in {"", NOT_KNOWN} or not job.destination
    return [*wanted, (TaskKind.LEAVING, "leaving")] if why and not told_by_register else wanted


def settle_by_last_day(change: StageChange, *, job: Placement, by: Actor, at: datetime) -> None:
    """A job known to have ended settles its checks by its last day: those that lapsed, and those that were answered otherwise.

    An answer "left" is put right by a last day on or after the date; an answer "still there" and an earlier one disagree.
    What is open or still to come is settled by the clock.
    """
    if job.last_day is None or change.import_run_id is not None:
        return
    for check in _asked(job, today_london(at)):
        step = settled_by(job.last_day, check)
        values = {"known_on": today_london(at), "grade": grade_of(by)} if step != "dispute" else {}
        if step:
            change_stage(subject=check, step=step, by=SYSTEM, at=at, values=values, taken=Taken(cause=change))


def settled_by(last_day: date, check: Any) -> str:
    """The step that a last day brings about on a check whose date has come; nothing where it stands, or the clock will see to it."""
    in_post = last_day >= check.due_on
    if check.stage == RetentionStage.CONFIRMED and not in_post:
        return "dispute"
    if check.stage == RetentionStage.UNKNOWN or (check.stage == RetentionStage.NOT_IN_POST and in_post):
        return "settle_in_post" if in_post else "settle_left"
    return ""


def _asked(job: Placement, today: date) -> QuerySet[RetentionCheck]:
    return RetentionCheck.objects.filter(placement=job.continues_id or job.pk, due_on__lte=today).order_by("due_on", "id")


def grade_of(by: Actor) -> str:
    """How good an answer is when nobody said: an employer's word, or the person's own."""
    return Grade.EMPLOYER if "employer" in {by.kind, by.said_by} else Grade.SELF
