"""One's own account: where one is signed in, and the app that shows the code."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.middleware import places_for, sign_in_of, user_of
from accounts.queries import open_sign_ins
from accounts.services import sign_in as signing
from accounts.services.audit import actor_for
from accounts.services.second_factor import has_second_factor
from ground.clock import real_now
from ground.door import NOBODY, open_to
from ground.once import posted_once


@open_to("signed_in")
def account(request: HttpRequest) -> HttpResponse:
    """Where I am signed in, and how."""
    context = {
        "sign_ins": list(open_sign_ins(user=user_of(request))[:50]),
        "here": sign_in_of(request),
        "has_second_factor": has_second_factor(user_of(request)),
        "several_places": len(places_for(request)) > 1,
    }
    return render(request, "accounts/account.html", context)


@open_to("signed_in", methods=("POST",), kinds=("own", "colleague"), sample={"uuid": NOBODY})
@posted_once
def end_sign_in(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """End one of my own sign-ins, here or on another device."""
    found = open_sign_ins(user=user_of(request)).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    signing.end(sign_in=found, by=actor_for(user_of(request)), at=real_now())
    messages.success(request, "That device is signed out.")
    return redirect("account")
