"""What a row of the bench's table says of itself."""

from dataclasses import replace

import pytest

from bench.pairs import Measured, counted, grown, pair

ROW = Measured(
    name="list.caseload",
    size=10_000,
    who="lead",
    ours=0.018,
    floor=0.009,
    ratio=2.0,
    goal=2,
    rounds=5,
    spread="1.90-2.10",
)


def test_a_ratio_within_its_goal_is_met():
    assert ROW.line().endswith("ours      18.0 ms  floor      9.0 ms  ratio   2.00 (1.90-2.10)  goal 2: met")
    assert replace(ROW, ratio=2.01).line().endswith("goal 2: NOT MET")


@pytest.mark.parametrize(
    ("name", "size", "floor", "flag"),
    [
        ("list.caseload", 10_000, 0.0119, ""),
        ("list.caseload", 10_000, 0.0184, "floor 2.0 x as seen"),
        ("export.csv", 158_000, 1.2, ""),
        ("export.csv", 158_000, 3.0, "floor 3.0 x as seen"),
        ("not seen before", 10_000, 9.0, ""),
    ],
)
def test_a_floor_slower_than_it_was_ever_seen_is_flagged(name, size, floor, flag):
    row = replace(ROW, name=name, size=size, floor=floor)
    assert row.as_json()["flagged"] == flag
    assert row.line().endswith(flag or "goal 2: met")


def test_a_number_by_itself_is_held_against_its_goal():
    row = counted("queries", 16, size=10_000, who="lead", goal=15, remark="list.today")
    assert not row.is_pair
    assert row.line().endswith("goal 15: NOT MET")


def test_growth_is_told_from_the_smallest_size_to_the_largest():
    rows = [ROW, replace(ROW, size=100_000, ours=0.036, floor=0.018)]
    assert grown(rows) == ["growth list.caseload  lead                          10,000 -> 100,000: ours x2.00  floor x2.00  ratio x1.00"]


def test_a_pair_is_measured_in_turn_after_one_warm_up_of_each():
    done = []
    found = pair("x", size=1, who="", ours=lambda: done.append("ours"), floor=lambda: done.append("floor"), goal=1, times=2)
    assert done == ["ours", "floor"] + 5 * ["ours", "ours", "floor", "floor"]
    assert (found.rounds, found.unit) == (5, "s")
