"""Finding somebody: by a name as it was heard, in whichever order; by a phone as it was noted down; by a postcode; or by two of them."""

from importlib import import_module

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidates.models import Address, Candidate
from candidates.models.candidate import fold
from candidates.models.spelling import Sounds, knows_trigrams, sound, spelt_otherwise
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
    answer = browser.post("/people/find/", {"words": words})
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
    answer = signed_in(scene.worker).post("/people/find/", {"words": typed})
    assert [(row.name, row.note) for row in answer.context["rows"]] == [(name, "Spelt otherwise")]
    assert b"Spelt otherwise" in answer.content


def test_first_and_last_name_may_be_swapped_and_what_fits_as_it_stands_comes_first_and_is_not_marked() -> None:
    scene = People("Rosa Lindqvist", "Rosie Lindquist", "Lindqvist Rosa")
    answer = signed_in(scene.worker).post("/people/find/", {"words": "Lindqvist Rosa"})
    assert [(row.name, row.note) for row in answer.context["rows"]] == [
        ("Lindqvist Rosa", ""),
        ("Rosa Lindqvist", ""),
        ("Rosie Lindquist", "Spelt otherwise"),
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
    assert "Spelt otherwise" not in browser.post("/people/find/", {"words": "ali"}).content.decode()


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


def test_four_digits_are_too_few_and_the_beginning_of_a_number_will_do() -> None:
    scene = People("Grace Okafor", "Bilal Qureshi")
    browser = signed_in(scene.worker)
    assert find(browser, "0101") == []
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
    answer = signed_in(scene.worker).post("/people/find/", {"words": "mohammed"})
    assert len(answer.context["rows"]) == 25
    assert "add a postcode or a phone number" in answer.content.decode()


def test_a_misspelt_name_is_looked_for_in_ones_own_sight_alone() -> None:
    People("Mohammed Ali")
    elsewhere = organisation("delivery")
    stranger = user("outreach_worker", elsewhere, programme(elsewhere))
    assert find(signed_in(stranger), "Muhammad") == []


def test_a_search_asks_as_few_queries_for_many_as_for_one() -> None:
    scene, asked = Scene(), []
    browser = signed_in(scene.worker)
    for number in (1, 3, 25):
        while Candidate.objects.count() < number:
            scene.open(first="Muhamad", last=f"Example{Candidate.objects.count():02}")
        find(browser, "mohammed")
        with CaptureQueriesContext(connection) as queries:
            assert len(find(browser, "mohammed")) == number
        asked.append(len(queries))
    assert asked[0] == asked[1] == asked[2] <= 15
