"""The second factor: an app's six digits, or one of ten codes on paper. Stored by allauth, sealed and counted by us."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt, encrypt
from django.db import transaction
from django.utils.crypto import constant_time_compare

from accounts.backends.second_factor import secrets_of
from accounts.models import SignIn, User
from accounts.services import audit, limits
from accounts.services.audit import service
from accounts.services.mail import queue_mail
from ground.actor import Actor
from ground.door import Refused


def has_second_factor(user: User) -> bool:
    """Whether an app is set up for this person."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def new_secret() -> str:
    """What the app and we will both know."""
    return generate_totp_secret()


def digits_now(secret: str) -> str:
    """The six digits that an app shows for this secret at this moment."""
    return format_hotp_value(hotp_value(secret, sorted(yield_hotp_counters_from_time())[1]))


@service("second_factor.set_up")
def set_up(*, user: User, secret: str, code: str, by: Actor, at: datetime) -> list[str]:
    """Begin to use an app, once its code proves that it works; the ten codes to keep on paper. An earlier app stops."""
    counter = _counter_of(secret, code)
    if counter is None:
        raise Refused("That code is not the one the app shows now. Check the app, then enter the newest code.", field="code")
    give_second_factor(user=user, secret=secret, counter=counter)
    User.objects.filter(pk=user.pk).update(second_factor_since=at)
    audit.note(fields=["second_factor_since"], subject=user)
    return recovery_codes(user)


def give_second_factor(*, user: User, secret: str, counter: int = -1) -> None:
    """Store a secret and fresh recovery codes for a person, in the transaction that is open."""
    Authenticator.objects.filter(user=user).delete()
    with secrets_of(user.pk):
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(secret), "counter": counter})
        RecoveryCodes.activate(user)


def recovery_codes(user: User) -> list[str]:
    """The codes that were not used yet; shown once, when they are made."""
    with secrets_of(user.pk):
        row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
        return RecoveryCodes(row).get_unused_codes() if row else []


def judge(*, user: User, code: str, at: datetime) -> bool:
    """Whether the code is right: the app's, each once, or one from paper. At most five tries in 30 seconds; raises TooMany."""
    guess = limits.count(limits.GUESSES_PER_ACCOUNT, f"second factor of {user.pk}", at=at)
    limits.count(limits.CODES_PER_WINDOW, str(user.pk), at=at)
    digits = "".join(character for character in code if character.isdigit())
    right = _judge_app(user, digits) or _judge_paper(user, digits)
    if right:
        limits.turned_out_right(guess)
    else:
        audit.write(action="second_factor.refuse", by=audit.actor_for(user), at=at, subject=user)
    return right


@transaction.atomic
def _judge_app(user: User, code: str) -> bool:
    row = Authenticator.objects.select_for_update(no_key=True).filter(user=user, type=Authenticator.Type.TOTP).first()
    if row is None:
        return False
    with secrets_of(user.pk):
        counter = _counter_of(decrypt(row.data["secret"]), code)
    if counter is None or counter <= row.data.get("counter", -1):
        return False
    row.data["counter"] = counter
    row.save(update_fields=["data"])
    return True


def _judge_paper(user: User, code: str) -> bool:
    with secrets_of(user.pk):
        row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
        return row is not None and bool(code) and RecoveryCodes(row).validate_code(code)


def _counter_of(secret: str, code: str) -> int | None:
    """The half minute that this code belongs to: the present one, or the one before or after it."""
    digits = "".join(character for character in code if character.isdigit())
    for counter in yield_hotp_counters_from_time():
        if constant_time_compare(digits, format_hotp_value(hotp_value(secret, counter))):
            return counter
    return None


@service("second_factor.take_away")
def take_away(*, user: User, by: Actor, at: datetime) -> User:
    """Another administrator lets somebody who lost their phone begin again: they are told, and signed out everywhere."""
    if by.user_id == user.pk:
        raise Refused("Ask another administrator: nobody takes away their own second factor.")
    Authenticator.objects.filter(user=user).delete()
    User.objects.filter(pk=user.pk).update(second_factor_since=None)
    SignIn.objects.filter(user=user, ended_at__isnull=True).update(ended_at=at)
    queue_mail(to=user.email, user=user, kind="accounts/second_factor_gone", context={}, at=at)
    audit.note(fields=["second_factor_since"])
    return user
