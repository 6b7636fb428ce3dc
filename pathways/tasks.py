"""What happens to cases by the clock."""

from datetime import datetime, timedelta

from ground.jobs import job
from pathways.services.unsent import tell_unsent, unsent


@job("tell_unsent", every=timedelta(minutes=1))
def tell_what_did_not_go(*, at: datetime, dry_run: bool) -> str:
    """Ask workers to say what a text could not."""
    if dry_run:
        return f"{len(unsent(at=at))} texts did not go"
    return f"{tell_unsent(at=at)} to be told by voice"
