"""The way in and out: password, code, where to work, and on with what was typed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.backends import held_form
from accounts.backends.signing_in import client_address
from accounts.forms.sign_in import ChoosePlaceForm, CodeForm, MailboxForm, SignInForm
from accounts.middleware import SIGN_IN, WORKING_AT, chosen_place, is_complete, places_for, sign_in_of, user_of
from accounts.models import SignIn, User
from accounts.services import limits, second_factor
from accounts.services import sign_in as signing
from accounts.services.audit import actor_for
from accounts.tasks import send_mail
from ground.clock import read_clock, real_now
from ground.door import open_to
from ground.once import posted_once
from ground.tasks import nudge
from ground.views import too_many

#: In the session from setting up an app until the paper codes were kept.
CODES_SHOWN = "recovery_codes_shown"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
#: No answer to a public guess is quicker than this, so that its duration tells nothing.
NO_QUICKER = 0.25
WRONG = "The e-mail address or the password is not right. Check both, or set a new password."
WRONG_CODE = "That code is not right, or it is too old. Check it, or ask for a new one."
WAIT = "There were too many tries. Wait a few minutes, then try again."

BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("SamsungBrowser", "Samsung Internet"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@open_to("public", methods=("GET", "POST"))
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """E-mail and password; or the e-mail alone, and a code to an employer's mailbox."""
    if request.user.is_authenticated and is_complete(sign_in_of(request)) and request.method == "GET":
        return _onward(request)
    if request.method != "POST":
        return _sign_in_page(request, SignInForm())
    by_mailbox = request.POST.get("way") == "mailbox"
    form = MailboxForm(request.POST) if by_mailbox else SignInForm(request.POST)
    if not form.is_valid():
        shown = SignInForm(request.POST) if by_mailbox else form
        if by_mailbox:
            shown.errors.pop("password", None)
        return _sign_in_page(request, shown, status=422)
    return evenly(lambda: _by_mailbox(request, form) if by_mailbox else _by_password(request, form))


def _by_password(request: HttpRequest, form: SignInForm | MailboxForm) -> HttpResponse:
    email, password = form.cleaned_data["email"], form.cleaned_data["password"]
    at = read_clock()
    try:
        user = signing.judge_password(email=email, password=password, address=client_address(request), at=at)
    except limits.TooMany as full:
        return too_many(request, WAIT, retry_after=full.retry_after)
    if user is None:
        form.add_error(None, WRONG)
        return _sign_in_page(request, form, status=422)
    return let_in(request, user, own_device=form.cleaned_data["own_device"], at=at)


def let_in(request: HttpRequest, user: User, *, own_device: bool, at: datetime) -> HttpResponse:
    """On from a right password: to the code, to setting up the app, or straight in where neither is asked for."""
    _begin(request, user, SignIn.Proof.PASSWORD, own_device=own_device)
    if is_complete(sign_in_of(request)):
        return _onward(request)
    if second_factor.has_second_factor(user):
        return _to("sign_in_code", request)
    if signing.may_sign_in_by_mailbox(user, at=at) and not signing.is_staff_member(user, at=at):
        return send_code(request, user.email, at)
    return _to("second_factor", request)


def _by_mailbox(request: HttpRequest, form: MailboxForm) -> HttpResponse:
    at = read_clock()
    try:
        limits.count(limits.MAILS_PER_ADDRESS, client_address(request), at=at)
    except limits.TooMany as full:
        return too_many(request, WAIT, retry_after=full.retry_after)
    return send_code(request, form.cleaned_data["email"], at)


def send_code(request: HttpRequest, email: str, at: datetime) -> HttpResponse:
    """A code to the mailbox, and the page that asks for it."""
    try:
        request.session["code_id"] = str(signing.send_code(email=email, at=at))
        transaction.on_commit(lambda: nudge(send_mail))
    except limits.TooMany as full:
        return too_many(request, "Too many codes were sent to this mailbox. Wait an hour, then try again.", retry_after=full.retry_after)
    return _to("sign_in_code", request)


