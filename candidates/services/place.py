"""Where addresses lie: looked up when they are written, and again for those that no file knew yet."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.services import audit
from candidates.choices import GeographyState
from candidates.models import Address, AddressPlace
from ground.actor import SYSTEM
from ground.clock import today_london
from places.queries import Geography, look_up, look_up_many

#: Postcodes are looked up so many at once.
SLICE = 500
#: What stands in place of an edition while no file knows the postcode.
PENDING = "pending"


def place_address(*, address: Address, on: date) -> AddressPlace:
    """Keep where an address lies by the edition in force on that day; an older edition's row stays."""
    if address.no_fixed_abode or not address.postcode:
        return _keep(address, edition="none", on=on, state=GeographyState.NONE)
    return _placed(address, look_up(address.postcode, on=on), on=on)


def pending_addresses() -> QuerySet[Address]:
    """Addresses with a postcode that no file knew when they were looked up."""
    known = AddressPlace.objects.filter(address=OuterRef("pk")).exclude(state=GeographyState.PENDING)
    return Address.objects.filter(~Exists(known), no_fixed_abode=False).exclude(postcode="").order_by("id")


@transaction.atomic
def place_pending(*, after: int, at: datetime, most: int = SLICE) -> tuple[int, int]:
    """Look up the next of the addresses that wait, beyond this number: the last one looked at, 0 at the end, and how many were placed.

    What a file knows by now gets its row; the rest goes on waiting. Done twice, it adds nothing.
    """
    today = today_london(at)
    waiting = list(pending_addresses().filter(pk__gt=after)[:most])
    known = look_up_many({address.postcode for address in waiting}, on=today)
    found = [address for address in waiting if not known[address.postcode].pending]
    for address in found:
        _placed(address, known[address.postcode], on=today)
    if found:
        audit.write(action="person.place", by=SYSTEM, at=at, fields=["places"], rows=len(found))
    return (waiting[-1].pk if waiting else 0), len(found)


def where_it_lies(found: Geography) -> dict[str, str]:
    """What is kept of a postcode's place: the edition that told it, or that none knows it yet, and its areas."""
    states = {"live": GeographyState.FOUND, "terminated": GeographyState.TERMINATED, "pseudo": GeographyState.NONE}
    return {
        "edition": found.edition or PENDING,
        "state": states.get(found.state, GeographyState.PENDING),
        "ward_code": found.ward_code or "",
        "authority_code": found.authority_code or "",
        "lsoa21": found.lsoa21 or "",
        "lsoa11": found.lsoa11 or "",
        "oa21": found.oa21 or "",
    }


def _placed(address: Address, found: Geography, *, on: date) -> AddressPlace:
    return _keep(address, on=on, **where_it_lies(found))


def _keep(address: Address, *, edition: str, on: date, **codes: Any) -> AddressPlace:
    place, _ = AddressPlace.objects.get_or_create(address=address, edition=edition, defaults={"looked_up_on": on, **codes})
    return place
