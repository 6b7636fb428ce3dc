"""Signing in, step by step: a password judged, a code sent and judged, a sign-in begun, proved and ended."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction

from accounts.choices import Role
from accounts.models import Membership, SignIn, SignInCode, User
from accounts.services import audit, limits
from accounts.services.audit import service
from accounts.services.mail import queue_mail
from ground.actor import Actor
from ground.clock import today_london

log = logging.getLogger("accounts.sign_in")

CODE_LIVES = timedelta(minutes=10)
MOST_TRIES = 5


def judge_password(*, email: str, password: str, address: str, at: datetime) -> User | None:
    """The person, if the password is theirs. Raises TooMany before anything is judged.

    An unknown address takes as long as a known one: a hash is computed for it too.
    """
    guess = limits.count(limits.GUESSES_PER_ACCOUNT, email, at=at)
    failure = limits.count(limits.FAILURES_PER_ADDRESS, address, at=at)
    user = authenticate(None, email=email.strip().lower(), password=password)
    if not isinstance(user, User):
        _watch_for_spraying(at=at)
        known = User.objects.known_as(email).first()
        if known is not None:
            audit.write(action="sign_in.refuse", by=audit.actor_for(known), at=at, subject=known)
        return None
    limits.turned_out_right(guess, failure)
    return user


def _watch_for_spraying(*, at: datetime) -> None:
    """Many wrong passwords over the whole site are an alarm, whoever they were tried on."""
    try:
        limits.count(limits.WRONG_ON_SITE, "site", at=at)
    except limits.TooMany:
        log.error("many wrong passwords", extra={"alarm": True})


def may_sign_in_by_mailbox(user: User, *, at: datetime) -> bool:
    """Whether this person works for an employer now: they need no password."""
    return _holds(user, Role.EMPLOYER, at=at)


def _holds(user: User, role: str, *, at: datetime) -> bool:
    return Membership.objects.current(today_london(at)).filter(user=user, role=role).exists()


def is_staff_member(user: User, *, at: datetime) -> bool:
    """Whether this person holds a role that needs a second factor."""
    staff = Membership.objects.current(today_london(at)).filter(user=user).exclude(role=Role.EMPLOYER)
    return staff.exists()


@transaction.atomic
def send_code(*, email: str, at: datetime) -> uuid.UUID:
    """Send a six-digit code to an employer's mailbox; an earlier one opens nothing any more.

    The answer is an id in any case: whether somebody is known shows nowhere. Raises TooMany.
    """
    limits.count(limits.CODES_PER_MAILBOX, email, at=at)
    user = User.objects.known_as(email).filter(is_active=True).first()
    if user is None or not may_sign_in_by_mailbox(user, at=at):
        return uuid.uuid4()
    SignInCode.objects.filter(user=user, used_at__isnull=True, expires_at__gt=at).update(expires_at=at)
    code = f"{secrets.randbelow(1_000_000):06d}"
    row = SignInCode(user=user, expires_at=at + CODE_LIVES, created_at=at)
    row.code_digest = _digest(row, code)
    row.save(force_insert=True)
    queue_mail(to=user.email, user=user, kind="accounts/sign_in_code", context={"code": code}, at=at, lives=CODE_LIVES)
    return row.uuid


@transaction.atomic
def judge_code(*, code_id: uuid.UUID, typed: str, at: datetime) -> User | None:
    """The person whose code this is: within ten minutes, once, at most five tries."""
    row = SignInCode.objects.select_for_update(no_key=True, of=("self",)).select_related("user").filter(uuid=code_id).first()
    if row is None or row.used_at is not None or row.expires_at <= at or row.tries >= MOST_TRIES or not row.user.is_active:
        return None
    right = hmac.compare_digest(row.code_digest, _digest(row, typed))
    SignInCode.objects.filter(pk=row.pk).update(tries=row.tries + 1, used_at=at if right else None)
    if not right:
        audit.write(action="sign_in.refuse", by=audit.actor_for(row.user), at=at, subject=row.user)
        return None
    return row.user


def _digest(row: SignInCode, code: str) -> str:
    digits = "".join(character for character in code if character.isdigit())
    return hmac.new(settings.SECRET_KEY.encode(), f"code:{row.uuid}:{digits}".encode(), hashlib.sha256).hexdigest()


@service("sign_in")
def begin(*, user: User, proof: str, device: str, own_device: bool, by: Actor, at: datetime) -> SignIn:
    """Somebody signed in. With the password alone they reach the second-factor pages and nothing else."""
    proved_at = at if proof == SignIn.Proof.SECOND_FACTOR else None
    audit.note(fields=["proof"])
    theirs = own_device and _holds(user, Role.OUTREACH_WORKER, at=at)
    return SignIn.objects.create(
        user=user, proof=proof, proved_at=proved_at, seen_at=at, device=device[:60], own_device=theirs, created_at=at
    )


@service("sign_in.prove")
def prove(*, sign_in: SignIn, proof: str, by: Actor, at: datetime) -> SignIn:
    """A code was right: the sign-in is complete, or was proved again for an act that asks for it."""
    sign_in.proof = proof
    sign_in.proved_at = at if proof == SignIn.Proof.SECOND_FACTOR else None
    sign_in.save(update_fields=["proof", "proved_at"])
    return sign_in


@service("sign_in.end")
def end(*, sign_in: SignIn, by: Actor, at: datetime) -> SignIn:
    """One of one's own sign-ins is over, here or on another device."""
    SignIn.objects.filter(pk=sign_in.pk, ended_at__isnull=True).update(ended_at=at)
    audit.note(fields=["ended_at"])
    return sign_in


@service("sign_in.end_all")
def end_all(*, user: User, by: Actor, at: datetime) -> int:
    """Signing out, a new password and disabling end every sign-in of the person; how many."""
    ended = SignIn.objects.filter(user=user, ended_at__isnull=True).update(ended_at=at)
    audit.note(fields=["ended_at"], rows=ended)
    return ended
