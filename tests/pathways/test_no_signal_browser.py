"""Aeroplane mode in a real Chromium: over a closed browser, and a line that is cut while it sends; then once each, and nothing left."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from candidates.models import Candidate
from pathways.models import Attendance, KeptForm, Note
from tests.fixtures.browser import FLAGS, chromium
from tests.fixtures.reading import accessibility_faults
from tests.pathways.bad_signal import Line
from tests.pathways.course_scene import CourseScene, marked, register_path
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser
MARK = "Qvzmarked"
QUEUE = """async () => {
  const over = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const db = await over(indexedDB.open("pathways"));
  const rows = await over(db.transaction("waiting").objectStore("waiting").getAll());
  db.close();
  return rows.map(({ once, kind, key, size, at, ...rest }) => [kind, Object.keys(rest), rest.sealed.byteLength === size]);
}"""
CACHED = """async () => {
  const found = [];
  for (const name of await caches.keys()) for (const each of await (await caches.open(name)).keys()) found.push(new URL(each.url).pathname);
  return found.sort();
}"""
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


class Phone:
    """One browser profile on a disk, that is opened and closed; behind a line that can be cut."""

    def __init__(self, playwright: Playwright, folder: Path, url: str) -> None:
        self.playwright, self.folder, self.line = playwright, folder, Line(url)
        self.context: BrowserContext | None = None
        self.refused: list[str] = []

    @property
    def url(self) -> str:
        return self.line.url

    def open(self) -> Page:
        path = chromium()
        if path is None:
            pytest.skip("no Chromium: install Debian's package chromium, or put one on the PATH")
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.folder), executable_path=path, args=FLAGS, viewport={"width": 360, "height": 640}, locale="en-GB"
        )
        page = self.context.pages[0] if self.context.pages else self.context.new_page()
        page.on("console", lambda said: self.refused.append(said.text) if "Content Security Policy" in said.text else None)
        page.set_default_timeout(20_000)
        return page

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None

    def sign_in(self, who: Any) -> None:
        """As from a sign-in that lasts longer than the browser is open."""
        assert self.context is not None
        value = signed_in(who).cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.url, "expires": 4_000_000_000, "httpOnly": True}
        self.context.add_cookies([cookie])

    def plane(self, up: bool) -> None:
        """Both: the browser knows that it has no network, and there is none."""
        assert self.context is not None
        self.context.set_offline(up)
        if up:
            self.line.down()
        else:
            self.line.up()


@pytest.fixture
def phone(server: Any, playwright: Playwright, tmp_path: Path) -> Iterator[Phone]:
    made = Phone(playwright, tmp_path / "profile", server.url)
    yield made
    made.close()
    made.line.close()


def ready(page: Page, phone: Phone, path: str = "/waiting/") -> None:
    """The app is opened with signal, once."""
    page.goto(f"{phone.url}{path}")
    page.goto(f"{phone.url}/waiting/")
    expect(page.get_by_text("This device can work without signal.")).to_be_visible()


def sound(page: Page, name: str) -> None:
    """No accessibility fault, no sideways scroll."""
    if folder := os.environ.get("PATHWAYS_SHOTS"):
        page.screenshot(path=f"{folder}/{name}-{page.viewport_size['width']}.png", full_page=True)
    assert [each["id"] for each in accessibility_faults(page)] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def says(page: Page, words: str) -> None:
    expect(page.locator("#waiting")).to_contain_text(words)


def press(page: Page, button: str, *, really: bool = True) -> None:
    """A button lets itself be pressed once a second; nobody types faster, a test does."""
    if really:
        page.wait_for_timeout(1_050)
        page.get_by_role("button", name=button).first.click()
    else:
        page.evaluate("document.querySelector('form[data-keeps]').requestSubmit()")


def bytes_with(folder: Path, mark: str) -> list[str]:
    """Files of the profile in which the mark stands, in either width of letters."""
    wanted = (mark.encode(), mark.encode("utf-16-le"))
    return [
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and any(each in path.read_bytes() for each in wanted)
    ]


def test_twenty_people_and_twenty_notes_over_a_closed_browser_and_a_line_cut_twice(phone: Phone) -> None:
    scene = Scene()
    case = scene.open(first="Amina", last="Yusuf")
    page = phone.open()
    phone.sign_in(scene.worker)
    ready(page, phone, "/people/add/")
    phone.plane(True)
    page.goto(f"{phone.url}/people/add/")
    sound(page, "blank-person")
    for number in range(20):
        page.get_by_label("First name").fill(f"{MARK}{number}")
        page.locator("#id_last_name").fill("Offline")
        page.locator("#id_phone").fill(f"07700 900{300 + number}")
        press(page, "Keep, and add another", really=number < 2)
        says(page, f"{number + 1} waiting to be sent")
        assert page.get_by_label("First name").input_value() == ""
    sound(page, "blank-person-kept")
    page.get_by_role("link", name="Write a note").click()
    sound(page, "blank-note")
    for number in range(20):
        page.get_by_label("Who is it about?").fill("Amina Yusuf")
        page.get_by_label("Note", exact=True).fill(f"{MARK} note {number}")
        press(page, "Keep the note", really=number < 2)
        says(page, f"{21 + number} waiting to be sent: 20 people, {number + 1} note")
    rows = page.evaluate(QUEUE)
    assert sorted(kind for kind, _, _ in rows) == ["note"] * 20 + ["person"] * 20
    assert all(rest == ["sealed"] and whole for _, rest, whole in rows)
    phone.close()
    assert bytes_with(phone.folder, MARK) == []

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
    assert sorted(Candidate.objects.filter(last_name="Offline").values_list("first_name", flat=True)) == sorted(
        f"{MARK}{number}" for number in range(20)
    )
    assert sorted(Note.objects.values_list("pathway", "text")) == sorted((case.pk, f"{MARK} note {number}") for number in range(20))
    assert KeptForm.objects.filter(state="taken").count() == 40
    cached = page.evaluate(CACHED)
    assert [each for each in cached if not each.startswith(("/static/", "/waiting/blank/"))] == []
    page.goto(f"{phone.url}/waiting/")
    expect(page.get_by_text("Arrived in the last day: 20 people, 20 notes.")).to_be_visible()
    phone.close()
    assert bytes_with(phone.folder, MARK) == []
    assert phone.refused == []


def test_bytes_in_the_profile_would_be_noticed(phone: Phone) -> None:
    """The other test's eye is open: what lies there in plain is found."""
    page = phone.open()
    page.goto(f"{phone.url}/sign-in/")
    page.evaluate(IN_PLAIN, MARK)
    phone.close()
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


def wait_for(holds: Callable[[], bool], *, within: float = 30) -> None:
    until = time.monotonic() + within
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)
