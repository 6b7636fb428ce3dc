"""A form is taken once. Pressed twice, sent again after a lost answer, fifty at a time: one act, one answer.

The token is claimed under an advisory lock in the act's own transaction, so a killed process frees it and an act
that was undone leaves no token behind. Kept: where the answer led, never what the page said.
"""

import functools
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict

from ground.door import Busy, Refused, transact
from ground.models import OnceToken

#: A day more than a device's word is believed about when a form was typed: one that waits there so long still meets its token here.
KEPT_FOR = timedelta(days=32)
#: Of whoever is not signed in nothing waits on a device.
KEPT_FOR_OTHERS = timedelta(hours=48)
LONGEST = 64
USERS = "user:"
#: Fields that may differ between two posts of the same form: `replaces` is what a device says to itself, and does not keep.
NOT_THE_BODY = frozenset({"csrfmiddlewaretoken", "replaces"})


class InUse(Busy):
    """The same form is being taken at this moment: 409 with Retry-After."""

    sentence = "This form is being saved already. Wait a moment, then look again."


def new_once() -> str:
    """A fresh one-use token for a form."""
    return secrets.token_urlsafe(16)


def answer_once(request: HttpRequest, act: Callable[[], HttpResponse], *, holder: str = "") -> HttpResponse:
    """Do `act` for this form's token once; the same form again gets the first answer.

    `holder` is whose token it is where that is no user and no form session: a sitting on a person's own page.

    The act and the token are one transaction. Raises Refused when the token is missing or was used for other words,
    InUse while the same form is being taken. Answers from 400 on are not kept: the form may be put right and sent again.
    """
    token = request.POST.get("once", "")
    if not token or len(token) > LONGEST or not token.isascii():
        raise Refused("This form has lost its stamp. Open the page again and send it from there.")
    return _take(request, holder or holder_of(request), token, digest_of(request), act)


def answer_once_later(request: HttpRequest, *, token: str, path: str, fields: QueryDict, act: Callable[[], HttpResponse]) -> HttpResponse:
    """The same for a form that comes by another way than it was made for: posted to its page or sent later, it is taken once."""
    return _take(request, holder_of(request), token, digest_of_fields(path, fields).hexdigest(), act)


def has_other_words(request: HttpRequest, *, token: str, path: str, fields: QueryDict) -> bool:
    """Whether a form was taken under this token that said something else."""
    used = OnceToken.objects.filter(holder=holder_of(request), token=token).first()
    return used is not None and used.digest != digest_of_fields(path, fields).hexdigest()


@transact
def _take(request: HttpRequest, holder: str, token: str, digest: str, act: Callable[[], HttpResponse]) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(holder, token)])
        if not cursor.fetchone()[0]:
            raise InUse()
    used = OnceToken.objects.filter(holder=holder, token=token).first()
    if used is not None:
        if used.digest != digest:
            raise Refused("This form was sent before with other words in it. Open the page again to see what was saved.")
        return _first_answer(request, used)
    response = act()
    if response.status_code < 400:
        location = response.headers.get("Location", "")
        OnceToken.objects.create(holder=holder, token=token, digest=digest, status=response.status_code, location=location[:2000])
    return response


def _first_answer(request: HttpRequest, used: OnceToken) -> HttpResponse:
    response = HttpResponse(status=used.status)
    if used.location:
        response.headers["Location"] = used.location
    elif request.headers.get("HX-Request"):
        response.headers["HX-Refresh"] = "true"  # the page's own script asks again for what is there now
    return response


def holder_of(request: HttpRequest) -> str:
    """Whose token it is: the user, else the form session; a form without either is known by its token alone."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"{USERS}{user.pk}"
    key = getattr(getattr(request, "session", None), "session_key", None)
    return f"session:{hashlib.sha256(key.encode()).hexdigest()[:32]}" if key else "form"


def digest_of(request: HttpRequest) -> str:
    """A digest of what was posted and where: fields in order, files by their content. Keyed: a password may be among them."""
    digest = digest_of_fields(request.path, request.POST)
    for name in sorted(request.FILES):
        for upload in request.FILES.getlist(name):
            content = hashlib.sha256()
            for chunk in upload.chunks():
                content.update(chunk)
            upload.seek(0)
            for text in (name, upload.name or "", content.hexdigest()):
                _add(digest, text)
    return digest.hexdigest()


def digest_of_fields(path: str, fields: QueryDict) -> hmac.HMAC:
    """The same of the fields alone."""
    digest = hmac.new(settings.SECRET_KEY.encode(), b"once", hashlib.sha256)
    _add(digest, path)
    for name in sorted(fields):
        if name not in NOT_THE_BODY:
            for text in (name, *fields.getlist(name)):
                _add(digest, text)
    return digest


def _add(digest: hmac.HMAC, text: str) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    digest.update(b"%d:" % len(raw) + raw)


def lock_number(holder: str, token: str) -> int:
    """The advisory lock of a token: 64 bits of its digest, signed as PostgreSQL wants them."""
    raw = hashlib.sha256(f"once {holder} {token}".encode()).digest()[:8]
    return int.from_bytes(raw, "big", signed=True)


def posted_once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose POST is taken once; other methods pass."""

    @functools.wraps(view)
    def taken(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        return answer_once(request, lambda: view(request, *args, **kwargs))

    return taken


def forget_used(*, at: datetime) -> int:
    """Drop tokens that users used more than 32 days ago, and all others after 48 hours; how many."""
    others = Q(created_at__lt=at - KEPT_FOR_OTHERS) & ~Q(holder__startswith=USERS)
    return OnceToken.objects.filter(Q(created_at__lt=at - KEPT_FOR) | others).delete()[0]
