"""Cover: who looks after whose desk while somebody is away."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.middleware import desk_for, user_of
from accounts.models import Cover, Organisation
from ground.actor import Actor
from ground.clock import page_time, read_clock, today_london
from ground.door import Conflict, NotYours, Refused, open_to
from ground.once import answer_once
from ground.paging import keyset
from ground.templatetags.said import weekday
from pathways.forms.cover import CoverForm, EndForm
from pathways.queries.colleagues import may_hold
from pathways.queries.cover import cover_row, covers
from pathways.rules import may_end_cover
from pathways.scope import CASE_ROLES
from pathways.services import cover as services
from pathways.views.finding import acting

HERE = "/caseload/cover/"


@open_to(*CASE_ROLES)
def cover(request: HttpRequest) -> HttpResponse:
    """Who covers whom, and until when: of one's own desk, or for a lead of everybody's here."""
    today = today_london(page_time())
    page = keyset(covers(request.user, today=today), order=("from_on", "id"), after=request.GET.get("after"), size=25)
    actors = desk_for(request).actors(*CASE_ROLES)
    rows = [cover_row(each, actors=actors, me=user_of(request).pk, today=today) for each in page.rows]
    return render(request, "pathways/cover.html", {"page": page, "rows": rows, "leads": desk_for(request).has("programme_lead")})


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=("own", "colleague"))
def set_cover(request: HttpRequest) -> HttpResponse:
    """Whose desk, who covers it, the first and the last day. A worker says it of their own desk."""
    at = read_clock()
    desk = desk_for(request)
    today = today_london(at)
    form = CoverForm(
        request.POST if request.method == "POST" else None,
        me=user_of(request),
        colleagues=may_hold(organisation=desk.organisation_id, programmes=[], today=today),
        leads=desk.has("programme_lead"),
        today=today,
        initial={"holder": request.GET.get("desk", ""), "from_on": today},
    )
    if request.method != "POST":
        return _page(request, form)
    return answer_once(request, lambda: _set(request, form, at=at))


def _page(request: HttpRequest, form: CoverForm) -> HttpResponse:
    return render(request, "pathways/cover_form.html", {"form": form, "back": HERE}, status=422 if form.errors else 200)


def _set(request: HttpRequest, form: CoverForm, *, at: datetime) -> HttpResponse:
    if not form.is_valid():
        return _page(request, form)
    people, desk = form.people(), desk_for(request)
    organisation = Organisation.objects.unscoped("the actor's own organisation").get(pk=desk.organisation_id)
    refusals: list[Refused] = []
    for by in _seats(request, own=people["holder"] == request.user):
        try:
            made = services.set_cover(**people, **form.days(), organisation=organisation, by=by, at=at)
        except Refused as refused:
            refusals.append(refused)
            continue
        messages.success(
            request, f"{made.coverer.name} covers {_whose(request, made)} from {weekday(made.from_on)} until {weekday(made.to_on)}."
        )
        return HttpResponseRedirect(HERE)
    if not refusals:
        raise NotYours()
    form.refuse(refusals[0])
    return _page(request, form)


def _seats(request: HttpRequest, *, own: bool) -> list[Actor]:
    """By which seats it may be said: of one's own desk by any, of a colleague's by a lead's."""
    desk = desk_for(request)
    return [acting(request)] if own else desk.actors("programme_lead")


def _whose(request: HttpRequest, made: Cover) -> str:
    return "your desk" if made.holder_id == user_of(request).pk else f"{made.holder.name}’s desk"


@open_to(*CASE_ROLES, methods=("POST",), kinds=("own", "colleague"))
def end_cover(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """It ends now."""
    at = read_clock()
    found = Cover.objects.for_user(request.user).filter(uuid=uuid).select_related("holder", "coverer").first()
    if found is None:
        raise Http404
    by = next((each for each in desk_for(request).actors(*CASE_ROLES) if may_end_cover(each, cover=found)), None)
    if by is None:
        raise NotYours()
    form = EndForm(request.POST)

    def act() -> HttpResponse:
        if not form.is_valid():
            raise Refused("This page is out of date. Open the list again.")
        try:
            services.end_cover(cover=found, version=form.cleaned_data["version"], by=by, at=at)
        except Conflict as conflict:
            messages.warning(request, conflict.sentence)
            return HttpResponseRedirect(HERE)
        who = "You no longer cover" if found.coverer_id == by.user_id else f"{found.coverer.name} no longer covers"
        messages.success(request, f"{who} {_whose(request, found)}.")
        return HttpResponseRedirect(HERE)

    return answer_once(request, act)
