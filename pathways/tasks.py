"""What happens to cases by the clock."""

from datetime import datetime, timedelta

from ground.clock import today_london
from ground.jobs import job, still_here
from pathways.models import RetentionCheck
from pathways.queries.integrity import Found, look_through
from pathways.services.integrity import keep_findings
from pathways.services.retention import due_checks, move_with_the_clock
from pathways.services.unsent import tell_unsent, unsent


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
