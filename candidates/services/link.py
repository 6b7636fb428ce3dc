"""Links to a person's own page: made, and over when the number that they were bound to is no longer theirs."""

import hashlib
import secrets
from datetime import datetime, timedelta

from candidates.models import Candidate, CandidateLink, CandidateSession
from ground.actor import Actor

#: 128 random bits.
LENGTH = 16


def digest_of(token: str) -> str:
    """What is kept of a random part: it cannot be turned back, and 128 random bits cannot be tried out."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def make_link_of(*, candidate: Candidate, purpose: str, number: str, days: int, by: Actor, at: datetime) -> tuple[CandidateLink, str]:
    """A fresh link and its random part, which nobody can read again afterwards."""
    token = secrets.token_urlsafe(LENGTH)
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


def revoke_links(*, candidate: Candidate | int, at: datetime, but: str = "") -> int:
    """Whatever was sent so far opens nothing any more, nor do sittings that it opened; links bound to the number `but` go on."""
    whose = candidate if isinstance(candidate, int) else candidate.pk
    standing = CandidateLink.objects.filter(candidate=whose, revoked_at__isnull=True)
    over = list((standing.exclude(number=but) if but else standing).values_list("pk", flat=True))
    CandidateSession.objects.filter(link__in=over, ended_at__isnull=True).update(ended_at=at)
    return CandidateLink.objects.filter(pk__in=over).update(revoked_at=at)
