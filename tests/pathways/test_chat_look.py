"""Two chats at one time, in a real browser: the question is read and answered with JavaScript off, and nothing typed is lost."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from ground.clock import LONDON
from pathways.models import Interview
from pathways.services import interview
from tests.pathways.scenes import Scene
from tests.pathways.test_pages_look import opened, sound

pytestmark = [pytest.mark.browser]


@pytest.fixture
def scene(server: Any) -> Scene:
    made = Scene()
    when = datetime.combine(made.today + timedelta(days=1), time(10), tzinfo=LONDON)
    interview.book_chat(case=made.open(first="Zebedee"), when=when, place="Library", host=made.worker, by=made.by, at=made.now)
    return made


def ask(page: Any, server: Any, case: Any) -> None:
    page.goto(f"{server.url}/pathways/{case.uuid}/steps/interview.book/")
    page.get_by_label("Tomorrow").check()
    page.get_by_label("Time").fill("10:15")
    page.get_by_label("Where?").fill("Café")
    page.get_by_role("button", name="Book a chat").click()
    expect(page.get_by_role("alert")).to_contain_text("You have another chat at 10am")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_question_reads_well(scene: Scene, server: Any, browser: Any, width: int) -> None:
    page = opened(browser, server, scene.worker, width=width, script=True)
    ask(page, server, scene.open())
    sound(page, "chat-clash")
    assert "Zebedee" not in page.inner_text("main")


def test_a_yes_books_it_with_what_was_typed_and_the_page_then_offers_the_calendar(scene: Scene, server: Any, browser: Any) -> None:
    case = scene.open()
    page = opened(browser, server, scene.worker, width=360, script=False)
    ask(page, server, case)
    expect(page.get_by_label("Where?")).to_have_value("Café")
    page.get_by_label("Book it all the same").check()
    page.get_by_role("button", name="Book a chat").click()
    assert Interview.objects.get(pathway=case).place == "Café"
    link = page.get_by_role("link", name="Put it in your calendar")
    with page.expect_download() as came:
        link.click()
    assert came.value.suggested_filename == "chat.ics"
    assert "BEGIN:VEVENT" in came.value.path().read_text()
