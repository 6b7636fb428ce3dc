"""Links to a person's own page: made, and over when the number that they were bound to is no longer theirs."""

import hashlib
import secrets
from datetime import datetime, timedelta

from candidates.models import Candidate, CandidateLink, CandidateSession
from ground.actor import Actor

#: 128 random bits.
LENGTH = 16
#: How long a link is kept after it is over, to say who was sent one and when.
KEPT_FOR = timedelta(days=90)


def digest_of(token: str) -> str:
    """What is kept of a random part: it cannot be turned back, and 128 random bits cannot be tried out."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def new_token() -> str:
    """A random part that nobody can guess."""
    return secrets.token_urlsafe(LENGTH)


def make_link_of(*, candidate: Candidate, purpose: str, number: str, days: int, by: Actor, at: datetime) -> tuple[CandidateLink, str]:
    """A fresh link and its random part, which nobody can read again afterwards."""
    token = new_token()
    link = CandidateLink.objects.create(
        candidate=candidate,
        digest=digest_of(token),
        purpose=purpose,
        number=number,
        expires_at=at + timedelta(days=days),
        made_by_id=by.user_id,
        created_at=at,
    )
    return link, token


def forget_links(*, at: datetime) -> int:
    """Drop links a while after they are over, with their codes and sittings: a text found later is answered as an unknown one is."""
    return CandidateLink.objects.filter(expires_at__lt=at - KEPT_FOR).delete()[0]


def revoke_link(*, token: str, at: datetime) -> bool:
    """This one link opens nothing any more, nor do sittings that it opened: its letter was thrown away. Whether it did till now."""
    links = CandidateLink.objects.filter(digest=digest_of(token), revoked_at__isnull=True)
    CandidateSession.objects.filter(link__in=links, ended_at__isnull=True).update(ended_at=at)
    return links.update(revoked_at=at) == 1


def revoke_links(*, candidate: Candidate, at: datetime, but: str = "") -> int:
    """What was sent to another number than `but` opens nothing any more, nor do sittings that it opened. A letter's link goes on."""
    standing = CandidateLink.objects.filter(candidate=candidate, revoked_at__isnull=True)
    over = list(standing.exclude(number__in=["", but]).values_list("pk", flat=True))
    CandidateSession.objects.filter(link__in=over, ended_at__isnull=True).update(ended_at=at)
    return CandidateLink.objects.filter(pk__in=over).update(revoked_at=at)
