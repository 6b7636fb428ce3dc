"""A person's own page in a real browser: a small phone, one thumb, no script, their language."""

import os
from typing import Any

import pytest
from django.conf import settings
from django.utils.translation import gettext, override

from ground.actor import SYSTEM
from ground.clock import read_clock
from outreach.delivery import sweep
from pathways.models import Introduction, Pathway
from pathways.services import introduction
from pathways.services.own_page import make_link
from tests.fixtures.reading import accessibility_faults
from tests.fixtures.server import Server
from tests.pathways.own_scene import Own, code_sent
from tests.pathways.scenes import OFFER
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser
SIZES = {360: 640, 1280: 800}


@pytest.fixture
def scene(server: Server) -> Own:
    return Own()


def opened(browser: Any, *, width: int = 360, script: bool = True) -> Any:
    return browser.new_context(viewport={"width": width, "height": SIZES[width]}, java_script_enabled=script).new_page()


def look(page: Any, name: str, width: int, *, script: bool = True) -> None:
    """Keep a picture where somebody asks for it, and ask what every state of the page must be."""
    if folder := os.environ.get("PATHWAYS_LOOK"):
        page.screenshot(path=f"{folder}/own-{name}-{width}.png", full_page=True)
    if script:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert accessibility_faults(page) == []


def address(server: Server, case: Pathway, purpose: str = "page") -> str:
    where = make_link(candidate=case.candidate, purpose=purpose, by=SYSTEM, at=read_clock())
    return server.url + "/" + where.split("/", 3)[3]


def through_the_code(page: Any, locale: str = "en-gb") -> None:
    """Press, read the text, write the digits."""
    with override(locale):
        send, label, go = gettext("Send me a code"), gettext("The six digits"), gettext("Open my page")
    page.get_by_role("button", name=send).click()
    page.get_by_label(label).fill(code_sent())
    page.get_by_role("button", name=go).click()


def two_offers(scene: Own) -> tuple[Introduction, Introduction, Introduction]:
    first = scene.offered()
    more = [
        introduction.put_forward(
            case=first.pathway, heading=scene.heading(), consent_how="phone", share_phone=False, note="", by=scene.by, at=scene.past
        )
        for _ in range(2)
    ]
    introduction.offer_job(introduction=more[0], offer=OFFER, by=scene.by, at=scene.past)
    return first, more[0], more[1]


def test_one_of_two_offers_is_taken_and_another_stays_open_without_a_script(server: Server, scene: Own, browser: Any) -> None:
    first, second, kept = two_offers(scene)
    scene.reachable(first.pathway)
    page = opened(browser, script=False)
    page.goto(address(server, first.pathway))
    assert page.context.cookies() == []
    through_the_code(page)
    page.get_by_role("heading", name="Hello").wait_for()
    assert [cookie["name"] for cookie in page.context.cookies()] == ["own"]
    form = page.locator("form", has=page.locator(f'input[name="row"][value="{first.uuid}"]')).filter(has_text="Yes, I take this job")
    form.locator(f'input[value="{kept.uuid}"]').uncheck()
    form.get_by_role("button", name="Yes, I take this job").click()
    page.get_by_text("Done. This is how things stand now.").wait_for()
    look(page, "accepted", 360, script=False)
    stages = dict(Introduction.objects.values_list("pk", "stage"))
    assert stages == {first.pk: "accepted", second.pk: "superseded", kept.pk: "sent"}
    page.get_by_role("button", name="Close my page").click()
    page.get_by_role("button", name="Send me a code").wait_for()
    assert page.context.cookies() == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("code", ["en", "ur"])
def test_no_state_of_it_has_a_fault(server: Server, scene: Own, browser: Any, width: int, code: str) -> None:
    first, _second, _kept = two_offers(scene)
    case = scene.reachable(first.pathway)
    type(case.candidate).objects.filter(pk=case.candidate_id).update(language=code)
    locale = {"en": "en-gb"}.get(code, code)
    page = opened(browser, width=width)
    where = address(server, case)
    page.goto(f"{where}?language={code}")
    look(page, f"start-{code}", width)
    with override(locale):
        send, label, go, again = (gettext(each) for each in ("Send me a code", "The six digits", "Open my page", "Not now"))
        error, press = gettext("There is a problem"), gettext("Not now, please")
    page.get_by_role("button", name=send).click()
    look(page, f"code-{code}", width)
    page.get_by_label(label).fill("12")
    page.get_by_role("button", name=go).click()
    page.get_by_role("heading", name=error).wait_for()
    look(page, f"code-wrong-{code}", width)
    page.get_by_label(label).fill(code_sent())
    page.get_by_role("button", name=go).click()
    page.locator(".own__where").first.wait_for()
    assert page.evaluate("document.documentElement.dir") == ("rtl" if code == "ur" else "ltr")
    look(page, f"page-{code}", width)
    page.locator("summary", has_text=again).click()
    page.get_by_role("button", name=press).click()
    page.get_by_role("heading", name=error).wait_for()
    look(page, f"page-wrong-{code}", width)
    page.goto(f"{server.url}/me/nothing/?language={code}")
    look(page, f"over-{code}", width)


def test_the_shared_page_and_a_signed_in_worker_beside_it(server: Server, scene: Own, browser: Any) -> None:
    chat = scene.chat()
    scene.reachable(chat.pathway, is_shared=True)
    page = opened(browser)
    session = signed_in(scene.worker).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
    page.goto(address(server, chat.pathway))
    through_the_code(page)
    page.get_by_text("Others use this phone too").wait_for()
    look(page, "shared", 360)
    assert page.get_by_role("link", name="Today").count() == 0
    page.goto(f"{server.url}/today/")
    page.get_by_role("heading", name="Today").first.wait_for()
    sweep(at=read_clock())


def test_a_link_to_another_page_carries_no_address_of_this_one(server: Server, scene: Own, browser: Any) -> None:
    page = opened(browser)
    asked: list[Any] = []
    page.on("request", lambda one: asked.append(one))
    where = address(server, scene.reachable(scene.open()))
    page.goto(where)
    through_the_code(page)
    page.locator(".own__where").first.wait_for()
    page.locator(".foot a").first.click()
    page.wait_for_load_state()
    token = where.split("/me/")[1].strip("/")
    assert len(asked) > 6
    assert [one.url for one in asked if token in (one.all_headers().get("referer") or "")] == []
