"""A worker's day: the list in the morning, somebody met, a chat booked, somebody found, three handed over; on each device, by key alone."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from accounts.services.second_factor import digits_now, give_second_factor
from ground.clock import read_clock, today_london
from outreach.models import Contact
from pathways.models import Interview, Pathway, Task
from tests import factories
from tests.fixtures.reading import accessibility_faults
from tests.journeys.hand import DESKTOP, PHONE, Hand
from tests.journeys.keys import Keys
from tests.pathways.scenes import Scene

pytestmark = [pytest.mark.browser, pytest.mark.slow("journeys")]
NAMES = ("Ada", "Ben", "Cleo")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WAYS = {
    "phone": (PHONE, True, Hand),
    "phone-bare": (PHONE, False, Hand),
    "desk": (DESKTOP, True, Hand),
    "desk-bare": (DESKTOP, False, Hand),
    "keys": (DESKTOP, True, Keys),
    "keys-bare": (PHONE, False, Keys),
}


@pytest.fixture(params=WAYS.values(), ids=WAYS.keys())
def way_in(request: Any, browser: Any) -> Iterator[Callable[[str], Hand]]:
    """Opens a browser of one size, with or without JavaScript, with a pointer or with keys alone."""
    size, scripts, kind = request.param
    context = browser.new_context(viewport=size, java_script_enabled=scripts)
    context.set_default_timeout(15_000)
    yield lambda site: kind(context.new_page(), site)
    context.close()


def sign_in(hand: Hand, email: str) -> None:
    hand.go("/sign-in/")
    hand.fill("login" if hand.page.locator("main [name=login]").count() else "email", email)
    hand.fill("password", factories.PASSWORD)
    hand.press("button", "Sign in")
    hand.fill("code", digits_now(SECRET))
    hand.press("button", "Go on")


def seen(hand: Hand) -> None:
    """Sound, and nothing that axe objects to. axe is a script: a page without scripts is laid before it in a browser with them."""
    assert hand.sound
    page = hand.page
    if page.locator("body.js-enabled").count():
        assert accessibility_faults(page) == []
        return
    beside = page.context.browser.new_context(viewport=page.viewport_size)
    copy, words = beside.new_page(), page.content()
    copy.route(page.url, lambda route: route.fulfill(body=words, content_type="text/html"))
    copy.goto(page.url)
    assert accessibility_faults(copy) == []
    beside.close()


def act(hand: Hand, row: Any, name: str) -> None:
    """Press what stands in a row."""
    hand.press_this(row.get_by_role("button", name=name))


def test_a_whole_day(serve: Any, way_in: Callable[[str], Hand], settings: Any) -> None:
    settings.SMS_BACKEND, settings.SMS_HOURS = ["console"], "all"
    site = serve().url
    scene = Scene()
    give_second_factor(user=scene.worker, secret=SECRET)
    people = [
        scene.open(first=first, last="Okafor", phone=f"+4477009001{number:02}") for number, first in enumerate(["Ada", "Ben", "Cleo"])
    ]
    hand = way_in(site)
    sign_in(hand, scene.worker.email)

    # The list in the morning: rung, nobody answered; the row says so, and it may be taken back.
    hand.go("/today/")
    seen(hand)
    row = hand.page.locator("main .row").filter(has_text="Ada Okafor").first
    act(hand, row, "Rang, no answer")
    said = hand.page.locator("main .row").filter(has_text="Ada Okafor").first
    assert "no answer" in said.inner_text()
    assert Contact.objects.filter(candidate=people[0].candidate, outcome="no_answer", voided_at=None).count() == 1
    seen(hand)
    act(hand, said, "Undo")
    assert not Contact.objects.filter(candidate=people[0].candidate, outcome="no_answer", voided_at=None).exists()

    # Somebody met.
    hand.go("/people/add/")
    seen(hand)
    hand.press("button", "Save")
    assert "There is a problem" in hand.words
    seen(hand)
    hand.fill("first_name", "Zuleika")
    hand.fill("last_name", "Marvell")
    hand.fill("phone", "07700 900123")
    hand.press("button", "Save")
    met = Pathway.objects.select_related("candidate").get(candidate__first_name="Zuleika")
    assert str(met.candidate.uuid) in hand.page.url
    assert met.stage == "interested"
    seen(hand)

    # A chat booked for tomorrow.
    tomorrow = today_london(read_clock()) + timedelta(days=1)
    hand.press("link", "Book a chat")
    seen(hand)
    hand.type_day("Day", (tomorrow.day, tomorrow.month, tomorrow.year))
    hand.fill("hour", "10:30")
    hand.fill("place", "Library")
    hand.press("button", "Book a chat")
    assert Interview.objects.get(pathway=met).stage == "booked"
    seen(hand)

    # Somebody found again by what one remembers of them.
    hand.go("/people/")
    hand.fill("words", "0900123")
    hand.press("button", "Find")
    assert "Zuleika Marvell" in hand.words
    seen(hand)
    hand.press("link", "Zuleika Marvell")
    assert str(met.candidate.uuid) in hand.page.url

    # Three handed over.
    hand.go("/caseload/")
    seen(hand)
    for case in people:
        box = hand.page.locator("main .row").filter(has_text=case.candidate.name).get_by_role("checkbox")
        hand.tick(box) if isinstance(hand, Keys) else box.check()
    hand.press("button", "Hand over those ticked")
    seen(hand)
    hand.fill("to", scene.colleague.name)
    hand.fill("reason", "Balance")
    hand.press("button", "Hand over")
    assert set(Pathway.objects.filter(pk__in=[case.pk for case in people]).values_list("owner", flat=True)) == {scene.colleague.pk}
    assert Pathway.objects.get(pk=met.pk).owner_id == scene.worker.pk
    assert Task.objects.filter(pathway=met, state="open").exists()
    seen(hand)
