"""The outbox of e-mails: queued with their cause, claimed under a lease, sent outside any transaction."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from accounts.choices import MailState
from accounts.delivery import Never, SurelyNot, hand_over, write_letter
from accounts.models import Mail, User

LEASE = timedelta(minutes=2)
KEEP = timedelta(days=2)
MOST_ATTEMPTS = 8


def queue_mail(
    *,
    to: str,
    kind: str,
    context: dict[str, Any],
    at: datetime,
    user: User | None = None,
    lives: timedelta = KEEP,
    not_before: datetime | None = None,
    at_least_once: bool = True,
    uuid: UUID | None = None,
) -> Mail:
    """Write an e-mail into the outbox, in the transaction of its cause.

    `kind` names its template (`accounts/invitation`); `context` holds plain JSON values and is sealed. The subject is
    made without the context, so that it can name nobody. It is not sent after `lives`. A cause that may be taken back
    gives the `uuid` by which it finds the e-mail again.
    """
    return Mail.objects.create(
        to=to.strip().lower(),
        user=user,
        kind=kind,
        subject=write_letter(kind, {}).subject[:150],
        context=json.dumps(context),
        not_before=not_before or at,
        expires_at=(not_before or at) + lives,
        at_least_once=at_least_once,
        created_at=at,
        uuid=uuid or uuid4(),
    )


def sweep(*, at: datetime, now: datetime, most: int = 200) -> dict[str, int]:
    """Send what is due, settle what was left lying; how many ended in which state. Leases are on the real clock, `now`."""
    ended: dict[str, int] = {}

    def add(state: str, rows: int = 1) -> None:
        if rows:
            ended[state] = ended.get(state, 0) + rows

    unsettled = Mail.objects.filter(state__in=(MailState.READY, MailState.SENDING))
    nobody_has_it = Q(state=MailState.READY) | Q(state=MailState.SENDING, lease_until__lt=now)
    add(
        "unknown",
        unsettled.filter(state=MailState.SENDING, lease_until__lt=now, at_least_once=False).update(
            state=MailState.UNKNOWN, settled_at=at, lease_until=None
        ),
    )
    add("expired", unsettled.filter(nobody_has_it, expires_at__lte=at).update(state=MailState.EXPIRED, settled_at=at, lease_until=None))
    for _ in range(most):
        mail = claim(at=at, now=now)
        if mail is None:
            break
        add(deliver(mail=mail, at=at))
    _forget_words(at=at)
    return ended


def claim(*, at: datetime, now: datetime) -> Mail | None:
    """Take the oldest due e-mail for this process alone; committed before anything is sent."""
    with transaction.atomic():
        due = Q(state=MailState.READY, not_before__lte=at) | Q(state=MailState.SENDING, lease_until__lt=now, at_least_once=True)
        mail = (
            Mail.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(due, expires_at__gt=at)
            .order_by("not_before", "id")
            .first()
        )
        if mail is None:
            return None
        Mail.objects.filter(pk=mail.pk).update(state=MailState.SENDING, lease_until=now + LEASE, attempt=F("attempt") + 1)
        mail.state, mail.lease_until, mail.attempt = MailState.SENDING, now + LEASE, mail.attempt + 1
    return mail


def deliver(*, mail: Mail, at: datetime) -> str:
    """Send a claimed e-mail and settle it by what is known; the state it ended in."""
    try:
        hand_over(mail)
    except SurelyNot as away:
        return _settle(mail, _again(mail), at, fault=str(away))
    except Never as no:
        return _settle(mail, MailState.REJECTED, at, fault=str(no))
    except Exception as doubt:  # anything else may have come after the server took it
        return _settle(mail, _again(mail) if mail.at_least_once else MailState.UNKNOWN, at, fault=type(doubt).__name__)
    return _settle(mail, MailState.ACCEPTED, at)


def _again(mail: Mail) -> MailState:
    return MailState.READY if mail.attempt < MOST_ATTEMPTS else MailState.UNKNOWN


def _settle(mail: Mail, state: MailState, at: datetime, *, fault: str = "") -> str:
    mine = Mail.objects.filter(pk=mail.pk, state=MailState.SENDING, lease_until=mail.lease_until)
    if state == MailState.READY:
        mine.update(state=state, lease_until=None, fault=fault[:80], not_before=at + timedelta(seconds=15 * 2**mail.attempt))
    else:
        mine.update(state=state, lease_until=None, fault=fault[:80], settled_at=at)
    return state


def cancel_mail(*, mail: Mail, at: datetime) -> bool:
    """Stop an e-mail that has not left; whether it was stopped."""
    return bool(Mail.objects.filter(pk=mail.pk, state=MailState.READY).update(state=MailState.CANCELLED, settled_at=at))


def _forget_words(*, at: datetime) -> None:
    """Links and codes are not kept once they are of no use; the demo's mailbox page shows them for as long as it runs."""
    if not settings.DEMO:
        Mail.objects.filter(settled_at__isnull=False, expires_at__lt=at, context__isnull=False).update(context=None)
