"""Pages of working without signal: the script, blank pages that name nobody, and what came back, for its owner alone."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import PrivacyNotice
from ground.once import new_once
from pathways.models import DeviceKey, KeptForm
from tests.pathways.course_scene import CourseScene
from tests.pathways.device import Device, note_about, person
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
BLANKS = ("start", "person", "note", "register")


def test_the_script_may_stand_before_all_pages_and_is_everybodys() -> None:
    answer = Client().get("/service-worker.js")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert (answer["Service-Worker-Allowed"], answer["Cache-Control"]) == ("/", "no-cache")
    said = answer.content.decode()
    assert re.match(r'const VERSION = "[0-9a-f]{16}";\nconst FILES = \["/static/built/pathways.css", ', said)
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    assert answer.content == signed_in(Scene().worker).get("/service-worker.js").content


@pytest.mark.parametrize(("role", "open_to"), [("worker", "start person note"), ("lead", " ".join(BLANKS)), ("trainer", "start register")])
def test_blank_pages_name_nobody_and_hold_no_stamp(role: str, open_to: str) -> None:
    scene = CourseScene()
    who = getattr(scene, role)
    scene.begun(first="Tamsin", last="Orde")
    PrivacyNotice.objects.create(programme=scene.programme, language="en", text="What we keep", valid_from=scene.today, edition=1)
    browser = signed_in(who)
    for kind in BLANKS:
        answer = browser.get(f"/waiting/blank/{kind}/")
        assert answer.status_code == (200 if kind in open_to.split() else 404), kind
        shown = answer.content.decode()
        if answer.status_code == 200:
            assert [each for each in (who.name, who.email, "Tamsin", "Orde", "csrfmiddlewaretoken") if each in shown] == []
            assert ("Into health" in shown) == (kind == "register")
    assert browser.get("/waiting/blank/anything/").status_code == 404


def test_who_has_nothing_to_do_without_signal_is_refused_and_not_signed_in_is_told_so() -> None:
    scene = Scene()
    for path in ("/waiting/", "/waiting/blank/start/", "/api/waiting/"):
        assert signed_in(scene.employer).get(path).status_code == 403
    assert signed_in(scene.employer).post("/api/waiting/key/").status_code == 403
    nobody = Client()
    assert (nobody.get("/api/waiting/").status_code, nobody.post("/api/waiting/key/").status_code) == (401, 401)
    assert nobody.post("/api/waiting/", {"once": "x"}).status_code == 401
    assert "held_form" not in nobody.session
    assert nobody.get("/waiting/").status_code == 302
    assert DeviceKey.objects.count() == 0


def test_an_envelope_needs_the_stamp_of_a_page() -> None:
    scene = Scene()
    device = Device(scene.worker)
    kept = device.keep("person", "/people/add/", person("Amina", "Yusuf"))
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = device.browser.cookies
    assert device.send(kept, as_=strict)[0] == 403
    stamp = strict.get("/api/waiting/").json()["csrf"]
    body = {"once": kept.once, "kind": kept.kind, "key": kept.key, "now": 1, "sealed": "x"}
    assert strict.post("/api/waiting/", body, headers={"X-CSRFToken": stamp}).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [{"now": "nan"}, {"now": "1e999"}, {"now": "-1"}, {"key": "x"}, {"kind": "text"}, {"once": ""}, {"once": "x" * 65}, {"sealed": "§"}],
    ids=str,
)
def test_what_is_no_envelope_is_refused(wrong: dict[str, str]) -> None:
    device = Device(Scene().worker)
    kept = device.keep("person", "/people/add/", person("Amina", "Yusuf"))
    assert device.send(kept, **wrong) == (422, "unreadable")


def test_the_stamp_is_given_only_to_ones_own_page_and_nothing_is_stored_by_a_look() -> None:
    device = Device(Scene().worker)
    before = (DeviceKey.objects.count(), KeptForm.objects.count())
    answer = device.browser.get("/api/waiting/")
    assert answer["Cache-Control"].split(", ")[-1] == "private" or "no-store" in answer["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in answer
    assert (DeviceKey.objects.count(), KeptForm.objects.count()) == before


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_is_asked_in_as_many_queries_whatever_is_on_it(rows: int) -> None:
    device = Device(Scene().worker)
    for number in range(rows):
        device.send(device.keep("person", "/people/add/", person("", f"Yusuf {number}")))
    device.send(device.keep("person", "/people/add/", person("Amina", "Yusuf")))
    device.browser.get("/waiting/")
    with CaptureQueriesContext(connection) as asked:
        shown = device.browser.get("/waiting/").content.decode()
    assert shown.count('class="row"') == rows
    assert "Arrived in the last day: 1 person." in " ".join(shown.split())
    assert len(asked) == LIST
    with CaptureQueriesContext(connection) as asked:
        device.browser.get("/api/waiting/")
    assert len(asked) == STANDING


#: Session, user, sign-in, clock, memberships, covers and blocks come before any page; then the rows, and what arrived.
LIST, STANDING = 9, 8


def test_what_is_shown_of_each_kind_is_what_was_typed() -> None:
    scene = Scene()
    scene.open(first="Amina", last="Yusuf")
    device = Device(scene.worker)
    device.send(device.keep("person", "/people/add/", person("<b>Zoe</b>", "", "07700 900")))
    device.send(device.keep("note", "/waiting/blank/note/", note_about("Amina", "Likes <i>mornings</i>")))
    shown = device.browser.get("/waiting/").content.decode()
    assert "&lt;b&gt;Zoe&lt;/b&gt;" in shown
    assert "<b>Zoe</b>" not in shown
    assert "Amina" in shown
    assert "mornings" not in shown
    for row in KeptForm.objects.all():
        page = device.browser.get(f"/waiting/{row.uuid}/").content.decode()
        assert "Zoe" not in page.partition("</title>")[0]
        assert "<i>" not in page


def test_settled_in_another_window_it_is_gone() -> None:
    device = Device(Scene().worker)
    device.send(device.keep("person", "/people/add/", person("", "Yusuf")))
    row = KeptForm.objects.get()
    once = new_once()
    path = f"/waiting/{row.uuid}/leave-out/"
    assert [device.browser.post(path, {"version": "1", "once": once}).status_code for _ in range(2)] == [302, 404]
    assert device.browser.post(f"/waiting/{row.uuid}/", {**person("A", "B"), "once": new_once()}).status_code == 404
