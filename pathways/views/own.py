"""A person's own page behind a link in a text or letter: nothing before a fresh code, then half an hour of their own.

Nobody signs in here. A browser that holds a worker's session keeps it untouched: this page reads a cookie of its own and shows no menu.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, override
from django.views.decorators.csrf import csrf_exempt

from accounts.services.limits import TooMany
from candidates.models import CandidateLink, CandidateSession
from ground.actor import Actor
from ground.clock import read_clock, today_london
from ground.door import open_to
from ground.languages import BY_CODE, FIELD, OTHER, in_their_language, language_now
from ground.phones import show_phone
from ground.templatetags.said import time_of_day
from pathways.forms.own import CodeForm
from pathways.forms.stamp import OLDEST, new_stamp, read_stamp
from pathways.queries.own import is_bound, link_of, session_of
from pathways.services import own_code
from pathways.views.own_acts import act_on, own_answer

COOKIE = "__Host-own" if settings.SESSION_COOKIE_SECURE else "own"
#: What a form of a few lines can hold, many times over.
LARGEST = 16 * 1024


@csrf_exempt  # the signed stamp stands in for it: the page works without a cookie until a code was given
@open_to("candidate", methods=("GET", "POST"), sample={"token": "none"})
@in_their_language
def own_page(request: HttpRequest, token: str) -> HttpResponse:
    """One address for all of it. Looking at it changes nothing and shows nothing of anybody: previews of texts look too."""
    response = _own_page(request, token, at=read_clock())
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _own_page(request: HttpRequest, token: str, *, at: datetime) -> HttpResponse:
    link = link_of(token, at=at)
    if link is None:
        return render(request, "pathways/own_over.html", status=410)
    if request.method == "POST" and int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return render(request, "pathways/interest_too_large.html", status=413)
    session = session_of(link, request.COOKIES.get(COOKIE, ""), at=at)
    if session is not None:
        with override(_reads(request, link)):
            response = _sit(request, link, session, at=at)
            response.headers["Content-Language"] = language_now().locale
        return response
    if not is_bound(link):
        return render(request, "pathways/own_over.html", status=410)
    if request.method != "POST":
        return _code_page(request, link, at=at) if "code" in request.GET else _start_page(request, link, at=at)
    return _ask_or_open(request, link, at=at)


def _reads(request: HttpRequest, link: CandidateLink) -> str:
    """The language chosen on the page, else the person's own: known to us, and shown after the code alone."""
    chosen = request.POST.get(OTHER) or request.POST.get(FIELD) or request.GET.get(FIELD) or link.candidate.language
    return BY_CODE[chosen].locale if chosen in BY_CODE else language_now().locale


def _ring(link: CandidateLink) -> str:
    number = link.candidate.organisation.contact_phone
    return show_phone(number) if number else ""


def _bound(link: CandidateLink) -> str:
    return f"own:{link.uuid}"


# -- before the code ---------------------------------------------------------------------------------------------------------------


def _start_page(request: HttpRequest, link: CandidateLink, *, at: datetime, status: int = 200, **more: object) -> HttpResponse:
    context = {"stamp": new_stamp(at=at, bound_to=_bound(link)), "ring": _ring(link), "over": "over" in request.GET, **more}
    return render(request, "pathways/own_start.html", context, status=status)


def _code_page(request: HttpRequest, link: CandidateLink, *, at: datetime, form: CodeForm | None = None, status: int = 200) -> HttpResponse:
    context = {"stamp": new_stamp(at=at, bound_to=_bound(link)), "ring": _ring(link), "form": form or CodeForm()}
    return render(request, "pathways/own_code.html", context, status=status)


def _ask_or_open(request: HttpRequest, link: CandidateLink, *, at: datetime) -> HttpResponse:
    stamp = read_stamp(request.POST.get("stamp", ""), bound_to=_bound(link))
    if request.POST.get("act") and request.POST.get("act") not in {"ask", "open"}:
        return HttpResponseRedirect(f"?over=1{_and_language()}")  # the half hour was over: nothing was done
    if stamp is None or stamp.suspect(at=at) == "old":
        return _start_page(request, link, at=at, status=422, page_too_old=True)
    if request.POST.get("act") == "open":
        return _open(request, link, at=at)
    if not own_code.asked_already(link=link, stamp=stamp.token):
        try:
            route = own_code.count_code(link=link, at=at)
            own_code.send_code(link=link, stamp=stamp.token, route=route, by=_by(link), at=at)
        except own_code.CannotSend:
            return render(request, "pathways/own_cannot.html", {"ring": _ring(link)}, status=422)
        except TooMany as full:
            if not own_code.asked_already(link=link, stamp=stamp.token):  # else another press of this very page was let through
                return _too_many(request, link, full, at=at)
    return HttpResponseRedirect(f"?code=1{_and_language()}")


def _and_language() -> str:
    return f"&{FIELD}={language_now().code}"


def _too_many(request: HttpRequest, link: CandidateLink, full: TooMany, *, at: datetime) -> HttpResponse:
    again_at = time_of_day(at + timedelta(seconds=full.retry_after + 60))
    response = _start_page(request, link, at=at, status=429, again_at=again_at)
    response.headers["Retry-After"] = str(full.retry_after)
    return response


def _open(request: HttpRequest, link: CandidateLink, *, at: datetime) -> HttpResponse:
    """Count the try, then judge it. A right code leads back here, with a cookie that this page alone reads."""
    form = CodeForm(request.POST)
    digits = own_code.read_digits(form.cleaned_data["code"]) if form.is_valid() else ""
    if not digits:
        form.add_error("code", gettext("Write the six digits from the text."))
        return _code_page(request, link, at=at, form=form, status=422)
    try:
        own_code.count_try(link=link, at=at)
        opened = own_code.open_page(link=link, digits=digits, by=_by(link), at=at)
    except (TooMany, own_code.WrongCode) as no:
        form.add_error("code", gettext("These digits are not right, or their time is over. Look again, or ask for another code."))
        return _code_page(request, link, at=at, form=form, status=429 if isinstance(no, TooMany) else 422)
    chosen = request.GET.get(FIELD, "") or request.POST.get(FIELD, "")
    response = HttpResponseRedirect(f"?{FIELD}={chosen}" if chosen in BY_CODE and chosen != "en" else "?")
    response.set_cookie(
        COOKIE,
        opened.token,
        max_age=int(own_code.SITTING_LASTS.total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _by(link: CandidateLink) -> Actor:
    """The person, as far as a code proves it: whose case it is, is said when one is acted on."""
    return Actor(kind="candidate", organisation_id=link.candidate.organisation_id)


# -- after it ----------------------------------------------------------------------------------------------------------------------


def _sit(request: HttpRequest, link: CandidateLink, session: CandidateSession, *, at: datetime) -> HttpResponse:
    bound, today = f"own:{session.uuid}", today_london(at)
    if request.method != "POST":
        return own_answer(request, link, bound=bound, at=at, today=today)
    stamp = read_stamp(request.POST.get("stamp", ""), bound_to=bound)
    if stamp is None or at.timestamp() - stamp.drawn_at > OLDEST.total_seconds():
        return own_answer(request, link, bound=bound, at=at, today=today, status=422, page_too_old=True)
    if request.POST.get("act") == "close":
        own_code.close_page(session=session, by=_by(link), at=at)
        response = HttpResponseRedirect("?")
        response.delete_cookie(COOKIE, samesite="Lax")
        return response
    return act_on(request, link, bound=bound, at=at, today=today)
