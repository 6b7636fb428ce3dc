"""What happens to people's records by the clock."""

from datetime import datetime, timedelta
from time import monotonic

from candidates.models import CandidateLink
from candidates.services.link import KEPT_FOR, forget_links
from candidates.services.pairs import compare_next, look_again, pairs_to_look_at_again, to_compare
from candidates.services.place import pending_addresses, place_pending
from ground.jobs import job, still_here

#: So long at a time: a register of 100,000 people is compared over some rounds, and other work gets its turn.
SECONDS = 45


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


@job("compare_people", every=timedelta(minutes=1))
def compare_people(*, at: datetime, dry_run: bool) -> str:
    """Look for others who may be the same as whoever was added or changed since."""
    if dry_run:
        return f"{to_compare()} people to compare"
    people, until = 0, monotonic() + SECONDS
    while more := compare_next(at=at):
        people += more
        still_here()
        if monotonic() > until:
            break
    return f"{people} people compared"


@job("compare_pairs", every=timedelta(days=1), not_before=4)
def compare_pairs(*, at: datetime, dry_run: bool) -> str:
    """Look again at every pair that is suggested: what holds no more leaves the list."""
    last, people = 0, 0
    while pairs := pairs_to_look_at_again(before=last):
        people += len(pairs) if dry_run else look_again(pairs=pairs, at=at)
        last = pairs[-1]
        still_here()
    return f"{people} pairs to look at" if dry_run else f"{people} people compared"


@job("forget_links", every=timedelta(days=1), not_before=2)
def forget_links_over(*, at: datetime, dry_run: bool) -> str:
    """Drop links to people's own pages, 90 days after they are over."""
    if dry_run:
        return f"{CandidateLink.objects.filter(expires_at__lt=at - KEPT_FOR).count()} links to drop"
    return f"{forget_links(at=at)} rows of links dropped"
