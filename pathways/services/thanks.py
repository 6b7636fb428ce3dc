"""What the questions after the thanks are asked under: a token that names a case, or a form that has none, and tells nobody which."""

from datetime import timedelta
from uuid import UUID

from django.core.signing import BadSignature, TimestampSigner

from pathways.models import InterestPost, InterestState

#: How long the questions after the thanks may be answered.
TOKEN_SALT, TOKEN_LIVES = "pathways.interest.thanks", timedelta(hours=24)


def thanks_token(case_uuid: UUID) -> str:
    """What the questions after the thanks are asked under: a case that this post has made, or the post itself.

    Both look the same. Nobody proved who sent a post that made no case, so it names no person: what is answered under it
    is dropped, never written over somebody's own answers.
    """
    return TimestampSigner(salt=TOKEN_SALT).sign(str(case_uuid))


def read_thanks_token(token: str) -> UUID | None:
    """What the token names, for a day; None for one that is over or not ours."""
    try:
        return UUID(TimestampSigner(salt=TOKEN_SALT).unsign(token, max_age=TOKEN_LIVES))
    except (BadSignature, ValueError):
        return None


def named_by(post: InterestPost) -> UUID:
    """What a post's token names: the case only where this very post has made it."""
    return post.pathway.uuid if post.state == InterestState.TAKEN and post.decided_at is None and post.pathway is not None else post.uuid
