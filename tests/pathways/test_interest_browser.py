"""The public form in a real browser: a phone, one thumb, no script, no cookie, little signal."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from accounts.models import SignInAttempt
from accounts.services import limits
from ground.clock import read_clock
from pathways.models import InterestPost, Pathway
from pathways.services.interest import OTHERS
from tests.fixtures.reading import accessibility_faults
from tests.fixtures.server import Server, application_environment
from tests.pathways.interest_scene import Stall
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser
SIZES = [(360, 640), (1280, 800)]
MOST_BYTES = 60_000


@pytest.fixture
def stall(server: Server) -> Stall:
    return Stall()


def opened(browser: Any, *, width: int = 360, script: bool = True) -> Any:
    height = dict(SIZES)[width]
    return browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=script).new_page()


def look(page: Any, name: str, width: int) -> None:
    """Keep a picture where somebody asks for it, and ask what every state of the page must be."""
    if folder := os.environ.get("PATHWAYS_LOOK"):
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert accessibility_faults(page) == []


class Thumb:
    """Somebody's thumb, counting its taps and the fields it writes in."""

    def __init__(self, page: Any) -> None:
        self.page, self.taps, self.fields = page, 0, 0

    def tap(self, where: Any) -> None:
        where.click()
        self.taps += 1

    def write(self, label: str, words: str) -> None:
        box = self.page.get_by_label(label)
        self.tap(box)
        box.press_sequentially(words)
        self.fields += 1


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_everything_is_said_in_eight_taps_and_the_least_in_three(server: Server, stall: Stall, browser: Any, script: bool) -> None:
    page = opened(browser, script=script)
    page.goto(f"{server.url}/interest/library/")
    assert len([box for box in page.locator("form .govuk-form-group").all() if box.is_visible()]) <= 6
    thumb = Thumb(page)
    thumb.write("What is your name?", "Amina Yusuf")
    thumb.tap(page.get_by_label("E-mail", exact=True))
    thumb.write("Your number, e-mail or address", "amina@example.org")
    thumb.tap(page.get_by_label("Administration"))
    thumb.tap(page.get_by_label("Healthcare"))
    thumb.write("What is your postcode?", "B1 1AA")
    thumb.tap(page.get_by_role("button", name="Send"))
    page.get_by_role("heading", name="Thank you").wait_for()
    assert (thumb.taps, thumb.fields) == (7, 3)
    case = Pathway.objects.get()
    assert (case.families, case.event, case.organisation) == (["administration", "healthcare"], stall.event, stall.partner)

    page.goto(f"{server.url}/interest/")
    least = Thumb(page)
    least.write("What is your name?", "Bo")
    least.write("Your number, e-mail or address", "07700 900124")
    least.tap(page.get_by_role("button", name="Send"))
    page.get_by_role("heading", name="Thank you").wait_for()
    assert least.taps == 3
    page.go_back()
    assert page.get_by_label("What is your name?").input_value() == "Bo"
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    assert Pathway.objects.count() == 2
    assert page.context.cookies() == []


def test_the_keyboard_alone_fills_it_in_and_never_meets_the_trap(server: Server, stall: Stall, browser: Any) -> None:
    page = opened(browser)
    page.goto(f"{server.url}/interest/")
    met = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()")
        met.append(name)
        if name == "name":
            page.keyboard.type("Amina Yusuf")
        elif name == "way":
            page.keyboard.press("ArrowDown")
        elif name == "reach":
            page.keyboard.type("0121 496 0123")
        elif name == "families" and met.count("families") == 2:
            page.keyboard.press("Space")
        elif name == "Send":
            page.keyboard.press("Enter")
            break
    page.get_by_role("heading", name="Thank you").wait_for()
    assert "website" not in met
    assert met.index("name") < met.index("way") < met.index("reach") < met.index("shared") < met.index("families") < met.index("postcode")
    case = Pathway.objects.get()
    assert (case.families, case.candidate.routes.get().kind) == (["facilities"], "landline")


@pytest.mark.parametrize("width", [360, 1280])
def test_no_state_of_it_has_a_fault(server: Server, stall: Stall, browser: Any, width: int) -> None:
    page = opened(browser, width=width)
    page.goto(f"{server.url}/interest/")
    look(page, "form", width)
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="There is a problem").wait_for()
    look(page, "errors", width)
    page.get_by_role("link", name="Write your name.").click()
    assert page.evaluate("document.activeElement.name") == "name"
    page.goto(f"{server.url}/interest/last-year/")
    look(page, "code-ended", width)
    page.get_by_label("What is your name?").fill("مريم علي")
    page.get_by_label("Your number, e-mail or address").fill("07700 900123")
    page.wait_for_timeout(3_100)  # who is faster is taken for a machine, and counted apart
    attempt = limits.count(OTHERS, "127.0.0.1", at=read_clock())
    key, now = attempt.key, attempt.at
    SignInAttempt.objects.bulk_create([SignInAttempt(kind="form", key=key, at=now, created_at=now) for _ in range(119)])
    page.get_by_role("button", name="Send").click()
    page.get_by_text("What you wrote is still here").wait_for()
    look(page, "too-many", width)
    assert page.get_by_label("What is your name?").input_value() == "مريم علي"
    SignInAttempt.objects.all().delete()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    look(page, "thanks", width)
    assert Pathway.objects.count() == 1


@pytest.mark.parametrize("width", [360, 1280])
def test_the_list_of_forms_has_no_fault(server: Server, stall: Stall, browser: Any, width: int) -> None:
    page = opened(browser, width=width)
    for name in ("Amina Yusuf", "A. Yusuf"):
        page.goto(f"{server.url}/interest/")
        page.get_by_label("What is your name?").fill(name)
        page.get_by_label("Your number, e-mail or address").fill("07700 900123")
        page.get_by_role("button", name="Send").click()
        page.get_by_role("heading", name="Thank you").wait_for()
    session = signed_in(stall.worker).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
    page.goto(f"{server.url}/unclaimed/")
    look(page, "unclaimed", width)
    page.get_by_role("link", name="Forms to look at").click()
    page.get_by_role("heading", name="Forms to look at").wait_for()
    look(page, "forms", width)
    assert page.locator(".row__name").first.evaluate("each => getComputedStyle(each).unicodeBidi") == "isolate"
    page.get_by_role("button", name=re.compile("It is Amina Yusuf")).click()
    page.get_by_text("Put on Amina Yusuf’s page.").wait_for()
    look(page, "forms-empty", width)
    assert InterestPost.objects.filter(state="taken").count() == 2


def test_the_first_load_is_light_and_asks_no_other_host(serve: Callable[..., Server], stall: Stall, browser: Any) -> None:
    relaxed = {"PATHWAYS_TESTING": "", "DEMO": "1"}  # files as they are served outside tests: compressed, with their digest
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
        cwd=settings.BASE_DIR,
        env=application_environment(**relaxed),
        check=True,
    )
    server = serve(**relaxed)
    page = opened(browser)
    loaded: list[Any] = []
    page.on("requestfinished", lambda one: loaded.append(one))
    page.goto(f"{server.url}/interest/")
    page.wait_for_load_state("networkidle")
    sizes = {each.url: sum(each.sizes()[part] for part in ("responseBodySize", "responseHeadersSize")) for each in loaded}
    assert {url.split("/")[2] for url in sizes} == {server.url.split("/")[2]}
    assert len(sizes) >= 4
    print("first load:", sum(sizes.values()), "bytes in", len(sizes), "answers")
    assert sum(sizes.values()) <= MOST_BYTES
