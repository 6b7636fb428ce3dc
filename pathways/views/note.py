"""Who reads a note, and notes that their authors kept to themselves."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from ground.clock import read_clock
from ground.door import Conflict, Refused, open_to
from ground.once import answer_once
from pathways.forms.note import OpenNotes, ReadersForm
from pathways.models import Note
from pathways.queries.company import records_of
from pathways.scope import CASE_ROLES, closed_notes, notes
from pathways.services.note import NARROW_DAYS, is_narrower, narrow_note, open_closed_notes, widen_note
from pathways.views.contact import employers_agreed_to
from pathways.views.finding import acting_on, case_in_sight, form_page, leading_for, person_in_sight
from pathways.views.way_back import home_of

OWN = ("own", "colleague")


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=("own",))
def readers(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Fewer readers for a note of one's own, or the same words as a new note for more."""
    at = read_clock()
    row = notes(request.user).filter(uuid=uuid, author=request.user.pk).select_related("pathway").first()
    if row is None:
        raise Http404
    case = case_in_sight(request, row.pathway.uuid, at=at)
    row.pathway = case
    data = request.POST if request.method == "POST" else None
    form = ReadersForm(data, note=row, employers=employers_agreed_to(request, case), version=row.version)
    words = (
        f"For {NARROW_DAYS} days after you wrote a note you can choose fewer readers. Choose more, and the same words become a new note "
        "dated today, beside this one."
    )
    more: dict[str, Any] = {"heading": "Who reads this note", "person": case.candidate, "words": words, "quoted": row.text}
    if data is None:
        return form_page(request, form, **more)

    def act() -> HttpResponse:
        if not form.is_valid():
            return form_page(request, form, **more)
        visibility = form.cleaned_data["visibility"]
        told = {"note": row, "visibility": visibility, "by": acting_on(request, case), "at": at}
        try:
            if is_narrower(visibility, row.visibility):
                narrow_note(version=form.cleaned_data["version"], **told)
            else:
                widen_note(employer=form.chosen_employer(), **told)
        except Refused as refused:
            form.refuse(refused)
            return form_page(request, form, **more)
        except Conflict:
            messages.warning(request, "Somebody changed this note while you had it open. Look at it again.")
            return HttpResponseRedirect(home_of(case))
        messages.success(request, "Saved.")
        return HttpResponseRedirect(home_of(case))

    return answer_once(request, act)


@open_to("programme_lead", methods=("GET", "POST"), kinds=OWN)
def closed(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Notes that their authors kept to themselves: how many; what they say, once a lead said why they must read them.

    Nothing is kept of the page, so it may be sent again: each time is written down.
    """
    at = read_clock()
    found = person_in_sight(request, uuid, at=at)
    by = leading_for(request, found)
    rows = list(
        closed_notes(request.user).filter(pathway__candidate__in=records_of(found)).select_related("author").order_by("-written_at", "-id")
    )
    form = OpenNotes(request.POST if request.method == "POST" else None)
    read: list[Note] = []
    if request.method == "POST" and form.is_valid():
        try:
            open_closed_notes(candidate=found, notes=rows, reason=form.cleaned_data["reason"], by=by, at=at)
            read = rows
        except Refused as refused:
            form.refuse(refused)
    context = {"person": found, "number": len(rows), "rows": read, "form": form, "back": f"/people/{found.uuid}/"}
    return render(request, "pathways/closed_notes.html", context, status=422 if form.errors else 200)
