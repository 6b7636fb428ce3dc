"""Finding whose page it is: through the scope, and written down, since "who opened my record?" is the first question."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.middleware import desk_for, route_of
from accounts.services.audit import record_opening
from candidates.models import Candidate, Merge
from ground.actor import Actor
from ground.door import NotYours
from ground.forms import HouseForm
from pathways.models import Pathway
from pathways.queries.company import of_person
from pathways.rules import holder, holds
from pathways.scope import CASE_ROLES, pathways, records

WORKER_FIRST = tuple(reversed(CASE_ROLES))
WITH_CASE = ("candidate", "owner", "programme", "organisation")


def person_in_sight(request: HttpRequest, uuid: UUID, *, at: datetime) -> Candidate:
    """The person, by any of their records, when one of their cases is in sight; a foreign person is answered as nobody is.

    `is_merged` says whether there are other records of them to be read with this one.
    """
    merges = Merge.objects.filter(Q(kept=OuterRef("pk")) | Q(absorbed=OuterRef("pk")), ended_at__isnull=True)
    person = records(request.user).annotate(is_merged=Exists(merges)).filter(uuid=uuid).first()
    if person is None:
        raise Http404
    _opened(request, person, at=at)
    return person


def case_in_sight(request: HttpRequest, uuid: UUID, *, at: datetime) -> Pathway:
    """The case, when it is in sight."""
    case = pathways(request.user).filter(uuid=uuid).select_related(*WITH_CASE).first()
    if case is None:
        raise Http404
    _opened(request, case.candidate, at=at)
    return case


def _opened(request: HttpRequest, person: Candidate, *, at: datetime) -> None:
    if request.method == "GET":
        record_opening(user=request.user, person_uuid=person.uuid, route=route_of(request), at=at)


def acting(request: HttpRequest) -> Actor:
    """The worker, or else the lead, that this person is at their desk: for what is done to no case in particular."""
    return desk_for(request).actor(*WORKER_FIRST)


def acting_on(request: HttpRequest, case: Pathway) -> Actor:
    """The worker, or else the lead, by the seat that holds the case."""
    return holder(desk_for(request).actors(*WORKER_FIRST), pathway=case)


def acting_for(request: HttpRequest, person: Candidate) -> Actor:
    """The worker, or else the lead, by a seat that holds one of the person's cases."""
    actors = desk_for(request).actors(*WORKER_FIRST)
    cases = list(pathways(request.user).filter(of_person(person)).select_related("programme").order_by("-id"))
    for by in actors:
        if any(holds(by, on=None, pathway=case) for case in cases):
            return by
    raise NotYours()


def leading_for(request: HttpRequest, person: Candidate) -> Actor:
    """The lead, by a seat that holds one of the person's cases: for what only a lead says of a person."""
    cases = list(pathways(request.user).filter(of_person(person)).select_related("programme"))
    for by in desk_for(request).actors("programme_lead"):
        if any(holds(by, on=None, pathway=case) for case in cases):
            return by
    raise NotYours()


def lead_or_worker(request: HttpRequest, case: Pathway) -> Actor:
    """The lead, or else the worker, by the seat that holds the case: for what a lead may do later than others."""
    return holder(desk_for(request).actors(*CASE_ROLES), pathway=case)


def form_page(request: HttpRequest, form: HouseForm, *, heading: str, person: Candidate, button: str = "Save", **more: Any) -> HttpResponse:
    """A form about one person on a page of its own; `template` where the page says something else of what is kept."""
    context = {"form": form, "heading": heading, "person": person, "button": button, "back": f"/people/{person.uuid}/", **more}
    status = more.get("status", 422 if form.errors else 200)
    return render(request, more.get("template", "pathways/person_form.html"), context, status=status)
