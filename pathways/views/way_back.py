"""Where a form leads when it is done: back to the list it was pressed in, which then says what was done."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

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
