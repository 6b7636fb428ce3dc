"""Who must not see a person: a lead says it, and ends it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.middleware import user_of
from candidates.models import Candidate
from ground.clock import page_time, read_clock, today_london
from ground.door import Conflict, Refused, open_to
from ground.once import answer_once
from pathways.forms.block import BlockForm
from pathways.forms.contact import CloseForm
from pathways.queries.block import standing_of, who_could_see
from pathways.queries.company import of_person
from pathways.scope import pathways, people
from pathways.services.block import block_user, end_block
from pathways.views.finding import leading_for, person_in_sight

OWN = ("own", "colleague")


def _form(request: HttpRequest, person: Candidate) -> BlockForm:
    today = today_london(page_time())
    programmes = set(pathways(request.user).filter(of_person(person)).values_list("programme", flat=True))
    users = who_could_see(person, programmes=programmes, today=today)
    return BlockForm(request.POST if request.method == "POST" else None, users=users, me=user_of(request))


def _page(request: HttpRequest, person: Candidate, form: BlockForm) -> HttpResponse:
    today = today_london(page_time())
    rows = [(row, CloseForm(version=row.version, auto_id=f"end_{row.uuid}_%s")) for row in standing_of(person, today=today)]
    context = {"person": person, "form": form, "rows": rows, "back": f"/people/{person.uuid}/"}
    return render(request, "pathways/blocks.html", context, status=422 if form.errors else 200)


@open_to("programme_lead", methods=("GET", "POST"), kinds=OWN)
def blocks(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Who must not see this person, and one more."""
    at = read_clock()
    found = person_in_sight(request, uuid, at=at)
    by = leading_for(request, found)
    form = _form(request, found)
    if request.method != "POST":
        return _page(request, found, form)

    def act() -> HttpResponse:
        if not form.is_valid():
            return _page(request, found, form)
        user = form.chosen()
        try:
            block_user(candidate=found, user=user, reason=form.cleaned_data["reason"], to_on=form.cleaned_data["to_on"], by=by, at=at)
        except Refused as refused:
            form.refuse(refused)
            return _page(request, found, form)
        if user.pk == by.user_id:
            messages.success(request, "You do not see this person any more. Another lead can end that.")
            return HttpResponseRedirect("/today/")
        messages.success(request, f"{user.name} does not see this person any more.")
        return HttpResponseRedirect(f"/people/{found.uuid}/blocks/")

    return answer_once(request, act)


@open_to("programme_lead", methods=("POST",), kinds=OWN)
def end(request: HttpRequest, uuid: UUID, block: UUID) -> HttpResponse:
    """From now on they see the person again as their seat shows them."""
    at = read_clock()
    found = people(request.user).filter(uuid=uuid).first()
    if found is None:
        raise Http404
    by = leading_for(request, found)
    row = standing_of(found, today=today_london(at)).filter(uuid=block).first()
    if row is None:
        raise Http404
    form = CloseForm(request.POST)

    def act() -> HttpResponse:
        if not form.is_valid():
            raise Refused("This page is out of date. Open it again and send it from there.")
        try:
            end_block(block=row, candidate=found, version=form.cleaned_data["version"], by=by, at=at)
        except Conflict as conflict:
            messages.warning(request, conflict.sentence)
        else:
            messages.success(request, f"{row.user.name} sees this person again where their work does.")
        return HttpResponseRedirect(f"/people/{found.uuid}/blocks/")

    return answer_once(request, act)
