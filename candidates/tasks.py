"""What happens to people's records by the clock."""

from datetime import datetime, timedelta

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
