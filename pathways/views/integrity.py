"""The page on which leads read whether everything still agrees."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ground.clock import read_clock
from ground.door import open_to
from pathways.queries.findings import findings_page


@open_to("programme_lead")
def integrity(request: HttpRequest) -> HttpResponse:
    """Last night's findings, grouped by what does not agree, each with its person's page and what to do."""
    read_clock()
    return render(request, "pathways/integrity.html", {"page": findings_page(request.user)})
