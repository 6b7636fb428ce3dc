"""A forgotten password, and an invitation: two links that come by e-mail and show nothing personal."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.backends.signing_in import client_address
from accounts.choices import STAFF, Role
from accounts.forms.sign_in import AcceptForm, MailboxForm, NewPasswordForm
from accounts.models import User
from accounts.services import limits
from accounts.services.audit import actor_for
from accounts.services.membership import accept_invitation, invitation_of, was_taken_up
from accounts.services.password import send_reset, set_password, tokens
from accounts.services.sign_in import judge_password
from accounts.tasks import send_mail
from accounts.views.sign_in import WAIT, evenly, let_in, send_code
from ground.actor import SYSTEM
from ground.clock import read_clock
from ground.door import NOBODY, Conflict, Refused, open_to
from ground.once import posted_once
from ground.tasks import nudge
from ground.views import too_many


@open_to("public", methods=("GET", "POST"))
@posted_once
@never_cache
def password_reset(request: HttpRequest) -> HttpResponse:
    """Ask for the link. The answer is the same for every address."""
    form = MailboxForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return evenly(lambda: _send(request, form))
    return render(request, "accounts/password_reset.html", {"form": form}, status=422 if form.errors else 200)


def _send(request: HttpRequest, form: MailboxForm) -> HttpResponse:
    at = read_clock()
    try:
        limits.count(limits.MAILS_PER_ADDRESS, client_address(request), at=at)
        send_reset(email=form.cleaned_data["email"], at=at)
        transaction.on_commit(lambda: nudge(send_mail))
    except limits.TooMany as full:
        return too_many(request, WAIT, retry_after=full.retry_after)
    return render(request, "accounts/password_reset_sent.html")


@open_to("public", methods=("GET", "POST"), sample={"uuid": NOBODY, "token": "none"})
@posted_once
@never_cache
@sensitive_post_parameters("password")
def new_password(request: HttpRequest, uuid: UUID, token: str) -> HttpResponse:
    """Choose a new password; the link works once and for an hour."""
    user = User.objects.unscoped("the link in the mailbox names the person").filter(uuid=uuid, is_active=True).first()
    if user is None or not tokens.check_token(user, token):
        return render(request, "accounts/link_over.html", {"again": "/password-reset/"}, status=404)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_password(user=user, password=form.cleaned_data["password"], by=actor_for(user), at=read_clock())
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, "Your new password is set. Sign in with it.")
            return redirect("sign_in")
    return render(request, "accounts/new_password.html", {"form": form}, status=422 if form.errors else 200)


@open_to("public", methods=("GET", "POST"), sample={"token": "none"})
@posted_once
@never_cache
@sensitive_post_parameters("password")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Take up an invitation. Opening the link changes nothing; the button does, once."""
    at = read_clock()
    invited = invitation_of(token, at=at)
    if invited is None:
        if request.method == "POST" and was_taken_up(token, request.user):
            return redirect("/")  # pressed twice, and the first press has let them in
        return render(request, "accounts/link_over.html", {"again": ""}, status=404)
    known = User.objects.known_as(invited.email).exists()
    form = AcceptForm(
        request.POST if request.method == "POST" else None,
        needs_name=not known,
        needs_password=not known and invited.role in STAFF,
        asks_device=not known and invited.role == Role.OUTREACH_WORKER,
        initial={"name": invited.name},
    )
    if request.method == "POST" and form.is_valid():
        try:
            accept_invitation(
                invitation=invited,
                name=form.cleaned_data.get("name", ""),
                password=form.cleaned_data.get("password", ""),
                by=SYSTEM,
                at=at,
            )
        except Conflict as conflict:
            raise Http404 from conflict
        except Refused as refused:
            form.refuse(refused)
        else:
            return _on_from_invitation(request, form, email=invited.email, known=known, at=at)
    context = {"form": form, "invited": invited, "role": Role(invited.role).label, "known": known}
    return render(request, "accounts/invitation.html", context, status=422 if form.errors else 200)


def _on_from_invitation(request: HttpRequest, form: AcceptForm, *, email: str, known: bool, at: datetime) -> HttpResponse:
    """On to what comes next, without typing again what was typed a moment ago. Who was known already signs in as ever."""
    if not known and "password" in form.fields:
        user = judge_password(email=email, password=form.cleaned_data["password"], address=client_address(request), at=at)
        if user is not None:
            return let_in(request, user, own_device=form.cleaned_data.get("own_device", False), at=at)
    elif not known:
        return send_code(request, email, at)
    messages.success(request, "You are in. Sign in with your e-mail address.")
    return redirect("sign_in")
