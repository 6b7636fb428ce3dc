"""Events: planned, put right, called off, held again; and the talks that nobody gave a name in."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F

from accounts.models import Organisation, Programme, User
from accounts.services.audit import note, service
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, Refused
from outreach.models import Event

#: Letters and digits that nobody takes for one another on a poster.
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
CODE_LENGTH = 8
#: What is said of an event, and may be put right later.
SAID = ("name", "venue", "postcode", "ward_code", "day", "starts_at", "ends_at", "code_ends_on")
WEEK = timedelta(days=7)
#: More talks than this in one day are a slip of the finger.
MOST_TALKS = 5_000


def new_code() -> str:
    """A code that no other event has, which nobody guesses from another."""
    while True:
        code = "".join(secrets.choice(SIGNS) for _ in range(CODE_LENGTH))
        if not Event.objects.filter(code=code).exists():
            return code


@service("event.add")
def add_event(
    *, programme: Programme, organisation: Organisation, said: Mapping[str, Any], staff: Sequence[User] = (), by: Actor, at: datetime
) -> Event:
    """An outing of an organisation that takes part in the programme, with a code of its own for the poster."""
    if organisation.pk not in {*programme.taking_part, programme.organisation_id}:
        raise Refused("This organisation takes no part in this programme.", field="programme")
    _refuse_order(said)
    made = Event.objects.create(programme=programme, organisation=organisation, code=new_code(), **{name: said[name] for name in said})
    made.staff.set(staff)
    note(fields=sorted(said), subject=made)
    return made


@service("event.edit")
def edit_event(*, event: Event, said: Mapping[str, Any], staff: Sequence[User], version: int, by: Actor, at: datetime) -> Event:
    """Put an event right. Raises Conflict when it was changed meanwhile. The code stays: posters are printed."""
    _refuse_order(said)
    changed = [name for name in SAID if name in said and said[name] != getattr(event, name)]
    event.change(version=version, **{name: said[name] for name in said})
    event.staff.set(staff)
    note(fields=changed, subject=event)
    return event


def _refuse_order(said: Mapping[str, Any]) -> None:
    begins, ends, last = said.get("starts_at"), said.get("ends_at"), said.get("code_ends_on")
    if begins and ends and ends <= begins:
        raise Refused("It ends before it begins.", field="ends_at")
    if last and last < said["day"]:
        raise Refused("The code would stop before the event.", field="code_days")


@service("event.cancel")
def cancel_event(*, event: Event, version: int, by: Actor, at: datetime) -> Event:
    """Call it off: its code leads nowhere any more. Talks and people that are there stay."""
    _refuse_cancelled(event)
    event.change(version=version, cancelled_on=today_london(at))
    return event


@service("event.restore")
def restore_event(*, event: Event, version: int, by: Actor, at: datetime) -> Event:
    """It goes ahead after all."""
    if event.cancelled_on is None:
        raise Conflict("This event was not cancelled.")
    event.change(version=version, cancelled_on=None)
    return event


@service("event.repeat")
def repeat_event(*, event: Event, by: Actor, at: datetime) -> Event:
    """The same stall on the same weekday, a week on; where that is over, on the next such day from today. Its code is a new one."""
    day = next_time(event.day, today_london(at))
    names = ("organisation_id", "programme_id", "name", "venue", "postcode", "ward_code", "starts_at", "ends_at")
    made = Event.objects.create(
        code=new_code(), day=day, code_ends_on=day + (event.code_until - event.day), **{name: getattr(event, name) for name in names}
    )
    made.staff.set(event.staff.all())
    return made


def next_time(day: date, today: date) -> date:
    """The day on which the same stall would be held again."""
    weeks = max(1, -((day - today).days // 7))
    return day + weeks * WEEK


@service("event.talk")
def count_talk(*, event: Event, by: Actor, at: datetime) -> Event:
    """One more talk with somebody who gave no name. Two colleagues who press at once count two."""
    _refuse_cancelled(event)
    Event.objects.filter(pk=event.pk).update(tally=F("tally") + 1)
    note(fields=["tally"])
    return event


@service("event.talk_off")
def take_off_talk(*, event: Event, by: Actor, at: datetime) -> Event:
    """One talk less: it was pressed by mistake. Never below none."""
    _refuse_cancelled(event)
    if not Event.objects.filter(pk=event.pk, tally__gt=0).update(tally=F("tally") - 1):
        raise Conflict("No talk is counted that could be taken off.")
    note(fields=["tally"])
    return event


@service("event.talks")
def write_talks(*, event: Event, talks: int, was: int, by: Actor, at: datetime) -> Event:
    """How many talks there were, counted on paper. Raises Conflict when somebody counted on meanwhile."""
    _refuse_cancelled(event)
    if talks > MOST_TALKS:
        raise Refused(f"Enter {MOST_TALKS} or less.", field="talks")
    if not Event.objects.filter(pk=event.pk, tally=was).update(tally=talks):
        raise Conflict("Somebody else counted talks while you had this open.")
    note(fields=["tally"])
    return event


def _refuse_cancelled(event: Event) -> None:
    if event.cancelled_on is not None:
        raise Conflict("This event was cancelled.")
