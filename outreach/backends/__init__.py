"""The outside world of texts: one file for each provider, all behind the same four questions."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from uuid import UUID

from django.conf import settings

from outreach.backends.parts import Parts, parts_of

#: What a refusal to send may mean; see docs. Anything else is taken as unknown: it might have been taken.
NOT_SENT, UNKNOWN, REJECTED, BAD_NUMBER, OPTED_OUT = "not_sent", "unknown", "rejected", "bad_number", "opted_out"


@dataclass(frozen=True)
class Outgoing:
    """One text under its lease, as a backend needs it. `reference` is our name for it outside the house."""

    id: int
    reference: UUID
    to: str
    body: str
    attempt: int
    lease_until: datetime
    delivery_class: str
    backend: str


@dataclass(frozen=True)
class Accepted:
    """The provider has it. `provider_status` "delivered" means that it says more: a network took it."""

    provider_id: str
    provider_status: str


@dataclass(frozen=True)
class Found:
    """A text that the provider knows of."""

    provider_id: str
    provider_status: str


class SendError(Exception):
    """The only exception that leaves a backend. `detail` holds no number and no body."""

    def __init__(self, outcome: str, code: str = "", *, retry_after: float = 0, detail: str = "") -> None:
        super().__init__(f"{outcome} {code}".strip())
        self.outcome = outcome
        self.code = code
        self.retry_after = retry_after
        self.detail = detail


class Backend(ABC):
    """What every provider answers. `live` is true only where real phones would ring."""

    live = False
    longest = 1600

    def unsendable(self, body: str) -> list[str]:
        """Characters that would be lost on the way; none where all is sent as it is."""
        return []

    def parts(self, body: str) -> Parts:
        """Encoding and number of parts of what would really be sent."""
        return parts_of(body)

    @abstractmethod
    def send(self, message: Outgoing) -> Accepted:
        """Hand one text over, or raise SendError. Any other exception is taken as "may have been taken"."""

    def find(self, message: Outgoing) -> list[Found] | None:
        """The provider's texts that may be this one; an empty list means surely none, None that it cannot look."""
        return None


#: By the words of SMS_BACKEND. A new provider is a file beside these and a line here.
BACKENDS: dict[str, str] = {
    "console": "outreach.backends.console",
    "locmem": "outreach.backends.locmem",
}


@cache
def backend_named(name: str) -> Backend:
    """The backend of that name; the same one for the life of the process."""
    make: Callable[[], Backend] = import_module(BACKENDS[name]).make
    return make()


def usual_backend() -> str:
    """The name of the backend for new texts, or nothing when texts are off: none is named, or only one that reaches nobody."""
    name = settings.SMS_BACKEND[0] if settings.SMS_BACKEND else ""
    if name not in BACKENDS or not (settings.RELAXED or backend_named(name).live):
        return ""
    return name
