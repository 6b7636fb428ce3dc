"""The pages for candidates in a real browser: in English and Urdu, small and large, without JavaScript, by the keyboard alone."""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import FundingStream, PrivacyNotice, ProgrammeRule
from candidates.models import Candidate, EqualityAnswer
from pathways.models import Pathway
from pathways.services.thanks import thanks_token
from tests.factories import programme
from tests.fixtures.reading import accessibility_faults
from tests.pathways.interest_scene import Stall, send
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser]

SIZES = {360: 640, 1280: 900}
#: What a thumb presses is 44 high and wide.
SMALL = """() => [...document.querySelectorAll(
  '.languages__link, .govuk-button, .foot__link, .govuk-radios__input, .govuk-details__summary')]
  .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5
    || e.matches('.languages__link') && e.getBoundingClientRect().width < 43.5)
  .map(e => e.outerHTML.slice(0, 120))"""
LANGUAGES_LOOKED_AT = ("en", "ur", "ar", "pl", "pa")


@pytest.fixture
def stall(server: Any) -> Stall:
    made = Stall()
    further = ["gender_same", "orientation", "religion", "care"]
    ProgrammeRule.objects.create(programme=made.programme, code="equality_questions", value=further, valid_from=made.today)
    return made


@pytest.fixture
def opened(server: Any, browser: Any, stall: Stall) -> Iterator[Callable[..., Page]]:
    contexts = []

    def open_(*, width: int = 360, script: bool = True) -> Page:
        size = {"width": width, "height": SIZES[width]}
        contexts.append(browser.new_context(viewport=size, java_script_enabled=script, locale="en-GB", base_url=server.url))
        return contexts[-1].new_page()

    yield open_
    for context in contexts:
        context.close()


