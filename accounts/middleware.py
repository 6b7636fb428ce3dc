"""The desk: at each request, who is this, for whom do they work now, and could their role ever use this page?

The questions are asked in one order: signed in? second factor done? could this role ever use the route? Whether a row is theirs is
asked by the view. A view that declares nothing is opened to nobody.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse

from accounts.backends.held_form import hold
from accounts.backends.signing_in import client_address
from accounts.desk import Desk, desk_of
from accounts.models import SignIn, User
from accounts.queries import Place, places_of
from accounts.services import limits
from accounts.services.audit import on_route, record_refusal, set_route
from accounts.services.second_factor import has_second_factor
from ground.clock import read_clock, real_now, today_london
from ground.door import ROLES, NotYours, declared
from ground.views import forbidden

#: What the session holds: which sign-in it stands for, and where its owner chose to work.
SIGN_IN = "sign_in"
WORKING_AT = "working_at"
LONGEST = timedelta(hours=12)
#: How old the last look may be before it is written again.
LOOK_EVERY = timedelta(minutes=1)
#: How long ago a code may have been given when rights are changed, restricted records opened or many rows exported.
LATELY = timedelta(minutes=10)

Next = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponse]


class DeskMiddleware:
    """Sets `request.user.desk`, `request.sign_in` and `request.places`, and answers for those who may not pass."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.sign_in = None  # type: ignore[attr-defined]  # read by views and the context processor
        request.places = []  # type: ignore[attr-defined]
        with on_route(""):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Ask the questions in their order; None lets the view answer."""
        set_route(route_of(request))
        said = declared(view)
        if said is None:
            return forbidden(request)
        if said.roles <= {"machine", "candidate"}:
            return None
        ended = self._read_standing(request)
        if "public" in said.roles:
            return None
        if not request.user.is_authenticated:
            return ask_to_sign_in(request, user_id=ended)
        if not is_complete(sign_in_of(request)) and "password_only" not in said.roles:
            return to_second_factor(request)
        if said.roles & {"password_only", "signed_in"}:
            return None
        if request.user.desk is None and len(places_for(request)) > 1:
            return HttpResponseRedirect(f"{reverse('choose_place')}?{urlencode({'next': own_path(request)})}")
        if request.user.desk is None or not request.user.desk.has(*(said.roles & set(ROLES))):
            record_refusal(user=request.user, route=route_of(request), at=read_clock())
            return forbidden(request)
        return None

    def _read_standing(self, request: HttpRequest) -> int | None:
        """Fill in sign-in, places and desk; end what is over. The id of the person whose sign-in just ended, if one did."""
        if not request.user.is_authenticated:
            return None
        now = real_now()
        found = _find_sign_in(request)
        if found is None or is_over(found, now=now):
            was = request.user.pk
            if found is not None and found.ended_at is None:
                SignIn.objects.filter(pk=found.pk, ended_at__isnull=True).update(ended_at=now)
            logout(request)
            return was
        if now - found.seen_at > LOOK_EVERY:
            SignIn.objects.filter(pk=found.pk).update(seen_at=now)
        request.sign_in = found  # type: ignore[attr-defined]
        if is_complete(found):
            day = today_london(read_clock())
            request.places = places_of(user=request.user, proof=found.proof, day=day)  # type: ignore[attr-defined]
            place = chosen_place(request)
            request.user.desk = place.desk(request.user.pk) if place else None
        return None


def _find_sign_in(request: HttpRequest) -> SignIn | None:
    try:
        key = UUID(str(request.session.get(SIGN_IN, "")))
    except ValueError:
        return None
    found = SignIn.objects.filter(uuid=key, user=request.user.pk).first()
    if found is not None and isinstance(request.user, User):
        found.user = request.user
    return found


def is_over(sign_in: SignIn, *, now: datetime) -> bool:
    """Whether it was ended, or nobody was there for too long, or the day is over."""
    idle = settings.SESSION_IDLE_OWN_DEVICE if sign_in.own_device else settings.SESSION_IDLE
    return sign_in.ended_at is not None or now - sign_in.seen_at > idle or now - sign_in.created_at > LONGEST


def is_complete(sign_in: SignIn | None) -> bool:
    """Whether more than the password was shown, where more is asked for."""
    if sign_in is None:
        return False
    return sign_in.proof in {SignIn.Proof.SECOND_FACTOR, SignIn.Proof.MAILBOX} or not asks_for_second_factor(sign_in)


def asks_for_second_factor(sign_in: SignIn) -> bool:
    """A second factor is asked of everybody, except in a demo of those who have none."""
    return settings.SECOND_FACTOR_REQUIRED or has_second_factor(sign_in.user)


def sign_in_of(request: HttpRequest) -> SignIn | None:
    """The sign-in that this request belongs to, complete or not."""
    return getattr(request, "sign_in", None)


def places_for(request: HttpRequest) -> list[Place]:
    """Where the person may work, once their sign-in is complete."""
    return getattr(request, "places", [])


def user_of(request: HttpRequest) -> User:
    """The person signed in; doors that ask for nobody in particular have no use for it."""
    if not isinstance(request.user, User):
        raise NotYours()
    return request.user


def desk_for(request: HttpRequest) -> Desk:
    """The desk of this request; no desk, no."""
    desk = desk_of(request.user)
    if desk is None:
        raise NotYours()
    return desk


def chosen_place(request: HttpRequest) -> Place | None:
    """The only place there is, or the one chosen at sign-in."""
    places = places_for(request)
    if len(places) == 1:
        return places[0]
    wanted = request.session.get(WORKING_AT)
    return next((place for place in places if place.key == wanted), None)


def own_path(request: HttpRequest) -> str:
    """Where to go on after signing in: this page, or the start when it was a form."""
    return request.get_full_path() if request.method in {"GET", "HEAD"} else "/"


def ask_to_sign_in(request: HttpRequest, *, user_id: int | None = None) -> HttpResponse:
    """To sign-in and back. A form sent after the end is kept, sealed, and goes on after the sign-in."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": "Sign in first."}, status=401)
    now = real_now()
    if request.method == "POST" and _may_hold(request, user_id, now):
        hold(request, user_id=user_id, at=now)
    return HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode({'next': own_path(request)})}")


