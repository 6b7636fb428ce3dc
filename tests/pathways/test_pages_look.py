"""A worker’s pages in a real browser: nothing axe objects to, the first thing to do in sight, one press with JavaScript off."""

import os
import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.conf import settings

from candidates.models import ContactRoute
from ground.clock import LONDON
from outreach.models import Contact
from pathways.models import Pathway, Task
from pathways.services import case as cases
from pathways.services import interview, task
from pathways.services.contact import add_note, log_contact
from pathways.services.cover import set_cover
from tests.factories import person
from tests.fixtures.reading import accessibility_faults
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser]

#: What no user should read: an id, a date as computers write it, a word with an underscore, nothing said as a word.
UNSPOKEN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|\b\d{4}-\d\d-\d\d\b|\b[a-z]+_[a-z_]+\b|\bNone\b|\bTrue\b|\bFalse\b")


def opened(browser: Any, server: Any, who: Any, *, width: int, script: bool) -> Any:
    context = browser.new_context(viewport={"width": width, "height": 640 if width < 500 else 800}, java_script_enabled=script)
    session = signed_in(who).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
    return context.new_page()


@pytest.fixture
def scene(server: Any) -> Scene:
    made = Scene()
    someone = made.open(first="Amina", last="Yusuf", phone="+447700900123")
    made.open(first="Bartholomew", last="Featherstonehaugh-Cholmondeley")
    log_contact(case=someone, channel="call", outcome="no_answer", by=made.by, at=made.now)
    add_note(case=someone, text="Likes mornings.\nWould rather not work nights.", visibility="team", by=made.by, at=made.now)
    when = datetime.combine(made.today + timedelta(days=1), time(9), tzinfo=LONDON)
    interview.book_chat(case=someone, when=when, place="Northfield library", host=made.worker, by=made.by, at=made.now)
    task.add_task(pathway=someone, words="Send the bus times", due_on=made.today, by=made.by, at=made.now)
    made.job(started=True)
    made.offered()
    made.withdrawn()
    nobodys = cases.new_case(candidate=person(made.delivery), programme=made.programme, organisation=made.delivery, opened_on=made.today)
    cases.express_interest(case=nobodys, by=made.lead_by, at=made.now)
    cover = {"holder": made.worker, "coverer": made.colleague, "organisation": made.delivery}
    set_cover(from_on=made.today, to_on=made.today + timedelta(days=9), **cover, by=made.by, at=made.now)
    return made


def pages(scene: Scene) -> Iterator[tuple[str, str]]:
    people = {case.candidate.first_name: case for case in Pathway.objects.select_related("candidate").order_by("id")}
    first = people["Amina"]
    yield from {
        "today": "/today/",
        "team": "/today/?whose=team",
        "caseload": "/caseload/?stage=interested",
        "caseload-empty": "/caseload/?stage=sustained",
        "hand-over": f"/caseload/hand-over/?who={first.uuid}",
        "hand-over-all": "/caseload/hand-over/?all=1",
        "hand-over-nobody": "/caseload/hand-over/",
        "cover": "/caseload/cover/",
        "cover-add": "/caseload/cover/add/",
        "unclaimed": "/unclaimed/",
        "find": "/people/",
        "add": "/people/add/",
        "person": f"/people/{first.candidate.uuid}/",
        "correct": f"/people/{first.candidate.uuid}/correct/",
        "reach": f"/people/{first.candidate.uuid}/reach/add/",
        "change-reach": f"/people/{first.candidate.uuid}/reach/{ContactRoute.objects.get(candidate=first.candidate).uuid}/",
        "wants": f"/pathways/{first.uuid}/wants/",
        "put-forward": f"/pathways/{first.uuid}/steps/introduction.draft/",
        "ready": f"/pathways/{first.uuid}/steps/mark_ready/",
        "address": f"/people/{first.candidate.uuid}/address/",
        "contact": f"/pathways/{first.uuid}/contacts/",
        "morning": "/today/digest/",
        "something-to-do": f"/pathways/{first.uuid}/tasks/",
        **{step: f"/tasks/{Task.objects.get(kind='free').uuid}/steps/{step}/" for step in ("snooze", "reassign")},
        "note": f"/pathways/{first.uuid}/notes/",
        "book": f"/pathways/{first.uuid}/steps/interview.book/",
        "not-now": f"/pathways/{first.uuid}/steps/set_not_now/",
    }.items()
    for name in ("in_work", "offered", "withdrawn"):
        case = Pathway.objects.filter(stage=name).select_related("candidate").latest("pk")
        yield f"person-{name}", f"/people/{case.candidate.uuid}/"


