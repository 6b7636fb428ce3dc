"""Trouble on the way, in a real Chromium: saved again meanwhile, a server that fails or is away, a blank page that cannot be fetched."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Programme
from candidates.models import Candidate
from pathways.models import KeptForm, Note
from tests.pathways.course_scene import CourseScene, marked, register_path
from tests.pathways.device import came_back
from tests.pathways.phone import CACHED, QUEUE, Phone, press, ready, says, wait_for
from tests.pathways.scenes import Scene

pytestmark = pytest.mark.browser
#: An hour has gone by, for the device: what it asks for each hour is asked for again.
AN_HOUR_LATER = """async () => {
  const over = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const db = await over(indexedDB.open("pathways"));
  const all = db.transaction(["now", "waiting"], "readwrite");
  const [now, waiting] = [all.objectStore("now"), all.objectStore("waiting")];
  const device = await over(now.get("device"));
  now.put({ ...device, blanksAt: 0 }, "device");
  for (const row of await over(waiting.getAll())) waiting.put({ ...row, triedAt: 0 });
  await new Promise((done) => { all.oncomplete = done; });
  db.close();
}"""
ITS_OLD_NAME = """() => {
  const { once, replaces } = document.querySelector("form[data-keeps]").elements;
  [once.value, replaces.value] = [replaces.value, ""];
}"""


def comes_back(page: Page, phone: Phone) -> None:
    """There is signal again. The browser lets its pages know a moment before the service worker may use it: it is said once more."""
    phone.plane(False)
    page.wait_for_timeout(300)
    page.evaluate("dispatchEvent(new Event('online'))")


def save_register(page: Page, who: str, mark: str) -> None:
    page.get_by_role("group", name=who).get_by_label(mark).check()
    press(page, "Save the register")


def put_right(page: Page, phone: Phone) -> None:
    """The trainer looks at what came back, and saves it."""
    page.goto(f"{phone.url}/waiting/")
    page.get_by_role("link", name="A register").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved: 1 present, 1 absent, 0 not marked.")).to_be_visible()


def test_a_register_saved_again_after_the_first_was_delivered_is_not_lost(phone: Phone) -> None:
    scene = CourseScene()
    amina, zoe = scene.begun(first="Amina", last="Yusuf"), scene.begun(first="Zoe", last="Hart")
    page = phone.open()
    phone.sign_in(scene.trainer)
    ready(page, phone)
    page.goto(f"{phone.url}{register_path(scene.running, scene.today)}")
    phone.plane(True)
    save_register(page, "Amina Yusuf", "Present")
    says(page, "1 waiting to be sent: 1 register.")
    comes_back(page, phone)
    wait_for(lambda: page.evaluate(QUEUE) == [])
    assert [marked(each) for each in (amina, zoe)] == [{scene.today: True}, {}]
    phone.plane(True)
    save_register(page, "Zoe Hart", "Absent")
    says(page, "1 waiting to be sent: 1 register.")
    comes_back(page, phone)
    says(page, "1 came back to be put right.")
    assert "other words" not in came_back(scene.trainer)  # it had a name of its own, and met the register's version
    put_right(page, phone)
    assert [marked(each) for each in (amina, zoe)] == [{scene.today: True}, {scene.today: False}]


@pytest.mark.parametrize("old_name", [False, True], ids=["under a name of its own", "under the name that is on its way"])
def test_a_register_saved_again_while_the_first_is_on_its_way_is_not_lost(phone: Phone, old_name: bool) -> None:
    scene = CourseScene()
    amina, zoe = scene.begun(first="Amina", last="Yusuf"), scene.begun(first="Zoe", last="Hart")
    page = phone.open()
    phone.sign_in(scene.trainer)
    ready(page, phone)
    path = register_path(scene.running, scene.today)
    page.goto(f"{phone.url}{path}")
    phone.line.fail(f"POST {path}", 502)
    phone.line.hold("/api/waiting/")
    save_register(page, "Amina Yusuf", "Present")
    assert phone.line.held.wait(10)
    says(page, "1 waiting to be sent: 1 register.")
    if old_name:
        page.evaluate(ITS_OLD_NAME)
    save_register(page, "Zoe Hart", "Absent")
    page.wait_for_timeout(500)
    assert len(page.evaluate(QUEUE)) == 1
    phone.line.release.set()
    wait_for(lambda: page.evaluate(QUEUE) == [])
    assert sorted(KeptForm.objects.values_list("state", flat=True)) == ["taken", "to_correct"]
    put_right(page, phone)
    assert [marked(each) for each in (amina, zoe)] == [{scene.today: True}, {scene.today: False}]


def test_a_register_of_another_course_from_memory_replaces_none(phone: Phone) -> None:
    scene = CourseScene()
    scene.begun(first="Amina", last="Yusuf")
    other = scene.laid_out(name="Into offices")
    scene.begun(other, first="Zoe", last="Hart")
    page = phone.open()
    phone.sign_in(scene.trainer)
    ready(page, phone)
    phone.plane(True)
    page.goto(f"{phone.url}/waiting/blank/register/")
    for number, (course, names) in enumerate((("Into health", "Amina"), ("Into health", "Amina Yusuf"), ("Into offices", "Zoe Hart"))):
        page.get_by_label("Course").select_option(label=course)
        page.get_by_label("Who was there?").fill(names)
        press(page, "Keep the register")
        says(page, f"{max(number, 1)} waiting to be sent: ")
    wait_for(lambda: len(page.evaluate(QUEUE)) == 2)
    comes_back(page, phone)
    wait_for(lambda: page.evaluate(QUEUE) == [])
    assert KeptForm.objects.filter(state="taken").count() == 2


def note_kept(phone: Phone) -> tuple[Scene, Page]:
    """A worker in a foodbank without signal has written a note about somebody of theirs."""
    scene = Scene()
    scene.open(first="Amina", last="Yusuf")
    page = phone.open()
    phone.sign_in(scene.worker)
    ready(page, phone)
    phone.plane(True)
    page.goto(f"{phone.url}/waiting/blank/note/")
    page.get_by_label("Who is it about?").fill("Amina Yusuf")
    page.get_by_label("Note", exact=True).fill("Likes mornings")
    press(page, "Keep the note")
    return scene, page


@pytest.mark.parametrize("why", ["the server fails on it", "it is no longer theirs"])
def test_a_blank_page_that_cannot_be_fetched_stops_nothing(phone: Phone, why: str) -> None:
    scene, page = note_kept(phone)
    says(page, "1 waiting to be sent: 1 note.")
    page.evaluate(AN_HOUR_LATER)
    fails = why == "the server fails on it"
    if fails:
        phone.line.fail("GET /waiting/blank/start/", 500)
    else:
        Programme.objects.update(ends_on=scene.today)
    comes_back(page, phone)
    wait_for(lambda: page.evaluate(QUEUE) == [])
    wait_for(lambda: ("/waiting/blank/person/" in page.evaluate(CACHED)) == fails)
    assert {"/waiting/blank/start/", "/waiting/blank/note/"} <= set(page.evaluate(CACHED))
    assert KeptForm.objects.get().state == "taken"
    assert Note.objects.get().text == "Likes mornings"


@pytest.mark.parametrize("status", [413, 500])
def test_a_form_that_the_server_fails_on_stops_no_other_and_is_said_aloud(phone: Phone, status: int) -> None:
    _scene, page = note_kept(phone)
    page.goto(f"{phone.url}/people/add/")
    page.get_by_label("First name").fill("Zoe")
    page.locator("#id_last_name").fill("Hart")
    page.locator("#id_phone").fill("07700 900301")
    press(page, "Keep, and add another")
    says(page, "2 waiting to be sent: 1 person, 1 note.")
    phone.line.fail("POST /api/waiting/", status, having="kind=note")
    comes_back(page, phone)
    says(page, "1 waiting to be sent: 1 note.")
    assert Candidate.objects.filter(first_name="Zoe").count() == 1
    for _ in range(2):
        page.goto(f"{phone.url}/waiting/")
        page.wait_for_timeout(700)
    says(page, "1 could not be sent: the server does not manage to take it. It stays on this device and is tried again every hour.")
    assert [kind for kind, _, _ in page.evaluate(QUEUE)] == ["note"]
    phone.line.mend()
    page.evaluate(AN_HOUR_LATER)
    page.goto(f"{phone.url}/waiting/")
    says(page, "Sent: 1 that was waiting on this device.")
    assert (page.evaluate(QUEUE), Note.objects.get().text) == ([], "Likes mornings")


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_server_that_is_away_behind_its_proxy_is_no_signal_and_what_is_typed_is_kept(phone: Phone, status: int) -> None:
    page = phone.open()
    phone.sign_in(Scene().worker)
    ready(page, phone)
    page.goto(f"{phone.url}/people/add/")
    phone.line.fail("POST /people/add/", status)
    phone.line.hold("/api/waiting/")
    page.get_by_label("First name").fill("Zoe")
    page.locator("#id_last_name").fill("Hart")
    page.locator("#id_phone").fill("07700 900301")
    page.get_by_role("button", name="Save and add another").first.click()
    says(page, "Kept on this device. 1 waiting to be sent: 1 person.")
    phone.line.release.set()
    wait_for(lambda: page.evaluate(QUEUE) == [])
    assert Candidate.objects.filter(first_name="Zoe").count() == 1
