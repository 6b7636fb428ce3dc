"""Finding people, and adding somebody met at a stall."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from accounts.models import Audit, Membership, PrivacyNotice, Programme
from candidates.models import Address, Candidate, ContactRoute
from employers.models import JobFamily
from ground.once import new_once
from outreach.models import Contact, Event
from pathways.models import Pathway, Task
from pathways.queries.search import read_words
from tests.factories import organisation, partner, person, user
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def find(browser: Client, words: str) -> list[str]:
    answer = browser.post("/people/find/", {"words": words}, follow=True)
    assert answer.status_code == (422 if read_words(words).lacking else 200)
    return [row.name for row in answer.context["rows"]]


def test_search_by_name_phone_and_postcode() -> None:
    scene = Scene()
    scene.open(first="Zoë", last="O’Brien", phone="+447700900123")
    home = scene.open(first="Amina", last="Yusuf", phone="+447700900124")
    Address.objects.create(candidate=home.candidate, postcode="B31 2AA")
    browser = signed_in(scene.worker)
    assert find(browser, "zoe") == ["Zoë O’Brien"]
    assert find(browser, "o'brien zo") == ["Zoë O’Brien"]
    assert find(browser, "yus") == ["Amina Yusuf"]
    assert find(browser, "07700 900124") == ["Amina Yusuf"]
    assert find(browser, "+44 7700 900124") == ["Amina Yusuf"]
    assert find(browser, "900123") == ["Zoë O’Brien"]
    assert find(browser, "b312aa") == ["Amina Yusuf"]
    assert find(browser, "B31 2AB") == []
    assert find(browser, "x") == []
    assert "Nobody found" in browser.post("/people/", {"words": "x"}, follow=True).content.decode()


def test_search_says_how_to_narrow_it_down() -> None:
    scene = Scene()
    for number in range(27):
        scene.open(first="Sam", last=f"Example {number:02}")
    browser = signed_in(scene.worker)
    answer = browser.post("/people/", {"words": "sam"}, follow=True)
    assert len(answer.context["rows"]) == 25
    assert "The first 25." in answer.content.decode()


def test_an_empty_search_is_told_what_to_enter() -> None:
    answer = signed_in(Scene().worker).post("/people/", {"words": "  "})
    assert answer.status_code == 422
    assert "Enter a name, a phone number or a postcode" in answer.content.decode()


@pytest.mark.parametrize("words", ["%", "_", "\\", "'; drop table", "😀", "a" * 120, "0" * 30, "..."])
def test_odd_words_find_nobody(words: str) -> None:
    scene = Scene()
    scene.open()
    assert find(signed_in(scene.worker), words) == []


def test_search_stays_within_my_sight_and_keeps_no_words() -> None:
    scene = Scene()
    scene.open(first="Amina", last="Yusuf")
    other = partner(scene.programme, organisation("delivery"))
    stranger = user("outreach_worker", other, scene.programme)
    assert find(signed_in(stranger), "amina") == []
    assert find(signed_in(scene.worker), "amina") == ["Amina Yusuf"]
    assert signed_in(scene.worker).get("/people/?words=amina").context["rows"] == []
    kept = Audit.objects.filter(action="people.search").order_by("id")
    assert [(row.rows, row.fields) for row in kept] == [(0, kept[0].fields), (1, kept[1].fields)]
    assert "searched:name" in kept[1].fields
    assert "amina" not in str([vars(row) for row in kept]).lower()


def add(browser: Client, **typed: Any) -> Any:
    return browser.post("/people/add/", {"once": new_once(), **typed})


def test_somebody_interested_is_added_with_three_fields() -> None:
    scene = Scene()
    notice = PrivacyNotice.objects.create(
        programme=scene.programme, lawful_basis="Public task", text="We keep your name.", valid_from=scene.today - timedelta(days=9)
    )
    browser = signed_in(scene.worker)
    assert "We keep your name." in browser.get("/people/add/").content.decode()
    answer = add(browser, first_name=" Amina ", last_name="Yusuf", phone="07700 900123", interested="on")
    case = Pathway.objects.get()
    assert answer["Location"] == f"/people/{case.candidate.uuid}/"
    assert (case.candidate.name, case.stage, case.owner, case.notice) == ("Amina Yusuf", "interested", scene.worker, notice)
    assert list(ContactRoute.objects.values_list("kind", "value", "typed")) == [("mobile", "+447700900123", "07700 900123")]
    assert Task.objects.get(pathway=case, state="open").kind == "book_chat"
    assert "Amina Yusuf is on your list." in browser.get(answer["Location"]).content.decode()


def test_somebody_met_and_no_more_is_outreach_and_needs_no_phone() -> None:
    scene = Scene()
    answer = add(signed_in(scene.worker), first_name="Ben")
    assert answer.status_code == 302
    case = Pathway.objects.get()
    assert (case.stage, case.candidate.name, ContactRoute.objects.count()) == ("outreach", "Ben", 0)


def test_interest_without_a_way_to_reach_them_is_refused_and_nothing_is_kept() -> None:
    scene = Scene()
    answer = add(signed_in(scene.worker), first_name="Ben", interested="on")
    assert answer.status_code == 422
    words = answer.content.decode()
    assert "Add one way to reach this person first" in words
    assert 'value="Ben"' in words
    assert Candidate.objects.count() == 0


def test_another_way_to_reach_them_will_do() -> None:
    scene = Scene()
    browser = signed_in(scene.worker)
    add(browser, first_name="Ben", email="ben@example.org", interested="on")
    add(browser, first_name="Cal", through="His aunt Dee at the library", interested="on")
    assert sorted(ContactRoute.objects.values_list("kind", "value")) == [
        ("email", "ben@example.org"),
        ("through", "His aunt Dee at the library"),
    ]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"first_name": "", "phone": "07700 900123"}, "Enter first name"),
        ({"first_name": "Ann", "phone": "07700 900123 (mum)"}, "Enter the number only, without words"),
        ({"first_name": "Ann", "phone": "0770O 900123"}, "There is a letter O in this number."),
        ({"first_name": "Ann", "phone": "07700 900"}, "This number is too short"),
        ({"first_name": "Ann", "phone": "07012345678"}, "070 numbers are forwarding numbers"),
        ({"first_name": "Ann", "email": "ann at example"}, "Enter an e-mail address like name@example.org"),
        ({"first_name": "Ann", "postcode": "B3O 2AA"}, "Did you mean B30 2AA?"),
        ({"first_name": "A" * 10_000}, "200 characters"),
        ({"first_name": "Ann", "event": "8a3b9c1e-0d5f-4e7a-9b2c-6d1f0a4e8c3b", "programme": "x"}, "Choose one of the answers in the list"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_nothing_is_kept(typed: dict[str, str], says: str) -> None:
    scene = Scene()
    Event.objects.create(organisation=scene.delivery, programme=scene.programme, name="Library", day=scene.today, code="lib")
    answer = add(signed_in(scene.worker), **typed)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert Candidate.objects.count() == 0


def test_the_same_form_twice_adds_one_person() -> None:
    scene = Scene()
    browser, token = signed_in(scene.worker), new_once()
    for _ in range(2):
        assert add(browser, once=token, first_name="Ann", phone="07700 900123").status_code == 302
    assert Candidate.objects.count() == 1


def test_save_and_next_keeps_the_stall() -> None:
    scene = Scene()
    event = Event.objects.create(organisation=scene.delivery, programme=scene.programme, name="Library stall", day=scene.today, code="lib")
    browser = signed_in(scene.worker)
    answer = add(browser, first_name="Ann", phone="07700 900123", event=str(event.uuid), next="1")
    assert answer["Location"] == f"/people/add/?event={event.uuid}"
    again = browser.get(answer["Location"])
    assert "Ann is on your list." in again.content.decode()
    assert again.context["form"]["event"].value() == str(event.uuid)
    case = Pathway.objects.get()
    met = Contact.objects.get()
    assert (case.event, case.source, case.last_two_way_on) == (event, "Library stall", scene.today)
    assert (met.channel, met.outcome, met.event) == ("face_to_face", "spoke", event)


def test_somebody_who_may_be_known_is_shown_and_never_put_together() -> None:
    scene = Scene()
    known = scene.open(first="Amina", last="Yusuf", phone="+447700900123")
    Address.objects.create(candidate=known.candidate, postcode="B31 2AA")
    browser = signed_in(scene.worker)
    token = new_once()
    typed = {"first_name": "Amy", "phone": "07700 900123"}
    warned = add(browser, once=token, **typed)
    assert warned.status_code == 422
    assert f'href="/people/{known.candidate.uuid}/"' in warned.content.decode()
    assert Candidate.objects.count() == 1
    assert add(browser, once=token, anyway="on", **typed).status_code == 302
    assert Candidate.objects.count() == 2
    by_name = add(browser, first_name="amina", last_name="YUSUF", postcode="b312aa")
    assert by_name.status_code == 422
    assert [row.name for row in by_name.context["doubles"]] == ["Amina Yusuf"]
    assert add(browser, first_name="Amina", last_name="Yusuf").status_code == 302


def test_somebody_elses_people_are_not_told_of() -> None:
    scene = Scene()
    other = partner(scene.programme, organisation("delivery"))
    person(other, phone="+447700900123")
    assert add(signed_in(scene.worker), first_name="Amy", phone="07700 900123").status_code == 302


def test_several_programmes_ask_which() -> None:
    scene = Scene()
    second = Programme.objects.create(name="Second", code="second", organisation=scene.delivery, starts_on=scene.today)
    Membership.objects.filter(user=scene.worker).update(programme=None)
    browser = signed_in(scene.worker)
    words = browser.get("/people/add/").content.decode()
    assert "Second" in words
    add(browser, first_name="Ann", programme=str(second.uuid))
    assert Pathway.objects.get().programme == second


def test_a_form_without_its_stamp_is_not_taken() -> None:
    scene = Scene()
    assert signed_in(scene.worker).post("/people/add/", {"first_name": "Ann"}).status_code == 422
    assert Candidate.objects.count() == 0


def test_the_warning_says_why_with_the_phone_and_whose_they_are_and_holds_the_way_on() -> None:
    scene = Scene()
    known = scene.open(first="Amina", last="Yusuf", phone="+447700900123")
    Address.objects.create(candidate=known.candidate, postcode="B31 2AA")
    browser = signed_in(scene.worker)
    typed = {"first_name": "Amy", "phone": "07700 900123"}, {"first_name": "Amina", "last_name": "Yusuf", "postcode": "b312aa"}
    for fields, why in zip(typed, ("Same number (perhaps a family’s) · B31", "Same name and same postcode · B31"), strict=True):
        answer = add(browser, **fields)
        (row,) = answer.context["doubles"]
        assert (row.note, row.phone, row.owed) == (why, "+447700900123", scene.worker.name)
        words = answer.content.decode()
        assert words.index("Is it one of these?") < words.index('name="anyway" value="on"') < words.index('name="first_name"')
        assert words.index('<button type="submit" hidden>') < words.index('name="anyway" value="on"')  # what Enter presses


def test_the_one_event_of_today_that_i_go_to_is_chosen_and_in_sight() -> None:
    scene = Scene()
    made = {"organisation": scene.delivery, "programme": scene.programme}
    mine = Event.objects.create(**made, name="Library stall", day=scene.today, code="lib")
    Event.objects.create(**made, name="Another stall", day=scene.today, code="other")
    browser = signed_in(scene.worker)
    page = browser.get("/people/add/")
    form = page.context["form"]
    assert (form.met_at, form["event"].value()) == (None, None)
    assert page.context["public_form"].endswith("/interest/")
    mine.staff.add(scene.worker)
    page = browser.get("/people/add/")
    form = page.context["form"]
    assert form.met_at.value() == str(mine.uuid)
    assert "event" not in [field.name for field in form.more()]
    words = page.content.decode()
    assert page.context["public_form"].endswith("/interest/lib/")
    assert f'href="{page.context["public_form"]}"' in words
    assert words.index("Met at") < words.index("More: kinds of work")
    assert "Save and add another" in words
    second = Event.objects.create(**made, name="Evening stall", day=scene.today, code="eve")
    second.staff.add(scene.worker)
    assert browser.get("/people/add/").context["form"].met_at is None
    named = browser.get(f"/people/add/?event={second.uuid}").context["form"]
    assert named.met_at.value() == str(second.uuid)
    second.cancelled_on = scene.today
    second.save()
    assert browser.get("/people/add/").context["form"].met_at.value() == str(mine.uuid)


def test_the_form_says_how_else_to_reach_somebody_and_what_each_kind_of_work_is() -> None:
    scene = Scene()
    browser = signed_in(scene.worker)
    family = JobFamily.objects.create(code="care", name="Care", examples="Care homes, helping at home", valid_from=scene.today)
    words = browser.get("/people/add/").content.decode()
    assert "Or another way under “More”" in words
    assert escape(family.examples) in words
    assert "Only if it was at none of the events above" not in words
    Event.objects.create(organisation=scene.delivery, programme=scene.programme, name="Library", day=scene.today, code="lib")
    assert "Only if it was at none of the events above" in browser.get("/people/add/").content.decode()


@pytest.mark.parametrize(
    ("path", "marked"), [("/people/", "Find"), ("/people/find/", "Find"), ("/people/add/", "Add"), ("/caseload/", "Caseload")]
)
def test_the_menu_marks_one_line(path: str, marked: str) -> None:
    page = signed_in(Scene().worker).get(path).content.decode()
    menu = page.partition('aria-label="Menu"')[2].partition("</nav>")[0]
    lines = [line for line in menu.split("<li") if "aria-current" in line]
    assert len(lines) == 1
    assert marked in lines[0]
