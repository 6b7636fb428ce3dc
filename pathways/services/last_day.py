"""What a last day settles: the job's own checks, those of the job that it goes on from, and what is still to be found out."""

from datetime import date, datetime

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
    today = today_london(at)
    wanted = [(TaskKind.LAST_DAY, "last_day", job.last_day is None)]
    wanted.append((TaskKind.LEAVING, "leaving", job.leave_reason in {"", NOT_KNOWN} or not job.destination))
    for kind, what, missing in wanted:
        if missing:
            open_task(
                pathway_id=job.pathway_id,
                kind=kind,
                subject=f"placement:{job.pk}:{what}",
                due_on=today,
                owed_by="worker",
                change=change,
                stage=job.pathway.stage,
            )


def settle_by_last_day(change: StageChange, *, job: Placement, by: Actor, at: datetime) -> None:
    """A job known to have ended settles its checks by its last day: those that lapsed, and those that were answered otherwise.

    An answer "left" is put right by a last day on or after the date; an answer "still there" and an earlier one disagree.
    What is open or still to come is settled by the clock.
    """
    if job.last_day is None:
        return
    for check in _asked(job, today_london(at)):
        in_post = job.last_day >= check.due_on
        values = {"known_on": today_london(at), "grade": grade_of(by)}
        cause = Taken(cause=change)
        if check.stage == RetentionStage.CONFIRMED and not in_post:
            change_stage(subject=check, step="dispute", by=SYSTEM, at=at, taken=cause)
        elif check.stage == RetentionStage.UNKNOWN or (check.stage == RetentionStage.NOT_IN_POST and in_post):
            step = "settle_in_post" if in_post else "settle_left"
            change_stage(subject=check, step=step, by=SYSTEM, at=at, values=values, taken=cause)


def _asked(job: Placement, today: date) -> QuerySet[RetentionCheck]:
    return RetentionCheck.objects.filter(placement=job.continues_id or job.pk, due_on__lte=today).order_by("due_on", "id")


def grade_of(by: Actor) -> str:
    """How good an answer is when nobody said: an employer's word, or the person's own."""
    return Grade.EMPLOYER if "employer" in {by.kind, by.said_by} else Grade.SELF
