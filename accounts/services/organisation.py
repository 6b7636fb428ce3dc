"""Organisations that take part."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from accounts.choices import OrganisationKind
from accounts.models import Organisation
from accounts.services.audit import service
from ground.actor import Actor
from ground.door import Refused


@service("organisation.add")
def add_organisation(
    *,
    name: str,
    kinds: Iterable[str],
    by: Actor,
    at: datetime,
    contact_email: str = "",
    contact_phone: str = "",
    office_hours: str = "",
) -> Organisation:
    """A council, trust, charity, training provider or employer; a trust is often two of these."""
    wanted = [kind for kind in OrganisationKind.values if kind in set(kinds)]
    if not wanted:
        raise Refused("Say what kind of organisation this is.", field="kinds")
    if Organisation.objects.filter(name__iexact=name.strip()).exists():
        raise Refused("There is an organisation of that name already.", field="name")
    return Organisation.objects.create(
        name=name.strip(),
        kinds=wanted,
        contact_email=contact_email,
        contact_phone=contact_phone,
        office_hours=office_hours,
        created_at=at,
    )
