"""What pages and steps ask about reaching people."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max, OuterRef, QuerySet, Subquery

from candidates.models import Candidate, ContactRoute
from outreach.choices import WENT, MessageState
from outreach.models import DemoText, Message
from outreach.rules import may_be_texted


def text_route(candidate: Candidate) -> ContactRoute | None:
    """The number to text: the first current mobile on which texts are fine; None when there is none."""
    routes = ContactRoute.objects.current().filter(candidate=candidate, kind="mobile", may_text=True)
    return next((route for route in routes if may_be_texted(route.value)), None)


@dataclass(frozen=True)
class Phone:
    """A candidate's phone as its owner holds it: the number, and what it received, newest last."""

    candidate: Candidate
    number: str
    texts: list[Message]
    waiting: int = 0


def phones(*, most: int = 50) -> list[Phone]:
    """Phones that received something, the latest first, each with its last text. For the demo's page."""
    latest = Message.objects.filter(candidate=OuterRef("candidate"), state__in=WENT).order_by("-accepted_at", "-id")
    people = (
        Message.objects.filter(state__in=WENT).values("candidate").annotate(last=Max("accepted_at"), text=Subquery(latest.values("pk")[:1]))
    )
    found = [row["text"] for row in people.order_by("-last", "-text")[:most]]
    texts = Message.objects.filter(pk__in=found).select_related("candidate", "line")
    by_id = {text.pk: text for text in _as_received(texts)}
    return [Phone(by_id[pk].candidate, by_id[pk].line.e164, [by_id[pk]]) for pk in found]


def phone_of(uuid: UUID) -> Phone | None:
    """One person's phone. A shared number shows what it received for everybody who shares it, as a phone does."""
    candidate = Candidate.objects.filter(uuid=uuid).first()
    if candidate is None:
        return None
    lines = Message.objects.filter(candidate=candidate).values("line")
    texts = _received().filter(line__in=lines)
    route = text_route(candidate)
    held = _as_received(texts.select_related("line")[:200])
    number = route.value if route else (held[-1].line.e164 if held else "")
    waiting = Message.objects.filter(line__in=lines, state__in=[MessageState.READY, MessageState.SENDING]).count()
    return Phone(candidate, number, held, waiting)


def _as_received(texts: Iterable[Message]) -> list[Message]:
    """The same texts with the words that the phone got: a link or code is kept nowhere else."""
    held = list(texts)
    words = {each.message_id: each.words for each in DemoText.objects.filter(message__in=[text.pk for text in held])}
    for text in held:
        text.body = words.get(text.pk, text.body)
    return held


def _received() -> QuerySet[Message]:
    return Message.objects.filter(state__in=WENT).order_by("accepted_at", "id")
