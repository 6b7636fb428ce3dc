"""Where a postcode lay on a day, and which wards a report may stand on."""

from datetime import date

import pytest

from places.choices import EditionKind, PostcodeState
from places.models import Authority, Deprivation, Edition, Population, Postcode, Ward
from places.queries import (
    deciles,
    every_edition,
    look_up,
    look_up_many,
    population,
    postcodes_in_use,
    ward_edition_on,
    ward_editions,
    ward_names,
    wards_on,
)
from places.services import load_shipped_wards

pytestmark = pytest.mark.django_db

OLD_KNOWLE, NEW_KNOWLE, LADYWOOD = "E05001291", "E05016424", "E05011151"
BEFORE, SINCE = date(2026, 5, 6), date(2026, 5, 7)


def edition(name: str, as_of: date) -> Edition:
    return Edition.objects.create(kind=EditionKind.POSTCODES, name=name, as_of=as_of)


@pytest.fixture
def two_editions() -> None:
    """One postcode of Solihull in a file from before the boundaries moved and in one from after."""
    load_shipped_wards()
    for name, as_of, ward in (("2025", date(2025, 11, 1), OLD_KNOWLE), ("2026", date(2026, 8, 1), NEW_KNOWLE)):
        Postcode.objects.create(
            edition=edition(name, as_of), pcds="B93 1QA", ward_code=ward, authority_code="E08000029", oa21="E00900001", lsoa21="E01900001"
        )


@pytest.mark.usefixtures("two_editions")
def test_the_ward_is_the_one_of_that_day() -> None:
    before, since = look_up("b931qa", on=BEFORE), look_up("B93 1QA", on=SINCE)
    assert (before.state, before.ward_code, before.edition, before.ward_in_force) == (PostcodeState.LIVE, OLD_KNOWLE, "2025", True)
    assert (since.state, since.ward_code, since.edition, since.ward_in_force) == (PostcodeState.LIVE, NEW_KNOWLE, "2026", True)
    assert (since.postcode, since.authority_code, since.oa21, since.lsoa21, since.lsoa11) == (
        "B93 1QA",
        "E08000029",
        "E00900001",
        "E01900001",
        "",
    )


@pytest.mark.usefixtures("two_editions")
def test_every_edition_answers_newest_first() -> None:
    assert [found.ward_code for found in every_edition(["B93 1QA"], BEFORE)["B93 1QA"]] == [NEW_KNOWLE, OLD_KNOWLE]


@pytest.mark.usefixtures("two_editions")
def test_renaming_every_ward_moves_nothing() -> None:
    before = look_up("B93 1QA", on=SINCE)
    for number, ward in enumerate(Ward.objects.all()):
        Ward.objects.filter(pk=ward.pk).update(name=f"Ward {number}")
    Ward.objects.update(name="Same")
    assert look_up("B93 1QA", on=SINCE) == before


def test_a_day_that_no_edition_reaches_is_said() -> None:
    load_shipped_wards()
    Postcode.objects.create(edition=edition("2025", date(2025, 11, 1)), pcds="B93 1QA", ward_code=OLD_KNOWLE)
    found = look_up("B93 1QA", on=SINCE)
    assert (found.ward_code, found.ward_in_force) == (OLD_KNOWLE, False)


def test_the_newest_edition_wins_where_wards_did_not_change() -> None:
    load_shipped_wards()
    for name, as_of, lsoa in (("b", date(2025, 11, 1), "E01900002"), ("a", date(2024, 8, 1), "E01900001")):
        Postcode.objects.create(edition=edition(name, as_of), pcds="B1 1QA", ward_code=LADYWOOD, lsoa21=lsoa)
    assert look_up("B1 1QA", on=date(2020, 1, 1)).lsoa21 == "E01900002"


def test_a_ward_that_nobody_named_is_kept_by_its_code() -> None:
    Postcode.objects.create(edition=edition("x", date(2025, 11, 1)), pcds="AL1 1QA", ward_code="E05013966")
    found = look_up("AL1 1QA", on=SINCE)
    assert (found.state, found.ward_code, found.ward_in_force) == (PostcodeState.LIVE, "E05013966", None)


