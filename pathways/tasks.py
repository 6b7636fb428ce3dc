"""What happens to cases by the clock."""

from datetime import datetime, timedelta

from celery import shared_task

from ground.clock import london, read_clock, today_london
from ground.jobs import job, still_here
from ground.tasks import nudge
from pathways.models import Introduction, RetentionCheck
from pathways.queries.digest import day_of, who_begins_a_day
from pathways.queries.integrity import Found, look_through
from pathways.services import cover as services
from pathways.services.digest import is_working_day, send_digest
from pathways.services.imports.working import SLICE, waiting, work_once
from pathways.services.integrity import keep_findings
from pathways.services.interest import done_with, forget_old_forms
from pathways.services.introduction import let_go_stale, silent_introductions
from pathways.services.retention import due_checks, move_with_the_clock
from pathways.services.unsent import tell_unsent, unsent

#: The hour in London from which a working day has begun.
MORNING = 6


@job("tell_unsent", every=timedelta(minutes=1))
def tell_what_did_not_go(*, at: datetime, dry_run: bool) -> str:
    """Ask workers to say what a text could not."""
    if dry_run:
        return f"{len(unsent(at=at))} texts did not go"
    return f"{tell_unsent(at=at)} to be told by voice"


@job("integrity", every=timedelta(days=1), not_before=3)
def integrity(*, at: datetime, dry_run: bool) -> str:
    """Look whether the log, the facts and the stages agree, for the page that leads read."""
    found: list[Found] = []
    for _, more in look_through(at=at):
        found += more
        still_here()
    number = len(found) if dry_run else keep_findings(found=found, at=at)
    return f"{number} found."


@job("go_stale", every=timedelta(days=1), not_before=5)
def go_stale(*, at: datetime, dry_run: bool) -> str:
    """Note where an employer has said nothing for long, so that somebody asks again."""
    silent = silent_introductions(at=at)
    if dry_run:
        return f"{len(silent)} introductions without an answer."
    gone = 0
    for key in silent:
        gone += let_go_stale(introduction=Introduction.objects.get(pk=key), at=at)
        still_here()
    return f"{gone} of {len(silent)} went stale."


@job("cover_over", every=timedelta(days=1))
def cover_over(*, at: datetime, dry_run: bool) -> str:
    """Note which covers are over, and give back what could no longer be seen by whoever was to do it."""
    passed = services.over(today=today_london(at))
    if dry_run:
        return f"{len(passed)} are over."
    return f"{sum(services.note_that_it_is_over(cover=key, at=at) for key in passed)} of {len(passed)} noted."


@job("retention_checks", every=timedelta(days=1), not_before=1)
def retention_checks(*, at: datetime, dry_run: bool) -> str:
    """Ask whether people are still in work when the day has come, ask again, and stop asking when the window is over."""
    due = due_checks(today=today_london(at))
    if dry_run:
        return f"{len(due)} due."
    moved = 0
    for key in due:
        moved += move_with_the_clock(check=RetentionCheck.objects.get(pk=key), at=at)
        still_here()
    return f"{moved} of {len(due)} moved."


@job("morning_digest", every=timedelta(days=1), not_before=MORNING)
def morning_digest(*, at: datetime, dry_run: bool) -> str:
    """Tell each worker by e-mail how much is due today, once a working day; nobody for whom nothing is."""
    if london(at).hour < MORNING or not is_working_day(at=at):
        return "No working morning."
    users = who_begins_a_day(today=today_london(at))
    if dry_run:
        return f"{sum(bool(day_of(user, at=at)) for user in users)} of {len(users)} have something due."
    sent = 0
    for user in users:
        sent += send_digest(user=user, at=at)
        still_here()
    return f"{sent} of {len(users)} told."


@job("forget_forms", every=timedelta(days=1), not_before=2)
def forget_forms(*, at: datetime, dry_run: bool) -> str:
    """Drop public forms that nobody let in, and what tells two of them apart, after 30 days."""
    if dry_run:
        return f"{done_with(at=at).count()} forms to drop"
    return f"{forget_old_forms(at=at)} forms dropped"


@shared_task(name="pathways.imports")
def work_on_imports() -> None:
    """A nudge: a register was sent in, or approved. After a while it queues again, so that other work gets its turn."""
    if work_once(at=read_clock()) is not None and waiting():
        nudge(work_on_imports)


@job("sweep_imports", every=timedelta(seconds=30))
def sweep_imports(*, at: datetime, dry_run: bool) -> str:
    """Read the registers that came in, and put in those that were approved; a dead worker's when its lease is over."""
    if dry_run:
        return f"{waiting()} registers wait"
    run = work_once(at=at, seconds=SLICE)
    return f"register {run.pk} is {run.state}" if run is not None else "nothing due"
