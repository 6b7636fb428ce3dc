"""Every component in every state, at a phone's and a desktop's width: nothing axe objects to, nothing that runs out sideways."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.components.gallery.pages import PAGES
from tests.fixtures.reading import accessibility_faults

pytestmark = pytest.mark.browser

SIZES = {360: 740, 1280: 900}
#: Whatever stands out of the page at its side, with the words to find it by.
SIDEWAYS = """() => [...document.querySelectorAll('body *')].filter(e => {
  const box = e.getBoundingClientRect();
  return box.width && (box.right > innerWidth + 1 || box.left < -1) && !e.closest('.table-frame, .govuk-visually-hidden, .govuk-skip-link');
}).slice(0, 5).map(e => e.outerHTML.slice(0, 160))"""
#: What is pressed by a thumb is 44 high; a link in a line of text is as high as its line.
SMALL = """() => [...document.querySelectorAll(
  'button, .govuk-button, .one-tap__press, .menu__link, .govuk-input, .govuk-select, .pages__link, .govuk-details__summary'
)]
  .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5)
  .map(e => e.outerHTML.slice(0, 120))"""


def look(browser: Browser, address: str, width: int, *, scripts: bool = True) -> tuple[Page, list[str]]:
    """A page of the gallery at a width, and what the browser's console objected to."""
    context = browser.new_context(viewport={"width": width, "height": SIZES[width]}, java_script_enabled=scripts, locale="en-GB")
    page = context.new_page()
    objections: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            objections.append(message.text)

    page.on("console", note)
    page.on("requestfailed", lambda request: objections.append(request.url))
    page.goto(address)
    page.wait_for_load_state("load")
    return page, objections


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_component_is_accessible_and_fits(name: str, width: int, gallery: str, browser: Browser, shot: Callable[[str], Path]) -> None:
    page, objections = look(browser, f"{gallery}/{name}", width)

    violations = accessibility_faults(page)
    page.screenshot(path=shot(f"{name}-{width}"), full_page=True)

    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SIDEWAYS) == []
    assert page.evaluate(SMALL) == []
    assert objections == []
    page.context.close()


@pytest.mark.parametrize("name", PAGES)
def test_component_has_no_inline_style_or_handler(name: str) -> None:
    html = PAGES[name]()

    assert " style=" not in html
    assert "<style" not in html
    assert " onclick=" not in html
    assert "javascript:" not in html
    assert html.count("<h1") == 1
    assert "None" not in html


def test_summary_link_focuses_the_control_without_javascript(gallery: str, browser: Browser) -> None:
    page, _ = look(browser, f"{gallery}/form-errors", 360, scripts=False)
    links = page.locator(".govuk-error-summary__list a")

    focused = []
    for index in range(links.count()):
        target = (links.nth(index).get_attribute("href") or "")[1:]
        focused.append((target, page.locator(f"[id='{target}']").count(), page.locator(f"[id='{target}']").evaluate("e => e.tagName")))

    assert focused == [
        ("id_name", 1, "INPUT"),
        ("id_email", 1, "INPUT"),
        ("id_first_day_0", 1, "INPUT"),
        ("id_family_0", 1, "INPUT"),
        ("id_ways_0", 1, "INPUT"),
        ("id_site", 1, "SELECT"),
        ("id_agreed", 1, "INPUT"),
    ]
    page.context.close()


def test_summary_takes_the_focus_and_hands_it_to_the_control(gallery: str, browser: Browser) -> None:
    page, _ = look(browser, f"{gallery}/form-errors", 1280)
    expect(page.locator(".govuk-error-summary")).to_be_focused()

    page.locator(".govuk-error-summary__list a").nth(2).click()

    assert page.evaluate("document.activeElement.id") == "id_first_day_0"
    assert page.locator("#id_first_day_0").get_attribute("aria-invalid") == "true"
    page.context.close()


def test_wide_list_stands_beside_the_open_person(gallery: str, browser: Browser) -> None:
    page, _ = look(browser, f"{gallery}/person", 1280)
    aside, opened = page.locator(".two-pane__list").bounding_box(), page.locator(".two-pane__open").bounding_box()
    narrow, _ = look(browser, f"{gallery}/person", 360)
    above = narrow.locator(".two-pane__open").bounding_box()
    below = narrow.locator(".two-pane__list").bounding_box()

    assert aside["x"] + aside["width"] <= opened["x"]
    assert abs(aside["y"] - opened["y"]) < 2
    assert above["y"] < below["y"]
    page.context.close()
    narrow.context.close()


def test_first_row_and_its_act_are_in_the_first_screen_of_a_phone(gallery: str, browser: Browser) -> None:
    page, _ = look(browser, f"{gallery}/list-one", 360)

    act = page.locator(".one-tap__press").first.bounding_box()

    assert act["y"] + act["height"] < 640
    page.context.close()


def test_a_phone_folds_what_of_the_menu_has_no_room_in_one_line(gallery: str, browser: Browser) -> None:
    page, _ = look(browser, f"{gallery}/form", 360, scripts=False)
    folded = page.get_by_role("link", name="Career headings")
    top = page.locator("h1").bounding_box()["y"]

    assert page.get_by_role("link", name="Today").is_visible()
    assert not folded.is_visible()

    page.get_by_text("More", exact=True).focus()
    page.keyboard.press("Enter")

    folded.click(trial=True)
    assert page.locator("h1").bounding_box()["y"] == top
    page.context.close()


def test_a_desk_shows_the_whole_menu_in_one_line(gallery: str, browser: Browser) -> None:
    page, _ = look(browser, f"{gallery}/form", 1280, scripts=False)
    lines = page.locator(".menu__link:visible")

    said = [words.split()[0] for words in lines.all_inner_texts()]
    assert said == ["Today", "Caseload", "Add", "Search", "Career", "Registers"]
    assert len({line.bounding_box()["y"] for line in lines.all()}) == 1
    page.context.close()


def test_page_mirrors_itself_from_right_to_left(gallery: str, browser: Browser) -> None:
    page, _ = look(browser, f"{gallery}/right-to-left", 360)

    label = page.locator(".govuk-radios__label").first.bounding_box()
    ring = page.locator(".govuk-radios__input").first.bounding_box()

    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.locator("html").get_attribute("lang") == "ar"
    assert ring["x"] > label["x"]
    page.context.close()


def test_paper_leaves_out_what_cannot_be_pressed_there(gallery: str, browser: Browser) -> None:
    page, _ = look(browser, f"{gallery}/list", 1280)
    page.emulate_media(media="print")

    hidden = [page.locator(one).first.is_visible() for one in (".demo", ".filters", ".one-tap", ".pages", ".foot")]

    assert hidden == [False, False, False, False, False]
    assert page.get_by_text("Amina Yusuf", exact=True).first.is_visible()
    page.context.close()
