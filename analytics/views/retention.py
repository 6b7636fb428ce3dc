"""Retention: page, file, and the people behind its exact numbers."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse

from analytics.figures.definition import Figure, quarter_name
from analytics.figures.retention import WORDS, Start, behind, retention
from analytics.queries.retention import starts
from analytics.views.asking import Asked, ask, download, page
from analytics.views.people import people_page, which
from ground.door import open_to


def count(asked: Asked) -> tuple[list[Start], Figure]:
    """The jobs that began, and the figure."""
    found = starts(cut=asked.cut)
    return found, retention(found, asked.cut)


@open_to("programme_lead")
def retention_page(request: HttpRequest) -> HttpResponse:
    """Who is still in work after six months, and how long people stay."""
    asked = ask(request)
    return page(request, asked, "analytics/retention.html", figure=count(asked)[1] if asked else None)


@open_to("programme_lead")
def retention_file(request: HttpRequest) -> StreamingHttpResponse:
    """The same numbers as CSV."""
    asked = ask(request)
    return download(request, asked, count(asked)[1] if asked else None)


@open_to("programme_lead", kinds=("own",))
def retention_people(request: HttpRequest) -> HttpResponse:
    """The people whom one number counts."""
    asked = ask(request)
    if asked is None or not asked.cut.profile.exact:
        raise Http404
    name, value, members = which(request, behind(starts(cut=asked.cut), asked.cut))
    return people_page(request, asked, [each.case for each in members], words=_words(name, value), back="board_retention")


def _words(name: str, value: str) -> str:
    """What the number is called, for the heading of the list."""
    if name == "outcome":
        if value not in WORDS:
            raise Http404
        return f"After six months: {WORDS[value].lower()}"
    try:
        return f"Started work from {quarter_name(date.fromisoformat(value))}"
    except ValueError:
        raise Http404 from None