def sound(page: Any, name: str) -> None:
    """Nothing axe objects to, no sideways scroll, no word that only a computer says."""
    folder = os.environ.get("PATHWAYS_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/worker-{name}-{page.viewport_size['width']}.png", full_page=True)
    faults = [(one["id"], [node["html"][:120] for node in one["nodes"][:2]]) for one in accessibility_faults(page)]
    assert (name, faults) == (name, [])
    assert (name, page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")) == (name, True)
    assert (name, UNSPOKEN.findall(page.inner_text("body"))) == (name, [])


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_reads_well_at_both_widths(server: Any, browser: Any, scene: Scene, width: int) -> None:
    page = opened(browser, server, scene.worker, width=width, script=True)
    for name, path in pages(scene):
        assert page.goto(f"{server.url}{path}").status == 200
        sound(page, name)


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_with_mistakes_read_well_too(server: Any, browser: Any, scene: Scene, width: int) -> None:
    page = opened(browser, server, scene.worker, width=width, script=True)
    page.goto(f"{server.url}/people/add/")
    page.get_by_label("Phone").fill("07700 900123 (mum)")
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".govuk-error-summary").wait_for()
    sound(page, "add-mistakes")
    page.get_by_label("First name").fill("Amy")
    page.get_by_label("Phone").fill("07700 900123")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Is it one of these?").wait_for()
    sound(page, "add-known")


def test_on_a_phone_the_first_thing_to_do_is_in_sight(server: Any, browser: Any, scene: Scene) -> None:
    page = opened(browser, server, scene.worker, width=360, script=False)
    for path in ("/today/", "/caseload/", "/unclaimed/"):
        page.goto(f"{server.url}{path}")
        box = page.locator(".row").first.bounding_box()
        assert (path, box["y"] + box["height"] <= 640) == (path, True)
    case = Pathway.objects.get(candidate__first_name="Amina")
    page.goto(f"{server.url}/people/{case.candidate.uuid}/")
    for words in ("07700 900123", "Chat booked", "Next"):
        box = page.get_by_text(words).first.bounding_box()
        assert (words, box["y"] < 480) == (words, True)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_rang_is_one_press_and_undo_is_the_next(server: Any, browser: Any, scene: Scene, script: bool) -> None:
    page = opened(browser, server, scene.worker, width=360, script=script)
    page.goto(f"{server.url}/today/")
    row = page.locator(".row", has=page.get_by_role("link", name="Bartholomew Featherstonehaugh-Cholmondeley", exact=True))
    row.get_by_role("button", name="Rang, no answer").click()
    who = Pathway.objects.get(candidate__first_name="Bartholomew").candidate
    assert Contact.objects.filter(candidate=who, voided_at__isnull=True).count() == 1
    said = page.locator("#acted")
    said.get_by_text("Rang, no answer, ").wait_for()
    said.get_by_role("button", name="Undo").click()
    assert Contact.objects.filter(candidate=who, voided_at__isnull=True).count() == 0
    assert page.url == f"{server.url}/today/"


def test_on_a_phone_a_person_is_saved_without_scrolling(server: Any, browser: Any, scene: Scene) -> None:
    page = opened(browser, server, scene.worker, width=360, script=False)
    page.goto(f"{server.url}/people/add/")
    box = page.get_by_role("button", name="Save", exact=True).bounding_box()
    assert box["y"] + box["height"] <= 640
    first, last = (page.get_by_label(label).bounding_box() for label in ("First name", "Last name"))
    assert (first["y"], first["x"] < last["x"]) == (last["y"], True)


def test_back_from_a_person_leads_to_those_found(server: Any, browser: Any, scene: Scene) -> None:
    page = opened(browser, server, scene.worker, width=360, script=True)  # axe waits for ever where no script runs
    page.goto(f"{server.url}/people/")
    page.get_by_label("Name, phone or postcode").fill("Amina")
    page.get_by_role("button", name="Find").click()
    sound(page, "found")
    page.get_by_role("link", name="Amina Yusuf", exact=True).click()
    page.get_by_role("link", name="Find", exact=True).first.wait_for()
    page.go_back()
    page.get_by_role("link", name="Amina Yusuf", exact=True).wait_for()
    assert page.url == f"{server.url}/people/find/"


def test_by_keyboard_alone_somebody_is_added(server: Any, browser: Any, scene: Scene) -> None:
    page = opened(browser, server, scene.worker, width=360, script=False)
    page.goto(f"{server.url}/people/add/")
    page.get_by_label("First name").focus()
    page.keyboard.type("Nia")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("07700 900555")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Nia", exact=True).wait_for()
    assert Pathway.objects.get(candidate__first_name="Nia").stage == "interested"


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_people_are_ticked_and_handed_over_with_one_thumb(server: Any, browser: Any, scene: Scene, script: bool) -> None:
    page = opened(browser, server, scene.worker, width=360, script=script)
    page.goto(f"{server.url}/caseload/")
    box = page.locator(".row__tick").first.bounding_box()
    assert (box["width"] >= 44, box["height"] >= 44) == (True, True)
    page.get_by_label("Choose Amina Yusuf").check()
    page.get_by_label("Choose Bartholomew Featherstonehaugh-Cholmondeley").check()
    page.get_by_role("button", name="Hand over those ticked").click()
    page.get_by_role("heading", name="Hand over 2 people").wait_for()
    page.get_by_label("Hand over to").select_option(label=scene.colleague.name)
    page.get_by_label("Why?").select_option("balance")
    page.get_by_role("button", name="Hand over").click()
    page.get_by_text(f"2 people handed over to {scene.colleague.name}.", exact=True).wait_for()
    assert Pathway.objects.filter(owner=scene.colleague).count() == 2
    assert page.get_by_text("Amina Yusuf").count() == 0
