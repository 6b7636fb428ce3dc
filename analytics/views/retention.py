"""Retention: page, file, and the people behind its exact numbers."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse

from analytics.figures.definition import Figure, in_force, quarter_name
from analytics.figures.retention import DEFINITIONS, WORDS, Start, behind, retention
from analytics.queries.retention import starts
from analytics.views.asking import Asked, ask, download, page
from analytics.views.people import Told, people_page, which
from ground.door import open_to
from ground.templatetags.said import day


def count(asked: Asked) -> tuple[list[Start], Figure]:
    """The jobs that began, and the figure."""
    found = starts(cut=asked.cut)
    return found, retention(found, asked.cut)


@open_to("programme_lead")
def retention_page(request: HttpRequest) -> HttpResponse:
    """Who is still in work after six months, and how long people stay."""
    asked = ask(request)
    return page(request, asked, "analytics/retention.html", figure=count(asked)[1] if asked and asked.readable else None)


@open_to("programme_lead")
def retention_file(request: HttpRequest) -> StreamingHttpResponse:
    """The same numbers as CSV."""
    asked = ask(request)
    return download(request, asked, lambda read: count(read)[1])


@open_to("programme_lead", kinds=("own",))
def retention_people(request: HttpRequest) -> HttpResponse:
    """The people whom one number counts."""
    asked = ask(request)
    if asked is None or not (asked.readable and asked.cut.profile.exact):
        raise Http404
    name, value, members = which(request, behind(starts(cut=asked.cut), asked.cut))
    counts = {each.case: f"First day {day(each.first_day)}, six months on {day(each.due)}" for each in members}
    return people_page(request, asked, counts, _told(asked, name, value), number=name)


def _told(asked: Asked, name: str, value: str) -> Told:
    """What the number is called, and whom it counts."""
    began, definition = f"whose first job began {asked.cut.period}", in_force(DEFINITIONS, asked.cut.as_at)
    if name == "outcome":
        if value not in WORDS:
            raise Http404
        words = WORDS[value].lower()
        return Told(f"After six months: {words}", f"{began}; after six months: {words}", "board_retention", definition)
    try:
        quarter = quarter_name(date.fromisoformat(value))
    except ValueError:
        raise Http404 from None
    return Told(f"Started work from {quarter}", f"{began}, and in it from {quarter}", "board_retention", definition)
