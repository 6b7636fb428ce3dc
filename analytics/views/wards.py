"""Wards: page and file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from analytics.figures.definition import Figure
from analytics.figures.funnel import Journey, in_cohort
from analytics.figures.wards import BY_PEOPLE, SORTS, wards
from analytics.forms import WardsForm
from analytics.queries.funnel import journeys
from analytics.queries.wards import ground, homes
from analytics.views.asking import Asked, ask, download, page
from ground.door import open_to
from places.queries import ward_edition_on


def count(asked: Asked, found: list[Journey] | None = None) -> Figure | None:
    """The figure in one edition of wards; None while no wards are known."""
    offered = asked.form.offered if isinstance(asked.form, WardsForm) else {}
    chosen = offered.get(str(asked.form.cleaned_data.get("wards") or "")) or ward_edition_on(asked.cut.as_at)
    if chosen is None:
        return None
    people = in_cohort(found if found is not None else journeys(cut=asked.cut), asked.cut, asked.phases)
    base = ground(programme=asked.programme.pk, edition=chosen, as_at=asked.cut.as_at)
    lived = homes(people=people, phases=asked.phases, wards=base.names, deprivation=base.deprivation)
    return wards(lived, asked.cut, base, sort=str(asked.form.cleaned_data.get("sort") or BY_PEOPLE))


@open_to("programme_lead")
def wards_page(request: HttpRequest) -> HttpResponse:
    """Where engaged people live."""
    asked = ask(request, WardsForm)
    sorts = [(words, asked.link(sort=code), code) for code, words in SORTS.items()] if asked else []
    chosen = asked.form.cleaned_data.get("sort") or BY_PEOPLE if asked else ""
    return page(request, asked, "analytics/wards.html", sorts=sorts, sort=chosen, figure=count(asked) if asked and asked.readable else None)


@open_to("programme_lead")
def wards_file(request: HttpRequest) -> StreamingHttpResponse:
    """The same numbers as CSV."""
    asked = ask(request, WardsForm)
    return download(request, asked, count)
