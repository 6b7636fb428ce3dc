"""The stamp of the public form: it says when the page was drawn, and stands for a session where there is no cookie.

Signed, so that nobody dates it back; random, so that one page is told from another. It is the form's one-use token too.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer

SALT = "pathways.interest.stamp"
#: Signed and dated, it is longer than the stamps of other forms.
LONGEST = 100
#: Nobody fills in the form faster, and no page is kept longer: beyond these a post is suspect, not refused.
FASTEST, OLDEST = timedelta(seconds=3), timedelta(hours=24)


@dataclass(frozen=True)
class Stamp:
    """When the page was drawn, and which page it was."""

    drawn_at: float
    token: str

    def suspect(self, *, at: datetime) -> str:
        """Why a post at this moment is suspect: "fast", "old", or nothing."""
        age = at.timestamp() - self.drawn_at
        if age < FASTEST.total_seconds():
            return "fast"
        return "old" if age > OLDEST.total_seconds() else ""


def new_stamp(*, at: datetime, bound_to: str = "") -> str:
    """A fresh stamp for a page drawn at this moment. Its length is always the same. `bound_to`: good for one link or sitting alone."""
    return Signer(salt=SALT + bound_to).sign(f"{int(at.timestamp() * 1000):013d}.{secrets.token_urlsafe(16)}")


def read_stamp(text: str, *, bound_to: str = "") -> Stamp | None:
    """The stamp, or None for one that we did not make, or made for something else."""
    if len(text) > LONGEST or not text.isascii():
        return None
    try:
        drawn, _, token = Signer(salt=SALT + bound_to).unsign(text).partition(".")
    except BadSignature:
        return None
    return Stamp(int(drawn) / 1000, token)
