"""The page that shows which reference data is loaded."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ground.door import open_to
from places import queries


@open_to("administrator", "programme_lead")
def reference(request: HttpRequest) -> HttpResponse:
    """Editions loaded, how many rows each holds, from which files and when."""
    return render(request, "places/reference.html", {"kinds": queries.reference()})
