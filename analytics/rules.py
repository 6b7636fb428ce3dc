"""Who may read figures: the programmes of a lead's own seats, and nothing put together from two."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.desk import desk_of
from accounts.models import Programme


def programmes_led(user: object) -> QuerySet[Programme]:
    """The programmes whose figures the user may read."""
    desk = desk_of(user)
    seen = Q(pk__in=[])
    for seat in desk.seats_as("programme_lead") if desk else ():
        seen |= Q(pk__in=seat.programmes_of())
    return Programme.objects.for_user(user).filter(seen)
