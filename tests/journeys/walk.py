"""A walk through the house as one person: from the start page along every link, a few pages of each kind.

Pages of one kind share a route, the step or machine in its address, the names asked for in its query, and for a person where they are.
"""

from collections import Counter, deque
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.test import Client
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from ground.management.commands.routes import routes
from tests.journeys.reading import Reading, read
from tests.journeys.test_routes import KIND, address_of

#: An id that no row has.
NOT_HERE = "00000000-0000-4000-8000-000000000000"
#: The sheet of a page that no link led to.
TYPED = "typed"

#: Routes whose pages differ by the row they show: people stand at many places, registers at every point of their way.
MANY = {"person": 24, "import": 6, "import_columns": 3, "introduction": 3, "placement": 3}


@dataclass(frozen=True)
class Sheet:
    """A page that was reached."""

    path: str
    route: str
    kind: str
    status: int
    came_from: str
    reading: Reading | None

    @property
    def is_page(self) -> bool:
        """Something to look at, not a file and not a way on."""
        return self.reading is not None

    def faults(self, quoted: frozenset[str] = frozenset()) -> list[str]:
        """What its reader should not meet; a file is not read."""
        return self.reading.faults(quoted) if self.reading else []


def route_of(path: str) -> tuple[str, str]:
    """The route's name, and the kind of page: the name with the step and the query's names."""
    parts = urlsplit(path)
    try:
        found = resolve(parts.path)
    except Resolver404:
        return "", parts.path
    told = [found.kwargs[name] for name in ("folder", "machine", "step") if name in found.kwargs]
    asked = sorted({name for name, _ in parse_qsl(parts.query)})
    return found.url_name or "", "-".join([found.url_name or "", *told, *asked]).replace(".", "-")


def open_routes(role: str) -> Iterator[dict[str, Any]]:
    """Every route that shows this role something."""
    for row in routes():
        if "GET" in row["methods"] and {role, "public", *(["signed_in"] if role != "nobody" else [])} & set(row["roles"]):
            yield row


def typed_in(role: str, rows: Mapping[str, str]) -> Iterator[str]:
    """The addresses that this role could type: those without an id, and those of a row of the house."""
    for route in open_routes(role):
        try:
            yield reverse(route["name"])
        except NoReverseMatch:
            if route["name"] in KIND or route["name"] == "of_row":
                yield from address_of(route, lambda kind: rows.get(kind, NOT_HERE))


@dataclass
class Walk:
    """One person's walk. `most` pages of each kind are opened; all links of the opened pages are followed.

    `passes_by` are routes that are not opened.
    """

    client: Client
    role: str
    rows: Mapping[str, str] = field(default_factory=dict)
    most: int = 1
    by_query: bool = True
    passes_by: Container[str] = ()

    def sheets(self) -> list[Sheet]:
        """From the start page by links; then the addresses that could be typed, where no link led."""
        self.seen: list[Sheet] = []
        self.queued: set[str] = set()
        self.tried: Counter[str] = Counter()
        self._follow("/", "")
        linked = {sheet.route for sheet in self.seen}
        for path in typed_in(self.role, self.rows):
            if route_of(path)[0] not in linked:
                self._follow(path, TYPED)
        return self.seen

    def _follow(self, path: str, came_from: str) -> None:
        waiting = deque([(path, came_from)])
        while waiting:
            path, came_from = waiting.popleft()
            if not self._wanted(path):
                continue
            sheet = self._open(path, came_from)
            self.seen.append(sheet)
            if sheet.reading is not None:
                waiting.extend((link, path) for link in sheet.reading.links)
            elif 300 <= sheet.status < 400:
                waiting.append((self.leads_to, path))

    def _wanted(self, path: str) -> bool:
        route, kind = route_of(path if self.by_query else path.partition("?")[0])
        if route in self.passes_by or path in self.queued or path.startswith("/static/"):
            return False
        self.queued.add(path)
        if self.tried[kind] >= MANY.get(route, self.most):
            return False
        self.tried[kind] += 1
        return True

    def _open(self, path: str, came_from: str) -> Sheet:
        answer = self.client.get(path)
        # In one transaction with all others, a page that fell over takes the next ones with it: the first is the one to name.
        assert answer.status_code < 500 or path == reverse("readyz"), f"{path} as {self.role}: {answer.status_code}"
        route, kind = route_of(path)
        self.leads_to = answer.headers.get("Location", "")
        reading = None
        if answer.headers.get("Content-Type", "").startswith("text/html") and b"<main" in answer.content:
            reading = read(answer.content.decode(), at=path)
            if route == "person" and reading.tags:
                kind = f"person-{reading.tags[0].strip().lower().replace(' ', '-')}"
        return Sheet(path, route, kind, answer.status_code, came_from, reading)


def one_of_each(sheets: list[Sheet], *, most: int = 1) -> list[Sheet]:
    """The pages to look at: so many of each kind."""
    taken: Counter[str] = Counter()
    chosen = []
    for sheet in sheets:
        if sheet.is_page and sheet.status < 400 and taken[sheet.kind] < most:
            taken[sheet.kind] += 1
            chosen.append(sheet)
    return chosen
