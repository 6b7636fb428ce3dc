"""A forgotten password: a link to the mailbox, which works once and for an hour."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import SignIn, User
from accounts.services import audit, limits
from accounts.services.audit import service
from accounts.services.mail import queue_mail
from ground.actor import Actor
from ground.door import Refused

LINK_LIVES = timedelta(hours=1)


class ResetTokens(PasswordResetTokenGenerator):
    """A token dies with the password it was made for, with the next sign-in, and after an hour (settings)."""

    key_salt = "accounts.services.password"


tokens = ResetTokens()


@transaction.atomic
def send_reset(*, email: str, at: datetime) -> None:
    """Send the link, if somebody signs in with this address. Nobody learns whether. Raises TooMany."""
    limits.count(limits.RESETS_PER_MAILBOX, email, at=at)
    user = User.objects.known_as(email).filter(is_active=True).first()
    if user is None:
        return
    context = {"path": f"/password-reset/{user.uuid}/{tokens.make_token(user)}/"}
    queue_mail(to=user.email, user=user, kind="accounts/password_reset", context=context, at=at, lives=LINK_LIVES)
    audit.write(action="password.ask", by=audit.actor_for(user), at=at, subject=user)


def check_new_password(password: str, *, user: User, organisations: Iterable[str]) -> None:
    """Refuse a password that is too short, too common, or made of the person's address or organisation; say why at the field."""
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise Refused(" ".join(weak.messages), field="password") from weak
    typed = _letters(password)
    if any(name and (name in typed or typed in name) for name in map(_letters, organisations)):
        raise Refused("The password is too similar to the organisation’s name.", field="password")


def _letters(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


@service("password.set")
def set_password(*, user: User, password: str, by: Actor, at: datetime) -> User:
    """Take a new password; every sign-in of the person ends."""
    check_new_password(password, user=user, organisations=user.memberships.values_list("organisation__name", flat=True))
    user.set_password(password)
    user.save(update_fields=["password"])
    SignIn.objects.filter(user=user, ended_at__isnull=True).update(ended_at=at)
    audit.note(fields=["password"], subject=user)
    return user
