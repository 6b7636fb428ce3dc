"""The people behind a number: named only here, and only those in the reader's sight."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from analytics.figures.definition import Definition
from analytics.views.asking import Asked, page
from ground.paging import keyset
from pathways import scope

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
    """What a number is called: the heading, whom it counts as the end of a sentence, the figure it stands in."""

    heading: str
    whom: str
    figure: str
    definition: Definition


def people_page(request: HttpRequest, asked: Asked, cases: Sequence[int], told: Told, *, number: str) -> HttpResponse:
    """A list of people, each the way to their page; the list is as long as the number says. `number` is its name in the address."""
    seen = scope.pathways(request.user).filter(pk__in=list(cases), programme=asked.programme).select_related("candidate")
    rows = keyset(seen, order=("candidate__folded_name", "pk"), after=request.GET.get("after"), size=50)
    back = f"{reverse(told.figure)}{asked.link(number)}"
    return page(request, asked, "analytics/people.html", people=rows, told=told, total=len(cases), back=back)
