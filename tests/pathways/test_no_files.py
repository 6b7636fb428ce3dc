"""No identity documents: a file that comes with a form about a person is refused in a sentence, with what was typed, and saves nothing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Audit
from ground.once import new_once
from outreach.models import Contact
from pathways.models import Note, Support
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def passport() -> SimpleUploadedFile:
    return SimpleUploadedFile("passport.jpg", b"\xff\xd8\xff\xe0 an image", content_type="image/jpeg")


def test_a_file_with_any_form_about_a_person_is_refused_in_words_and_nothing_is_saved() -> None:
    scene = Scene()
    case = scene.open(first="Asha", last="Away")
    home = f"/people/{case.candidate.uuid}/"
    before = Audit.objects.exclude(action="person.open").count()
    browser = signed_in(scene.worker)
    forms = {
        "/people/add/": {"first_name": "New", "last_name": "Person"},
        "/people/find/": {"words": "Asha"},
        f"{home}correct/": {"first_name": "Typed words"},
        f"{home}reach/add/": {"kind": "mobile", "value": "07700 900123"},
        f"{home}address/": {"lines": "1 High Street"},
        f"{home}died/": {},
        f"{home}support/add/": {"helps": "Typed words"},
        f"/pathways/{case.uuid}/contacts/": {"tap": "call.spoke"},
        f"/pathways/{case.uuid}/notes/": {"text": "Typed words", "visibility": "team"},
        f"/pathways/{case.uuid}/tasks/": {"words": "Typed words"},
        f"/pathways/{case.uuid}/wants/": {"families": []},
        f"/pathways/{case.uuid}/steps/mark_ready/": {"reason": "has_experience"},
    }
    for path, data in forms.items():
        answer = browser.post(path, {**data, "once": new_once(), "version": 1, "document": passport()})
        words = answer.content.decode()
        assert answer.status_code == 422, path
        assert "no identity documents, certificates or CVs" in words, path
        if "Typed words" in data.values():
            assert "Typed words" in words, path
    assert (Contact.objects.count(), Note.objects.count(), Support.objects.count()) == (0, 0, 0)
    assert Audit.objects.exclude(action="person.open").count() == before
    case.refresh_from_db()
    assert (case.candidate.first_name, case.ready_on) == ("Asha", None)


def test_the_same_form_without_a_file_is_taken_in_parts_too() -> None:
    scene = Scene()
    case = scene.open()
    browser = signed_in(scene.worker)
    data = {"text": "Likes mornings.", "visibility": "team", "once": new_once(), "document": ""}
    assert browser.post(f"/pathways/{case.uuid}/notes/", data).status_code == 302
    assert Note.objects.get().text == "Likes mornings."


def test_a_foreign_person_tells_no_more_by_it_than_nobody_does() -> None:
    mine = Scene()
    case = mine.open()
    answers = []
    for key in (case.uuid, "8a3b9c1e-0d5f-4e7a-9b2c-6d1f0a4e8c3b"):
        answer = signed_in(mine.employer).post(f"/pathways/{key}/notes/", {"text": "x", "document": passport()})
        answers.append(answer.status_code)
    assert answers == [403, 403]
