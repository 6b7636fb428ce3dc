"""The demo's map: invented, the same everywhere, and like no real place."""

from collections import Counter
from datetime import date

import pytest

from places.choices import BIRMINGHAM, SOLIHULL, PostcodeState, Shape
from places.choices.invented import invented_areas, invented_people
from places.models import Deprivation, Edition, LoadRun, Population, Postcode, Ward
from places.postcodes import read_postcode
from places.queries import deciles, look_up, population, postcodes_in_use
from places.services import load_invented

SINCE = date(2026, 5, 7)


def test_invented_postcodes_are_well_formed_and_lie_where_no_real_one_can() -> None:
    postcodes = [pcds for area in invented_areas() for pcds in area.postcodes]
    assert (len(postcodes), len(set(postcodes))) == (1032, 1032)
    assert {read_postcode(pcds).shape for pcds in postcodes} == {Shape.OK}
    assert {pcds.partition(" ")[0] for pcds in postcodes} == {"B0"}


def test_every_installation_invents_the_same() -> None:
    first = next(invented_areas())
    assert first[:7] == ("E01900000", "E01900000", "E00900000", "E08000025", "E05011118", "E05011118", 1227)
    assert (first.decile, first.postcodes) == (2, ("B0 0AA", "B0 0AB", "B0 0AD"))
    assert list(invented_areas()) == list(invented_areas())


def test_the_people_of_an_area_add_up_by_every_question() -> None:
    areas = list(invented_areas())
    for question in ("age", "sex", "disability", "ethnic_group"):
        assert [area.lsoa21 for area in areas if sum(invented_people(area, question).values()) != area.people] == []


def test_deciles_follow_ranks_and_reach_from_one_to_ten() -> None:
    areas = list(invented_areas())
    assert [area for area in areas if not 3375.5 * (area.decile - 1) < area.rank <= 3375.5 * area.decile + 1] == []
    spread = Counter(area.decile for area in areas)
    assert sorted(spread) == list(range(1, 11))
    assert spread[1] > spread[10]


def test_solihull_has_other_areas_under_its_newer_wards() -> None:
    moved = [area for area in invented_areas() if area.authority == SOLIHULL]
    assert len({area.ward for area in moved}) == len({area.ward_2026 for area in moved}) == 17
    assert all(area.ward == area.ward_2026 for area in invented_areas() if area.authority == BIRMINGHAM)
    # Four parts that stay together would make the newer ward the older one under another code.
    kept = Counter((area.ward, area.ward_2026) for area in moved)
    assert max(kept.values()) == 3


@pytest.mark.django_db
def test_the_map_is_written_once() -> None:
    assert load_invented() is True
    held = [model.objects.count() for model in (Ward, Postcode, Deprivation, Population, Edition)]
    assert held[:3] == [103, 2064, 344]
    assert load_invented() is False
    assert [model.objects.count() for model in (Ward, Postcode, Deprivation, Population, Edition)] == held
    assert LoadRun.objects.count() == 0


@pytest.mark.django_db
def test_an_invented_postcode_lies_in_the_wards_of_its_day() -> None:
    load_invented()
    solihull = [(pcds, ward) for pcds, ward in postcodes_in_use(edition="Invented") if ward == "E05001284"]
    pcds = solihull[0][0]
    before, since = look_up(pcds, on=date(2026, 5, 6)), look_up(pcds, on=SINCE)
    assert (before.state, before.ward_code, before.edition) == (PostcodeState.LIVE, "E05001284", "Invented")
    assert (since.ward_code, since.edition, since.ward_in_force) == ("E05016416", "Invented, wards of 2026", True)
    assert deciles([since.lsoa21], "Invented")[since.lsoa21] in range(1, 11)


@pytest.mark.django_db
def test_every_ward_of_both_lists_has_people_and_they_add_up() -> None:
    load_invented()
    wards = population(edition="Invented")
    assert set(wards) == set(Ward.objects.values_list("code", flat=True))
    council = population(edition="Invented", kind="authority")
    for authority in (BIRMINGHAM, SOLIHULL):
        for day in (date(2026, 5, 6), SINCE):
            codes = Ward.objects.of([authority]).in_force(day).values_list("code", flat=True)
            assert sum(wards[code]["all"] for code in codes) == council[authority]["all"]
    groups = population(edition="Invented", question="ethnic_group")
    assert all(set(found) == {str(number) for number in range(1, 20)} for found in groups.values())
    assert all(sum(groups[code].values()) == wards[code]["all"] for code in wards)


@pytest.mark.django_db
def test_some_invented_postcodes_are_out_of_use() -> None:
    load_invented()
    assert len(postcodes_in_use(edition="Invented")) == 1022
    ended = Postcode.objects.filter(edition__name="Invented", terminated__isnull=False)[0]
    assert look_up(ended.pcds, on=SINCE).state == PostcodeState.TERMINATED


@pytest.mark.django_db
def test_no_invented_area_is_a_published_one(published, rows) -> None:
    real = {row["LSOA21CD"] for row in rows(published / "deprivation" / "bsol_imd2025_by_lsoa21.csv")}
    assert len(real) == 793
    assert real.isdisjoint(area.lsoa21 for area in invented_areas())
