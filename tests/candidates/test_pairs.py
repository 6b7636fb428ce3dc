"""Pairs are found when a record is written or changed, and leave when they hold no more."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from candidates.choices import Agreement
from candidates.likeness import known_as
from candidates.models import Address, Candidate, ContactRoute, Merge, MergeProposal, NotSame, SuggestedPair
from candidates.models.alike import known_of, near, records_of, roots_of
from candidates.models.spelling import knows_trigrams
from candidates.services.pairs import compare_next, look_again, pairs_to_look_at_again, to_compare
from candidates.services.person import add_person, add_route, change_route, correct_person, end_route, set_address
from candidates.tasks import compare_pairs, compare_people
from tests.factories import AT, actor, organisation, programme, user

pytestmark = pytest.mark.django_db
BORN = date(1980, 5, 14)


@pytest.fixture
def by() -> Any:
    delivery = organisation()
    return actor(user("outreach_worker", delivery, programme(delivery)))


def person(first: str = "Amina", last: str = "Yusuf", *, phone: str = "", postcode: str = "", born: date | None = None) -> Candidate:
    made = Candidate.objects.create(
        organisation=organisation(), first_name=first, last_name=last, date_of_birth=born, birth_quality="exact" if born else ""
    )
    if phone:
        ContactRoute.objects.create(candidate=made, kind="mobile", value=phone, typed=phone)
    if postcode:
        Address.objects.create(candidate=made, postcode=postcode)
    return made


def compare() -> None:
    while compare_next(at=AT):
        pass


def found() -> set[tuple[int, int]]:
    compare()
    return set(SuggestedPair.objects.values_list("one", "other"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"phone": "+447700900123"}, {"last": "Yusof", "phone": "+447700900123"}),
        ({"born": BORN}, {"first": "Aminah", "born": BORN}),
        ({"born": BORN}, {"born": date(1980, 5, 15)}),
        ({"born": date(1980, 4, 5)}, {"born": date(1980, 5, 4)}),
        ({"postcode": "B12 0YN"}, {"first": "Aimna", "postcode": "B12 0YN"}),
        ({"first": "Yusuf", "last": "Amina", "postcode": "B12 0YN"}, {"postcode": "B12 0YN"}),
        ({"postcode": "B12 0YN"}, {"postcode": "B12 0YM"}),
    ],
)
def test_two_records_of_one_person_are_a_pair_once(one: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = person(**one), person(**other)
    person("Petra", "Novak", phone="+447700900999", postcode="B90 1QN", born=date(1971, 2, 3))
    assert found() == {(first.pk, second.pk)}
    assert to_compare() == 0


def test_a_family_on_one_phone_is_no_pair() -> None:
    person(phone="+447700900123", born=BORN)
    person("Bilal", phone="+447700900123", born=date(2003, 11, 30))
    assert found() == set()


def test_three_records_of_one_person_are_three_pairs() -> None:
    ids = [person(phone="+447700900123").pk for _ in range(3)]
    assert found() == {(ids[0], ids[1]), (ids[0], ids[2]), (ids[1], ids[2])}


def test_a_pair_says_what_the_two_have_in_common_and_is_not_made_anew() -> None:
    person(phone="+447700900123")
    other = person(last="Yusof", phone="+447700900123")
    compare()
    pair = SuggestedPair.objects.get()
    assert set(pair.agree) == {Agreement.NAME_ALIKE, Agreement.PHONE}
    Candidate.objects.filter(pk=other.pk).update(compared_at=None, date_of_birth=BORN, birth_quality="exact")
    Candidate.objects.exclude(pk=other.pk).update(date_of_birth=BORN, birth_quality="exact")
    compare()
    again = SuggestedPair.objects.get()
    assert (again.uuid, again.version, again.found_at) == (pair.uuid, pair.version, pair.found_at)
    assert again.points > pair.points
    assert Agreement.BORN in again.agree


class TestOnAChange:
    def test_whatever_a_person_is_known_by_has_them_compared_again(self, by: Any) -> None:
        who = add_person(organisation=organisation(), first_name="Amina", by=by, at=AT)

        def compared_again() -> bool:
            waits = Candidate.objects.get(pk=who.pk).compared_at is None
            compare()
            return waits and to_compare() == 0

        assert compared_again(), "new"
        who.refresh_from_db()
        correct_person(candidate=who, version=who.version, values={"last_name": "Yusuf"}, by=by, at=AT)
        assert compared_again(), "corrected"
        route = add_route(candidate=who, kind="mobile", value="+447700900123", by=by, at=AT)
        assert compared_again(), "a number"
        change_route(route=route, version=route.version, values={"value": "+447700900124"}, by=by, at=AT)
        assert compared_again(), "another number"
        end_route(route=route, version=route.version, by=by, at=AT)
        assert compared_again(), "no number"
        set_address(candidate=who, postcode="B1 1AA", by=by, at=AT)
        assert compared_again(), "an address"
        assert not compared_again(), "nothing"

    def test_a_pair_that_holds_no_more_leaves(self, by: Any) -> None:
        person(phone="+447700900123")
        other = person(last="Yusof", phone="+447700900123")
        assert len(found()) == 1
        route = ContactRoute.objects.get(candidate=other)
        end_route(route=route, version=route.version, by=by, at=AT)
        assert found() == set()

    def test_what_somebody_has_said_of_a_pair_keeps_it(self, by: Any) -> None:
        one, other = person(phone="+447700900123"), person(last="Yusof", phone="+447700900123")
        third = person(last="Yousuf", phone="+447700900123")
        assert len(found()) == 3
        who = user("programme_lead", organisation())
        NotSame.objects.create(one=one, other=other, said_by=who, said_at=AT)
        MergeProposal.objects.create(one=other, other=third, kept=other, proposed_by=who, proposed_at=AT)
        ContactRoute.objects.all().delete()
        Candidate.objects.update(compared_at=None)
        assert found() == {(one.pk, other.pk), (other.pk, third.pk)}


class TestMergedPeople:
    def test_a_person_is_compared_by_all_of_their_records_and_stands_under_the_one_that_goes_on(self) -> None:
        kept, absorbed = person("Amina", "Yusuf"), person("Petra", "Novak", phone="+447700900123")
        Merge.objects.create(kept=kept, absorbed=absorbed, merged_at=AT)
        third = person("Petra", "Novakova", phone="+447700900123")
        assert found() == {(kept.pk, third.pk)}
        assert roots_of([kept.pk, absorbed.pk, third.pk]) == {kept.pk: kept.pk, absorbed.pk: kept.pk, third.pk: third.pk}
        assert records_of([kept.pk]) == {kept.pk: [kept.pk, absorbed.pk]}

    def test_who_was_told_apart_from_one_record_is_not_asked_about_under_another(self) -> None:
        kept, absorbed, third = (person(phone="+447700900123") for _ in range(3))
        Merge.objects.create(kept=kept, absorbed=absorbed, merged_at=AT)
        NotSame.objects.create(one=absorbed, other=third, said_by=user("programme_lead", organisation()), said_at=AT)
        assert found() == set()
        NotSame.objects.update(ended_at=AT)
        Candidate.objects.update(compared_at=None)
        assert found() == {(kept.pk, third.pk)}

    def test_a_merge_that_ended_leaves_two_people(self) -> None:
        kept, absorbed = person(phone="+447700900123"), person(phone="+447700900123")
        merge = Merge.objects.create(kept=kept, absorbed=absorbed, merged_at=AT)
        assert found() == set()
        Merge.objects.filter(pk=merge.pk).update(ended_at=AT)
        Candidate.objects.update(compared_at=None)
        assert found() == {(kept.pk, absorbed.pk)}


class TestByTheClock:
    def test_the_job_compares_whoever_waits_and_says_how_many(self) -> None:
        person(phone="+447700900123")
        person(phone="+447700900123")
        assert compare_people(at=AT, dry_run=True) == "2 people to compare"
        assert SuggestedPair.objects.count() == 0
        assert compare_people(at=AT, dry_run=False) == "2 people compared"
        assert compare_people(at=AT, dry_run=False) == "0 people compared"
        assert SuggestedPair.objects.count() == 1

    def test_the_night_looks_at_every_pair_again(self) -> None:
        person(phone="+447700900123")
        person(phone="+447700900123")
        compare()
        assert compare_pairs(at=AT, dry_run=True) == "1 pairs to look at"
        ContactRoute.objects.all().delete()  # not by a service: nobody was told to compare
        assert compare_pairs(at=AT + timedelta(days=1), dry_run=False) == "2 people compared"
        assert SuggestedPair.objects.count() == 0
        assert pairs_to_look_at_again(before=0) == []
        assert look_again(pairs=[], at=AT) == 0


@pytest.mark.parametrize("many", [1, 30])
def test_a_comparison_asks_as_often_for_one_as_for_many(many: int) -> None:
    for n in range(many):
        person(phone=f"+447700900{100 + n}", born=BORN + timedelta(days=n), postcode="B1 1AA")
        person(phone=f"+447700900{100 + n}", born=BORN + timedelta(days=n))
    with CaptureQueriesContext(connection) as queries:
        compare_next(at=AT)
    assert len(queries) == 18


def test_a_crowd_is_not_compared_letter_by_letter() -> None:
    """Nobody's search looks at more than a bounded number of people, however many live in one hostel under one name."""
    owner = organisation()
    crowd = [Candidate(organisation=owner, first_name="Mohammed", last_name="Khan", folded_name="mohammed khan") for _ in range(150)]
    Candidate.objects.bulk_create(crowd)
    Address.objects.bulk_create([Address(candidate=one, postcode="B1 1AA") for one in crowd])
    known = known_as(first="Mohammed", last="Khan", postcode="B1 1AA")
    assert 60 <= len(near({0: known}, trigrams=knows_trigrams())[0]) <= 200


def test_what_is_known_of_a_record() -> None:
    who = person("Mrs Amina", "Yusuf-Ali", phone="+447700900123", postcode="B1 1AA", born=BORN)
    Candidate.objects.filter(pk=who.pk).update(known_as="Mina", birth_quality="month")
    ContactRoute.objects.create(candidate=who, kind="email", value="Amina@Example.org", is_shared=True)
    ContactRoute.objects.create(candidate=who, kind="mobile", value="+447700900999", ended_on=AT.date())
    known = known_of([who.pk])[who.pk]
    assert known.names == (("amina", "yusuf ali"), ("mina", "yusuf ali"))
    assert (known.born, known.phones, known.emails) == (("1980-05",), {"+447700900123"}, {"amina@example.org"})
    assert (known.postcodes, known.shared) == ({"B1 1AA"}, set())
