"""What somebody last searched for and whom it found: sealed into their session for half an hour, never into an address, a log or a cookie.

A search is posted, and what it found is a page of its own that the browser may go back to.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase

from ground.sealing import CannotOpen, seal, unseal

KEY = "last_search"
LIVES = timedelta(minutes=30)


@dataclass(frozen=True)
class LastSearch:
    """The words, and the people found by their keys, each with why; who of them may still be seen is asked when they are shown."""

    words: str
    people: list[tuple[int, str]] = field(default_factory=list)
    more: bool = False


def keep(session: SessionBase, search: LastSearch, *, user_id: int, at: datetime) -> None:
    """This search in place of the one before."""
    session[KEY] = seal(json.dumps([at.timestamp(), asdict(search)]), place=_place(user_id))


def recall(session: SessionBase, *, user_id: int, at: datetime) -> LastSearch | None:
    """The last search of the half hour."""
    try:
        since, kept = json.loads(unseal(session.get(KEY, ""), place=_place(user_id)))
    except (CannotOpen, ValueError):
        return None
    if at.timestamp() - since > LIVES.total_seconds():
        del session[KEY]
        return None
    return LastSearch(kept["words"], [(pk, why) for pk, why in kept["people"]], kept["more"])


def _place(user_id: int) -> str:
    return f"session.{KEY}.{user_id}"
