"""The gallery's own addresses: a menu needs some, and the components know no page of the house."""

from django.http import HttpRequest, HttpResponse
from django.urls import path


def nothing(request: HttpRequest) -> HttpResponse:
    """An address to point at."""
    return HttpResponse()


NAMES = ("today", "caseload", "add", "search", "headings", "registers")
urlpatterns = [path(f"{name}/", nothing, name=name) for name in NAMES]
