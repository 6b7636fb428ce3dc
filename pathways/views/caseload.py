"""The caseload: a list with its filters in the address, and the same rows as a file."""

from datetime import date, datetime

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from accounts.middleware import desk_for, proved_lately
from ground.clock import page_time, read_clock, today_london
from ground.door import open_to
from ground.paging import keyset
from ground.tables import csv_response
from pathways.forms.filters import CaseloadFilters
from pathways.models import Pathway
from pathways.queries import caseload as cases
from pathways.queries.acts import contact_acts
from pathways.queries.unclaimed import count_words
from pathways.scope import CASE_ROLES
from pathways.services.looking import record_caseload_export
from pathways.views.acted_on import List, acted_on
from pathways.views.finding import acting

#: More rows than this leave the house after a second factor only.
FREELY = 50


def asked_for(request: HttpRequest, today: date) -> tuple[CaseloadFilters, dict[str, str]]:
    """The filters in the address: the form, and what they say as far as it can be read."""
    usual = "me" if desk_for(request).has("outreach_worker") else "all"
    families, wards = cases.families_and_wards(today)
    owners = cases.holders(request.user, today=today)
    form = CaseloadFilters(request.GET, usual=usual, owners=owners, families=families, wards=wards)
    return form, {"whose": usual} | form.chosen()


def filters_in(request: HttpRequest) -> list[tuple[str, str]]:
    """What the address asks for, without the place in the list and without what was ticked or pressed."""
    kept = List(request, "/caseload/").asked
    return [(name, value) for name in kept if name not in {"after", "who", "all"} for value in kept.getlist(name)]


@open_to(*CASE_ROLES)
def caseload(request: HttpRequest) -> HttpResponse:
    """Everyone the filters ask for, a page at a time."""
    today = today_london(page_time())
    form, chosen = asked_for(request, today)
    found = cases.rows(request.user, chosen, today=today)
    ordered, order = cases.in_order(found, chosen.get("sort", ""))
    page = keyset(cases.with_ring(ordered), order=order, after=request.GET.get("after"), size=25)
    me = getattr(request.user, "pk", None)
    here = List(request, "/caseload/")
    rows = [cases.list_row(case, me=me, today=today, own=chosen.get("whose") == "me") for case in page.rows]
    for number, (row, case) in enumerate(zip(rows, page.rows, strict=True)):
        row.phone = case.ring or ""
        row.acts = contact_acts(case, here.back(row.key, number), phone=row.phone) if case.is_open else []
        row.tick = str(case.uuid) if case.is_open else ""
    acted_on(request, rows, here)
    context = {
        "form": form,
        "chosen": chosen,
        "page": page,
        "rows": rows,
        "count_words": count_words(found)[1],
        "kept": filters_in(request),
        "csv": List(request, "/caseload.csv").address(),
        "own_only": not desk_for(request).has("programme_lead"),
        "filtered": bool(set(chosen) - {"whose", "sort"}),
    }
    return render(request, "pathways/caseload.html", context)


@open_to(*CASE_ROLES)
def caseload_file(request: HttpRequest) -> HttpResponseBase:
    """The same rows in the same order, as a file; a worker's holds their own people only, and no whole phone number.

    More than a few rows need a code.
    """
    at = read_clock()
    chosen = asked_for(request, today_london(at))[1]
    if _in_file(request, chosen, today_london(at)).order_by()[: FREELY + 1].count() > FREELY:
        return proved_lately(_file)(request, chosen=chosen, at=at)
    return _file(request, chosen=chosen, at=at)


def _in_file(request: HttpRequest, chosen: dict[str, str], today: date) -> QuerySet[Pathway]:
    """What may leave the house: a lead's whole list, of a worker's the people on their own desk."""
    found = cases.rows(request.user, chosen, today=today)
    return found if desk_for(request).has("programme_lead") else found.filter(owner=getattr(request.user, "pk", None))


def _file(request: HttpRequest, *, chosen: dict[str, str], at: datetime) -> HttpResponseBase:
    today = today_london(at)
    found = _in_file(request, chosen, today)
    ordered, order = cases.in_order(found, chosen.get("sort", ""))
    columns = cases.columns(today=today, full_phone=desk_for(request).has("programme_lead"))
    record_caseload_export(
        filters=sorted(chosen), columns=[column.heading for column in columns], rows=found.order_by().count(), by=acting(request), at=at
    )
    return csv_response("caseload", columns, cases.as_file(ordered.order_by(*cases.ordering(order))))
