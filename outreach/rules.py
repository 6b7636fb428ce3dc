"""Whether a text may go: to this number, at this hour. And who keeps an event."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from accounts.desk import Desk
from ground.actor import Actor
from ground.clock import LONDON, london, today_london
from ground.door import NotYours
from ground.phones import PhoneRefused, read_phone
from outreach.models import Event

#: Numbering plans whose mobiles are texted: the islands' are priced apart and still ours.
COUNTRIES = frozenset({"GB", "IM", "JE", "GG"})
OPENS, CLOSES = time(9), time(20)
SUNDAY = 6


def may_be_texted(e164: str) -> bool:
    """Whether it is a mobile of a country that texts go to."""
    try:
        phone = read_phone(e164)
    except PhoneRefused:
        return False
    return phone.can_text and phone.region in COUNTRIES


def is_waking_hour(at: datetime, holidays: Collection[date]) -> bool:
    """Nine to eight in London, Monday to Saturday, not on a bank holiday: a text wakes nobody and rings in no service."""
    day = today_london(at)
    return OPENS <= london(at).time() < CLOSES and day.weekday() != SUNDAY and day not in holidays


def next_opening(at: datetime, holidays: Collection[date]) -> datetime:
    """The first moment from `at` on at which a text may go."""
    day = today_london(at)
    for ahead in range(15):
        opens = datetime.combine(day + timedelta(days=ahead), OPENS, tzinfo=LONDON)
        moment = max(at, opens)
        if is_waking_hour(moment, holidays):
            return moment
    raise ValueError("No text may go for a fortnight: look at the bank holidays.")


def event_actor(desk: Desk, event: Event) -> Actor:
    """Who keeps an event: a worker of the organisation that holds it, or a lead of its programme.

    Raises NotYours when no seat is one of these.
    """
    for seat in desk.seats_as("outreach_worker", "programme_lead"):
        holds_it = seat.role == "programme_lead" or seat.organisation_id == event.organisation_id
        if holds_it and seat.programmes_of().filter(pk=event.programme_id).exists():
            return desk.actor_of(seat)
    raise NotYours()
