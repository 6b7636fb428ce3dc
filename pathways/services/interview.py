"""The coffee-cup chat: booked, moved, missed, cancelled, held; with one of us, or with an employer when the person says yes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from accounts.models import Organisation, User
from accounts.services.audit import service
from ground.actor import Actor
from ground.clock import today_london
from ground.door import NotYours, Refused
from pathways.models import Consent, Interview, Note, Pathway, StageChange
from pathways.models.introduction import ConsentKind
from pathways.models.note import Visibility
from pathways.services.block import refuse_blocked
from pathways.services.door import TODAY, Taken, change_stage
from pathways.services.last_talk import show_chat, show_what_is_left
from pathways.services.locking import lock_case


@dataclass(frozen=True)
class Hosting:
    """What a booking writes of its host, and the permission that it begins."""

    values: dict[str, Any]
    consent: Consent | None = None


@service("interview.book")
def book_chat(
    *,
    case: Pathway,
    when: datetime,
    place: str,
    host: User | None,
    employer: Organisation | None = None,
    consent_how: str = "",
    by: Actor,
    at: datetime,
    taken: Taken = TODAY,
) -> Interview:
    """A time, a place and a host; a second chat is allowed.

    An `employer` of the programme hosts it instead of one of us once the person has said yes, `consent_how` they said it:
    then it is shared with that employer, and no more of it than the minimum card.
    """
    _to_come(when, at=at, by=by)
    chat = Interview(pathway=case)
    hosting = _hosting(chat, case=case, host=host, employer=employer, consent_how=consent_how, by=by, at=at)
    values = {"at": when, "place": place, **hosting.values}
    change_stage(subject=chat, step="book", by=by, at=at, values=values, taken=taken, then=_begins(hosting.consent))
    return chat


@service("interview.move")
def move_chat(
    *,
    chat: Interview,
    when: datetime,
    place: str,
    host: User | None,
    employer: Organisation | None = None,
    consent_how: str = "",
    by: Actor,
    at: datetime,
    taken: Taken = TODAY,
) -> Interview:
    """Another time, place or host; it stays booked. The employer who hosts it already needs no second yes while the first stands."""
    _to_come(when, at=at, by=by)
    lock_case(chat)
    chat.refresh_from_db()
    hosting = _hosting(chat, case=chat.pathway, host=host, employer=employer, consent_how=consent_how, by=by, at=at)
    values = {"at": when, "place": place, **hosting.values}
    change_stage(subject=chat, step="move", by=by, at=at, values=values, taken=taken, then=_begins(hosting.consent))
    return chat


def _to_come(when: datetime, *, at: datetime, by: Actor) -> None:
    if by.kind != "import" and today_london(when) < today_london(at):
        raise Refused("That time has passed: choose one to come, or record the chat as held.", field="day")


def _hosting(
    chat: Interview, *, case: Pathway, host: User | None, employer: Organisation | None, consent_how: str, by: Actor, at: datetime
) -> Hosting:
    """One of us; or an employer, with a permission that names it and exactly what it is told."""
    if host is not None:
        refuse_blocked(host, case=case, at=at, field="host")
    if employer is None:
        away: dict[str, Any] = {"host_employer_id": None, "consent_id": None, "shared": {}} if chat.host_employer_id else {}
        return Hosting({"host_id": host.pk if host else None, **away})
    if host_keeps(chat, employer):
        return Hosting({"host_id": None})
    if "employer" not in employer.kinds or employer.pk not in {*case.programme.taking_part, case.programme.organisation_id}:
        raise Refused("Choose an employer of this programme.", field="host")
    if not consent_how:
        raise Refused("Say how the person agreed to this employer holding the chat.", field="consent_how")
    consent = Consent.objects.create(
        candidate_id=case.candidate_id,
        kind=ConsentKind.SHARE,
        employer_id=employer.pk,
        given_on=today_london(at),
        given_how=consent_how,
        recorded_by_id=by.user_id,
    )
    person = case.candidate
    shared = {"name": person.name, "called": person.called, "families": list(case.families)}
    return Hosting({"host_id": None, "host_employer_id": employer.pk, "consent_id": consent.pk, "shared": shared}, consent)


def host_keeps(chat: Interview | None, employer: Organisation) -> bool:
    """Whether this employer hosts the chat already, and the person's yes to it stands: it is not asked for twice."""
    return chat is not None and chat.host_employer_id == employer.pk and chat.consent is not None and chat.consent.stands


def _begins(consent: Consent | None) -> Callable[[StageChange], None] | None:
    """Tie the permission to the step that it came with: taken back with it, it is void."""
    if consent is None:
        return None

    def consequences(change: StageChange) -> None:
        Consent.objects.filter(pk=consent.pk).update(opened_by=change)

    return consequences


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
    note: str = "",
    by: Actor,
    at: datetime,
    taken: Taken = TODAY,
) -> Interview:
    """The chat happened, booked or not. `outcome` holds work status, since when, what gets in the way, adjustments wanted.

    An employer who hosts it says which kinds of work were talked about and may add a `note`, and nothing else:
    it is read by the programme's staff and by that employer.
    """
    if by.kind == "employer":
        if outcome:
            raise NotYours("An employer says which kinds of work were talked about, and a note, and no more.")
        if chat is not None:
            lock_case(chat)
            chat.refresh_from_db()  # with the permission as it is now: it may have been taken back since the page was opened
        taken = replace(taken, happened_on=_day_of(chat, at=at))
    held_on: date = taken.happened_on or today_london(at)
    if note.strip() and by.kind != "employer":
        raise Refused("What you noted yourself stands on the person’s page: write it there.", field="note")
    since = (outcome or {}).get("work_status_since")
    if since is not None and since > today_london(at):
        raise Refused("That day is still to come.", field="work_status_since")
    chat = chat if chat is not None else Interview(pathway=case)
    values = {"held_on": held_on, "families": list(families), **(outcome or {})}
    then = _writes_note(chat, note.strip(), by=by, at=at) if note.strip() else None
    change_stage(subject=chat, step="hold", by=by, at=at, values=values, taken=taken, then=then)
    show_chat(chat=chat)
    return chat


def _day_of(chat: Interview | None, *, at: datetime) -> date:
    """The day it was booked for, told later; told before, today."""
    booked = chat.at if chat is not None else None
    return min(today_london(booked), today_london(at)) if booked is not None else today_london(at)


def _writes_note(chat: Interview, text: str, *, by: Actor, at: datetime) -> Callable[[StageChange], None]:
    def consequences(change: StageChange) -> None:
        if by.user_id is None or chat.host_employer_id is None:
            raise Refused("A note has an author.", field="note")
        Note.objects.create(
            pathway_id=chat.pathway_id,
            author_id=by.user_id,
            organisation_id=chat.host_employer_id,
            visibility=Visibility.EMPLOYER,
            employer_id=chat.host_employer_id,
            text=text,
            written_at=at,
            day=change.happened_on,
            opened_by=change,
        )

    return consequences


@service("interview.void")
def void_chat(*, chat: Interview, by: Actor, at: datetime, taken: Taken = TODAY) -> Interview:
    """Entered in error."""
    change_stage(subject=chat, step="void", by=by, at=at, taken=taken)
    show_what_is_left(cases=[chat.pathway])
    return chat
