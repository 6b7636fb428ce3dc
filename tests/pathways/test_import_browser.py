"""A lead sends a troubled register in, in a real browser: on a phone and at a desk, with scripts and without."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from pathways.models import Pathway
from pathways.services.imports.working import work_once
from tests.factories import AT, World
from tests.fixtures.reading import accessibility_faults
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser
#: What no user should read: an id, a date as computers write it, a word with an underscore, nothing said as a word.
UNSPOKEN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|\b\d{4}-\d\d-\d\d\b|\b[a-z]+_[a-z_]+\b|\bNone\b|\bTrue\b|\bFalse\b")
TROUBLED = """\
Northgate outreach register,,,,,,,,,
Position at 31/10/2026,,,,,,,,,
,,,,,,,,,
Ref,Client name,DOB,Mob no,Postcode,1st contact,EOI,Chat,Job offer,Status
R1,Amara Okafor,04/05/1990,07700 900101,B1 1AA,02/03/2026,03/03/2026,10/03/2026,,Chat done
R2,"FIELD, Ben",12/11/1984,07700 900102 (mum),B2O 1AA,05/03/26,w/c 9 March,DNA,,Interested
R3,Chen Wu,,07700 900103,B3 1AA,31.02.2026,,,,
R4,Dorothy Quartermain-Featherstonehaugh,1/2/1991,07700 900104,,06/03/2026,07/03/2026,,04/05/2026,Interested
R5,Dorothy Quartermain-Featherstonehaugh,01/02/1991,07700 900104,,,,,,See notes
R6,Ebony Pemberton,3 Jun 1979,07700 900106,B31 1SS,02/02/2026,12/02/2026,,,Withdrawn
,TOTAL,6,,,,,,,
"""


def sound(page: Any, name: str) -> None:
    """No accessibility fault, no sideways scroll, no word that no user should read."""
    folder = os.environ.get("PATHWAYS_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}-{page.viewport_size['width']}.png", full_page=True)
    assert UNSPOKEN.findall(page.inner_text("body")) == []
    assert page.locator("h1:empty, h2:empty, h3:empty").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert [one["id"] for one in accessibility_faults(page)] == []


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture
def world(settings: Any, media: Path, transactional_db: None) -> World:
    settings.MEDIA_ROOT = media
    made = World()
    made.case(first="Ebony", last="Pemberton", phone="+447700900106")
    return made


def opened(browser: Any, server: Any, world: World, *, width: int, script: bool = True) -> Any:
    context = browser.new_context(viewport={"width": width, "height": 640 if width < 500 else 800}, java_script_enabled=script)
    session = signed_in(world.lead).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
    return context.new_page()


@pytest.mark.parametrize("width", [360, 1280])
def test_a_troubled_register_from_file_to_done(serve: Any, browser: Any, world: World, media: Path, tmp_path: Path, width: int) -> None:
    server = serve(MEDIA_ROOT=str(media))
    page = opened(browser, server, world, width=width)
    page.goto(f"{server.url}/imports/")
    sound(page, "imports-empty")
    picture, file = tmp_path / "photo.csv", tmp_path / "northgate-october.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 99)
    file.write_text(TROUBLED, encoding="utf-8")
    page.set_input_files("input[type=file]", picture)
    page.get_by_role("button", name="Send and look").click()
    page.get_by_text("This is not a register but a picture (PNG)").first.wait_for()
    sound(page, "imports-picture")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Send and look").click()
    page.get_by_text("It is being read.").wait_for()
    sound(page, "imports-wait")
    work_once(at=AT)
    page.get_by_role("heading", name="How the file was understood").wait_for()  # the page looks again by itself
    sound(page, "imports-preview")
    for words in page.locator("main details summary").all():
        words.click()
    sound(page, "imports-preview-open")
    first = page.locator(".proposal").first.bounding_box()
    assert first is not None
    assert first["y"] < 640
    assert page.get_by_role("button", name=re.compile("^Put in")).bounding_box()["y"] < 640
    page.get_by_role("button", name=re.compile("The same person.*Ebony Pemberton")).click()
    page.get_by_text("The same person: your answer").wait_for()
    page.get_by_role("button", name=re.compile("The same person.*Dorothy")).click()
    sound(page, "imports-answered")
    page.get_by_role("link", name=re.compile("cannot go in")).click()
    page.get_by_text("There is no such day as 31.02.2026").first.wait_for()
    sound(page, "imports-errors")
    page.get_by_role("link", name="Put the columns and words right").click()
    sound(page, "imports-columns")
    page.get_by_label("Client name").select_option("")
    page.get_by_role("button", name="Read it again").click()
    page.get_by_text("Choose which column holds the name").first.wait_for()
    sound(page, "imports-columns-wrong")
    page.go_back()
    page.go_back()
    page.goto(page.url.split("?")[0].replace("columns/", ""))
    page.get_by_role("button", name=re.compile("^Put in")).click()
    page.get_by_text("It is going in.").wait_for()
    sound(page, "imports-going-in")
    work_once(at=AT, seconds=60)
    page.get_by_text("went in as new").first.wait_for()
    sound(page, "imports-done")
    with page.expect_download() as workbook:
        page.get_by_role("link", name=re.compile("as a workbook")).click()
    assert workbook.value.suggested_filename == "to-correct.xlsx"
    page.get_by_role("link", name="Take this register back").click()
    sound(page, "imports-take-back")
    page.get_by_role("button", name="Take it back").click()
    page.get_by_text("Taken back").first.wait_for()
    sound(page, "imports-taken-back")
    page.goto(f"{server.url}/imports/")
    sound(page, "imports-list")


def test_without_scripts_a_register_goes_in_as_well(serve: Any, browser: Any, world: World, media: Path, tmp_path: Path) -> None:
    server = serve(MEDIA_ROOT=str(media))
    page = opened(browser, server, world, width=360, script=False)
    file = tmp_path / "register.csv"
    file.write_text(TROUBLED, encoding="utf-8")
    page.goto(f"{server.url}/imports/")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Send and look").click()
    work_once(at=AT)
    page.get_by_role("heading", name="How the file was understood").wait_for()
    page.get_by_role("button", name=re.compile("A new person.*Ebony Pemberton")).click()
    page.get_by_text("A new person: your answer").wait_for()
    page.get_by_role("button", name=re.compile("^Put in")).click()
    work_once(at=AT, seconds=60)
    page.get_by_text("went in as new").first.wait_for()
    assert Pathway.objects.filter(candidate__last_name="Pemberton").count() == 2
