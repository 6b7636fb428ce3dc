"""One text out of the door: claimed under a lease, handed over outside any transaction, settled by what is known.

Two clocks. `at` is the programme's: when a text is due, too late, or in the night; a demo moves it. `now` is the database's own and
never moved: leases and pauses between tries. What might have been taken is never sent again on hope.
"""

import logging
from collections import Counter
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from accounts.models import BankHoliday
from ground.clock import real_now
from ground.phones import is_drama
from outreach.backends import BAD_NUMBER, NOT_SENT, OPTED_OUT, REJECTED, Accepted, Outgoing, SendError, backend_named
from outreach.choices import FINAL, DeliveryClass, LineHealth, MessageState, Purpose
from outreach.models import Fact, Message, MessageEvent, PhoneLine
from outreach.rules import is_waking_hour

log = logging.getLogger("outreach.delivery")

LEASE = timedelta(seconds=120)
#: With less of the lease left than this, no call is begun.
ENOUGH = timedelta(seconds=60)
MOST_TRIES = 20
LONGEST_PAUSE = timedelta(minutes=30)
#: How often a text that may be sent twice is sent again after nobody knew of it.
MOST_ATTEMPTS_UNKNOWN = 3
DELIVERED = "delivered"


def sweep(*, at: datetime, most: int = 500, within: timedelta = timedelta(seconds=60)) -> dict[str, int]:
    """Send what is due, and settle what was left lying: how many texts ended in which state.

    `within` bounds the time spent; what is left is found by the next sweep. The time of day goes on while it works.
    """
    began = real_now()
    ended: Counter[str] = Counter()
    ended[MessageState.UNKNOWN] += forget_leases(at=at)
    ended[MessageState.EXPIRED] += drop_late(at=at)
    for number in due(at=at, most=most):
        gone = real_now() - began
        if gone > within:
            break
        state = deliver(message_id=number, at=at + gone)
        if state:
            ended[state] += 1
    return {state: count for state, count in ended.items() if count}


def due(*, at: datetime, most: int = 500) -> list[int]:
    """Texts that wait and may go at this hour, the oldest first."""
    waiting = Message.objects.filter(state=MessageState.READY, not_before__lte=at)
    if not _awake(at):
        waiting = waiting.filter(purpose=Purpose.SECURITY)
    rested = Q(next_try__isnull=True) | Q(next_try__lte=real_now())
    return list(waiting.filter(rested).order_by("not_before", "id").values_list("pk", flat=True)[:most])


def _awake(at: datetime) -> bool:
    if settings.SMS_HOURS == "all":
        return True
    return is_waking_hour(at, frozenset(BankHoliday.objects.values_list("day", flat=True)))


def deliver(*, message_id: int, at: datetime) -> str:
    """Claim one text and hand it over; the state it came to, or nothing when it was not ours to send."""
    outgoing = claim(message_id=message_id, at=at)
    if outgoing is None:
        return ""
    return hand_over(outgoing, at=at)


def claim(*, message_id: int, at: datetime) -> Outgoing | None:
    """Take one waiting text for this process alone, committed before anything is sent; None when it may not go now.

    Locks the line, then the text, as an opt-out does: no claim follows an answered STOP. Asks again whether it is still true,
    wanted, in time and in hours. What will never go is settled here.
    """
    with transaction.atomic(durable=True):
        found = Message.objects.filter(pk=message_id, state=MessageState.READY).values("line", "fact", "fact_value").first()
        if found is None:
            return None
        true = _holds(found["fact"], found["fact_value"])
        if true is None:
            return None  # the step that changes it has not finished: the next sweep asks again
        line = PhoneLine.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=found["line"]).first()
        if line is None:
            return None
        locked = Message.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
        message = locked.filter(pk=message_id, state=MessageState.READY, not_before__lte=at).first()
        if message is None:
            return None
        state, reason = _will_never_go(message, line, true=true, at=at)
        if state:
            _settle(message, state, reason=reason, at=at)
            return None
        now = real_now()
        if (message.next_try is not None and message.next_try > now) or not (message.purpose == Purpose.SECURITY or _awake(at)):
            return None
        lease = now + LEASE
        taken = Message.objects.filter(pk=message.pk, state=MessageState.READY).update(
            state=MessageState.SENDING, attempt=F("attempt") + 1, attempt_at=now, lease_until=lease, next_try=None, version=F("version") + 1
        )
        if not taken:
            return None
        return _outgoing(message, line, attempt=message.attempt + 1, lease_until=lease)


