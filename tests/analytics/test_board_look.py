"""The board in a real browser, at a phone's width and a desk's."""

import re
from datetime import timedelta

import pytest

from analytics.models import TargetWards
from candidates.models import EqualityAnswer
from candidates.services.person import set_address
from pathways.services import interview, placement
from pathways.services.door import Taken
from places.models import Postcode
from places.services.invented import load_invented
from tests.analytics.stories import not_before
from tests.factories import AT, DAY, World
from tests.fixtures.reading import accessibility_faults
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser

PAGES = (
    "",
    "funnel/",
    "equality/",
    "equality/?as_at=2026-11-20",
    "wards/?shown=public",
    "retention/",
    "funnel/people/?reached=interest",
    "funnel/?start=31+2+2026",
)
NOT_FOR_PEOPLE = (r"[0-9a-f]{8}-[0-9a-f]{4}", r"\b\d{4}-\d{2}-\d{2}\b", r"\b[a-z]+_[a-z_]+\b", r"\bNone\b")


@pytest.fixture
def lead(transactional_db):
    """A programme with a few people of every kind."""
    not_before(AT)
    load_invented()
    world = World()
    homes = list(Postcode.objects.order_by("pcds").values_list("pcds", flat=True).distinct()[:4])
    for number in range(4):
        case = world.case(day=DAY - timedelta(days=300 - number))
        interview.hold_chat(case=case, by=world.by, at=AT, taken=Taken(happened_on=DAY - timedelta(days=280)))
        set_address(candidate=case.candidate, postcode=homes[number], by=world.by, at=AT)
        EqualityAnswer.objects.create(candidate=case.candidate, question="sex", state="value", code="female", answered_on=DAY)
        placement.record_own_job(
            case=case, employer_words="Corner bakery", job={"title": "Baker"}, start_on=DAY - timedelta(days=250), by=world.by, at=AT
        )
    codes = list(Postcode.objects.filter(pcds=homes[0]).values_list("ward_code", flat=True))
    TargetWards.objects.create(
        programme=world.programme, name="Two wards", method="by hand", frozen_on=DAY - timedelta(days=400), codes=codes
    )
    return world.lead


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_of_figures_is_sound(lead, server, browser, width):
    cookies = signed_in(lead).cookies
    context = browser.new_context(viewport={"width": width, "height": 800})
    context.add_cookies([{"name": name, "value": morsel.value, "url": server.url} for name, morsel in cookies.items()])
    page = context.new_page()
    refused, elsewhere = [], []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("request", lambda asked: None if asked.url.startswith((server.url, "data:")) else elsewhere.append(asked.url))
    for name in PAGES:
        page.goto(f"{server.url}/board/{name}")
        assert page.url.startswith(f"{server.url}/board/"), name
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        words = page.inner_text("body")
        assert [pattern for pattern in NOT_FOR_PEOPLE if re.search(pattern, words)] == [], name
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in accessibility_faults(page)] == [], name
    assert refused == []
    assert elsewhere == []
    context.close()