@open_to("public", methods=("GET", "POST"))
@posted_once
@never_cache
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step: the code from the mailbox, from the app, or from paper."""
    mailed = request.session.get("code_id")
    if not mailed and not (request.user.is_authenticated and second_factor.has_second_factor(user_of(request))):
        return redirect("sign_in")
    form = CodeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _code_page(request, form, by_mailbox=bool(mailed), status=422 if form.is_bound else 200)
    at = read_clock()
    try:
        right = _judge_mailed(request, mailed, form, at) if mailed else _judge_app(request, form, at)
    except limits.TooMany as full:
        return too_many(request, WAIT, retry_after=full.retry_after)
    if not right:
        form.add_error("code", WRONG_CODE)
        return _code_page(request, form, by_mailbox=bool(mailed), status=422)
    return _onward(request)


def _judge_mailed(request: HttpRequest, mailed: str, form: CodeForm, at: datetime) -> bool:
    user = signing.judge_code(code_id=UUID(mailed), typed=form.cleaned_data["code"], at=at)
    if user is None:
        return False
    _begin(request, user, SignIn.Proof.MAILBOX, own_device=False)
    return True


def _judge_app(request: HttpRequest, form: CodeForm, at: datetime) -> bool:
    standing = sign_in_of(request)
    if standing is None or not second_factor.judge(user=standing.user, code=form.cleaned_data["code"], at=at):
        return False
    signing.prove(sign_in=standing, proof=SignIn.Proof.SECOND_FACTOR, by=actor_for(standing.user), at=real_now())
    request.session.cycle_key()
    return True


@open_to("signed_in")
@never_cache
def go_on(request: HttpRequest) -> HttpResponse:
    """On with the form that was sent just as the session ended."""
    held = held_form.take(request.session, user_id=user_of(request).pk, at=real_now())
    if held is None:
        return redirect("/")
    return render(request, "accounts/go_on.html", {"held": held})


@open_to("signed_in", methods=("GET", "POST"))
@posted_once
@never_cache
def choose_place(request: HttpRequest) -> HttpResponse:
    """For whom somebody works now, when there are several; the two sides of one organisation are never mixed."""
    places = places_for(request)
    if len(places) < 2:
        return redirect(_next(request))
    form = ChoosePlaceForm(request.POST or None, places=[(place.key, place.label) for place in places])
    if request.method == "POST" and form.is_valid():
        request.session[WORKING_AT] = form.cleaned_data["place"]
        return redirect(_next(request))
    return render(request, "accounts/choose_place.html", {"form": form}, status=422 if form.errors else 200)


@open_to("public", methods=("GET", "POST"))
@posted_once
@never_cache
def sign_out(request: HttpRequest) -> HttpResponse:
    """Out, here and on every other device."""
    if request.method != "POST":
        return render(request, "accounts/sign_out.html")
    if request.user.is_authenticated:
        signing.end_all(user=user_of(request), by=actor_for(user_of(request)), at=real_now())
        logout(request)
    return redirect("sign_in")


def _begin(request: HttpRequest, user: User, proof: str, *, own_device: bool) -> None:
    """A new session with a new id; what was held for the person stays."""
    held = request.session.get(held_form.KEY)
    begun = signing.begin(user=user, proof=proof, device=device_words(request), own_device=own_device, by=actor_for(user), at=real_now())
    login(request, user, backend=BACKEND)
    request.session.set_expiry(None)
    request.session[SIGN_IN] = str(begun.uuid)
    request.session.pop("code_id", None)
    if held:
        request.session[held_form.KEY] = held
    begun.user = user
    request.sign_in = begun  # type: ignore[attr-defined]  # as DeskMiddleware does at the next request
    request.session.pop(WORKING_AT, None)


def device_words(request: HttpRequest) -> str:
    """A browser and system in two words, enough to know one's own phone again."""
    agent = request.META.get("HTTP_USER_AGENT", "")
    browser = next((words for sign, words in BROWSERS if sign in agent), "")
    system = next((words for sign, words in SYSTEMS if sign in agent), "")
    return f"{browser or 'A browser'} on {system}" if system else browser or "Browser not known"


def _next(request: HttpRequest) -> str:
    """Where to go on: only to a path of our own."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None, require_https=False) and wanted.startswith("/")
    return wanted if own and not wanted.startswith("//") else "/"


def _to(name: str, request: HttpRequest) -> HttpResponse:
    wanted = _next(request)
    query = f"?{urlencode({'next': wanted})}" if wanted != "/" else ""
    return HttpResponseRedirect(reverse(name) + query)


def _onward(request: HttpRequest) -> HttpResponse:
    if held_form.is_held(request.session):
        return redirect("sign_in_go_on")
    if CODES_SHOWN in request.session:
        return redirect("recovery_codes")
    places = places_for(request)
    if len(places) > 1 and chosen_place(request) is None:
        return _to("choose_place", request)
    return redirect(_next(request))


def evenly(answer: Callable[[], HttpResponse]) -> HttpResponse:
    """The answer, no sooner than any other would come."""
    began = time.monotonic()
    response = answer()
    time.sleep(max(0.0, NO_QUICKER - (time.monotonic() - began)))
    return response


def _sign_in_page(request: HttpRequest, form: Any, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "next": _next(request),
        "held": held_form.is_held(request.session),
        "by_mailbox": request.GET.get("way") == "mailbox",
    }
    return render(request, "accounts/sign_in.html", context, status=status)


def _code_page(request: HttpRequest, form: CodeForm, *, by_mailbox: bool, status: int) -> HttpResponse:
    context = {"form": form, "next": _next(request), "by_mailbox": by_mailbox}
    return render(request, "accounts/sign_in_code.html", context, status=status)
