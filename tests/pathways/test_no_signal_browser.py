"""Aeroplane mode in a real Chromium: over a closed browser, and a line that is cut while it sends; then once each, and nothing left."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import expect

from candidates.models import Candidate
from pathways.models import Attendance, KeptForm, Note
from tests.pathways.bad_signal import Line
from tests.pathways.course_scene import CourseScene, marked, register_path
from tests.pathways.phone import CACHED, MARK, QUEUE, Phone, bytes_with, press, ready, says, sound, wait_for
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser
#: All that is typed in the first test: names, who a note is about and what it says; the numbers, by how they begin, as they may be written.
TYPED = (MARK, "Zvqlast", "Oyelaran", "Yusuf", "mornings", "07700 9003", "077009003", "+447700900", "7700 900")
IN_PLAIN = """async (mark) => {
  await (await caches.open("x")).put("/x", new Response(`${mark}cache`));
  const db = await new Promise((done) => {
    const asked = indexedDB.open("x");
    asked.onupgradeneeded = () => asked.result.createObjectStore("x");
    asked.onsuccess = () => done(asked.result);
  });
  const all = db.transaction("x", "readwrite");
  all.objectStore("x").put(`${mark}rows`, 1);
  await new Promise((done) => { all.oncomplete = done; });
}"""


def test_twenty_people_and_twenty_notes_over_a_closed_browser_and_a_line_cut_twice(phone: Phone) -> None:
    scene = Scene()
    case = scene.open(first="Oyelaran", last="Yusuf")
    page = phone.open()
    phone.sign_in(scene.worker)
    ready(page, phone, "/people/add/")
    phone.plane(True)
    page.goto(f"{phone.url}/people/add/")
    sound(page, "blank-person")
    for number in range(20):
        page.get_by_label("First name").fill(f"{MARK}{number}")
        page.locator("#id_last_name").fill("Zvqlast")
        page.locator("#id_phone").fill(f"07700 900{300 + number}")
        press(page, "Keep, and add another", really=number < 2)
        says(page, f"{number + 1} waiting to be sent")
        assert page.get_by_label("First name").input_value() == ""
    sound(page, "blank-person-kept")
    page.get_by_role("link", name="Write a note").click()
    sound(page, "blank-note")
    for number in range(20):
        page.get_by_label("Who is it about?").fill("Oyelaran Yusuf")
        page.get_by_label("Note", exact=True).fill(f"{MARK} mornings {number}")
        press(page, "Keep the note", really=number < 2)
        says(page, f"{21 + number} waiting to be sent: 20 people, {number + 1} note")
    rows = page.evaluate(QUEUE)
    assert sorted(kind for kind, _, _ in rows) == ["note"] * 20 + ["person"] * 20
    assert all(rest == ["sealed"] and whole for _, rest, whole in rows)
    phone.close()
    assert bytes_with(phone.folder, *TYPED) == []

    page = phone.open()
    phone.plane(True)
    page.goto(f"{phone.url}/people/add/")
    says(page, "40 waiting to be sent: 20 people, 20 notes. They go when there is signal.")
    for after in (7, 9):
        phone.line.cut("/api/waiting/", after=after)
        phone.plane(False)
        page.goto(f"{phone.url}/waiting/", wait_until="commit")
        wait_for(lambda: phone.line.state == "down")
        phone.plane(True)
        page.wait_for_timeout(300)
    assert 0 < KeptForm.objects.count() < 40
    phone.plane(False)
    page.goto(f"{phone.url}/waiting/")
    wait_for(lambda: page.evaluate(QUEUE) == [])
    assert sorted(Candidate.objects.filter(last_name="Zvqlast").values_list("first_name", flat=True)) == sorted(
        f"{MARK}{number}" for number in range(20)
    )
    assert sorted(Note.objects.values_list("pathway", "text")) == sorted((case.pk, f"{MARK} mornings {number}") for number in range(20))
    assert KeptForm.objects.filter(state="taken").count() == 40
    cached = page.evaluate(CACHED)
    assert [each for each in cached if not each.startswith(("/static/", "/waiting/blank/"))] == []
    page.goto(f"{phone.url}/waiting/")
    expect(page.get_by_text("Arrived in the last day: 20 people, 20 notes.")).to_be_visible()
    phone.close()
    assert bytes_with(phone.folder, *TYPED) == []
    assert phone.refused == []


def test_bytes_in_the_profile_would_be_noticed(phone: Phone) -> None:
    """The other test's eye is open: what lies there in plain is found."""
    page = phone.open()
    page.goto(f"{phone.url}/sign-in/")
    page.evaluate(IN_PLAIN, f"{' '.join(TYPED)} {MARK}")
    phone.close()
    assert {each.partition(" in ")[0] for each in bytes_with(phone.folder, *TYPED)} == set(TYPED)
    assert any("IndexedDB" in each for each in bytes_with(phone.folder, f"{MARK}rows"))
    assert any("Cache" in each for each in bytes_with(phone.folder, f"{MARK}cache"))


