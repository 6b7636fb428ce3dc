"""Letters in a real browser: from the list of the day to a printed letter with JavaScript off, and pages that axe finds nothing in."""

from typing import Any

import pytest
from playwright.sync_api import expect

from pathways.models import Letter
from tests.pathways.letter_scene import Post, pages_of
from tests.pathways.test_pages_look import opened, sound

pytestmark = [pytest.mark.browser]


def test_from_today_to_a_letter_in_the_post_without_a_script(server: Any, browser: Any) -> None:
    scene = Post()
    scene.to_tell()
    page = opened(browser, server, scene.worker, width=360, script=False)
    page.goto(f"{server.url}/today/")
    page.locator(".row", has_text="Amina Yusuf").get_by_role("link", name="Letter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A letter to Amina")
    page.get_by_role("button", name="Make the letter").click()
    with page.expect_download() as came:
        page.get_by_role("link", name="Print it (PDF)").click()
    assert came.value.suggested_filename == "letter.pdf"
    (words,) = pages_of(came.value.path().read_bytes())
    assert "Amina Yusuf 12 Invented Road Ladywood Birmingham B1 1AA" in words
    page.get_by_role("button", name="It is posted").click()
    expect(page.get_by_role("status")).to_contain_text("The letter is logged as posted.")
    assert Letter.objects.get().state == "posted"
    page.get_by_role("button", name="Undo").click()
    assert Letter.objects.get().state == "ready"
    page.goto(f"{server.url}/letters/")
    with page.expect_download() as came:
        page.get_by_role("link", name="Print 1 letter (one PDF)").click()
    assert came.value.suggested_filename == "letters.pdf"
    page.get_by_role("button", name="Mark all as posted").click()
    expect(page.get_by_role("main")).to_contain_text("1 letter logged as posted.")
    assert Letter.objects.get().state == "posted"


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_of_letters_read_well(server: Any, browser: Any, width: int) -> None:
    scene = Post()
    urdu = scene.to_tell(scene.amina(first="آمنہ", language="ur", english_is_fine=False))
    by_hand = scene.to_tell(scene.amina(write_to="", first="Z" * 200), days=1)
    letter = scene.letter(urdu)
    page = opened(browser, server, scene.worker, width=width, script=True)
    for address, name in (
        (f"/tasks/{urdu.uuid}/letter/", "letter-draft-urdu"),
        (f"/tasks/{by_hand.uuid}/letter/", "letter-draft-by-hand"),
        (f"/letters/{letter.uuid}/", "letter-ready"),
        ("/letters/", "letters"),
        ("/letters/?show=posted", "letters-none-posted"),
        ("/today/", "today-with-letters"),
    ):
        assert page.goto(f"{server.url}{address}").status == 200
        sound(page, f"{name}-{width}")
    page.goto(f"{server.url}/tasks/{by_hand.uuid}/letter/")
    page.get_by_role("button", name="They want no letters").click()
    expect(page.get_by_role("main")).to_contain_text("No letter can be made.")
    sound(page, f"letter-stopped-{width}")
