"""Finding somebody: by a name as it was heard, in whichever order; by a phone as it was noted down; by a postcode; or by two of them."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit
from candidates.models import Address, Candidate, ContactRoute
from candidates.models.candidate import fold
from candidates.models.spelling import Sounds, knows_trigrams, sound, spelt_otherwise
from ground.clock import real_now
from ground.once import new_once
from pathways.backends import last_search
from pathways.models import Pathway
from pathways.queries.search import read_words
from tests.factories import organisation, programme, user
from tests.fixtures.database import application_role
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
migration = import_module("candidates.migrations.0003_name_trigrams")


class People(Scene):
    """Everybody by name on one desk."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        for number, name in enumerate(names):
            first, _, last = name.partition(" ")
            case = self.open(first=first, last=last or "", phone=f"+4477009001{number:02}")
            if not last:
                Candidate.objects.filter(pk=case.candidate_id).update(last_name="", folded_name=fold(first))


def find(browser: Client, words: str) -> list[str]:
    answer = browser.post("/people/find/", {"words": words}, follow=True)
    assert answer.status_code == 200
    return [row.name for row in answer.context["rows"]]


def without_trigrams() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX candidate_name_trigrams, route_value_trigrams")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Mohammed Ali", "Muhammad"),
        ("Muhammad Ali", "Mohamed Ali"),
        ("Mohamed Hussain", "husein mohammad"),
        ("Aisha Begum", "Ayesha"),
        ("Maria Rodriguez", "Rodrigez"),
        ("John Smith", "Smiht"),
        ("Catherine Jones", "Kathryn"),
        ("Stephen Lee", "steven"),
        ("Zoë O’Brien", "ZOË obrien"),
        ("Sara Phillips", "Philips"),
        ("Aaron Matthews", "aron mathews"),
        ("Nguyễn Thị", "Nguyn"),
    ],
)
def test_a_name_that_is_spelt_otherwise_is_found_and_says_so(name: str, typed: str) -> None:
    scene = People(name, "Bilal Qureshi", "Dawn Fletcher")
    answer = signed_in(scene.worker).post("/people/find/", {"words": typed}, follow=True)
    assert [(row.name, row.note) for row in answer.context["rows"]] == [(name, "Similar name")]
    assert b"Similar name" in answer.content


def test_first_and_last_name_may_be_swapped_and_what_fits_as_it_stands_comes_first_and_is_not_marked() -> None:
    scene = People("Rosa Lindqvist", "Rosie Lindquist", "Lindqvist Rosa")
    answer = signed_in(scene.worker).post("/people/find/", {"words": "Lindqvist Rosa"}, follow=True)
    assert [(row.name, row.note) for row in answer.context["rows"]] == [
        ("Lindqvist Rosa", ""),
        ("Rosa Lindqvist", ""),
        ("Rosie Lindquist", "Similar name"),
    ]


def test_a_stranger_in_name_is_not_found() -> None:
    scene = People("Mohammed Ali", "Grace Okafor")
    browser = signed_in(scene.worker)
    for words in ("Madeleine", "Okonkwo", "Gerald", "Alison Grace"):
        assert find(browser, words) == [], words


def test_where_the_database_has_no_trigrams_the_search_listens_to_the_sound_and_says_nothing_wrong() -> None:
    scene = People("Mohammed Ali", "Grace Okafor")
    without_trigrams()
    browser = signed_in(scene.worker)
    assert find(browser, "ali moh") == ["Mohammed Ali"]
    assert find(browser, "Muhammad") == ["Mohammed Ali"]
    assert find(browser, "Gacre") == []
    assert find(browser, "900100") == ["Mohammed Ali"]
    assert "Similar name" not in browser.post("/people/find/", {"words": "ali"}, follow=True).content.decode()


def test_the_migration_makes_what_it_may_and_goes_on_where_it_may_not() -> None:
    without_trigrams()
    with connection.schema_editor() as editor:
        with application_role():
            migration.make(None, editor)
        assert indexes() == set()
        migration.make(None, editor)
        assert indexes() == {"candidate_name_trigrams", "route_value_trigrams"}
        migration.drop(None, editor)
        assert indexes() == set()
        with connection.cursor() as cursor:
            cursor.execute("DROP EXTENSION pg_trgm CASCADE")
        migration.make(None, editor)
    assert len(indexes()) == 2


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname LIKE '%%trigrams'", [])
        return {row[0] for row in cursor.fetchall()}


