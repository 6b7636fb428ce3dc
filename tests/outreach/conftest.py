"""A provider in this process, and somebody to text."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ground.actor import SYSTEM
from outreach.backends import backend_named
from outreach.backends.locmem import LocMem
from outreach.models import Message
from outreach.services.message import queue_message, set_fact
from outreach.services.template import seed_template
from tests.factories import AT, organisation, person

BODY = "Hello {first_name}, this is {sender}. Your chat is on {day} at {time}."


@pytest.fixture
def provider(settings) -> Iterator[LocMem]:
    """The in-memory provider, empty, as the one that new texts use."""
    settings.SMS_BACKEND = ["locmem"]
    settings.SMS_HOURS = ""
    backend = backend_named("locmem")
    assert isinstance(backend, LocMem)
    backend.forget()
    yield backend
    backend.forget()


def text(*, occasion: str = "interview:1@2026-12-01T10:00:booked", fact: str = "interview:1", **more: Any) -> Message:
    """A text that may go at AT, a working Monday at nine in London, and for a day."""
    owner = organisation()
    somebody = more.pop("candidate", None) or person(owner, first="Amina", phone=more.pop("phone", "+447700900101"))
    template = seed_template(
        code="chat-booked",
        language="en",
        body=more.pop("body", BODY),
        delivery_class=more.pop("delivery_class", "at_least_once"),
        at=AT - timedelta(days=1),
    )
    if fact:
        set_fact(key=fact, value="booked@2026-12-01T10:00")
    values = {"first_name": "Amina", "sender": "Northgate", "day": "Tuesday 1 December", "time": "10am"}
    return queue_message(
        candidate=somebody,
        organisation=owner,
        occasion=occasion,
        template=template,
        values=more.pop("values", values),
        not_before=more.pop("not_before", AT),
        expires_at=more.pop("expires_at", AT + timedelta(days=1)),
        fact=fact,
        fact_value="booked@2026-12-01T10:00" if fact else "",
        by=SYSTEM,
        at=AT,
        **more,
    )


def standing(message: Message) -> tuple[str, str]:
    """Its state and the reason for it."""
    message.refresh_from_db()
    return message.state, message.reason
