"""What is kept of a person, put right: names, ways to reach them, addresses, permissions, a death."""

import re
from datetime import timedelta
from typing import Any

import pytest

from candidates.models import Address, Candidate, ContactRoute
from ground.once import new_once
from pathways.models import Consent, Task
from tests.pathways.scenes import Scene
from tests.pathways.test_pages_person import home, text, titles
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def correction(row: Candidate, **more: str) -> dict[str, Any]:
    names = {"first_name": row.first_name, "last_name": row.last_name, "language": row.language, "english_is_fine": "on"}
    return {**names, "version": row.version, "once": new_once(), **more}


def test_a_typing_error_is_put_right_and_a_stale_page_shows_both() -> None:
    scene = Scene()
    case = scene.open(first="Amnia", last="Yusuf")
    browser = signed_in(scene.worker)
    path = f"{home(case)}correct/"
    stale = correction(case.candidate, first_name="Aminah")
    assert browser.get(path).status_code == 200
    assert browser.post(path, correction(case.candidate, first_name="Amina", date_of_birth="1990-03-07")).status_code == 302
    there = Candidate.objects.get(pk=case.candidate_id)
    now = (there.first_name, str(there.date_of_birth), there.birth_quality, there.folded_name)
    assert now == ("Amina", "1990-03-07", "exact", "amina yusuf")
    conflict = browser.post(path, stale)
    words = re.sub(r"\s+", " ", conflict.content.decode())
    assert conflict.status_code == 409
    assert "Aminah" in words
    assert f"Changed by {scene.worker.name}." in words
    assert "Use mine" in words
    assert Candidate.objects.get(pk=case.candidate_id).first_name == "Amina"
    mine = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', conflict.content.decode()))
    assert browser.post(path, mine).status_code == 302
    assert Candidate.objects.get(pk=case.candidate_id).first_name == "Aminah"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"first_name": ""}, "Enter first name"),
        ({"date_of_birth": "2999-01-01"}, "2999 is not a year"),
        ({"date_of_birth": "2099-01-01"}, "The date of birth is still to come."),
        ({"date_of_birth": "1901-01-01"}, "more than 110 years ago"),
        ({"language": "xx"}, "Choose one of the answers in the list"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(typed: dict[str, str], says: str) -> None:
    scene = Scene()
    case = scene.open()
    answer = signed_in(scene.worker).post(f"{home(case)}correct/", correction(case.candidate, **typed))
    assert (answer.status_code, says in answer.content.decode()) == (422, True)


def test_ways_to_reach_them_are_added_made_safe_and_ended() -> None:
    scene = Scene()
    case = scene.open(phone=None, interested=False)
    browser = signed_in(scene.worker)
    path = f"{home(case)}reach/add/"
    assert browser.get(path).status_code == 200
    for value in ("07700 900123 (mum)", "", "0770O 900123"):
        assert browser.post(path, {"kind": "mobile", "value": value, "once": new_once()}).status_code == 422
    assert browser.post(path, {"kind": "email", "value": "amina at home", "once": new_once()}).status_code == 422
    assert browser.post(path, {"kind": "mobile", "value": "0121 496 0123", "may_call": "on", "once": new_once()}).status_code == 302
    route = ContactRoute.objects.get()
    assert (route.kind, route.value, route.may_call, route.may_text) == ("landline", "+441214960123", True, False)
    change = f"{home(case)}reach/{route.uuid}/"
    assert browser.get(change).status_code == 200
    assert (
        browser.post(
            change, {"value": "0121 496 0123", "safe_times": "after 4pm", "version": route.version, "once": new_once()}
        ).status_code
        == 302
    )
    stale = browser.post(change, {"value": "0121 496 0123", "safe_times": "at noon", "version": route.version, "once": new_once()})
    assert (stale.status_code, "after 4pm" in stale.content.decode()) == (409, True)
    route.refresh_from_db()
    assert (route.may_call, route.safe_times) == (False, "after 4pm")
    assert browser.get(f"{change}end/").status_code == 200
    assert browser.post(f"{change}end/", {"version": route.version, "once": new_once()}).status_code == 302
    assert "No way to reach them is known." in text(browser, home(case))
    assert browser.get(change).status_code == 404


def test_an_address_is_first_then_moved_then_corrected() -> None:
    scene = Scene()
    case = scene.open()
    browser = signed_in(scene.worker)
    path = f"{home(case)}address/"
    assert browser.get(path).status_code == 200
    assert browser.post(path, {"version": 1, "once": new_once()}).status_code == 422
    assert "Did you mean B30 2AA?" in browser.post(path, {"postcode": "B3O 2AA", "version": 1, "once": new_once()}).content.decode()
    assert browser.post(path, {"postcode": "B31 2AA", "version": 1, "once": new_once()}).status_code == 302
    moved = {
        "postcode": "B90 3DF",
        "version": 2,
        "change": "moved",
        "since": (scene.today - timedelta(days=4)).isoformat(),
        "once": new_once(),
    }
    assert browser.post(path, moved).status_code == 302
    fixed = {"postcode": "B90 3DG", "version": 3, "change": "corrected", "once": new_once()}
    assert browser.post(path, fixed).status_code == 302
    rows = [(row.postcode, row.valid_to is None, row.replaced_by_id is None) for row in Address.objects.order_by("id")]
    assert rows == [("B31 2AA", False, True), ("B90 3DF", False, False), ("B90 3DG", True, True)]
    assert "B90 3DG, ward not looked up yet" in text(browser, home(case))


def test_the_second_of_two_corrections_of_an_address_is_shown_both() -> None:
    scene = Scene()
    case = scene.open()
    first, second = signed_in(scene.worker), signed_in(scene.lead)
    path = f"{home(case)}address/"
    assert first.post(path, {"postcode": "B31 2AA", "version": 1, "once": new_once()}).status_code == 302
    (version,) = set(re.findall(r'name="version" value="(\d+)"', first.get(path).content.decode() + second.get(path).content.decode()))
    mine = {"postcode": "B90 3DF", "change": "corrected", "version": version, "once": new_once()}
    theirs = {"postcode": "B90 3DG", "change": "corrected", "version": version, "once": new_once()}
    assert first.post(path, theirs).status_code == 302
    conflict = second.post(path, mine)
    words = re.sub(r"\s+", " ", conflict.content.decode())
    assert conflict.status_code == 409
    assert all(part in words for part in ("B90 3DF", "B90 3DG", f"Changed by {scene.worker.name}.", "Use mine"))
    assert Address.objects.filter(candidate=case.candidate).latest("id").postcode == "B90 3DG"
    again = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', conflict.content.decode()))
    assert second.post(path, again).status_code == 302
    assert Address.objects.get(candidate=case.candidate, valid_to=None, replaced_by=None).postcode == "B90 3DF"


def test_a_permission_is_withdrawn() -> None:
    scene = Scene()
    case = scene.sent().pathway
    row = Consent.objects.get()
    browser = signed_in(scene.worker)
    path = f"/consents/{row.uuid}/withdraw/"
    assert path in text(browser, home(case))
    alone = f"From the next page they open, {scene.trust.name} no longer sees {case.candidate.called}."
    assert all(words in text(browser, path) for words in (f"Stop sharing with {scene.trust.name}", alone))
    besides = Consent.objects.create(
        candidate=row.candidate, kind=row.kind, employer=row.employer, given_on=row.given_on, given_how="phone", recorded_by=scene.worker
    )
    assert (alone in text(browser, path), "Another one stands" in text(browser, path)) == (False, True)
    besides.change(version=1, withdrawn_on=scene.today)
    assert browser.post(path, {"version": row.version, "once": new_once()})["Location"] == home(case)
    row.refresh_from_db()
    assert row.withdrawn_on == scene.today
    assert path not in text(browser, home(case))
    assert f"Permission withdrawn: share with an employer: {scene.trust.name}" in titles(browser, case)
    assert browser.post(path, {"version": row.version, "once": new_once()}).status_code == 409


def test_a_death_ends_everything_quietly() -> None:
    scene = Scene()
    case = scene.chat().pathway
    browser = signed_in(scene.worker)
    path = f"{home(case)}died/"
    assert browser.get(path).status_code == 200
    later = {"died_on": (scene.today + timedelta(days=1)).isoformat(), "version": case.candidate.version, "once": new_once()}
    assert browser.post(path, later).status_code == 422
    assert browser.post(path, {**later, "died_on": scene.today.isoformat(), "once": new_once()}).status_code == 302
    case.refresh_from_db()
    assert case.stage == "ended"
    words = text(browser, home(case))
    assert "Died " in words
    assert "Start again" not in words
    assert "Rang, no answer" not in words


ODD = ("x" * 5_000, "-1", "9" * 30, "31.02.2026", "😀", "٣", "<script>", "' OR 1=1", "0001-01-01", "9999-12-31")


@pytest.mark.parametrize("odd", ODD)
def test_odd_words_in_every_field_are_answered_and_never_a_fault(odd: str) -> None:
    scene = Scene()
    case = scene.open()
    route, task = ContactRoute.objects.get(), Task.objects.filter(state="open")[0]
    browser = signed_in(scene.worker)
    paths = ["/people/add/", "/people/find/", f"/tasks/{task.uuid}/steps/snooze/", f"{home(case)}reach/{route.uuid}/"]
    paths += [f"{home(case)}{page}/" for page in ("correct", "address", "reach/add", "died")]
    paths += [f"/pathways/{case.uuid}/{page}/" for page in ("contacts", "notes", "tasks")]
    steps = ("interview.book", "interview.hold", "set_not_now", "placement.record_own_job")
    paths += [f"/pathways/{case.uuid}/steps/{step}/" for step in steps]
    free = {"/people/find/", paths[3]}  # any line of words will do there
    for path in paths:
        form = browser.get(path).context["form"]
        data = {name: odd for name in form.fields if name not in {"once", "version"}}
        for day in ("day", "month", "year"):
            data |= {f"{name}_{day}": odd for name in form.fields}
        answer = browser.post(path, {**data, "once": new_once(), "version": form["version"].value() if "version" in form.fields else ""})
        assert answer.status_code == 422 or path in free
    for path in ("/today/", "/caseload/", "/unclaimed/", home(case)):
        asked = dict.fromkeys(("after", "whose", "stage", "owner", "ward", "sort", "row", "place", "did", "case", "all", "was"), odd)
        assert browser.get(path, asked).status_code == 200
