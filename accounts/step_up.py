"""Some acts ask for the code again: rights given or taken, large exports, restricted records."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.backends.held_form import hold
from accounts.models import SignIn
from accounts.services.second_factor import has_second_factor
from ground.clock import real_now

LATELY = timedelta(minutes=10)
View = Callable[..., HttpResponse]


def was_proved_lately(request: HttpRequest) -> bool:
    """Whether a second factor was shown within ten minutes; a demo asks only those who have one."""
    sign_in: SignIn | None = getattr(request, "sign_in", None)
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
            hold(request, user_id=request.user.pk, at=real_now())
            path = "/"
        name = "sign_in_code" if has_second_factor(request.user) else "second_factor"
        return HttpResponseRedirect(f"{reverse(name)}?{urlencode({'next': path})}")

    return guarded
