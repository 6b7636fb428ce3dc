"""What happens to people's records by the clock."""

from datetime import datetime, timedelta

from candidates.models import CandidateLink
from candidates.services.link import KEPT_FOR, forget_links
from candidates.services.place import pending_addresses, place_pending
from ground.jobs import job, still_here


@job("place_addresses", every=timedelta(hours=1))
def place_addresses(*, at: datetime, dry_run: bool) -> str:
    """Look up again the postcodes that no file knew, after a newer one was loaded."""
    if dry_run:
        return f"{pending_addresses().count()} addresses wait for a place"
    placed, last = 0, 0
    while True:
        last, more = place_pending(after=last, at=at)
        placed += more
        still_here()
        if not last:
            return f"{placed} addresses placed"


@job("forget_links", every=timedelta(days=1), not_before=2)
def forget_links_over(*, at: datetime, dry_run: bool) -> str:
    """Drop links to people's own pages, 90 days after they are over."""
    if dry_run:
        return f"{CandidateLink.objects.filter(expires_at__lt=at - KEPT_FOR).count()} links to drop"
    return f"{forget_links(at=at)} rows of links dropped"