def _outgoing(message: Message, line: PhoneLine, *, attempt: int, lease_until: datetime) -> Outgoing:
    return Outgoing(
        id=message.pk,
        reference=message.uuid,
        to=line.e164,
        body=message.sealed_body or message.body,
        attempt=attempt,
        lease_until=lease_until,
        delivery_class=message.delivery_class,
        backend=message.backend,
    )


def _holds(key: str, value: str) -> bool | None:
    """Whether the fact a text relies on still stands; None while somebody is changing it."""
    if not key:
        return True
    standing = Fact.objects.filter(key=key, value=value)
    if not standing.exists():
        return False
    return True if standing.select_for_update(no_key=True, skip_locked=True).first() is not None else None


def _will_never_go(message: Message, line: PhoneLine, *, true: bool, at: datetime) -> tuple[str, str]:
    if line.opted_out_at is not None:
        return MessageState.SUPPRESSED, "opted_out"
    if line.health in {LineHealth.BAD, LineHealth.NOT_MOBILE} or not line.e164:
        return MessageState.SUPPRESSED, "number"
    if not true:
        return MessageState.EXPIRED, "untrue"
    if message.expires_at <= at:
        return MessageState.EXPIRED, "late"
    if backend_named(message.backend).live and is_drama(line.e164):
        return MessageState.REJECTED, "drama"
    return "", ""


def _settle(message: Message, state: str, *, reason: str, at: datetime) -> None:
    Message.objects.filter(pk=message.pk, state=MessageState.READY).update(
        state=state, reason=reason, final_at=at, version=F("version") + 1
    )


def hand_over(outgoing: Outgoing, *, at: datetime) -> str:
    """Call the provider, in no transaction, and settle the claimed text by its answer."""
    if outgoing.lease_until - real_now() < ENOUGH:
        return _leave(outgoing, MessageState.READY, lease_until=None)
    try:
        accepted = backend_named(outgoing.backend).send(outgoing)
    except SendError as refused:
        return _refused(outgoing, refused, at=at)
    except Exception as doubt:  # anything may have come after the provider took it
        log.warning("text may have been taken", extra={"text": str(outgoing.reference), "fault": type(doubt).__name__})
        return _leave(outgoing, MessageState.UNKNOWN, error_code=type(doubt).__name__[:20], lease_until=None)
    return bind(outgoing.id, accepted, backend=outgoing.backend, at=at)


def _leave(outgoing: Outgoing, state: str, **values: object) -> str:
    """Settle our own claim: nothing happens where it is no longer ours."""
    mine = Message.objects.filter(pk=outgoing.id, state=MessageState.SENDING, attempt=outgoing.attempt)
    return state if mine.update(state=state, version=F("version") + 1, **values) else ""


def _refused(outgoing: Outgoing, refused: SendError, *, at: datetime) -> str:
    code = refused.code[:20]
    if refused.outcome == NOT_SENT:
        if outgoing.attempt >= MOST_TRIES:
            return _leave(outgoing, MessageState.EXPIRED, reason="tries", error_code=code, final_at=at, lease_until=None)
        return _leave(outgoing, MessageState.READY, error_code=code, next_try=real_now() + pause(outgoing, refused), lease_until=None)
    if refused.outcome not in {REJECTED, BAD_NUMBER, OPTED_OUT}:
        return _leave(outgoing, MessageState.UNKNOWN, error_code=code, lease_until=None)
    with transaction.atomic():
        line = PhoneLine.objects.select_for_update(no_key=True).get(messages=outgoing.id)
        if refused.outcome == BAD_NUMBER:
            line.health = LineHealth.BAD
        elif refused.outcome == OPTED_OUT and line.opted_out_at is None:
            line.opted_out_at, line.opted_out_how = at, "stop"
        line.save(update_fields=["health", "opted_out_at", "opted_out_how"])
        return _leave(outgoing, MessageState.REJECTED, reason=refused.outcome, error_code=code, final_at=at, lease_until=None)


