"""Events in a browser, at a phone's and a desktop's width: axe, a talk in one press with JavaScript off, a sheet that prints."""

from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from outreach.models import Event
from tests.pathways.scenes import Scene
from tests.pathways.test_events import met, stall
from tests.pathways.test_pages_look import opened, sound

pytestmark = [pytest.mark.browser]
SMALL = """() => [...document.querySelectorAll('button, .govuk-button, .one-tap__press, .govuk-input, .govuk-select, summary')]
  .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5).map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture
def scene(server: Any) -> Scene:
    made = Scene()
    on = {"venue": "Northfield library, by the front door", "starts_at": time(10), "ends_at": time(14), "staff": [made.worker]}
    event = stall(made, name="Stall at Northfield library", tally=12, **on)
    met(made, event, "Amina")
    met(made, event, "Bartholomew", interested=False)
    stall(made, days=7, name="Stall at Northfield library", **on)
    stall(made, days=-7, name="Foodbank", tally=3)
    stall(made, days=3, name="Off", cancelled_on=made.today)
    stall(made, days=-60, name="Long over", code_ends_on=made.today - timedelta(days=50))
    return made


def pages(scene: Scene) -> Iterator[tuple[str, str]]:
    event = Event.objects.get(day=scene.today)
    old, off = Event.objects.get(name="Long over"), Event.objects.get(name="Off")
    yield from {
        "events": "/events/",
        "events-past": "/events/?show=past&sort=talks",
        "events-empty": "/events/?mine=1&show=cancelled",
        "event": f"/events/{event.uuid}/",
        "event-reached": f"/events/{event.uuid}/?reached=interested",
        "event-over": f"/events/{old.uuid}/",
        "event-off": f"/events/{off.uuid}/",
        "talks": f"/events/{event.uuid}/talks/",
        "add": "/events/add/",
        "edit": f"/events/{event.uuid}/edit/",
        "poster": f"/events/{event.uuid}/poster/",
        "poster-over": f"/events/{old.uuid}/poster/",
    }.items()


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_of_events_reads_well_at_both_widths(scene: Scene, server: Any, browser: Any, width: int) -> None:
    page = opened(browser, server, scene.worker, width=width, script=True)
    for name, path in pages(scene):
        assert page.goto(f"{server.url}{path}").status == 200
        sound(page, name)
        assert (name, page.evaluate(SMALL)) == (name, [])
    page.goto(f"{server.url}/events/add/")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter the day")
    sound(page, "events-add-mistakes")


@pytest.mark.parametrize("script", [True, False])
def test_a_talk_is_one_press_and_its_undo_another(scene: Scene, server: Any, browser: Any, script: bool) -> None:
    event = Event.objects.get(day=scene.today)
    page = opened(browser, server, scene.worker, width=360, script=script)
    page.goto(f"{server.url}/events/{event.uuid}/")
    more = page.get_by_role("button", name="+1 talk")
    assert more.bounding_box()["y"] + more.bounding_box()["height"] < 640
    stood = more.bounding_box()
    more.click()
    expect(page.locator(".talks__number")).to_have_text("13")
    expect(page.get_by_role("status")).to_have_text("Counted: 13 talks now.")
    assert more.bounding_box() == stood
    undo = page.get_by_role("button", name="Undo: one less")
    assert undo.bounding_box()["y"] - (stood["y"] + stood["height"]) >= 16
    undo.click()
    expect(page.locator(".talks__number")).to_have_text("12")
    expect(page.get_by_role("status")).to_have_text("Taken back: 12 talks now.")
    assert more.bounding_box() == stood
    page.goto(f"{server.url}/events/")
    page.get_by_role("button", name="+1 talk").click()
    expect(page.locator(".row__said")).to_have_text("Counted: 13 talks now.")
    stood = page.get_by_role("button", name="+1 talk").bounding_box()
    page.get_by_role("button", name="+1 talk").click()
    expect(page.locator(".row__said")).to_have_text("Counted: 14 talks now.")
    undo = page.get_by_role("button", name="Undo")
    assert page.get_by_role("button", name="+1 talk").bounding_box() == stood
    assert undo.bounding_box()["x"] - (stood["x"] + stood["width"]) >= 16
    undo.click()
    expect(page.locator(".row__said")).to_have_text("Taken back: 13 talks now.")


@pytest.mark.parametrize("path", ["/events/", "/events/{}/"])
def test_a_page_that_was_moved_keeps_the_button_under_the_thumb(scene: Scene, server: Any, browser: Any, path: str) -> None:
    event = Event.objects.get(day=scene.today)
    page = opened(browser, server, scene.worker, width=360, script=True)
    page.goto(f"{server.url}{path.format(event.uuid)}")
    page.mouse.wheel(0, 120)
    page.wait_for_function("scrollY === 120")
    more = page.get_by_role("button", name="+1 talk")
    stood = more.bounding_box()["y"]
    for number in (13, 14, 15):
        more.click()
        expect(page.get_by_role("status")).to_have_text(f"Counted: {number} talks now.")
        page.wait_for_load_state("load")
        assert abs(more.bounding_box()["y"] - stood) < 1


def test_on_a_phone_the_square_of_the_poster_stands_on_the_first_screen(scene: Scene, server: Any, browser: Any) -> None:
    event = Event.objects.get(day=scene.today)
    page = opened(browser, server, scene.worker, width=360, script=True)
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"{server.url}/events/{event.uuid}/poster/")
    square = page.locator(".qr__square").bounding_box()
    assert square["width"] >= 240
    assert square["y"] + square["height"] <= 640


def test_the_poster_prints_on_one_sheet_and_its_square_reads_as_the_address(scene: Scene, server: Any, browser: Any) -> None:
    event = Event.objects.get(day=scene.today)
    page = opened(browser, server, scene.worker, width=1280, script=True)
    page.goto(f"{server.url}/events/{event.uuid}/poster/")
    printed = page.pdf(format="A4")
    assert printed.count(b"/Type /Page\n") == 1
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    sound(page, "poster-print")
    assert page.locator(".qr__square").bounding_box()["width"] > 400
    expect(page.locator(".poster__address")).to_contain_text(f"/interest/{event.code}/")
