"""The outbox: facts that texts rely on, texts written with the change they tell of, texts withdrawn."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from accounts.models import BankHoliday, Organisation
from candidates.models import Candidate, ContactRoute
from ground.actor import Actor
from ground.door import Refused, transact
from outreach.backends import backend_named, usual_backend
from outreach.choices import LineHealth, MessageState, Purpose
from outreach.models import Fact, Message, PhoneLine, Template
from outreach.queries import text_route
from outreach.rules import may_be_texted, next_opening
from outreach.services.line import line_of
from outreach.services.template import fill, tidy

#: Why a text was stopped with its case: what an undo looks for.
CASE_ENDED = "case ended"

_written: ContextVar[list[int] | None] = ContextVar("texts_written", default=None)


def set_fact(*, key: str, value: str) -> None:
    """What is true now, under a key that a text may rely on."""
    Fact.objects.bulk_create([Fact(key=key, value=value)], update_conflicts=True, unique_fields=["key"], update_fields=["value"])


def change_fact(*, key: str, value: str) -> None:
    """The truth has changed: texts that relied on the old value will not go. Nothing happens where no text relies on it."""
    Fact.objects.filter(key=key).exclude(value=value).update(value=value)


def change_facts(truths: Mapping[str, str]) -> None:
    """The same for many keys at once: one statement, whatever their number."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGE_FACTS, [list(truths), list(truths.values())])


CHANGE_FACTS = """
    UPDATE outreach_fact SET value = told.value FROM unnest(%s::varchar[], %s::varchar[]) AS told (key, value)
    WHERE outreach_fact.key = told.key AND outreach_fact.value <> told.value
"""


def end_fact(*, key: str) -> None:
    """No longer true in any way."""
    Fact.objects.filter(key=key).delete()


def withdraw_messages(*, written_for: Iterable[UUID], at: datetime) -> int:
    """Texts not yet handed over are withdrawn; those already sent stay sent."""
    waiting = Message.objects.filter(written_for__in=list(written_for), state=MessageState.READY)
    return waiting.update(state=MessageState.CANCELLED, final_at=at, reason="withdrawn")


def stop_messages(*, written_for: Iterable[UUID], at: datetime) -> int:
    """The case that they are about has ended: texts not yet handed over are stopped, until somebody takes the ending back."""
    waiting = Message.objects.filter(written_for__in=list(written_for), state=MessageState.READY)
    return waiting.update(state=MessageState.CANCELLED, final_at=at, reason=CASE_ENDED)


def release_messages(*, written_for: Iterable[UUID], stopped_at: datetime) -> int:
    """The ending was taken back: what it stopped waits again. Delivery asks anew whether it is true and of use."""
    stopped = Message.objects.filter(written_for__in=list(written_for), state=MessageState.CANCELLED, reason=CASE_ENDED)
    return stopped.filter(final_at=stopped_at).update(state=MessageState.READY, final_at=None, reason="")


def stop_messages_to(*, candidate: Candidate, at: datetime) -> int:
    """Nothing more goes to this person, whatever it was about."""
    waiting = Message.objects.filter(candidate=candidate, state=MessageState.READY)
    return waiting.update(state=MessageState.CANCELLED, final_at=at, reason="died")


def withdraw_message(*, message: Message, reason: str, at: datetime) -> bool:
    """Withdraw one text, and whether that was still in time: one that is being handed over stays as it is."""
    waiting = Message.objects.filter(pk=message.pk, state=MessageState.READY)
    return waiting.update(state=MessageState.CANCELLED, final_at=at, reason=reason) == 1


