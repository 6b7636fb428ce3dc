"""Where a form leads when it is done: back to the list it was pressed in, which then says what was done."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from pathways.models import Pathway

LONGEST = 2_000


def way_back(request: HttpRequest, otherwise: str) -> str:
    """The page that the form came from, when it is one of ours; else `otherwise`."""
    wanted = request.POST.get("back", "") or request.GET.get("back", "")
    ours = wanted.startswith("/") and len(wanted) <= LONGEST and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if ours else otherwise


def came_from_list(request: HttpRequest) -> bool:
    """Whether a list is waiting to be told what was done in its row."""
    return bool(dict(parse_qsl(urlsplit(way_back(request, "")).query)).get("row"))


def with_done(address: str, did: str) -> str:
    """The same address, naming what was just done; the list reads it back from its row."""
    parts = urlsplit(address)
    asked = {name: value for name, value in parse_qsl(parts.query) if name != "did"}
    return urlunsplit(parts._replace(query=urlencode(asked | {"did": did})))


def home_of(case: Pathway) -> str:
    """The page of the person whose case it is."""
    return f"/people/{case.candidate.uuid}/"


def done_in_row(request: HttpRequest, case: Pathway, *, did: str, said: str, undo: str = "") -> HttpResponse:
    """Back to the list, whose row says what was done; or to the person's page, which says it at the top, with the way to undo it."""
    if came_from_list(request):
        return HttpResponseRedirect(with_done(way_back(request, ""), did))
    messages.success(request, said, extra_tags=undo)
    return HttpResponseRedirect(way_back(request, home_of(case)))
