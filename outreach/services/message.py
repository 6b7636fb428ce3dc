"""The outbox: facts that texts rely on, texts written with the change they tell of, texts withdrawn."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from outreach.choices import MessageState
from outreach.models import Fact, Message


def set_fact(*, key: str, value: str) -> None:
    """What is true now, under a key that a text may rely on."""
    Fact.objects.update_or_create(key=key, defaults={"value": value})


def change_fact(*, key: str, value: str) -> None:
    """The truth has changed: texts that relied on the old value will not go. Nothing happens where no text relies on it."""
    Fact.objects.filter(key=key).exclude(value=value).update(value=value)


def end_fact(*, key: str) -> None:
    """No longer true in any way."""
    Fact.objects.filter(key=key).delete()


def withdraw_messages(*, written_for: Iterable[UUID], at: datetime) -> int:
    """Texts not yet handed over are withdrawn; those already sent stay sent."""
    waiting = Message.objects.filter(written_for__in=list(written_for), state=MessageState.READY)
    return waiting.update(state=MessageState.CANCELLED, final_at=at, reason="withdrawn")
