"""The people behind a number: named only here, and only those in the reader's sight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from analytics.figures.definition import Definition
from analytics.queries.people import employers_of
from analytics.views.asking import Asked, page
from ground.paging import keyset
from ground.templatetags.said import day
from pathways import scope
from pathways.models import Pathway

T = TypeVar("T")


def which(request: HttpRequest, finders: Mapping[str, Callable[[str], list[T]]]) -> tuple[str, str, list[T]]:
    """The number that the address names, and whom it counts; 404 for a name that no number has."""
    for name, find in finders.items():
        value = request.GET.get(name, "")
        if value:
            return name, value[:60], find(value)
    raise Http404


@dataclass(frozen=True)
class Told:
    """What a number is called: the heading, whom it counts in a sentence, of which people of the window, the figure it stands in."""

    heading: str
    sentence: str
    window: str
    figure: str
    definition: Definition


@dataclass(frozen=True)
class Row:
    """One person of the list: who, where they are today, the day that counts, with which employer, and who looks after them."""

    case: Pathway
    counts: str
    employed_by: str
    #: Whether the list is of an earlier day, so that where they are is no answer to it.
    earlier: bool

    @property
    def where(self) -> str:
        return f"{'Today: ' if self.earlier else ''}{self.case.get_stage_display()}, since {day(self.case.stage_since)}"

    @property
    def employer(self) -> str:
        return f"Employer: {self.employed_by}" if self.employed_by else ""

    @property
    def worker(self) -> str:
        return f"Worker: {self.case.owner.name}" if self.case.owner else "No worker"


def people_page(request: HttpRequest, asked: Asked, counts: Mapping[int, str], told: Told, *, number: str) -> HttpResponse:
    """A list of people, each the way to their page; the list is as long as the number says.

    `counts` says for each case which day counts, in words; `number` is the number's name in the address.
    """
    seen = scope.pathways(request.user).filter(pk__in=list(counts), programme=asked.programme).select_related("candidate", "owner")
    shown = keyset(seen, order=("candidate__folded_name", "pk"), after=request.GET.get("after"), size=50)
    employers = employers_of(cases=[case.pk for case in shown.rows])
    earlier = not asked.cut.of_now
    rows = [Row(case, counts[case.pk], employers.get(case.pk, ""), earlier) for case in shown.rows]
    back = f"{reverse(told.figure)}{asked.link(number)}"
    return page(request, asked, "analytics/people.html", people=shown, rows=rows, told=told, earlier=earlier, back=back)
