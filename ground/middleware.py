"""The two doors of the web.

`Answers` turns the house's four kinds of no into their pages, and turns away what is no text at all.
`LastResort` stands before everything: what nobody foresaw becomes a page with a reference, never a 500.
"""

import logging
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import Resolver404, resolve

from ground import views
from ground.clock import forget_page_time
from ground.door import Busy, Conflict, NotYours, Refused
from ground.once import InUse

log = logging.getLogger("ground.fault")
Next = Callable[[HttpRequest], HttpResponse]

FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
#: What a multipart body may hold beside its file: the other fields and the borders.
ROOM = 1_048_576
#: Where people's own pages lie: their address holds a secret, so that no page that follows is told it.
OWN_PAGES = "/me/"
#: Said wherever a file comes with a form that asks for none: it is refused, never dropped in silence.
NO_FILES = (
    "A file came with this form, and no files about people are kept: no identity documents, certificates or CVs. "
    "Nothing was saved. Open the page again, and write down what matters instead."
)


class LastResort:
    """What nobody foresaw: a 503 with a reference, logged by that reference alone. With DEBUG it rises."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 500 and not settings.DEBUG:
            return self.page(request, None)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return None if settings.DEBUG else self.page(request, exception)

    def page(self, request: HttpRequest, exception: Exception | None) -> HttpResponse:
        reference = secrets.token_hex(4)
        log.error("unforeseen fault", exc_info=exception, extra={"reference": reference, "route": route_of(request), "alarm": True})
        return views.unavailable(request, reference=reference)


class Answers:
    """The house's answers: 400 and 413 before a view, 403, 404, 409, 422 and 503 after it; nothing personal is stored by a browser."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        forget_page_time()
        response = unreadable(request) or self.get_response(request)
        if response.status_code == 404 and response.get("Content-Type", "").startswith("text/html"):
            response = views.not_found(request)
        if "Cache-Control" not in response.headers and personal_page(request):
            response.headers["Cache-Control"] = "no-store"
        if request.path.startswith(OWN_PAGES):
            response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if getattr(view, "raw_body", False):
            return None
        if not body_is_text(request):
            return views.bad_request(request)
        if request.method == "POST" and request.FILES and not getattr(view, "takes_files", False):
            return views.refused(request, NO_FILES)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page for a foreseen no; None lets the rest rise to the last resort."""
        match exception:
            case InUse():
                response = views.refused(request, exception.sentence, status=409)
                response.headers["Retry-After"] = str(exception.retry_after)
                return response
            case Conflict():
                return views.refused(request, exception.sentence, status=409)
            case Refused():
                return views.refused(request, exception.sentence)
            case NotYours():
                return views.forbidden(request, sentence=exception.sentence)
            case PermissionDenied():
                return views.forbidden(request)
            case Busy():
                return views.unavailable(request, sentence=exception.sentence, retry_after=exception.retry_after)
            case Http404():
                return views.not_found(request)
            case RequestDataTooBig():
                return views.too_large(request)
            case SuspiciousOperation() | MultiPartParserError() | UnreadablePostError():
                return views.bad_request(request)
            case OperationalError() | InterfaceError():
                log.error("database away", exc_info=exception, extra={"route": route_of(request), "alarm": True})
                return views.unavailable(request)
        return None


def unreadable(request: HttpRequest) -> HttpResponse | None:
    """An answer when address or body cannot be read as what they say they are; None when they can."""
    if not is_text(request.META.get("QUERY_STRING", "")) or not is_text(request.META.get("PATH_INFO", ""), encoded=False):
        return views.bad_request(request)
    if request.method != "POST":
        return None
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return views.bad_request(request)
    if length > _longest_body(request):
        return views.too_large(request)
    try:
        request.POST  # noqa: B018 - reading is the point: an unreadable form is refused here
    except RequestDataTooBig:
        return views.too_large(request)
    except (SuspiciousOperation, MultiPartParserError, UnreadablePostError, UnicodeDecodeError):
        return views.bad_request(request)
    return None


def _longest_body(request: HttpRequest) -> int:
    """As much as a register where somebody signed in could send one, or be told why not; never on a page for everybody."""
    if request.content_type != PARTS:
        return settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    try:
        roles = getattr(resolve(request.path_info).func, "open_to", frozenset())
    except Resolver404:
        roles = frozenset()
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE if roles <= {"public"} else settings.UPLOAD_LIMIT + ROOM


def body_is_text(request: HttpRequest) -> bool:
    """Whether a posted form holds text only: UTF-8, no NUL."""
    if request.method != "POST":
        return True
    if request.content_type == FORM:
        return is_text(request.body.decode("ascii", "replace").replace("+", " "))
    if request.content_type == PARTS:
        return not any("\0" in value or "\ufffd" in value for name in request.POST for value in (name, *request.POST.getlist(name)))
    return True


def is_text(text: str, *, encoded: bool = True) -> bool:
    """Whether an address or form is UTF-8 without NUL."""
    try:
        plain = (unquote_to_bytes(text) if encoded else text.encode("utf-8")).decode("utf-8")
    except UnicodeError:
        return False
    return "\0" not in plain and (encoded or "\ufffd" not in plain)


def personal_page(request: HttpRequest) -> bool:
    """Whether somebody is signed in, or a candidate's own page is shown."""
    user = getattr(request, "user", None)
    return bool(user is not None and user.is_authenticated) or request.path.startswith(OWN_PAGES)


def route_of(request: HttpRequest) -> str:
    """The name of the route: an address may hold a token, its name never does."""
    match = getattr(request, "resolver_match", None)
    return str(match.view_name or match.route) if match else ""
