"""Retention: page, file, and the people behind its exact numbers."""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse

from analytics.figures.definition import Figure, days_counted, in_force, quarter_begins, quarter_ends, quarter_name
from analytics.figures.retention import (
    ASKING,
    CONFIRMED,
    DEFINITIONS,
    DISPUTED,
    EXEMPT,
    NOT_DUE,
    NOT_IN_POST,
    UNKNOWN,
    Start,
    behind,
    retention,
)
from analytics.queries.retention import starts
from analytics.views.asking import Asked, ask, download, page
from analytics.views.people import Told, people_page, which
from ground.door import open_to
from ground.templatetags.said import counted, day


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
    return people_page(request, asked, counts, _told(asked, name, value, len(members)), number=name)


#: What the list of an outcome is called, and what it says of one person and of several.
BECAME = {
    CONFIRMED: (
        "Confirmed still in the job after six months",
        "was confirmed still in the job after six months",
        "were confirmed still in the job after six months",
    ),
    NOT_IN_POST: ("Not in the job after six months", "was not in the job after six months", "were not in the job after six months"),
    UNKNOWN: (
        "Not known after six months",
        "has reached six months, and whether they are still in the job is not known",
        "have reached six months, and whether they are still in the job is not known",
    ),
    DISPUTED: (
        "Answers disagree after six months",
        "has reached six months, and the answers about the job disagree",
        "have reached six months, and the answers about the job disagree",
    ),
    ASKING: (
        "No answer entered yet after six months",
        "has reached six months, and no answer has been entered yet",
        "have reached six months, and no answer has been entered yet",
    ),
    NOT_DUE: (
        "Six months not over yet",
        "has not reached six months and the end of the time to answer yet",
        "have not reached six months and the end of the time to answer yet",
    ),
    EXEMPT: (
        "Exempt",
        "is left out of the rate: a death, or a job entered in error",
        "are left out of the rate: a death, or a job entered in error",
    ),
}


def _told(asked: Asked, name: str, value: str, number: int) -> Told:
    """What the number is called, and whom it counts."""

    def told(heading: str, did: str) -> Told:
        sentence = f"{counted(number, 'person,people')} {did}."
        return Told(heading, sentence, "whose first job began", "board_retention", in_force(DEFINITIONS, asked.cut.as_at))

    if name == "outcome":
        if value not in BECAME:
            raise Http404
        heading, one, several = BECAME[value]
        return told(heading, one if number == 1 else several)
    when = _when(asked, value)
    return told(f"Started work {when}", f"started their first job {when}")


def _when(asked: Asked, value: str) -> str:
    """The days counted of a quarter, which may be cut by the window; 404 for what is no quarter, or has no day in it."""
    try:
        begins = date.fromisoformat(value)
    except ValueError:
        raise Http404 from None
    first, last = days_counted(begins, asked.cut)
    if begins != quarter_begins(begins) or first > last:
        raise Http404
    if (first, last) == (begins, quarter_ends(begins)):
        return f"in {quarter_name(begins)}"
    return f"from {day(first)} to {day(last)}"