def test_the_database_hears_a_name_as_we_do_and_both_are_served_by_their_index() -> None:
    People("Mohammed Ali", "Stephen Zachary", "Zoë O’Brien", "Aaron Quinn")
    heard = Candidate.objects.annotate(heard=Sounds("folded_name")).values_list("folded_name", "heard")
    assert dict(heard) == {name: [sound(word) for word in name.split()] for name, _ in heard}
    with connection.cursor() as cursor:
        for way in ("seqscan", "indexscan", "indexonlyscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    assert knows_trigrams()
    plan = spelt_otherwise(Candidate.objects.all(), "muhammad", trigrams=True).explain()
    assert "candidate_name_trigrams" in plan
    assert "candidate_sounds" in plan


@pytest.mark.parametrize(
    "typed", ["07700 900101", "+44 7700 900101", "+44 (0)7700 900101", "0770090 0101", "900101", "00101", "07700 9001 01"]
)
def test_a_phone_is_found_however_it_is_written_and_by_its_last_digits(typed: str) -> None:
    scene = People("Grace Okafor", "Bilal Qureshi")
    assert find(signed_in(scene.worker), typed) == ["Bilal Qureshi"]


@pytest.mark.parametrize("typed", ["0355", "sam 0355", "01", "+44 7"])
def test_a_few_digits_are_told_how_many_and_nobody_is_offered_to_be_added(typed: str) -> None:
    browser = signed_in(People("Grace Okafor").worker)
    answer = browser.post("/people/find/", {"words": typed})
    words = answer.content.decode()
    assert answer.status_code == 422
    assert answer.context["form"].errors["words"] == ["Type the last five digits of the phone or more."]
    assert f'value="{typed}"' in words
    assert "Nobody found" not in words
    assert 'class="govuk-button govuk-button--secondary" href="/people/add/"' not in words


def test_one_letter_that_is_nobodys_name_asks_for_more_and_two_offer_to_add() -> None:
    browser = signed_in(People("Grace Okafor").worker)
    letter = browser.post("/people/find/", {"words": "q"}, follow=True).content.decode()
    assert "type two letters of the name or more" in letter
    offer = 'class="govuk-button govuk-button--secondary" href="/people/add/"'
    assert offer not in letter
    assert offer in browser.post("/people/find/", {"words": "qu"}, follow=True).content.decode()


def test_the_beginning_of_a_number_will_do() -> None:
    browser = signed_in(People("Grace Okafor", "Bilal Qureshi").worker)
    assert find(browser, "07700 9001") == ["Bilal Qureshi", "Grace Okafor"]


def test_a_name_with_a_postcode_or_a_phone_narrows_it_down() -> None:
    scene = People("Sam Okafor", "Sam Qureshi", "Sam Sand")
    Address.objects.create(candidate=Candidate.objects.get(last_name="Qureshi"), postcode="B31 2AA")
    browser = signed_in(scene.worker)
    assert find(browser, "sam b31 2aa") == ["Sam Qureshi"]
    assert find(browser, "b312aa sam") == ["Sam Qureshi"]
    assert find(browser, "sam 07700 900102") == ["Sam Sand"]
    assert find(browser, "grace b31 2aa") == []
    words = read_words("Sam B31 2AA 900102")
    assert (words.kind, words.name, words.phone, words.postcode) == ("name+phone+postcode", "sam", "900102", "B31 2AA")


@pytest.mark.parametrize("name", ["X", "X Æ", "👩‍🌾 Rose", "D’Arcy O’Neill", "\u202eAli\u202c Noor", "Ö" + "z" * 198, "عائشة خان"])
def test_names_of_every_kind_are_found_as_they_are_written(name: str) -> None:
    scene = People(name, "Grace Okafor")
    found = find(signed_in(scene.worker), name)
    assert found == [name]


def test_more_than_fit_say_how_to_narrow_it_down() -> None:
    scene = People(*(f"Muhamad Example{number:02}" for number in range(27)))
    answer = signed_in(scene.worker).post("/people/find/", {"words": "mohammed"}, follow=True)
    assert len(answer.context["rows"]) == 25
    assert "add a postcode or a phone number" in answer.content.decode()


def test_a_misspelt_name_is_looked_for_in_ones_own_sight_alone() -> None:
    People("Mohammed Ali")
    elsewhere = organisation("delivery")
    stranger = user("outreach_worker", elsewhere, programme(elsewhere))
    assert find(signed_in(stranger), "Muhammad") == []


def test_what_was_found_is_a_page_to_come_back_to_and_the_search_is_written_down_once() -> None:
    browser = signed_in(People("Grace Okafor", "Bilal Qureshi").worker)
    sent = browser.post("/people/find/", {"words": "Okafor"})
    assert (sent.status_code, sent["Location"], sent.content) == (303, "/people/find/", b"")
    for _ in range(3):
        page = browser.get("/people/find/")
        assert [row.name for row in page.context["rows"]] == ["Grace Okafor"]
        assert 'value="Okafor"' in page.content.decode()
        assert page["Cache-Control"] == "no-store"
    assert Audit.objects.get(action="people.search").rows == 1
    browser.post("/people/find/", {"words": "Okafor"}, follow=True)
    assert Audit.objects.filter(action="people.search").count() == 2
    empty = browser.get("/people/")
    assert (empty.context["found"], empty.context["form"]["words"].value()) == (None, None)


def test_the_words_lie_sealed_in_the_session_of_this_person_alone() -> None:
    scene = People("Grace Okafor")
    browser = signed_in(scene.worker)
    browser.post("/people/find/", {"words": "Okafor"})
    assert "okafor" not in str(dict(browser.session)).lower()
    assert "okafor" not in str(browser.cookies).lower()
    kept = {last_search.KEY: browser.session[last_search.KEY]}
    for who, mine in ((scene.lead, False), (scene.worker, True)):
        session = SessionStore()
        session.update(kept)
        recalled = last_search.recall(session, user_id=who.pk, at=real_now())
        assert (recalled.words if recalled else "") == "Okafor" * mine
    assert browser.post("/sign-out/", {"once": new_once()}).status_code == 302
    assert last_search.KEY not in browser.session


def test_whom_one_may_no_longer_see_is_not_drawn_again() -> None:
    scene = People("Grace Okafor")
    browser = signed_in(scene.worker)
    assert find(browser, "Okafor") == ["Grace Okafor"]
    elsewhere = organisation("delivery")
    Pathway.objects.update(organisation=elsewhere, owner=None, programme=programme(elsewhere))
    assert list(browser.get("/people/find/").context["rows"]) == []


def test_a_search_of_more_than_half_an_hour_ago_is_forgotten() -> None:
    scene = People("Grace Okafor")
    browser = signed_in(scene.worker)
    kept = last_search.LastSearch("Okafor", [(Candidate.objects.get().pk, "")])
    for minutes, found in ((29, 1), (31, 0)):
        session = browser.session
        last_search.keep(session, kept, user_id=scene.worker.pk, at=real_now() - timedelta(minutes=minutes))
        session.save()
        page = browser.get("/people/find/")
        assert (page.status_code, len(page.context["rows"])) == (200, found)
    assert last_search.KEY not in browser.session


def test_the_page_of_somebody_found_leads_back_to_what_was_found() -> None:
    scene = People("Grace Okafor")
    browser = signed_in(scene.worker)
    (row,) = browser.post("/people/find/", {"words": "Okafor"}, follow=True).context["rows"]
    page = browser.get(row.href, headers={"Referer": "http://testserver/people/find/"})
    assert page.context["came_from"] == {"href": "/people/find/", "words": "Find"}


def test_a_row_shows_the_number_to_ring_the_year_of_birth_and_about_where_they_live() -> None:
    scene = People("Sam Okafor", "Sam Qureshi")
    mine = Candidate.objects.get(last_name="Qureshi")
    Candidate.objects.filter(pk=mine.pk).update(date_of_birth=date(1984, 5, 6), birth_quality="exact")
    Address.objects.create(candidate=mine, postcode="B31 2AA")
    ContactRoute.objects.filter(candidate__last_name="Okafor").update(may_call=False)
    page = signed_in(scene.worker).post("/people/find/", {"words": "sam"}, follow=True)
    shown = {row.name: (row.note, row.phone) for row in page.context["rows"]}
    assert shown == {"Sam Okafor": ("", ""), "Sam Qureshi": ("born 1984 · B31", "+447700900101")}
    words = page.content.decode()
    assert 'href="tel:+447700900101"' in words
    assert "born 1984 · B31" in words
    assert "B31 2AA" not in words


def test_a_search_asks_as_few_queries_for_many_as_for_one() -> None:
    scene, asked = Scene(), []
    browser = signed_in(scene.worker)
    for number in (1, 3, 25, 100):
        while Candidate.objects.count() < number:
            scene.open(first="Muhamad", last=f"Example{Candidate.objects.count():02}")
        assert len(find(browser, "mohammed")) == min(number, 25)
        with CaptureQueriesContext(connection) as queries:
            browser.post("/people/find/", {"words": "mohammed"})
        asked.append(len(queries))
    assert len(set(asked)) == 1, asked
    assert asked[0] <= 20, asked  # the search, its audit and the session; the page it leads to is in test_list_queries
