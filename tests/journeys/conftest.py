"""The furnished demo behind a real server, loaded once for all who look at it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings

from accounts.models import User
from ground.clock import read_clock
from tests.fixtures.server import Server
from tests.journeys.demo_house import furnish, rows_of
from tests.journeys.life import Life
from tests.journeys.walk import Sheet, Walk
from tests.signing_in import signed_in


@dataclass
class Site:
    """Where the demo is, and who signs in there."""

    url: str
    people: dict[str, User | None]
    at: datetime
    rows: dict[str, str]

    def client(self, role: str) -> Client:
        """Somebody of that role, signed in; or nobody."""
        who = self.people[role]
        return signed_in(who) if who else Client()

    def walk(self, role: str, *, most: int = 1) -> list[Sheet]:
        """What they come upon."""
        return Walk(self.client(role), role, self.rows, most=most).sheets()

    def context(self, browser: Any, role: str) -> Any:
        """A browser in which they are signed in."""
        context = browser.new_context(viewport={"width": 360, "height": 640}, locale="en-GB", timezone_id="Europe/London")
        cookies = self.client(role).cookies
        context.add_cookies([{"name": name, "value": each.value, "url": self.url} for name, each in cookies.items()])
        context.set_default_timeout(60_000)
        return context


@pytest.fixture
def live(serve: Callable[..., Server], browser: Any, settings: Any) -> Iterator[Callable[..., Life]]:
    """Opens a life: on a desk with JavaScript, or at 360 px without it."""
    settings.SMS_BACKEND, settings.SMS_HOURS, settings.DEMO = ["console"], "all", True
    opened: list[Life] = []

    def begin(*, bare: bool = False) -> Life:
        opened.append(Life(browser, serve(DEMO="1").url, bare=bare))
        return opened[-1]

    yield begin
    for each in opened:
        each.close()


@pytest.fixture(scope="module")
def site(
    django_db_setup: None, django_db_blocker: Any, _servers: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A server over the furnished demo; emptied afterwards."""
    media = tmp_path_factory.mktemp("media")
    changed = {"DEMO": True, "SECOND_FACTOR_REQUIRED": False, "ROOT_URLCONF": "tests.journeys.demo_addresses", "MEDIA_ROOT": media}
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), override_settings(**changed):
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # a browser's loop runs in the same thread
        at = read_clock()
        people = furnish(at=at)
        server = _servers(DEMO="1", MEDIA_ROOT=str(media), PATHWAYS_CRAWLED="1")
        with override_settings(PUBLIC_BASE_URL=server.url):
            yield Site(server.url, people, at, rows_of(people["outreach_worker"]))
        connection.close()
        call_command("flush", interactive=False, verbosity=0)