def test_a_page_that_is_open_stays_and_what_waits_survives_signing_out_and_somebody_else(phone: Phone) -> None:
    scene = Scene()
    case = scene.open(first="Amina", last="Yusuf")
    page = phone.open()
    phone.sign_in(scene.worker)
    ready(page, phone)
    page.goto(f"{phone.url}/people/{case.candidate.uuid}/")
    phone.plane(True)
    page.get_by_text("Write a note").click()
    page.get_by_label("Note", exact=True).fill(f"{MARK} likes mornings")
    page.get_by_role("button", name="Save the note").click()
    says(page, "Kept on this device. 1 waiting to be sent: 1 note. It goes when there is signal.")
    expect(page.get_by_role("heading", name="Amina Yusuf")).to_be_visible()
    assert page.get_by_label("Note", exact=True).input_value() == ""
    page.reload()
    expect(page.get_by_role("heading", name="Write a note")).to_be_visible()
    assert "Amina" not in page.content()
    assert "Amina" not in page.title()

    page.goto(f"{phone.url}/today/")
    expect(page.get_by_role("heading", name="There is no signal")).to_be_visible()
    sound(page, "blank-start")
    assert phone.context is not None
    phone.context.clear_cookies()
    phone.plane(False)
    page.goto(f"{phone.url}/sign-in/")
    says(page, "1 waiting to be sent: 1 note. It goes after you sign in.")
    sound(page, "sign-in-while-something-waits")
    phone.sign_in(scene.colleague)
    ready(page, phone)
    says(page, "1 waits on this device for whoever typed it, and goes after they sign in.")
    assert len(page.evaluate(QUEUE)) == 1
    page.goto(f"{phone.url}/today/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{phone.url}/sign-in/")
    wait_for(lambda: not [each for each in page.evaluate(CACHED) if each.startswith("/waiting/")])
    assert (len(page.evaluate(QUEUE)), Note.objects.count()) == (1, 0)
    phone.sign_in(scene.worker)
    page.goto(f"{phone.url}/today/")
    wait_for(lambda: page.evaluate(QUEUE) == [])
    says(page, "Sent: 1 that was waiting on this device.")
    note = Note.objects.get()
    assert (note.pathway, note.author, note.text) == (case, scene.worker, f"{MARK} likes mornings")


def test_a_register_is_kept_from_an_open_page_and_from_memory(phone: Phone) -> None:
    scene = CourseScene()
    amina, zoe = scene.begun(first="Amina", last="Yusuf"), scene.begun(first="Zoe", last="Hart")
    page = phone.open()
    phone.sign_in(scene.trainer)
    ready(page, phone)
    page.goto(f"{phone.url}{register_path(scene.running, scene.today)}")
    phone.plane(True)
    page.get_by_role("group", name="Amina Yusuf").get_by_label("Present").check()
    page.get_by_role("button", name="Save the register").click()
    says(page, "1 waiting to be sent: 1 register.")
    page.get_by_role("group", name="Zoe Hart").get_by_label("Absent").check()
    page.wait_for_timeout(1_050)
    page.get_by_role("button", name="Save the register").click()  # the same register again: one waits, as it is marked now
    page.wait_for_timeout(300)
    says(page, "1 waiting to be sent: 1 register.")
    page.goto(f"{phone.url}{register_path(scene.running, scene.day(-1))}")
    expect(page.get_by_role("heading", name="Keep a register")).to_be_visible()
    expect(page.locator("[data-day]")).to_contain_text("For this course, the register of ")
    sound(page, "blank-register")
    page.get_by_label("Who was there?").fill("amina\nZoe Hart\nTamsin")
    page.get_by_role("button", name="Keep the register").click()
    says(page, "2 waiting to be sent: 2 registers. They go when there is signal.")
    phone.plane(False)
    page.goto(f"{phone.url}/courses/")
    says(page, "1 came back to be put right.")
    sound(page, "came-back")
    assert [marked(each) for each in (amina, zoe)] == [{scene.today: True}, {scene.today: False}]
    page.get_by_role("link", name="Look at what came back").click()
    sound(page, "waiting-list")
    page.get_by_role("link", name="A register").click()
    expect(page.get_by_text("“Tamsin”: nobody on this register for certain.")).to_be_visible()
    sound(page, "waiting-register")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved: 2 present, 0 absent, 0 not marked.")).to_be_visible()
    assert Attendance.objects.filter(day=scene.day(-1), present=True).count() == 2
    sound(page, "waiting-empty")


def test_a_browser_that_cannot_keep_anything_says_so_and_keeps_what_is_typed(server: Any, browser: Any) -> None:
    scene = Scene()
    line = Line(server.url)
    context = browser.new_context(viewport={"width": 360, "height": 640}, service_workers="block")
    session = signed_in(scene.worker).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": line.url}])
    page = context.new_page()
    page.goto(f"{line.url}/people/add/")
    page.get_by_label("First name").fill("Amina")
    page.locator("#id_phone").fill("07700 900301")
    line.down()
    page.get_by_role("button", name="Save", exact=True).first.click()
    says(page, "this browser cannot keep things without it. What you typed stays here")
    assert page.get_by_label("First name").input_value() == "Amina"
    sound(page, "cannot-keep")
    line.up()
    page.wait_for_timeout(1_050)
    page.get_by_role("button", name="Save and add another").click()
    page.wait_for_url("**/people/add/")
    expect(page.get_by_text("Amina is on your list.")).to_be_visible()
    assert Candidate.objects.filter(first_name="Amina").count() == 1
    context.close()
    line.close()


def test_a_device_that_is_full_says_so_and_keeps_what_is_typed(phone: Phone) -> None:
    scene = Scene()
    page = phone.open()
    phone.sign_in(scene.worker)
    ready(page, phone)
    page.goto(f"{phone.url}/people/add/")
    assert phone.context is not None
    full = "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"
    phone.context.service_workers[0].evaluate(full)
    phone.plane(True)
    page.get_by_label("First name").fill("Amina")
    page.get_by_role("button", name="Save", exact=True).first.click()
    says(page, "What you typed stays here")
    assert page.get_by_label("First name").input_value() == "Amina"
