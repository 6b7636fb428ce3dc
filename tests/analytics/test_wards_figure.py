"""Wards over homes made by hand: their order, their place, and what rounding keeps from both."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from analytics.figures.definition import Cut
from analytics.figures.disclosure import OPERATIONAL, PARTNER
from analytics.figures.wards import Ground, Home, wards

MOMENT = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = date(2026, 9, 30)
GROUND = Ground(
    edition="Wards of December 2024",
    names={"a": "Acocks Green", "b": "Bordesley", "c": "Castle Vale", "d": "Digbeth"},
    residents={"a": 30_000, "b": 1_000, "c": 20_000, "d": 2_000},
)


def order(counts, *, sort="people", profile=OPERATIONAL):
    homes = [Home(uuid4(), code) for code, number in counts.items() for _ in range(number)]
    figure = wards(homes, Cut(1, "I Can", None, DAY, DAY, MOMENT, MOMENT, profile), GROUND, sort)
    return [(line.label, line.numbers[0].cell.text) for line in figure.tables[0].lines if not line.strong]


def test_a_tie_shares_its_place():
    assert order({"a": 9, "b": 4, "c": 9, "d": 1}) == [("Acocks Green", "1="), ("Castle Vale", "1="), ("Bordesley", "3"), ("Digbeth", "4")]


@pytest.mark.parametrize(("sort", "first"), [("people", "Castle Vale"), ("name", "Acocks Green"), ("rate", "Bordesley")])
def test_wards_are_sorted_as_asked_and_keep_their_place_by_people(sort, first):
    found = order({"a": 9, "b": 8, "c": 12, "d": 1}, sort=sort)
    assert found[0][0] == first
    assert dict(found)["Castle Vale"] == "1"


def test_neither_order_nor_place_tells_what_rounding_hides():
    apart = order({"a": 2, "b": 21, "c": 7, "d": 19}, profile=PARTNER)
    assert apart == [("Bordesley", "1="), ("Digbeth", "1="), ("Acocks Green", "3="), ("Castle Vale", "3=")]
    assert apart == order({"a": 7, "b": 19, "c": 2, "d": 21}, profile=PARTNER)
