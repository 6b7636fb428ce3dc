"""The coffee-cup chat: booked, moved, missed, cancelled, held."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from accounts.models import User
from accounts.services.audit import service
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Refused
from pathways.models import Interview, Pathway
from pathways.services.door import TODAY, Taken, change_stage


@service("interview.book")
def book_chat(*, case: Pathway, when: datetime, place: str, host: User | None, by: Actor, at: datetime, taken: Taken = TODAY) -> Interview:
    """A time, a place and a host; a second chat is allowed."""
    _to_come(when, at=at, by=by)
    chat = Interview(pathway=case)
    values = {"at": when, "place": place, "host_id": host.pk if host else None}
    change_stage(subject=chat, step="book", by=by, at=at, values=values, taken=taken)
    return chat


@service("interview.move")
def move_chat(
    *, chat: Interview, when: datetime, place: str, host: User | None, by: Actor, at: datetime, taken: Taken = TODAY
) -> Interview:
    """Another time or place; it stays booked."""
    _to_come(when, at=at, by=by)
    values = {"at": when, "place": place, "host_id": host.pk if host else None}
    change_stage(subject=chat, step="move", by=by, at=at, values=values, taken=taken)
    return chat


def _to_come(when: datetime, *, at: datetime, by: Actor) -> None:
    if by.kind != "import" and today_london(when) < today_london(at):
        raise Refused("That time has passed: choose one to come, or record the chat as held.", field="day")


@service("interview.miss")
def miss_chat(*, chat: Interview, missed_by: str, by: Actor, at: datetime, taken: Taken = TODAY) -> Interview:
    """It did not happen: who missed it, and why. Only after its time."""
    if chat.at is not None and chat.at > at:
        raise Refused("The chat is still to come.")
    change_stage(subject=chat, step="miss", by=by, at=at, values={"missed_by": missed_by}, taken=taken)
    return chat


@service("interview.cancel")
def cancel_chat(*, chat: Interview, by: Actor, at: datetime, taken: Taken = TODAY) -> Interview:
    """Called off before it happened."""
    change_stage(subject=chat, step="cancel", by=by, at=at, taken=taken)
    return chat


@service("interview.hold")
def hold_chat(
    *,
    case: Pathway,
    chat: Interview | None = None,
    families: Sequence[str] = (),
    outcome: Mapping[str, Any] | None = None,
    by: Actor,
    at: datetime,
    taken: Taken = TODAY,
) -> Interview:
    """The chat happened, booked or not. `outcome` holds work status, since when, what gets in the way, adjustments wanted."""
    held_on: date = taken.happened_on or today_london(at)
    since = (outcome or {}).get("work_status_since")
    if since is not None and since > today_london(at):
        raise Refused("That day is still to come.", field="work_status_since")
    chat = chat if chat is not None else Interview(pathway=case)
    values = {"held_on": held_on, "families": list(families), **(outcome or {})}
    change_stage(subject=chat, step="hold", by=by, at=at, values=values, taken=taken)
    return chat


@service("interview.void")
def void_chat(*, chat: Interview, by: Actor, at: datetime, taken: Taken = TODAY) -> Interview:
    """Entered in error."""
    change_stage(subject=chat, step="void", by=by, at=at, taken=taken)
    return chat