def sound(page: Page, name: str) -> None:
    """Nothing axe objects to, nothing that runs out sideways, nothing too small to press."""
    folder = os.environ.get("PATHWAYS_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/public-{name}-{page.viewport_size['width']}.png", full_page=True)
    faults = [(one["id"], [node["html"][:160] for node in one["nodes"][:2]]) for one in accessibility_faults(page)]
    assert (name, faults) == (name, [])
    assert (name, page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")) == (name, True)
    assert (name, page.evaluate(SMALL)) == (name, [])
    assert (name, page.locator("h1").count()) == (name, 1)


def press(page: Page, go: str) -> None:
    """A button of the page's form, by what it does: its words differ from language to language."""
    with page.expect_navigation():
        page.locator(f"main button[name=go][value={go}]").first.click()


def begin(page: Page, stall: Stall, language: str) -> None:
    """The questions, as the page of thanks opens them."""
    from_here = {"token": thanks_token(stall.event.uuid), "programme": stall.programme.code, "language": language}
    fields = "".join(f'<input name="{name}" value="{value}">' for name, value in from_here.items())
    page.goto("/healthz")
    page.set_content(f'<form method="post" action="/interest/questions/">{fields}<button>x</button></form>')
    with page.expect_navigation():
        page.locator("button").click()


@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("language", LANGUAGES_LOOKED_AT)
def test_pages_to_read_are_sound(language: str, width: int, opened: Callable[..., Page], stall: Stall) -> None:
    page = opened(width=width)
    page.goto(f"/privacy-notice/?language={language}")
    sound(page, f"privacy-{language}")
    page.goto(f"/accessibility/?language={language}")
    sound(page, f"accessibility-{language}")
    page.goto(f"/interest/?language={language}")
    sound(page, f"interest-{language}")
    other = programme(name="A programme with a name that is as long as such names are in the places where people give them")
    PrivacyNotice.objects.create(programme=other, lawful_basis="Public task", text="Words " * 200, valid_from=stall.today)
    stream = FundingStream.objects.create(name="City money", code="city", programme=other, starts_on=stall.today)
    PrivacyNotice.objects.create(programme=other, funding_stream=stream, lawful_basis="Contract", text="More.", valid_from=stall.today)
    page.goto(f"/privacy-notice/?language={language}")
    sound(page, f"privacy-choose-{language}")
    page.goto(f"/privacy-notice/?programme={other.code}&language={language}")
    sound(page, f"privacy-long-{language}")


@pytest.mark.parametrize("width", SIZES)
def test_pages_of_staff_about_words_and_paper_are_sound(width: int, opened: Callable[..., Page], stall: Stall, server: Any) -> None:
    page = opened(width=width)
    send()
    case = Pathway.objects.select_related("candidate").get()
    for who, paths in (
        (stall.lead, {"languages": "/settings/languages/", "languages-none": "/settings/languages/?words=zzzz&language=so"}),
        (stall.worker, {"paper": f"/people/{case.candidate.uuid}/questions/"}),
    ):
        session = signed_in(who).cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
        for name, path in paths.items():
            answer = page.goto(path)
            assert answer is not None
            assert (name, answer.status) == (name, 200)
            sound(page, name)


@pytest.mark.parametrize(("width", "script"), [(360, True), (360, False), (1280, True)])
@pytest.mark.parametrize("language", ["en", "ur"])
def test_every_question_is_sound(language: str, width: int, script: bool, opened: Callable[..., Page], stall: Stall) -> None:
    page = opened(width=width, script=script)

    def look(name: str) -> None:
        if script:
            sound(page, f"questions-{name}-{language}")
        else:
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    begin(page, stall, language)
    look("start")
    page.locator("main summary").click()
    look("start-open")
    press(page, "begin")
    for question, said in (
        ("group", "Black"),
        ("detail", "17"),
        ("health", "yes"),
        ("reduces", "a_lot"),
        ("sex", "female"),
        ("gender", "no"),
        ("orientation", "other"),
        ("religion", "none"),
        ("care", "under_20"),
    ):
        look(question)
        page.locator(f"input[type=radio][value='{said}']").check()
        press(page, "next")
    look("summary")
    page.locator("main button[value=change-sex]").click()
    page.locator("input[type=radio][value=male]").check()
    press(page, "next")
    press(page, "done")
    look("over")


def test_the_questions_by_the_keyboard_alone(opened: Callable[..., Page], stall: Stall) -> None:
    page = opened()
    begin(page, stall, "en")

    def tab_to(selector: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate(f"document.activeElement.matches({selector!r})"):
                return
        raise AssertionError(f"The keyboard does not reach {selector}.")

    tab_to("button[value=begin]")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("ethnic group")
    tab_to("input[type=radio]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.value") == "Mixed"
    tab_to("button[value=next]")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("background")
    tab_to("button[value=leave]")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Your answers")


def test_a_question_is_put_in_another_language_without_losing_what_was_said(opened: Callable[..., Page], stall: Stall) -> None:
    page = opened()
    begin(page, stall, "en")
    press(page, "begin")
    page.locator("input[type=radio][value=Asian]").check()
    press(page, "next")
    with page.expect_navigation():
        page.get_by_role("button", name="اردو").click()
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.locator("input[type=radio]").count() == 6
    press(page, "back")
    assert page.locator("input[type=radio][value=Asian]").is_checked()


@pytest.mark.parametrize("script", [True, False])
def test_the_way_from_the_form_to_the_last_question_in_urdu(script: bool, opened: Callable[..., Page], stall: Stall) -> None:
    """As on a phone at a stall: the language is chosen once, and holds through the form, the thanks and the questions."""
    page = opened(script=script)
    page.goto("/interest/")
    page.get_by_role("link", name="اردو").click()
    assert page.locator("html").get_attribute("lang") == "ur"
    page.locator("input[name=name]").fill("آمنہ یوسف")
    page.locator("input[name=reach]").fill("07700 900123")
    page.wait_for_timeout(3_200)  # faster than this nobody fills it in
    with page.expect_navigation():
        page.locator("main form button[type=submit]").last.click()
    assert (page.locator("html").get_attribute("lang"), page.locator("html").get_attribute("dir")) == ("ur", "rtl")
    expect(page.locator("h1")).to_have_text("شکریہ")
    if script:
        sound(page, "thanks-ur")
    with page.expect_navigation():
        page.get_by_role("button", name="سوال دیکھیں").click()
    press(page, "begin")
    for said in ("Asian", "11", "no"):
        page.locator(f"input[type=radio][value='{said}']").check()
        press(page, "next")
    press(page, "leave")
    expect(page.locator("h1")).to_have_text("آپ کے جواب")
    assert re.search("[A-Za-z]{4,}", page.locator("main").inner_text()) is None
    person = Candidate.objects.get()
    assert (person.name, person.language) == ("آمنہ یوسف", "ur")
    kept = {row.question: (row.code, row.group) for row in EqualityAnswer.objects.filter(candidate=person)}
    assert kept == {"ethnic_group": ("11", "Asian"), "health_condition": ("no", "")}


def test_the_page_of_thanks_in_another_language(opened: Callable[..., Page], stall: Stall) -> None:
    page = opened()
    page.goto("/interest/")
    page.locator("input[name=name]").fill("Amina")
    page.locator("input[name=reach]").fill("07700 900123")
    page.wait_for_timeout(3_200)
    with page.expect_navigation():
        page.locator("main form button[type=submit]").last.click()
    sound(page, "thanks-en")
    with page.expect_navigation():
        page.get_by_role("button", name="Polski").click()
    expect(page.locator("h1")).to_have_text("Dziękujemy")
    with page.expect_navigation():
        page.get_by_role("button", name="Zobacz pytania").click()
    assert page.locator("html").get_attribute("lang") == "pl"
    assert Candidate.objects.count() == 1