def _may_hold(request: HttpRequest, user_id: int | None, now: datetime) -> bool:
    if user_id is not None:
        return True
    try:
        limits.count(limits.HELD_PER_ADDRESS, client_address(request), at=now)
    except limits.TooMany:
        return False
    return True


def to_second_factor(request: HttpRequest) -> HttpResponse:
    """A password alone opens the page that asks for the code, or the one that sets the app up."""
    name = "sign_in_code" if has_second_factor(user_of(request)) or request.session.get("code_id") else "second_factor"
    return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': own_path(request)})}")


def route_of(request: HttpRequest) -> str:
    match = request.resolver_match
    return str(match.view_name or match.route) if match else ""


def was_proved_lately(request: HttpRequest) -> bool:
    """Whether a second factor was shown within ten minutes; a demo asks only those who have one."""
    sign_in = sign_in_of(request)
    if sign_in is None:
        return False
    if sign_in.proved_at is not None and real_now() - sign_in.proved_at <= LATELY:
        return True
    return not settings.SECOND_FACTOR_REQUIRED and not has_second_factor(sign_in.user)


def proved_lately(view: View) -> View:
    """A view that is opened after a second factor only, at most ten minutes old. What was typed goes on after the code."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if was_proved_lately(request):
            return view(request, *args, **kwargs)
        path = request.get_full_path()
        if request.method == "POST":
            hold(request, user_id=user_of(request).pk, at=real_now())
            path = "/"
        name = "sign_in_code" if has_second_factor(user_of(request)) else "second_factor"
        return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': path})}")

    return guarded
