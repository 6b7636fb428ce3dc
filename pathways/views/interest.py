"""The public form, for people without an account, a cookie or a script."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts.backends.signing_in import client_address
from accounts.models import Programme
from accounts.services.limits import TooMany
from ground.actor import Actor
from ground.clock import read_clock, today_london
from ground.door import open_to
from ground.languages import OTHER, in_their_language, language_now
from ground.templatetags.said import time_of_day
from pathways.forms.interest import InterestForm
from pathways.forms.stamp import new_stamp, read_stamp
from pathways.queries.interest import PublicForm, public_form
from pathways.services.interest import Said, Where, receive_interest, seen_before, thanks_left, verdict_on
from pathways.services.thanks import named_by, thanks_token

#: What a form of six questions can hold, many times over.
LARGEST = 64 * 1024


@csrf_exempt  # there is no cookie to steal a ride on: the form's own stamp is signed and dated, and the answer tells nothing
@open_to("public", methods=("GET", "POST"), sample={"code": "stall"})
@never_cache
@in_their_language
def interest(request: HttpRequest, code: str = "") -> HttpResponse:
    """A name and one way to reach somebody; the same thanks for everyone."""
    at = read_clock()
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return render(request, "pathways/interest_too_large.html", status=413)
    there = public_form(code=code, language=language_now().code, today=today_london(at))
    if there is None:
        return render(request, "pathways/interest_closed.html", status=503)
    if request.method != "POST":
        return _page(request, InterestForm(at=at, families=there.families), there)
    if OTHER in request.POST:  # the page in another language, with what was typed
        return _page(request, InterestForm(at=at, families=there.families, initial=_typed(request)), there)
    return _receive(request, there, at=at)


def _page(request: HttpRequest, form: InterestForm, there: PublicForm, *, status: int = 0, **more: object) -> HttpResponse:
    context = {"form": form, "notice": there.notice, "code_ended": there.code_ended, "public_name": there.organisation.name, **more}
    context["sent_before"] = request.method == "POST"
    return render(request, "pathways/interest.html", context, status=status or (422 if form.errors else 200))


def _typed(request: HttpRequest) -> dict[str, object]:
    plain = {name: request.POST.get(name, "") for name in ("name", "way", "reach", "shared", "postcode")}
    return {**plain, "families": request.POST.getlist("families")}


def _receive(request: HttpRequest, there: PublicForm, *, at: datetime) -> HttpResponse:
    data = request.POST.copy()
    stamp = read_stamp(data.get("once", ""))
    if stamp is None:
        data["once"] = new_stamp(at=at)
    form = InterestForm(data, at=at, families=there.families)
    if not form.is_valid() or stamp is None:
        return _page(request, form, there, status=422, page_too_old=stamp is None)
    said = _said(form, typed=request.POST.get("reach", ""))
    seen = seen_before(said=said, stamp=stamp.token, at=at)
    post = seen.same
    if post is None:
        address = client_address(request)
        suspect = "trap" if form.cleaned_data["website"] else (stamp.suspect(at=at) or seen.suspect)
        try:
            suspect, hold = verdict_on(suspect=suspect, address=address, at=at)
        except TooMany as full:
            again_at = time_of_day(at + timedelta(seconds=full.retry_after + 60))
            response = _page(request, form, there, status=429, again_at=again_at)
            response.headers["Retry-After"] = str(full.retry_after)
            return response
        where = Where(programme=there.programme, organisation=there.organisation, event=there.event, notice=there.notice)
        by = Actor(kind="candidate", organisation_id=there.organisation.pk)
        thanks = thanks_left(organisation=there.organisation, said=said, at=at)
        told = {"said": said, "where": where, "stamp": stamp.token, "suspect": suspect, "hold": hold, "address": address}
        post = receive_interest(**told, thanks=thanks, by=by, at=at)
    return thanks_page(request, token=thanks_token(named_by(post)), programme=there.programme)


def thanks_page(request: HttpRequest, *, token: str, programme: Programme | None) -> HttpResponse:
    """The same thanks for everyone; under its token the page is drawn again in another language, and the questions are put."""
    code = programme.code if programme is not None else ""
    hidden = [("token", token), ("programme", code), ("page", "thanks")]
    name = programme.organisation.name if programme is not None else ""
    context = {"thanks_token": token, "programme_code": code, "hidden": hidden, "public_name": name}
    return render(request, "pathways/interest_thanks.html", context)


def _said(form: InterestForm, *, typed: str) -> Said:
    data = form.cleaned_data
    return Said(
        name=data["name"],
        way=data["way"],
        reach=data["reach"],
        typed=typed.strip()[:320],
        shared=data["shared"],
        families=tuple(data["families"]),
        postcode=data["postcode"],
        no_home=form.no_home,
        language=language_now().code,
    )
