"""What came back, as its owner meets it: on a phone and on a desk, in each state, put right with a press."""

import os
from typing import Any

import pytest
from django.conf import settings

from pathways.models import KeptForm, Note
from tests.fixtures.reading import accessibility_faults
from tests.pathways.course_scene import CourseScene, register_path, save
from tests.pathways.device import Device, note_about, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser


@pytest.fixture(params=[(360, 640), (1280, 800)], ids=["phone", "desktop"])
def page(request, browser):
    context = browser.new_context(viewport={"width": request.param[0], "height": request.param[1]}, service_workers="block")
    opened = context.new_page()
    opened.refused = []
    opened.on("console", lambda said: opened.refused.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    context.close()


def sound(page: Any, name: str) -> None:
    """No accessibility fault, nothing refused by the policy, no sideways scroll."""
    if folder := os.environ.get("PATHWAYS_SHOTS"):
        page.screenshot(path=f"{folder}/{name}-{page.viewport_size['width']}.png", full_page=True)
    assert [one["id"] for one in accessibility_faults(page)] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.refused == []


def test_what_came_back_is_put_right(server, page):
    scene = CourseScene()
    first = scene.open(first="Amina", last="Yusuf", phone="+447700900201")
    scene.open(first="Amina", last="Yusuf")
    device = Device(scene.lead)
    device.send(device.keep("person", "/people/add/", person("Amena", "Yusuf", "07700 900201")))
    device.send(device.keep("person", "/people/add/", person("", "Nofirstname" * 12, "12")))
    device.send(device.keep("note", "/waiting/blank/note/", note_about("Amina Yusuf", "Likes mornings")))
    place = scene.begun(first="Zoe", last="Hart")
    save(signed_in(scene.trainer), scene.running, scene.today, {place: "absent"})
    fields = {f"{place.uuid.hex}-mark": "present", "version": "1"}
    device.send(device.keep("register", register_path(scene.running, scene.today), fields))
    session = device.browser.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])

    page.goto(f"{server.url}/waiting/")
    assert page.locator(".row").count() == 4
    sound(page, "waiting-rows")
    page.get_by_role("link", name="Amena Yusuf").click()
    sound(page, "waiting-double")
    page.get_by_role("button", name="This is somebody else: add them").wait_for()
    page.get_by_role("button", name="Save", exact=True).last.click()
    page.get_by_role("link", name="It is the same person: leave this out").wait_for()
    sound(page, "waiting-double-again")
    page.get_by_role("button", name="This is somebody else: add them").click()
    page.get_by_text("Amena Yusuf is on your list.").wait_for()
    page.get_by_role("link", name="Nofirstname").click()
    sound(page, "waiting-errors")
    page.get_by_role("link", name="Leave it out").click()
    sound(page, "waiting-leave-out")
    page.get_by_role("button", name="Leave it out").click()
    page.get_by_text("Left out.").wait_for()
    page.get_by_role("link", name="Amina Yusuf").click()
    sound(page, "waiting-whose-note")
    page.get_by_role("radio", name="Amina Yusuf").first.check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("The note is on the page of Amina Yusuf.").wait_for()
    assert Note.objects.get().pathway.candidate.folded_name == first.candidate.folded_name
    page.get_by_role("link", name="A register").click()
    page.get_by_text("There now: absent").wait_for()
    sound(page, "waiting-register-both")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved: 1 present, 0 absent, 0 not marked.").wait_for()
    sound(page, "waiting-nothing")
    assert KeptForm.objects.filter(state="to_correct").count() == 0
