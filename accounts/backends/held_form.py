"""What somebody typed just as their session ended: sealed into the next session for an hour, never into a log or address."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, QueryDict

from ground.sealing import CannotOpen, seal, unseal

KEY = "held_form"
PLACE = "session.held_form"
LIVES = timedelta(hours=1)
LARGEST = 64 * 1024


@dataclass(frozen=True)
class HeldForm:
    """A form on its way: where it was going, with what in it."""

    path: str
    fields: list[tuple[str, str]]


def hold(request: HttpRequest, *, user_id: int | None, at: datetime) -> bool:
    """Keep this POST's fields in the session, for the person whose session it was; whether there was something to keep."""
    body = request.POST.copy()
    body.pop("csrfmiddlewaretoken", None)
    body.pop("password", None)
    text = body.urlencode()
    if not text or len(text) > LARGEST or request.FILES:
        return False
    request.session[KEY] = seal(json.dumps([request.get_full_path(), text, user_id, at.timestamp()]), place=PLACE)
    request.session.set_expiry(LIVES)
    return True


def is_held(session: SessionBase) -> bool:
    return KEY in session


def take(session: SessionBase, *, user_id: int, at: datetime) -> HeldForm | None:
    """What was kept, once: for the same person (or one who was nobody yet), within the hour."""
    sealed = session.pop(KEY, None)
    if not isinstance(sealed, str):
        return None
    try:
        path, text, owner, since = json.loads(unseal(sealed, place=PLACE))
    except (CannotOpen, ValueError):
        return None
    if owner not in (None, user_id) or at.timestamp() - since > LIVES.total_seconds():
        return None
    fields = [(name, value) for name, values in QueryDict(text).lists() for value in values]
    return HeldForm(path, fields)
