"""What may be printed, to whom."""

import pytest

from analytics.figures.disclosure import (
    HIDDEN_CELL,
    NO_BASE,
    OPERATIONAL,
    PARTNER,
    PUBLIC,
    TOO_FEW,
    count,
    estimate,
    limits,
    median_days,
    per_thousand,
    ratio,
    share,
)


@pytest.mark.parametrize("profile", [PARTNER, PUBLIC])
@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (1, "*"), (4, "*"), (7, "*"), (8, "10"), (12, "10"), (13, "15"), (17, "15"), (18, "20"), (1002, "1,000"), (1003, "1,005")],
)
def test_counts_for_others_are_hidden_or_rounded(profile, number, text):
    assert count(number, profile).text == text


@pytest.mark.parametrize("number", [0, 1, 7, 8, 13, 1003])
def test_counts_for_the_programme_are_exact(number):
    assert count(number, OPERATIONAL).value == number


def test_a_hidden_cell_carries_no_value():
    assert HIDDEN_CELL.value is None
    assert count(3, PUBLIC) is HIDDEN_CELL
    assert share(3, 100, PUBLIC) is HIDDEN_CELL


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (48, 100, "50%"),  # 50 of 100
        (3, 100, "*"),  # the part is hidden
        (97, 100, "*"),  # what remains is hidden
        (8, 9, "*"),  # the base is under 10
        (0, 9, "*"),
        (0, 12, "0%"),
        (12, 12, "100%"),
        (8, 16, "67%"),  # 10 of 15
        (0, 0, "–"),
    ],
)
def test_percentages_for_others_come_from_rounded_counts(part, whole, text):
    assert share(part, whole, PARTNER).text == text


def test_percentages_for_the_programme_are_exact():
    assert share(211, 305, OPERATIONAL).text == "69.2%"
    assert share(1, 3, OPERATIONAL).text == "33.3%"
    assert share(0, 0, OPERATIONAL) is NO_BASE


def test_no_interval_for_others_on_fewer_than_thirty():
    assert limits(12, 26, PARTNER) is TOO_FEW
    assert limits(12, 26, OPERATIONAL).text == "28.8 to 64.5%"
    shown = limits(48, 102, PARTNER)
    assert (shown.low, shown.high) == pytest.approx((0.403832, 0.596168), abs=1e-6)  # 50 of 100


def test_no_median_for_others_on_fewer_than_thirty():
    assert median_days([5] * 29, PUBLIC) is TOO_FEW
    assert median_days([5] * 30, PUBLIC).value == 5
    assert median_days([3, 9], OPERATIONAL).value == 6
    assert median_days([3, 4], OPERATIONAL).text == "3.5"
    assert median_days([], OPERATIONAL).value is None


def test_ratios_are_parity_at_equal_shares_and_silent_under_thirty():
    assert ratio(20, 100, 40, 200, OPERATIONAL).text == "1.00"
    assert ratio(20, 29, 40, 200, OPERATIONAL) is TOO_FEW
    assert ratio(20, 100, 20, 29, OPERATIONAL) is TOO_FEW
    assert ratio(3, 100, 40, 200, PUBLIC) is HIDDEN_CELL
    assert ratio(20, 100, 4, 200, PUBLIC) is HIDDEN_CELL
    assert ratio(20, 100, 514, 1000, OPERATIONAL, fixed=True).text == "0.39"


def test_rates_per_thousand_hide_with_their_count():
    assert per_thousand(17, 5000, OPERATIONAL).text == "3.4"
    assert per_thousand(17, 5000, PUBLIC).text == "3.0"  # 15 of 5,000
    assert per_thousand(5, 5000, PUBLIC) is HIDDEN_CELL


def test_a_point_of_the_curve_for_others_comes_from_rounded_counts():
    assert estimate(0.812, 0.74, 0.86, 122, OPERATIONAL).text == "81.2%"
    shown = estimate(0.812, 0.74, 0.86, 122, PARTNER)  # 99 of 122: 100 of 120
    assert shown.text == "83%"
    assert (shown.low, shown.high) != (0.74, 0.86)
    assert estimate(0.96, 0.9, 0.99, 122, PARTNER) is HIDDEN_CELL  # five left
    assert estimate(0.7, 0.5, 0.9, 28, PARTNER).low is None  # 20 of 30, from fewer than thirty