def pause(outgoing: Outgoing, refused: SendError) -> timedelta:
    """How long a text rests that was surely not taken: 30 s, doubled each time, half as much up or down, at most half an hour."""
    spread = Random(f"{outgoing.reference} {outgoing.attempt}").uniform(0.5, 1.5)  # noqa: S311 - spreads load, keeps no secret
    rest = min(timedelta(seconds=30 * 2 ** (outgoing.attempt - 1)), LONGEST_PAUSE) * spread
    return max(min(rest, LONGEST_PAUSE), timedelta(seconds=refused.retry_after))


def bind(message_id: int, accepted: Accepted, *, backend: str, at: datetime) -> str:
    """The provider has it: keep its id, and what it says. A text already settled another way was in fact sent, and says so."""
    with transaction.atomic():
        unbound = Message.objects.filter(pk=message_id, provider_id="", attempt__gte=1)
        known = {"backend": backend, "provider_id": accepted.provider_id, "provider_status": accepted.provider_status}
        open_states = (MessageState.SENDING, MessageState.UNKNOWN, MessageState.READY, MessageState.ABANDONED)
        state: str = MessageState.DELIVERED if accepted.provider_status == DELIVERED else MessageState.ACCEPTED
        settled = {"state": state, "accepted_at": at, "final_at": at if state in FINAL else None, "lease_until": None, "reason": ""}
        if not unbound.filter(state__in=open_states).update(version=F("version") + 1, **known, **settled):
            if not unbound.filter(state__in=FINAL).update(version=F("version") + 1, accepted_at=at, **known):
                return ""
            state = "was in fact sent"
        MessageEvent.objects.get_or_create(
            backend=backend,
            provider_id=accepted.provider_id,
            status=accepted.provider_status,
            error_code="",
            defaults={"message_id": message_id, "at": at},
        )
        return state


def forget_leases(*, at: datetime) -> int:
    """A lease that ran out: the worker died, perhaps after the provider took the text. Never ready again by itself."""
    over = Message.objects.filter(state=MessageState.SENDING, lease_until__lt=real_now())
    return over.update(state=MessageState.UNKNOWN, lease_until=None, error_code="lease", version=F("version") + 1)


def drop_late(*, at: datetime) -> int:
    """Waiting texts that are of no more use are dropped, never sent late."""
    late = Message.objects.filter(state=MessageState.READY, expires_at__lte=at)
    return late.update(state=MessageState.EXPIRED, reason="late", final_at=at, version=F("version") + 1)


def reconcile(*, at: datetime) -> dict[str, int]:
    """Ask providers about texts that nobody knows of, once SMS_SETTLE has passed since they were tried."""
    settled: Counter[str] = Counter()
    since = real_now() - timedelta(seconds=settings.SMS_SETTLE)
    lost = Message.objects.filter(state=MessageState.UNKNOWN, attempt_at__lt=since).select_related("line").order_by("id")
    for message in lost[:500]:
        settled[_reconcile(message, at=at)] += 1
    return {state: count for state, count in settled.items() if state}


def _reconcile(message: Message, *, at: datetime) -> str:
    outgoing = _outgoing(message, message.line, attempt=message.attempt, lease_until=at)
    found = backend_named(message.backend).find(outgoing)
    useless = message.expires_at <= at or _holds(message.fact, message.fact_value) is False
    if found:
        known = set(Message.objects.filter(provider_id__in=[each.provider_id for each in found]).values_list("provider_id", flat=True))
        free = [each for each in found if each.provider_id not in known]
        if free:
            return bind(message.pk, Accepted(free[0].provider_id, free[0].provider_status), backend=message.backend, at=at)
    if found is None and not useless:
        return ""
    again = message.delivery_class == DeliveryClass.AT_LEAST_ONCE and not useless and message.attempt < MOST_ATTEMPTS_UNKNOWN
    mine = Message.objects.filter(pk=message.pk, state=MessageState.UNKNOWN, attempt=message.attempt)
    if again:
        mine.update(state=MessageState.READY, possible_duplicate=True, version=F("version") + 1)
        return MessageState.READY
    mine.update(state=MessageState.ABANDONED, reason="unknown", final_at=at, version=F("version") + 1)
    return MessageState.ABANDONED