@transact
def queue_message(
    *,
    candidate: Candidate,
    organisation: Organisation,
    occasion: str,
    template: Template,
    values: Mapping[str, str],
    not_before: datetime,
    expires_at: datetime,
    fact: str = "",
    fact_value: str = "",
    written_for: UUID | None = None,
    route: ContactRoute | None = None,
    words: str = "",
    secrets: Mapping[str, str] | None = None,
    by: Actor,
    at: datetime,
) -> Message:
    """Write one text into the outbox, in the transaction of the change it tells of.

    `words` are what somebody made of the wording before they sent it; without them it goes as it is. `secrets` are values that the
    phone alone is shown, a link or a code: the text is sealed with them until it is handed over, and what is kept names them only.

    The same candidate and occasion again returns the row that is there. `route` is the number to use; without it, the first
    that may be texted. Raises Refused, with a sentence for the person at the screen, when this text cannot go at all.
    """
    known = Message.objects.filter(candidate=candidate, occasion=occasion).first()
    if known is not None:
        return known
    body = _body(template, values, words)
    whole = _body(template, {**values, **secrets}, "") if secrets else None
    backend = _backend_for(whole or body)
    line = _line(candidate, route)
    if _first_chance(template.purpose, not_before) >= expires_at:
        raise Refused("Texts go out from nine to eight, not on Sundays and bank holidays: this one would come too late.")
    message = Message(
        candidate=candidate,
        organisation=organisation,
        line=line,
        occasion=occasion,
        template=template,
        language=template.language,
        body="" if template.purpose == Purpose.SECURITY else body,
        sealed_body=whole,
        purpose=template.purpose,
        delivery_class=template.delivery_class,
        not_before=not_before,
        expires_at=expires_at,
        fact=fact,
        fact_value=fact_value,
        backend=backend,
        parts=backend_named(backend).parts(whole or body).count,
        written_by_id=by.user_id,
        written_for=written_for,
        created_at=at,
    )
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:  # another writer was faster with the same occasion
        return Message.objects.get(candidate=candidate, occasion=occasion)
    _note(message)
    return message


def _body(template: Template, values: Mapping[str, str], words: str) -> str:
    if template.approved_at is None:
        raise Refused("The wording of this text has not been approved.")
    if template.retired_at is not None:
        raise Refused("The wording of this text is no longer used.")
    if template.purpose == Purpose.MARKETING:
        raise Refused("A text that promotes something needs evidence that the person agreed to such texts.")
    body = tidy(words, len(words)) if words else fill(template.body, values)
    if not body.strip():
        raise Refused("The text is empty.")
    return body


def _first_chance(purpose: str, not_before: datetime) -> datetime:
    if settings.SMS_HOURS == "all" or purpose == Purpose.SECURITY:
        return not_before
    return next_opening(not_before, frozenset(BankHoliday.objects.values_list("day", flat=True)))


def _backend_for(body: str) -> str:
    name = usual_backend()
    if not name:
        raise Refused("Texts are switched off here: tell the person another way.")
    backend = backend_named(name)
    lost = backend.unsendable(body)
    if lost:
        raise Refused(f"These characters would be lost on the way: {' '.join(lost)}")
    if len(body) > backend.longest:
        raise Refused(f"The text is too long: {len(body)} characters where {backend.longest} can be sent.")
    return name


def _line(candidate: Candidate, route: ContactRoute | None) -> PhoneLine:
    if candidate.died_on is not None:
        raise Refused("This person has died.")
    route = route or text_route(candidate)
    if route is None or not route.may_text or route.ended_on is not None or not may_be_texted(route.value):
        raise Refused("This person has no mobile number that may be texted.")
    line = line_of(route.value)
    if sentence := why_silent(line):
        raise Refused(sentence)
    return line


def why_silent(line: PhoneLine | None) -> str:
    """Why no text goes to this number, as a sentence; nothing where texts go. A number never texted yet has no line."""
    if line is not None and line.opted_out_at is not None:
        return "This number has asked for no more texts."
    if line is not None and line.health in {LineHealth.BAD, LineHealth.NOT_MOBILE}:
        return "Texts do not reach this number: check it with the person first."
    return ""


@contextmanager
def noting_texts() -> Iterator[list[int]]:
    """Within: the ids of texts that were written, for a door that nudges the worker afterwards."""
    written: list[int] = []
    token = _written.set(written)
    try:
        yield written
    finally:
        _written.reset(token)


def _note(message: Message) -> None:
    written = _written.get()
    if written is not None:
        written.append(message.pk)
