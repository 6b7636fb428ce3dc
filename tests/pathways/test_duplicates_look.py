"""Duplicates in a browser, at a phone's and a desktop's width: axe, and two records decided about with JavaScript off."""

from typing import Any

import pytest
from playwright.sync_api import expect

from candidates.models import Merge, NotSame, SuggestedPair
from tests.pathways.duplicate_scene import Twice
from tests.pathways.test_events_look import SMALL
from tests.pathways.test_pages_look import opened, sound

pytestmark = [pytest.mark.browser]


@pytest.fixture
def scene(server: Any) -> Twice:
    made = Twice()
    made.pair(date_of_birth="1980-05-14", birth_quality="exact", postcode="B1 1AA", phone="+447700900311")
    made.pair(first="Bartholomew-Maximilian", last="Featherstonehaugh-Cholmondeley", other_last="Featherstonehaugh-Cholmondley")
    made.with_a_job()
    return made


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_of_duplicates_reads_well_at_both_widths(scene: Twice, server: Any, browser: Any, width: int) -> None:
    page = opened(browser, server, scene.lead, width=width, script=True)
    page.goto(f"{server.url}/duplicates/")
    sound(page, "duplicates")
    addresses = page.eval_on_selector_all("a.row__name", "links => links.map(link => link.pathname)")
    assert len(addresses) == SuggestedPair.objects.count() > 2
    for number, path in enumerate((*addresses, "/duplicates/?show=apart", "/duplicates/merges/")):
        assert page.goto(f"{server.url}{path}").status == 200
        sound(page, f"duplicates-{number}")
        assert page.evaluate(SMALL) == []
    page.goto(f"{server.url}{addresses[0]}")
    page.get_by_role("button", name="Same person", exact=True).click()
    expect(page.get_by_role("heading", name="Merged into one record", exact=True)).to_be_visible()
    sound(page, "merge")
    page.get_by_role("button", name="Take them apart").click()
    expect(page.get_by_text("are two people again")).to_be_visible()
    sound(page, "merge-ended")
    assert Merge.objects.get().ended_by == scene.lead


def test_two_people_are_told_apart_and_asked_about_again_in_one_press_each(scene: Twice, server: Any, browser: Any) -> None:
    page = opened(browser, server, scene.worker, width=360, script=False)
    page.goto(f"{server.url}/duplicates/")
    page.get_by_role("link", name="Compare").first.click()
    page.get_by_role("button", name="Not the same person").click()
    assert NotSame.objects.filter(ended_at__isnull=True).count() == 1
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Are they one person?")).to_be_visible()
    assert NotSame.objects.filter(ended_at__isnull=True).count() == 0
