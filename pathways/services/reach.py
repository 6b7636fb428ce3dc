"""A number put right, ended or made the main one; and the texts that were on their way to it."""

from datetime import datetime
from typing import Any

from accounts.services.audit import service
from candidates.models import Candidate, ContactRoute
from candidates.services.link import revoke_links
from candidates.services.person import add_route, change_route, end_route, make_main
from ground.actor import Actor
from ground.door import Conflict, Refused, transact
from outreach.choices import NEVER_WENT, WENT, MessageState
from outreach.models import Fact, Message
from outreach.services.message import withdraw_message
from pathways.models import MACHINES, Pathway, StageChange
from pathways.queries.company import reachable_route_of, records_of
from pathways.services.decline import still_safe, text_decline_again
from pathways.services.text import TELLINGS, wording_of, write_again, write_texts
from pathways.services.unsent import say_instead
from pathways.workflow.owed import TOLD_BY_HAND


@transact
def add_way(
    *, candidate: Candidate, kind: str, value: str, typed: str, safe: dict[str, Any], main: bool, by: Actor, at: datetime
) -> ContactRoute:
    """One more way to reach the person; the main one when they say so. Texts that wait then go to it."""
    route = add_route(candidate=candidate, kind=kind, value=value, typed=typed, safe=safe, by=by, at=at)
    if main:
        make_main(route=route, records=records_of(route.candidate), by=by, at=at)
    redirect_texts(candidate=candidate, at=at)
    return route


@transact
def put_way_right(*, route: ContactRoute, version: int, values: dict[str, Any], main: bool, by: Actor, at: datetime) -> ContactRoute:
    """The number itself, what is safe on it, or that it is the one to try first. Texts that wait for the old number go anew."""
    change_route(route=route, version=version, values=values, by=by, at=at)
    if main:
        make_main(route=route, records=records_of(route.candidate), by=by, at=at)
    redirect_texts(candidate=route.candidate, at=at)
    return route


@transact
def end_way(*, route: ContactRoute, version: int, by: Actor, at: datetime) -> ContactRoute:
    """A wrong number, or one given up. Texts that wait for it go to the next number, or become a worker's words to say."""
    end_route(route=route, version=version, by=by, at=at)
    redirect_texts(candidate=route.candidate, at=at)
    return route


def redirect_texts(*, candidate: Candidate, at: datetime) -> int:
    """Withdraw waiting texts whose number or wording is no longer right, and write those still true anew; how many were withdrawn.

    A text keeps the number it was written with, so a changed number needs a new row. Links that were sent to it open nothing any more.
    """
    for record in Candidate.objects.filter(pk__in=records_of(candidate)):
        route = reachable_route_of(record)
        revoke_links(candidate=record, at=at, but=route.value if route is not None else "")
    withdrawn = 0
    waiting = (
        Message.objects.filter(candidate__in=records_of(candidate), state=MessageState.READY)
        .select_related("line", "template")
        .order_by("id")
    )
    for message in waiting:
        change = _told_by(message)
        if change is not None:
            Pathway.objects.select_for_update(no_key=True, of=("self",)).get(changes=change)
        if _is_right(message, change) or not withdraw_message(message=message, reason="number", at=at):
            continue
        withdrawn += 1
        if change is None or not is_true(message, at=at):
            continue
        if (change.machine, change.step) in TOLD_BY_HAND:
            say_instead(message=message, change=change, at=at)
        else:
            write_texts(change=change, subject=MACHINES[change.machine].objects.get(pk=change.subject_id), at=at)
    return withdrawn


def _told_by(message: Message) -> StageChange | None:
    """The step that a text tells of, while it stands."""
    if message.written_for is None:
        return None
    return StageChange.objects.filter(uuid=str(message.written_for), undone_by__isnull=True, pathway__isnull=False).first()


def _is_right(message: Message, change: StageChange | None) -> bool:
    """Whether a text would be written today to the same number in the same wording."""
    telling = TELLINGS.get((change.machine, change.step)) if change is not None else None
    if change is not None and (change.machine, change.step) in TOLD_BY_HAND:
        return still_safe(message)
    if change is None or telling is None:
        return message.line.e164 in numbers_of(message.candidate)
    case = Pathway.objects.select_related("candidate", "owner").get(changes=change)
    try:
        code, route = wording_of(telling, case)
    except Refused:
        return False
    return route.value == message.line.e164 and message.template is not None and message.template.code == code


def numbers_of(candidate: Candidate) -> set[str]:
    """The person's numbers to which texts are fine."""
    return set(
        ContactRoute.objects.current()
        .filter(candidate__in=records_of(candidate), kind="mobile", may_text=True)
        .values_list("value", flat=True)
    )


def is_true(message: Message, *, at: datetime) -> bool:
    """Whether what a text says still holds and is of use."""
    return message.expires_at > at and Fact.objects.filter(key=message.fact, value=message.fact_value).exists()


@service("text.again")
def send_again(*, message: Message, by: Actor, at: datetime) -> Message:
    """A text that went to a number which is not theirs, once more to the one that is. Refused when it is no longer true."""
    if message.state not in WENT or message.line.e164 in numbers_of(message.candidate):
        raise Refused("Only a text that went to a number which is no longer theirs is sent again.")
    change = _told_by(message)
    if change is None or not is_true(message, at=at):
        raise Refused("What this text says is no longer so: nothing was sent.")
    Pathway.objects.select_for_update(no_key=True, of=("self",)).get(changes=change)
    later = Message.objects.filter(candidate=message.candidate_id, fact=message.fact, fact_value=message.fact_value, pk__gt=message.pk)
    if later.exclude(state__in=NEVER_WENT).exists():
        raise Conflict("This has been sent again already.")
    if (change.machine, change.step) in TOLD_BY_HAND:
        return text_decline_again(message=message, change=change, by=by, at=at)
    again = write_again(change=change, subject=MACHINES[change.machine].objects.get(pk=change.subject_id), at=at)
    if again is None:
        raise Refused("What this text says is no longer so: nothing was sent.")
    return again
