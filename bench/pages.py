"""Lists and a person's page, as a lead who may see all and as a worker with forty people."""

from collections.abc import Iterator
from functools import partial
from html import unescape
from re import search

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.pairs import Measured, counted, pair
from bench.world import browser, case_of, fetch, lead_of
from pathways.simulation.world import World

NEXT = r'class="govuk-link pages__link pages__link--next" href="([^"]+)"'
DEEP = 8
FILTERS = (
    "stage=job_ready",
    "phase=interview",
    "owner=nobody",
    "owed=employer",
    "due=overdue",
    "heard=quiet",
    "heard=never",
    "family={}",
    "ward={}",
)
SORTS = ("name", "waiting", "heard", "stage")


def pages(world: World, size: int) -> Iterator[Measured]:
    """Each list at its first page, some way into it, by each filter and in each order; a person's page."""
    case = case_of(world)
    for who, user in (("lead", lead_of(world)), ("worker", world.workers[0])):
        client = browser(user)
        at = partial(fetch, client)
        bare = partial(at, "/floor/list/")

        def beside(name: str, address: str, remark: str = "", *, at=at, bare=bare, who=who) -> Measured:  # type: ignore[no-untyped-def]
            return pair(name, size=size, who=who, goal=2, ours=partial(at, address), floor=bare, remark=remark)

        yield beside("list.caseload", "/caseload/", "first page")
        yield beside("list.caseload", _deep(at, "/caseload/"), "deep page")
        choices = _choices(at("/caseload/").decode())
        for asked in (*(each.format(choices.get(each.partition("=")[0], "")) for each in FILTERS), *(f"sort={each}" for each in SORTS)):
            yield beside("list.caseload", f"/caseload/?{asked}", asked.partition("=")[0] + "=" + asked.partition("=")[2][:10])
        yield beside("list.caseload", _deep(at, "/caseload/?sort=name"), "deep, by name")
        yield beside("list.today", "/today/", "first page")
        yield beside("list.today", _deep(at, "/today/"), "deep page")
        for name, address in (("list.caseload", "/caseload/"), ("list.today", "/today/")):
            with CaptureQueriesContext(connection) as asked_for:
                fetch(client, address)
            yield counted("queries", len(asked_for), size=size, who=who, goal=15, remark=f"{name}, 25 rows")
        person, detail = f"/people/{case.candidate.uuid}/", f"/floor/detail/{case.pk}/"
        yield pair("page.person", size=size, who=who, goal=3, ours=partial(at, person), floor=partial(at, detail))


def _deep(at, address: str) -> str:  # type: ignore[no-untyped-def]  # a page as somebody gets it
    """The address some pages on, as far as there are any."""
    for _ in range(DEEP):
        found = search(NEXT, at(address).decode())
        if found is None:
            break
        address = address.partition("?")[0] + unescape(found[1])
    return address


def _choices(page: str) -> dict[str, str]:
    """A value that each filter offers: the first that means something."""
    found = {}
    for name in ("family", "ward"):
        part = page.partition(f'name="{name}"')[2].partition("</select>")[0]
        value = search(r'value="([^"]+)"', part)
        found[name] = value[1] if value else ""
    return found