def test_a_postcode_out_of_use_still_lies_somewhere_and_is_flagged_from_its_end() -> None:
    load_shipped_wards()
    Postcode.objects.create(edition=edition("x", date(2025, 11, 1)), pcds="B1 1QA", ward_code=LADYWOOD, terminated=date(2024, 6, 1))
    assert [
        (found.state, found.ward_code) for found in (look_up("B1 1QA", on=date(2024, 5, 31)), look_up("B1 1QA", on=date(2024, 6, 1)))
    ] == [
        (PostcodeState.LIVE, LADYWOOD),
        (PostcodeState.TERMINATED, LADYWOOD),
    ]


@pytest.mark.parametrize(
    ("typed", "state", "written"),
    [
        ("B1 9ZZ", PostcodeState.UNKNOWN, "B1 9ZZ"),
        ("zz993vz", PostcodeState.PSEUDO, "ZZ99 3VZ"),
        ("", PostcodeState.NONE, ""),
        (None, PostcodeState.NONE, ""),
        ("B1O 0AB", PostcodeState.NONE, ""),
    ],
)
def test_what_is_in_no_file_is_never_an_error(typed, state: PostcodeState, written: str) -> None:
    found = look_up(typed, on=SINCE)
    assert (found.state, found.postcode, found.ward_code, found.edition) == (state, written, "", "")
    assert found.pending is (state == PostcodeState.UNKNOWN)


@pytest.mark.parametrize("many", [1, 3])
def test_many_are_looked_up_in_two_queries(many: int, django_assert_num_queries) -> None:
    load_shipped_wards()
    asked = ["B1 1QA", "B1 1QB", "B1 1QD"][:many]
    held = edition("x", date(2025, 11, 1))
    for pcds in asked:
        Postcode.objects.create(edition=held, pcds=pcds, ward_code=LADYWOOD)
    with django_assert_num_queries(2):
        found = look_up_many(asked, SINCE)
    assert [found[pcds].ward_code for pcds in asked] == [LADYWOOD] * many


def test_reports_choose_between_the_times_of_boundaries() -> None:
    load_shipped_wards()
    assert [(found.code, found.name, found.starts_on, found.ends_on) for found in ward_editions()] == [
        ("2026-05", "Wards since May 2026", SINCE, None),
        ("2018-05", "Wards from May 2018 to May 2026", date(2018, 5, 3), BEFORE),
    ]
    found = ward_edition_on(BEFORE)
    assert found is not None
    assert found.code == "2018-05"
    assert ward_edition_on(date(2010, 1, 1)) is None


def test_without_wards_there_is_no_edition() -> None:
    assert ward_editions() == []


def test_wards_of_a_day_are_one_edition() -> None:
    load_shipped_wards()
    before, since = set(wards_on(BEFORE).values_list("code", flat=True)), set(wards_on(SINCE).values_list("code", flat=True))
    assert (len(before), len(since), len(before & since)) == (86, 86, 69)
    assert ward_names([OLD_KNOWLE, NEW_KNOWLE, "E05999999"]) == {OLD_KNOWLE: "Knowle", NEW_KNOWLE: "Knowle"}


def test_a_ward_whose_days_are_unknown_is_in_no_edition() -> None:
    load_shipped_wards()
    authority = Authority.objects.get(code="E08000025")
    Ward.objects.create(code="E05099999", name="Somewhere", authority=authority, edition=Edition.objects.get())
    assert wards_on(SINCE).count() == 86


def test_deciles_and_population_come_from_the_named_edition_alone() -> None:
    for name, decile, count in (("2019", 1, 100), ("2025", 3, 200)):
        deprivation = Edition.objects.create(kind=EditionKind.DEPRIVATION, name=name, as_of=SINCE)
        Deprivation.objects.create(edition=deprivation, lsoa_code="E01900001", rank=decile * 3000, decile=decile)
        people = Edition.objects.create(kind=EditionKind.POPULATION, name=name, as_of=SINCE)
        Population.objects.create(edition=people, area_code=LADYWOOD, question="sex", category="female", count=count)
        Population.objects.create(edition=people, area_code=LADYWOOD, question="all", category="all", count=count * 2)
    assert deciles(["E01900001", "E01900002"], "2025") == {"E01900001": 3}
    assert population(edition="2019", question="sex") == {LADYWOOD: {"female": 100}}
    assert population(edition="2025", areas=[LADYWOOD, OLD_KNOWLE]) == {LADYWOOD: {"all": 400}}
    assert population(edition="2025", areas=[OLD_KNOWLE]) == {}
    assert postcodes_in_use(edition="2025") == []
