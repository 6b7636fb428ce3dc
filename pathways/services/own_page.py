"""The way to a person's own page: a link for a text or a letter, a code to the number on file, a sitting of half an hour."""

from datetime import datetime

from django.conf import settings

from accounts.services.audit import service
from candidates.models import Candidate, LinkPurpose
from candidates.services.link import make_link_of
from ground.actor import Actor
from ground.door import Refused
from pathways.queries.company import text_route_of

#: How long a link is of use when nobody says otherwise.
USUAL_DAYS = 30
#: Letters of a random part.
TOKEN_LETTERS = 22


@service("own_page.link")
def make_link(*, candidate: Candidate, purpose: str = LinkPurpose.PAGE, days: int = USUAL_DAYS, by: Actor, at: datetime) -> str:
    """The whole address of a fresh link to somebody's own page, for one text or letter. Nobody can read it again.

    It opens nothing by itself: the page behind it sends a code to the number on file. It is bound to the number held now, and is over
    when that changes. Raises Refused for somebody who has died.
    """
    return link_in_a_text(candidate=candidate, purpose=purpose, days=days, by=by, at=at)


def link_in_a_text(*, candidate: Candidate, purpose: str, days: int, by: Actor, at: datetime) -> str:
    """The same as part of another service, which writes down that the text was written."""
    if candidate.died_on is not None:
        raise Refused("This person has died.")
    route = text_route_of(candidate)
    number = route.value if route is not None else ""
    _link, token = make_link_of(candidate=candidate, purpose=purpose, number=number, days=days, by=by, at=at)
    return address_of(token)


def address_of(token: str) -> str:
    """Where a link leads. Nothing but a text or a letter may hold it."""
    return f"{settings.PUBLIC_BASE_URL}/me/{token}/"
