"""What openings do by the clock: an unconfirmed one goes stale."""

from datetime import datetime, timedelta

from employers.services.heading import let_go_stale, unconfirmed
from ground.actor import SYSTEM
from ground.clock import today_london
from ground.jobs import job, still_here


@job("stale_headings", every=timedelta(days=1), not_before=5)
def stale_headings(*, at: datetime, dry_run: bool) -> str:
    """Career headings that nobody has confirmed for as long as the programme says are to be asked about."""
    due = unconfirmed(today=today_london(at))
    if dry_run:
        return f"{len(due)} career headings would go stale."
    for number, heading in enumerate(due):
        let_go_stale(heading=heading, by=SYSTEM, at=at)
        if number % 50 == 49:
            still_here()
    return f"{len(due)} career headings went stale."
