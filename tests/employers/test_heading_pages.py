"""The pages of openings: who may, what they show, what they refuse, and how many questions they ask of the database."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import Programme
from employers.models import CareerHeading, JobFamily
from employers.services.heading import edit_heading
from ground.once import new_once
from tests.factories import AT, World, actor, organisation, partner, rates, user
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
RANDOM = "8a3b9c1e-0d5f-4e7a-9b2c-6d1f0a4e8c3b"


def typed(world: World, **more: str) -> dict[str, str]:
    return {
        "title": "Hospital porter",
        "family": world.family.code,
        "site": "Queen's Hospital",
        "hours_pattern": "Monday to Friday, 7am to 3pm",
        "hours_a_week": "37.5",
        "pay": "13.60 an hour",
        "places": "2",
        "start_by": "",
        "once": new_once(),
        **more,
    }


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def errors(answer) -> list[str]:
    return re.findall(r"Error:</span> ([^<]+?)(?:<|\s*$)", answer.content.decode(), flags=re.MULTILINE)


@pytest.fixture
def world() -> World:
    rates()
    return World()


def test_an_employer_posts_with_eight_questions_and_it_is_open_at_once(world):
    client = signed_in(world.employer)
    empty = page(client, "/headings/add/")
    assert len(re.findall(r'class="govuk-form-group', empty)) == 8
    answer = client.post("/headings/add/", typed(world, pay="12.90"))
    made = CareerHeading.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/headings/{made.uuid}/")
    assert (made.organisation, made.programme, made.stage, made.pay_grade) == (world.trust, world.programme, "open", "legal")
    shown = page(client, answer["Location"])
    assert "Posted. People can be put forward to it now, and you get an e-mail when somebody is." in shown
    assert "Above the legal minimum of £12.71 an hour, and under the real Living Wage of £13.45. That is allowed." in shown


def test_pressed_twice_posts_once(world):
    client = signed_in(world.employer)
    same = typed(world)
    first, second = client.post("/headings/add/", same), client.post("/headings/add/", same)
    assert (first.status_code, second.status_code, first["Location"] == second["Location"]) == (302, 302, True)
    assert CareerHeading.objects.count() == 1


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(world):
    client = signed_in(world.employer)
    answer = client.post("/headings/add/", typed(world, title="", pay="lots", places="0", start_by="31 2 2027", hours_a_week="many"))
    assert answer.status_code == 422
    assert errors(answer) == [
        "Enter the job title",
        "Enter the hours in numbers, for example 37.5",
        "Enter the pay in numbers, for example £14.20 an hour or £27,690 a year",
        "An opening has at least one place",
        "31 February 2027 is not a day.",
    ]
    assert 'value="lots"' in answer.content.decode()
    assert CareerHeading.objects.count() == 0


def test_ten_thousand_characters_of_title_are_refused_at_the_field(world):
    answer = signed_in(world.employer).post("/headings/add/", typed(world, title="x" * 10_000))
    assert answer.status_code == 422
    assert errors(answer) == ["Use 120 characters or fewer: this has 10000."]


def test_pay_under_the_minimum_brings_one_more_question(world):
    client = signed_in(world.employer)
    asked = client.post("/headings/add/", typed(world, pay="10.00"))
    assert asked.status_code == 422
    assert errors(asked) == ["This is under the legal minimum for people of 21 and over: say why."]
    assert "(optional)" not in re.search(r"Why is the pay under the minimum\?.*?<input", asked.content.decode(), flags=re.DOTALL).group(0)
    assert client.post("/headings/add/", typed(world, pay="10.00", pay_reason="Apprenticeship")).status_code == 302
    made = CareerHeading.objects.get()
    assert (made.pay_grade, made.pay_reason) == ("below", "Apprenticeship")


def test_the_words_under_the_pay_as_it_is_typed(world):
    client = signed_in(world.employer)
    assert page(client, "/headings/pay/?pay=13.45") == "At or above the real Living Wage of £13.45 an hour."
    assert page(client, "/headings/pay/?pay=lots") == ""
    assert page(client, "/headings/pay/") == ""


def test_an_edit_of_a_stale_page_shows_both_and_loses_nothing(world):
    client = signed_in(world.employer)
    made = world.heading(pay=Decimal("13.60"))
    path = f"/headings/{made.uuid}/edit/"
    assert 'value="£13.60 an hour"' in page(client, path)
    colleague = user("employer", world.trust, name="Dawn Desk")
    said = {"title": "Night porter", "family": world.family, "pay": made.pay, "pay_unit": "hour", "places": 2, "site": "East wing"}
    edit_heading(heading=made, said=said, version=1, by=actor(colleague), at=AT)
    answer = client.post(path, typed(world, title="Day porter", version="1"))
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "Changed by Dawn Desk." in shown
    assert ("Day porter" in shown, "Night porter" in shown, "Queen&#x27;s Hospital" in shown, "East wing" in shown) == (True,) * 4
    assert CareerHeading.objects.get().title == "Night porter"
    assert client.post(path, typed(world, title="Day porter", version="2")).status_code == 302
    assert CareerHeading.objects.get().title == "Day porter"


def test_still_true_is_one_press_in_the_row(world):
    client = signed_in(world.employer)
    made = world.heading(confirmed_on="2026-01-05")
    shown = page(client, "/headings/")
    assert "Last confirmed" in shown
    path = f"/headings/{made.uuid}/steps/confirm/"
    assert f'action="{path}"' in shown
    answer = client.post(path, {"version": "1", "once": new_once(), "back": "list"})
    assert answer["Location"] == "/headings/"
    made.refresh_from_db()
    assert (made.stage, made.version, made.confirmed_on > date(2026, 1, 5)) == ("open", 2, True)
    assert client.post(path, {"version": "1", "once": new_once()}).status_code == 409


def test_a_worker_passes_on_the_employers_word_and_says_how_they_heard(world):
    client = signed_in(world.worker)
    made = world.heading(confirmed_on="2026-01-05")
    path = f"/headings/{made.uuid}/steps/confirm/"
    assert path in page(client, "/headings/")
    assert client.post(path, {"version": "1", "once": new_once()}).status_code == 422
    assert client.post(path, {"version": "1", "once": new_once(), "said_how": "phone"}).status_code == 302
    made.refresh_from_db()
    assert made.version == 2
    assert client.get("/headings/add/").status_code == 403
    assert client.get(f"/headings/{made.uuid}/edit/").status_code == 403


def test_a_lead_posts_for_an_employer_of_the_programme(world):
    partner(world.programme, organisation("employer", name="City Care"))
    other = organisation("employer", name="Elsewhere")
    client = signed_in(world.lead)
    assert "City Care" in page(client, "/headings/add/")
    assert client.post("/headings/add/", typed(world, employer=str(other.uuid))).status_code == 422
    assert client.post("/headings/add/", typed(world, employer=str(world.trust.uuid))).status_code == 302
    assert CareerHeading.objects.get().organisation == world.trust


def test_another_employers_opening_is_answered_like_one_that_never_was(world):
    stranger = organisation("employer")
    partner(world.programme, stranger)
    theirs = world.heading(organisation=stranger, title="Secret post")
    client = signed_in(world.employer)
    for path in ("/headings/{}/", "/headings/{}/edit/", "/headings/{}/steps/confirm/", "/headings/{}/steps/close/"):
        found, never = client.get(path.format(theirs.uuid)), client.get(path.format(RANDOM))
        assert (found.status_code, never.status_code) == (404, 404)
        assert re.sub(r'nonce="[^"]*"', "", found.content.decode()) == re.sub(r'nonce="[^"]*"', "", never.content.decode())
    posted = {"version": "1", "once": new_once()}
    assert client.post(f"/headings/{theirs.uuid}/steps/confirm/", posted).status_code == 404
    assert "Secret post" not in page(client, "/headings/?stage=all")


def test_who_sees_which_openings(world):
    world.heading(title="Porter")
    world.heading(title="Driver")
    CareerHeading.objects.filter(title="Driver").update(stage="draft")
    trainer = user("trainer", world.delivery, world.programme)
    administrator = user("administrator", world.delivery)
    elsewhere = user("outreach_worker", organisation("delivery"))
    people = {"employer": world.employer, "worker": world.worker, "lead": world.lead, "trainer": trainer, "admin": administrator}
    seen = {name: ("Porter" in page(signed_in(who), "/headings/?stage=all")) for name, who in people.items()}
    drafts = {name: ("Driver" in page(signed_in(who), "/headings/?stage=all")) for name, who in people.items()}
    assert seen == {"employer": True, "worker": True, "lead": True, "trainer": True, "admin": True}
    assert drafts == {"employer": True, "worker": False, "lead": False, "trainer": False, "admin": False}
    assert "Porter" not in page(signed_in(elsewhere), "/headings/?stage=all")
    assert signed_in(trainer).post(f"/headings/{RANDOM}/steps/confirm/", {"once": new_once()}).status_code == 403


@pytest.mark.parametrize("path", ["/headings/", "/headings/add/", f"/headings/{RANDOM}/", f"/headings/{RANDOM}/steps/close/"])
def test_nobody_gets_in_without_signing_in(path):
    answer = Client().get(path)
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in/")


def test_filters_and_orders_stand_in_the_address(world):
    care = JobFamily.objects.create(code="care", name="Care", valid_from="2024-01-01")
    world.heading(title="Porter", site="North")
    other = world.heading(title="Carer", site="South")
    CareerHeading.objects.filter(pk=other.pk).update(family=care, stage="closed")
    client = signed_in(world.employer)
    titles = re.compile(r'row__name" href="[^"]+">([^<]+)<')
    assert titles.findall(page(client, "/headings/")) == ["Porter"]
    assert titles.findall(page(client, "/headings/?stage=all&order=title")) == ["Carer", "Porter"]
    assert titles.findall(page(client, "/headings/?stage=closed")) == ["Carer"]
    assert titles.findall(page(client, "/headings/?stage=all&family=care")) == ["Carer"]
    assert titles.findall(page(client, "/headings/?words=north")) == ["Porter"]
    assert "No opening matches" in page(client, "/headings/?words=nowhere")
    assert titles.findall(page(client, "/headings/?stage=nonsense&order=nonsense")) == ["Porter"]


def test_an_empty_list_says_how_to_begin(world):
    shown = page(signed_in(world.employer), "/headings/")
    assert "No opening is open" in shown
    assert 'href="/headings/add/"' in shown


def test_an_employer_outside_every_programme_is_told_so():
    lonely = user("employer", organisation("employer"))
    assert Programme.objects.count() == 0
    assert "takes part in no programme yet" in page(signed_in(lonely), "/headings/add/")


@pytest.mark.parametrize("number", [1, 3, 25])
def test_a_long_list_asks_no_more_than_a_short_one(world, django_assert_num_queries, number):
    for each in range(number):
        world.heading(title=f"Post {each}", confirmed_on="2026-01-05")
    client = signed_in(world.employer)
    client.get("/headings/")
    with django_assert_num_queries(9):
        shown = page(client, "/headings/")
    assert shown.count("row__name") == number


def test_the_26th_opening_is_on_the_next_page(world):
    for each in range(26):
        world.heading(title=f"Post {each:02}")
    client = signed_in(world.employer)
    first = page(client, "/headings/?order=title")
    after = re.search(r'href="(\?[^"]*after=[^"]+)"', first).group(1).replace("&amp;", "&")
    assert re.findall(r'row__name" href="[^"]+">([^<]+)<', page(client, f"/headings/{after}")) == ["Post 25"]
