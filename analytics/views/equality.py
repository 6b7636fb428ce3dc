"""Equality: page and file. There is no list of people behind these numbers, for anybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from analytics.figures.definition import Cut, Figure
from analytics.figures.disclosure import Cell
from analytics.figures.equality import Choice, equality
from analytics.figures.funnel import in_cohort
from analytics.forms import DAYS, EqualityForm
from analytics.queries.equality import DEFAULT_CHOICE, benchmarks, counted, residents
from analytics.queries.funnel import journeys
from analytics.queries.wards import frozen_targets
from analytics.views.asking import Asked, ask, download, page
from ground.clock import today_london
from ground.door import open_to
from ground.templatetags.said import day as in_words


def count(asked: Asked) -> Figure:
    """The figure, with what the address compares. Whole quarters unless other days were asked for: only then is it exact."""
    form, cut = asked.form, asked.cut
    if not (isinstance(form, EqualityForm) and form.days_chosen):
        cut = cut.settled
    offered = form.offered if isinstance(form, EqualityForm) else benchmarks(targets=_targets(asked))
    said = form.cleaned_data
    phase, start, goal = (
        _phase(said.get(name), asked.phases, usual) for name, usual in zip(("phase", "origin", "goal"), DEFAULT_CHOICE, strict=True)
    )
    chosen = offered.get(str(said.get("benchmark") or "")) or next(iter(offered.values()), None)
    choice = Choice(phase, start, goal, chosen[0] if chosen else "")
    people = in_cohort(journeys(cut=cut), cut, asked.phases)
    tallies = counted(people=people, phases=asked.phases, choice=choice, residents=residents(chosen))
    return equality(tallies, cut, choice, len(people))


def _targets(asked: Asked) -> list[str]:
    frozen = frozen_targets(programme=asked.programme.pk, day=asked.cut.as_at)
    return list(frozen.codes) if frozen else []


def _phase(wanted: object, phases: list[str], usual: str) -> str:
    if wanted in phases:
        return str(wanted)
    return usual if usual in phases else phases[-1]


def other_days(here: Cut, asked: Cut, people: Cell | None = None) -> str:
    """Why this page counts other people than the funnel does, when it does."""
    if (here.start, here.end, here.as_at) == (asked.start, asked.end, asked.as_at):
        return ""
    more = f"'s {people.text}" if people else ""
    return (
        f"Not the same people as the funnel{more}: the funnel counts people {asked.period}; equality stops at the end of a quarter,"
        f" {in_words(here.as_at)}, so that its numbers may be exact."
    )


@open_to("programme_lead")
def equality_page(request: HttpRequest) -> HttpResponse:
    """Who comes, and who gets on."""
    asked = ask(request, EqualityForm)
    if asked is None or not asked.readable:
        return page(request, asked, "analytics/equality.html")
    ways = {"rounded_address": asked.link(as_at=today_london(asked.at).isoformat()), "exact_address": asked.link(*DAYS, "shown")}
    figure = count(asked)
    return page(request, asked, "analytics/equality.html", figure=figure, why=other_days(figure.cut, asked.cut), **ways)


@open_to("programme_lead")
def equality_file(request: HttpRequest) -> StreamingHttpResponse:
    """The same numbers as CSV."""
    asked = ask(request, EqualityForm)
    return download(request, asked, count)
