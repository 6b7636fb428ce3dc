"""Intervals of shares against published tables."""

import pytest

from analytics.figures.intervals import chance_of_no_difference, holm, newcombe, wilson


def test_wilson_agrees_with_the_published_table(published):
    rows = published("expected/wilson_intervals.csv")
    assert len(rows) == 10
    for row in rows:
        lower, upper = wilson(int(row["k"]), int(row["n"]))
        assert lower == pytest.approx(float(row["lower"]), abs=1e-6)
        assert upper == pytest.approx(float(row["upper"]), abs=1e-6)


def test_wilson_without_anybody_says_nothing():
    assert wilson(0, 0) == (0, 1)


# Newcombe (1998), Interval estimation for the difference between independent proportions, table II, method 10.
@pytest.mark.parametrize(
    ("counts", "limits"),
    [
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((6, 7, 2, 7), (0.0582, 0.8062)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
        ((10, 10, 0, 20), (0.6791, 1.0000)),
        ((10, 10, 0, 10), (0.6075, 1.0000)),
    ],
)
def test_newcombe_agrees_with_his_paper(counts, limits):
    assert newcombe(*counts) == pytest.approx(limits, abs=5e-5)


def test_the_chance_is_where_the_interval_touches_zero():
    counts = (56, 70, 48, 80)
    chance = chance_of_no_difference(*counts)
    assert 0.005 < chance < 0.01
    assert chance_of_no_difference(48, 80, 56, 70) == pytest.approx(chance, abs=1e-12)
    assert chance_of_no_difference(5, 10, 50, 100) == 1.0


def test_holm_stops_at_the_first_that_does_not_stand():
    # level 0.05 over four: 0.0125, 0.0167, 0.025, 0.05
    assert holm([0.01, 0.04, 0.03, 0.005]) == [True, False, False, True]
    assert holm([0.013, 0.001]) == [True, True]
    assert holm([0.03, 0.03]) == [False, False]
    assert holm([]) == []
