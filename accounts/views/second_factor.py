"""Setting up the app that shows the code, and the ten codes to keep on paper."""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from accounts.forms.sign_in import CodeForm
from accounts.middleware import sign_in_of, user_of, was_proved_lately
from accounts.models import SignIn
from accounts.services import second_factor as factor
from accounts.services import sign_in as signing
from accounts.services.audit import actor_for
from accounts.views.sign_in import CODES_SHOWN
from ground.clock import real_now
from ground.door import Refused, open_to
from ground.once import posted_once
from ground.qr import qr_square
from ground.sealing import CannotOpen, seal, unseal

KEY = "new_second_factor"


@open_to("password_only", methods=("GET", "POST"))
@posted_once
@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """A new app: scan, type the code it shows, keep the paper codes. An app in use is changed only by somebody who has it."""
    if factor.has_second_factor(user_of(request)) and not was_proved_lately(request):
        return redirect(f"{reverse('sign_in_code')}?{urlencode({'next': reverse('second_factor')})}")
    secret = _secret(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        standing, by, now = sign_in_of(request), actor_for(user_of(request)), real_now()
        try:
            factor.set_up(user=user_of(request), secret=secret, code=form.cleaned_data["code"], by=by, at=now)
        except Refused as refused:
            form.refuse(refused)
        else:
            if standing is not None:
                signing.prove(sign_in=standing, proof=SignIn.Proof.SECOND_FACTOR, by=by, at=now)
            del request.session[KEY]
            request.session.cycle_key()
            request.session[CODES_SHOWN] = True
            return redirect("recovery_codes")
    return _page(request, form, secret)


@open_to("signed_in", methods=("GET", "POST"))
@posted_once
@never_cache
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """The ten codes for paper, from setting up the app until they were kept: after that nobody is shown them again."""
    if CODES_SHOWN not in request.session:
        return redirect("account")
    if request.method == "POST":
        del request.session[CODES_SHOWN]
        return redirect("/")
    return render(request, "accounts/recovery_codes.html", {"codes": factor.recovery_codes(user_of(request))})


def _page(request: HttpRequest, form: CodeForm, secret: str) -> HttpResponse:
    adapter = get_adapter()
    link = adapter.build_totp_url(request.user, secret)
    context = {
        "form": form,
        "link": link,
        "square": qr_square(link, called="Square to scan with the app"),
        "spelled": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
    }
    return render(request, "accounts/second_factor.html", context, status=422 if form.errors else 200)


def _secret(request: HttpRequest) -> str:
    """The same secret until the app proves that it has it; sealed, since sessions lie in the database."""
    place = f"session.{KEY}.{request.user.pk}"
    try:
        return unseal(request.session[KEY], place=place)
    except (KeyError, CannotOpen):
        secret = factor.new_secret()
        request.session[KEY] = seal(secret, place=place)
        return secret
