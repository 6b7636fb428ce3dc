"""What helps a person: pages of its own, since each time somebody reads one of them is written down."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.middleware import desk_for
from candidates.models import Candidate
from ground.clock import read_clock, today_london
from ground.door import Conflict, Refused, open_to
from ground.once import answer_once
from ground.views import stale_page
from pathways.forms.contact import CloseForm
from pathways.forms.support import SupportForm
from pathways.models import Support
from pathways.queries.company import records_of, with_key
from pathways.queries.support import helps, may_be_told, told_to_employer, told_to_trainer
from pathways.scope import CASE_ROLES, introductions, supports, training_places
from pathways.services.support import add_support, change_support, end_support, read_support
from pathways.views.finding import acting_for, form_page, person_in_sight

OWN = ("own", "colleague")
FORM = "pathways/support_form.html"


def _home(person: Candidate) -> str:
    return f"/people/{person.uuid}/support/"


@open_to(*CASE_ROLES, kinds=OWN)
def support(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """All that was agreed with the person."""
    at = read_clock()
    found = person_in_sight(request, uuid, at=at)
    rows = helps(request.user, found, today=today_london(at))
    read_support(candidate=found, rows=[each.row for each in rows], by=acting_for(request, found), at=at)
    return render(request, "pathways/support.html", {"person": found, "rows": rows, "back": f"/people/{found.uuid}/"})


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN)
def add(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One more thing that helps."""
    at = read_clock()
    found = person_in_sight(request, uuid, at=at)
    data = request.POST if request.method == "POST" else None
    form = SupportForm(data, offered=may_be_told(request.user, found))
    if data is None:
        return _page(request, form, found)

    def act() -> HttpResponse:
        if not form.is_valid():
            return _page(request, form, found)
        try:
            add_support(candidate=found, **form.values(), by=acting_for(request, found), at=at)
        except Refused as refused:
            form.refuse(refused)
            return _page(request, form, found)
        messages.success(request, "Saved.")
        return HttpResponseRedirect(_home(found))

    return answer_once(request, act)


def _page(request: HttpRequest, form: SupportForm, found: Candidate, **more: Any) -> HttpResponse:
    return form_page(request, form, heading="What helps them", person=found, template=FORM, **{"back": _home(found), **more})


def _row(request: HttpRequest, uuid: UUID, row: UUID, *, at: datetime) -> tuple[Candidate, Support]:
    found = person_in_sight(request, uuid, at=at)
    kept = supports(request.user).filter(candidate__in=records_of(found), uuid=row).prefetch_related("shares__introduction").first()
    if kept is None:
        raise Http404
    return found, kept


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN)
def change(request: HttpRequest, uuid: UUID, row: UUID) -> HttpResponse:
    """Other words, another day, who else may know."""
    at = read_clock()
    found, kept = _row(request, uuid, row, at=at)
    by = acting_for(request, found)
    data = request.POST if request.method == "POST" else None
    form = SupportForm(data, offered=may_be_told(request.user, found, row=kept), row=kept)
    more = {"end_href": f"{_home(found)}{kept.uuid}/end/", "end_words": "It is no longer needed"}
    if data is None:
        read_support(candidate=found, rows=[kept], by=by, at=at)
        return _page(request, form, found, **more)

    def act() -> HttpResponse:
        if not form.is_valid():
            return _page(request, form, found, **more)
        values = form.values()
        try:
            change_support(
                support=kept,
                version=form.cleaned_data["version"],
                **{**values, "agreed_on": values["agreed_on"] or kept.agreed_on},
                offered=form.offered.values(),
                by=by,
                at=at,
            )
        except Refused as refused:
            form.refuse(refused)
            return _page(request, form, found, **more)
        except Conflict:
            return _stale(request, form, found, kept, at=at)
        messages.success(request, "Saved.")
        return HttpResponseRedirect(_home(found))

    return answer_once(request, act)


def _stale(request: HttpRequest, form: SupportForm, found: Candidate, kept: Support, *, at: datetime) -> HttpResponse:
    """Somebody else was faster: what is there now is read, and that is written down like any other time."""
    there = supports(request.user).filter(pk=kept.pk).first()
    if there is None:
        raise Conflict("This is no longer needed: somebody else said so.")
    read_support(candidate=found, rows=[there], by=acting_for(request, found), at=at)
    current = {name: getattr(there, name) for name in ("helps", "agreed_on", "review_on", "with_trainer")}
    return stale_page(request, form, current=current, version=there.version, back=_home(found))


@open_to(*CASE_ROLES, methods=("GET", "POST"), kinds=OWN)
def end(request: HttpRequest, uuid: UUID, row: UUID) -> HttpResponse:
    """It is no longer needed."""
    at = read_clock()
    found, kept = _row(request, uuid, row, at=at)
    by = acting_for(request, found)
    form = CloseForm(request.POST if request.method == "POST" else None, version=kept.version)
    words = "These words are deleted and kept nowhere, and whoever they were shared with no longer sees them. This cannot be undone."
    more = {"heading": "No longer needed", "person": found, "button": "Delete this", "words": words, "quoted": kept.helps}
    more |= {"back": _home(found), "template": FORM}

    def page() -> HttpResponse:
        read_support(candidate=found, rows=[kept], by=by, at=at)
        return form_page(request, form, **more)

    if request.method != "POST":
        return page()

    def act() -> HttpResponse:
        if not form.is_valid():
            return page()
        end_support(support=kept, version=form.cleaned_data["version"], by=by, at=at)
        messages.success(request, "Deleted.")
        return HttpResponseRedirect(_home(found))

    return answer_once(request, act)


@open_to("trainer", kinds=OWN)
def for_trainer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What somebody on one's own course agreed that the trainer knows."""
    place = training_places(request.user).filter(uuid=uuid).select_related("pathway__candidate", "course").first()
    if place is None:
        raise Http404
    person = place.pathway.candidate
    rows = list(told_to_trainer(request.user).filter(with_key(place.pathway.person_key)))
    read_support(candidate=person, rows=rows, by=desk_for(request).actor("trainer"), at=read_clock())
    back = f"/courses/{place.course.uuid}/"
    return render(request, "pathways/support_told.html", {"name": person.name, "rows": rows, "back": back, "back_words": "The course"})


@open_to("employer", kinds=("introduced",))
def for_employer(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What somebody chose to share with this employer, for this job."""
    row = introductions(request.user).filter(uuid=uuid).select_related("pathway__candidate", "heading").first()
    if row is None:
        raise Http404
    rows = list(told_to_employer(request.user, row))
    read_support(candidate=row.pathway.candidate, rows=rows, by=desk_for(request).actor("employer"), at=read_clock())
    name = row.shared.get("name") or "Somebody put forward"
    back = f"/introductions/{row.uuid}/"
    return render(request, "pathways/support_told.html", {"name": name, "rows": rows, "back": back, "back_words": "Put forward"})
