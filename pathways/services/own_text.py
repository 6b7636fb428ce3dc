"""A worker texts somebody the link to their own page, and takes it back while it waits."""

import re
from datetime import datetime, timedelta

from accounts.services.audit import note, service
from candidates.models import CandidateLink, LinkPurpose
from candidates.services.link import digest_of
from ground.actor import Actor
from ground.door import Conflict, Refused
from ground.phones import show_phone
from outreach.choices import MessageState
from outreach.models import Message
from outreach.services.message import queue_message, withdraw_message
from pathways.models import Pathway
from pathways.queries.company import records_of, text_route_of
from pathways.services.own_page import USUAL_DAYS, link_in_a_text
from pathways.services.text import Moment, template_for, values_of

CODE = "own-page"
#: How long such a text waits for its hour, at most.
LIVES = timedelta(days=3)
IN_A_TEXT = re.compile(r"/me/([\w-]+)/")


@service("own_page.text")
def text_own_page(*, case: Pathway, by: Actor, at: datetime) -> Message:
    """A fresh link by text, to the number on file. On a shared number it begins with the name, and its page says little.

    Raises Refused, with a sentence for the worker, where no text may go or the programme must not be mentioned.
    """
    candidate = case.candidate
    if case.do_not_contact:
        raise Refused("This person has asked not to be contacted.")
    route = text_route_of(candidate)
    if route is None:
        raise Refused("This person has no mobile number that may be texted.")
    if not route.may_mention:
        raise Refused("The programme must not be mentioned on this number: tell them another way.")
    waiting = Message.objects.filter(candidate__in=records_of(candidate), template__code__startswith=CODE, state=MessageState.READY)
    if waiting.filter(line__e164=route.value).exists():
        raise Conflict("A text with their page is on its way already.")
    link = link_in_a_text(candidate=candidate, purpose=LinkPurpose.PAGE, days=USUAL_DAYS, by=by, at=at)
    message = queue_message(
        candidate=candidate,
        organisation=case.organisation,
        occasion=f"own_page:{case.pk}@{at:%Y-%m-%dT%H:%M:%S.%f}",
        template=template_for(f"{CODE}-shared" if route.is_shared else CODE, candidate=candidate, at=at),
        values=values_of(case, Moment(expires_at=at + LIVES)),
        not_before=at,
        expires_at=at + LIVES,
        route=route,
        secrets={"link": link},
        by=by,
        at=at,
    )
    note(fields=["link"])
    return message


@service("own_page.take_back")
def take_back_text(*, message: Message, by: Actor, at: datetime) -> Message:
    """Withdraw it while it waits, and its link with it. Raises Conflict when it has gone."""
    if message.template is None or not message.template.code.startswith(CODE):
        raise Refused("Only a text with somebody's own page is taken back here.")
    found = IN_A_TEXT.search(message.sealed_body or "")
    if not withdraw_message(message=message, reason="taken back", at=at):
        raise Conflict("It has gone already: it cannot be taken back.")
    if found is not None:
        CandidateLink.objects.filter(digest=digest_of(found[1])).update(revoked_at=at)
    return message


def may_take_back(message: Message) -> bool:
    """A text that a worker sent by itself, while it waits; what a step wrote goes with the step."""
    return message.state == MessageState.READY and message.template is not None and message.template.code.startswith(CODE)


def sent_to(message: Message) -> str:
    """The number that it goes to, as people write it."""
    return show_phone(message.line.e164)
