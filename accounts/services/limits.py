"""Limits on guessing, counted in the database before anything is checked and committed apart from the request.

Two hundred guesses at once are counted one after another under an advisory lock, so at most as many as allowed are judged.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Min

from accounts.models import SignInAttempt

#: Two statements in one message: the lock is held no longer than the server needs, however slow this process is.
COUNT = """
SELECT pg_advisory_xact_lock(hashtextextended(%s, 0));
INSERT INTO accounts_signinattempt (uuid, reporting_id, version, created_at, kind, key, at, counts)
SELECT gen_random_uuid(), gen_random_uuid(), 1, %s, %s, %s, %s, true
WHERE (SELECT count(*) FROM accounts_signinattempt WHERE kind = %s AND key = %s AND counts AND at > %s) < %s
RETURNING id
"""


@dataclass(frozen=True)
class Limit:
    """At most so many in so long a time."""

    kind: str
    most: int
    within: timedelta


GUESSES_PER_ACCOUNT = Limit("account", 10, timedelta(minutes=5))
FAILURES_PER_ADDRESS = Limit("address", 20, timedelta(hours=1))
#: Not a limit: beyond it somebody is told.
WRONG_ON_SITE = Limit("site", 200, timedelta(minutes=5))
CODES_PER_WINDOW = Limit("second_factor", 5, timedelta(seconds=30))
CODES_PER_MAILBOX = Limit("mailbox", 5, timedelta(hours=1))
RESETS_PER_MAILBOX = Limit("reset", 5, timedelta(hours=1))
MAILS_PER_ADDRESS = Limit("mails_asked", 30, timedelta(hours=1))
HELD_PER_ADDRESS = Limit("held", 20, timedelta(hours=1))


class TooMany(Exception):
    """The limit is reached; `retry_after` says in how many seconds the next try is counted."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__("Too many tries.")


def digest(key: str) -> str:
    """A mailbox or address as it is kept: never itself."""
    return hmac.new(settings.SECRET_KEY.encode(), f"limit:{key.strip().lower()}".encode(), hashlib.sha256).hexdigest()


def count(limit: Limit, key: str, *, at: datetime) -> SignInAttempt:
    """Count one try, or raise TooMany. The row is committed when this returns, unless a transaction is open around it."""
    hidden = digest(key)
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [f"{limit.kind}:{hidden}", at, limit.kind, hidden, at, limit.kind, hidden, at - limit.within, limit.most])
        cursor.nextset()
        counted = cursor.fetchone()
    if counted is None:
        recent = SignInAttempt.objects.filter(kind=limit.kind, key=hidden, counts=True, at__gt=at - limit.within)
        first = recent.aggregate(first=Min("at"))["first"] or at
        raise TooMany(max(1, int((first + limit.within - at).total_seconds()) + 1))
    return SignInAttempt(pk=counted[0], kind=limit.kind, key=hidden, at=at, created_at=at)


def turned_out_right(*attempts: SignInAttempt) -> None:
    """These tries were the owner's: they no longer count."""
    SignInAttempt.objects.filter(pk__in=[attempt.pk for attempt in attempts]).update(counts=False)


def forget_old(*, at: datetime) -> int:
    """Drop tries that no limit looks back to; how many."""
    return SignInAttempt.objects.filter(at__lt=at - timedelta(days=1)).delete()[0]
