"""Cover ends with the right that it stands on."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q

from accounts.choices import Role
from accounts.models import Cover, Membership
from ground.actor import Actor

#: Roles in which somebody has a desk.
WITH_A_DESK = (Role.PROGRAMME_LEAD, Role.OUTREACH_WORKER)


def end_cover_without_seat(*, user_id: int, by: Actor, at: datetime) -> int:
    """Where somebody has no desk any more, nobody covers it and they cover nobody's; in the transaction that is open. How many ended."""
    seats = Membership.objects.unscoped("the other seats of somebody whose right is about to end").filter(
        user=user_id, user__is_active=True, role__in=WITH_A_DESK, ended_at__isnull=True
    )
    rows = Cover.objects.unscoped("cover ends with a seat").filter(Q(holder=user_id) | Q(coverer=user_id), ended_at__isnull=True)
    over = rows.exclude(organisation__in=seats.values("organisation"))
    return over.update(ended_at=at, ended_by=by.user_id, version=F("version") + 1)
