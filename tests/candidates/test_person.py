"""People: added, corrected, reached, moved; equality answers blind to everybody else."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit
from candidates.models import Address, AddressPlace, Candidate, CandidateLink, ContactRoute, EqualityAnswer
from candidates.queries import equality_counts
from candidates.services.equality import answer_questions, object_to_questions
from candidates.services.link import make_link_of
from candidates.services.person import add_person, add_route, correct_person, end_route, set_address
from candidates.services.place import place_pending
from candidates.tasks import forget_links_over, place_addresses
from ground.actor import SYSTEM, Actor
from ground.door import Conflict, Refused
from places.queries import postcodes_in_use
from places.services import load_invented
from tests.factories import World

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def added(world: World, **more: object) -> Candidate:
    return add_person(organisation=world.delivery, by=world.by, at=AT, **{"first_name": "Zoë", "last_name": "O’Brien", **more})


def test_a_name_is_found_however_it_is_typed() -> None:
    assert added(World()).folded_name == "zoe o brien"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"first_name": "  "}, "Enter a name."),
        ({"date_of_birth": date(2026, 11, 24)}, "The date of birth is still to come."),
        ({"date_of_birth": date(1905, 1, 1)}, "The date of birth is more than 110 years ago: check the year."),
    ],
)
def test_what_cannot_be_is_refused_in_words(more: dict, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        added(World(), **more)
    assert str(refused.value) == sentence
    assert Candidate.objects.count() == 0


def test_an_edit_with_an_old_version_is_a_conflict_and_loses_nothing() -> None:
    world = World()
    person = added(world)
    correct_person(candidate=person, version=1, values={"first_name": "Zoe"}, by=world.by, at=AT)
    with pytest.raises(Conflict):
        correct_person(candidate=person, version=1, values={"first_name": "Zora"}, by=world.by, at=AT)
    person.refresh_from_db()
    assert (person.first_name, person.version, person.folded_name) == ("Zoe", 2, "zoe o brien")


def test_two_people_may_share_a_phone_and_one_person_has_it_once() -> None:
    world = World()
    mother, son = added(world), added(world, first_name="Sam")
    for person in (mother, son, son):
        add_route(candidate=person, kind="mobile", value="+447700900111", by=world.by, at=AT)
    assert ContactRoute.objects.filter(value="+447700900111").count() == 2


def test_a_way_that_ended_is_kept_and_no_longer_offered() -> None:
    world = World()
    person = added(world)
    route = add_route(candidate=person, kind="mobile", value="+447700900112", by=world.by, at=AT)
    end_route(route=route, version=1, by=world.by, at=AT)
    assert ContactRoute.objects.current().filter(candidate=person).count() == 0
    assert ContactRoute.objects.get(candidate=person).ended_on == date(2026, 11, 23)


def test_moving_ends_one_address_and_begins_another() -> None:
    world = World()
    person = added(world)
    set_address(candidate=person, postcode="b11aa", by=world.by, at=AT)
    set_address(candidate=person, postcode="B2 2BB", change="moved", since=date(2026, 11, 1), by=world.by, at=AT)
    rows = list(Address.objects.filter(candidate=person).order_by("id").values_list("postcode", "valid_from", "valid_to"))
    assert rows == [("B1 1AA", None, date(2026, 11, 1)), ("B2 2BB", date(2026, 11, 1), None)]


def test_a_correction_holds_from_the_start() -> None:
    world = World()
    person = added(world)
    set_address(candidate=person, postcode="B1 1AA", by=world.by, at=AT)
    right = set_address(candidate=person, postcode="B3 3DD", change="corrected", by=world.by, at=AT)
    current = Address.objects.get(candidate=person, replaced_by__isnull=True)
    assert (current, current.valid_from, current.change_kind) == (right, None, "corrected")


@pytest.mark.parametrize("postcode", ["BI 1AA", "B1", "12345"])
def test_what_is_no_postcode_is_refused(postcode: str) -> None:
    world = World()
    person = added(world)
    with pytest.raises(Refused):
        set_address(candidate=person, postcode=postcode, by=world.by, at=AT)
    assert Address.objects.count() == 0


def test_an_unknown_postcode_waits_and_no_fixed_abode_needs_none() -> None:
    world = World()
    one, other = added(world), added(world)
    set_address(candidate=one, postcode="B1 1AA", by=world.by, at=AT)
    set_address(candidate=other, no_fixed_abode=True, by=world.by, at=AT)
    states = dict(AddressPlace.objects.values_list("address__candidate", "state"))
    assert states == {one.pk: "pending", other.pk: "none"}


def test_an_address_knows_its_ward_by_edition() -> None:
    load_invented()
    world = World()
    person = added(world)
    postcode, ward = next(iter(sorted(postcodes_in_use(edition="Invented"))))
    set_address(candidate=person, postcode=postcode, by=world.by, at=AT)
    place = AddressPlace.objects.get(address__candidate=person)
    assert (place.state, place.ward_code) == ("found", ward)


def test_addresses_that_waited_are_placed_once_a_file_knows_them() -> None:
    world = World()
    people = [added(world) for _ in range(5)]
    for person in people[:3]:
        set_address(candidate=person, postcode="B0 1AA", by=world.by, at=AT)
    set_address(candidate=people[3], postcode="B1 1AA", by=world.by, at=AT)
    set_address(candidate=people[4], no_fixed_abode=True, by=world.by, at=AT)
    assert place_addresses(at=AT, dry_run=False) == "0 addresses placed"
    assert AddressPlace.objects.filter(state="found").count() == 0
    load_invented()
    postcode, ward = min(postcodes_in_use(edition="Invented"))
    Address.objects.filter(postcode="B0 1AA").update(postcode=postcode)
    assert place_addresses(at=AT, dry_run=True) == "4 addresses wait for a place"
    assert [place_pending(after=0, at=AT, most=2)[1], place_addresses(at=AT, dry_run=False)] == [2, "1 addresses placed"]
    placed = AddressPlace.objects.filter(state="found")
    assert set(placed.values_list("address__candidate", "ward_code")) == {(person.pk, ward) for person in people[:3]}
    assert AddressPlace.objects.filter(address__candidate=people[3].pk).values_list("state").get() == ("pending",)
    rows = AddressPlace.objects.count()
    assert place_addresses(at=AT, dry_run=False) == "0 addresses placed"
    assert AddressPlace.objects.count() == rows
    assert Audit.objects.filter(action="person.place").aggregate(rows=Sum("rows"))["rows"] == 3


@pytest.mark.parametrize("number", [1, 3])
def test_a_slice_of_waiting_addresses_is_looked_up_together(number: int) -> None:
    world = World()
    for _ in range(number):
        set_address(candidate=added(world), postcode="B0 1AA", by=world.by, at=AT)
    with CaptureQueriesContext(connection) as asked:
        assert place_pending(after=0, at=AT)[1] == 0
    assert len(asked) == 4  # a savepoint and its end, the addresses, their postcodes


def test_three_silences_and_a_value_are_counted_apart() -> None:
    world = World()
    people = [added(world) for _ in range(5)]
    for person, said in zip(people, ["11", "prefer_not", "not_known", "Asian"], strict=False):
        answer_questions(candidate=person, answers={"ethnic_group": said}, by=world.by, at=AT)
    assert equality_counts([each.pk for each in people], "ethnic_group") == {
        "11": 1,
        "prefer_not": 1,
        "not_known": 1,
        "group:Asian": 1,
        "not_asked": 1,
    }


def test_a_worker_keys_a_paper_form_once_and_only_the_person_changes_it() -> None:
    world = World()
    person = added(world)
    answer_questions(candidate=person, answers={"sex": "female"}, by=world.by, at=AT)
    with pytest.raises(Conflict):
        answer_questions(candidate=person, answers={"sex": "male"}, by=world.by, at=AT)
    answer_questions(candidate=person, answers={"sex": "prefer_not"}, by=Actor(kind="candidate"), at=AT)
    answer = EqualityAnswer.objects.get(candidate=person)
    assert (answer.state, answer.code) == ("prefer_not", "")


def test_an_objection_takes_the_answers_and_nobody_asks_again() -> None:
    world = World()
    person = added(world)
    answer_questions(candidate=person, answers={"sex": "female"}, by=world.by, at=AT)
    object_to_questions(candidate=person, by=Actor(kind="candidate"), at=AT)
    assert EqualityAnswer.objects.count() == 0
    with pytest.raises(Conflict):
        answer_questions(candidate=person, answers={"sex": "female"}, by=world.by, at=AT)


def test_own_words_are_sealed_in_the_database() -> None:
    from django.db import connection

    world = World()
    person = added(world)
    answer_questions(candidate=person, answers={"ethnic_group": "14"}, own_words={"ethnic_group": "quite my own"}, by=world.by, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT own_words::text FROM candidates_equalityanswer")
        assert "quite my own" not in cursor.fetchone()[0]
    assert EqualityAnswer.objects.get().own_words == "quite my own"


def test_links_are_dropped_a_while_after_they_are_over():
    who = added(World())
    for days in (1, 30):
        make_link_of(candidate=who, purpose="page", number="", days=days, by=SYSTEM, at=AT)
    later = AT + timedelta(days=92)
    assert forget_links_over(at=later, dry_run=True) == "1 links to drop"
    assert forget_links_over(at=later, dry_run=False) == "1 rows of links dropped"
    assert CandidateLink.objects.count() == 1
