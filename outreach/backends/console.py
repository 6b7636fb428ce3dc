"""Texts that reach nobody: said to have gone, and read on the demo's own phone page. The log holds an id and no word of them."""

import logging

from django.conf import settings

from outreach.backends import Accepted, Backend, Found, Outgoing
from outreach.models import DemoText, Message

log = logging.getLogger("outreach.console")


class Console(Backend):
    """For development and the demo."""

    def send(self, message: Outgoing) -> Accepted:
        """Note that it would have gone. In the demo it counts as arrived: the phone is a page of ours."""
        log.info("text handed to the console", extra={"text": str(message.reference)})
        if settings.DEMO and Message.objects.filter(pk=message.id, sealed_body__isnull=False).exists():
            DemoText.objects.get_or_create(message_id=message.id, defaults={"words": message.body})
        return Accepted(f"console-{message.reference}", "delivered" if settings.DEMO else "sent")

    def find(self, message: Outgoing) -> list[Found] | None:
        """Nothing is kept outside our own rows: what they do not hold went nowhere."""
        return []


def make() -> Backend:
    """For `backend_named`."""
    return Console()
