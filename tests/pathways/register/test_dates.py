"""Dates in the shapes that registers hold: each day, month, plan and silence for what it is, and never a silent guess."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.backends.register.dates import written
from pathways.backends.register.days import Fits, habit_of, settle, settle_birth
from pathways.backends.register.sheets import RealDate

TODAY = date(2026, 11, 21)
DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("cell", "outcome", "on", "quality"),
    [
        ("12/03/2026", "date", date(2026, 3, 12), "exact"),
        ("12/03/26", "date", date(2026, 3, 12), "exact"),
        ("12.3.2026", "date", date(2026, 3, 12), "exact"),
        ("12-03-2026", "date", date(2026, 3, 12), "exact"),
        ("2026-03-12", "date", date(2026, 3, 12), "exact"),
        ("2026-03-12T14:30:00", "date", date(2026, 3, 12), "exact"),
        ("12/03/2026 14:30", "date", date(2026, 3, 12), "exact"),
        ("12th March 2026", "date", date(2026, 3, 12), "exact"),
        ("Thurs 12 March 2026", "date", date(2026, 3, 12), "exact"),
        ("12-Mar-26", "date", date(2026, 3, 12), "exact"),
        ("March 12, 2026", "date", date(2026, 3, 12), "exact"),
        ("\u00a012/03/2026\u00a0", "date", date(2026, 3, 12), "exact"),
        ("Y 12/03/26", "date", date(2026, 3, 12), "exact"),
        (46093, "date", date(2026, 3, 12), "exact"),
        ("46093", "date", date(2026, 3, 12), "exact"),
        (RealDate(date(2026, 3, 12)), "date", date(2026, 3, 12), "exact"),
        (RealDate(date(2026, 3, 1), month_only=True), "date", date(2026, 3, 1), "month"),
        ("Mar-26", "date", date(2026, 3, 1), "month"),
        ("March 2026", "date", date(2026, 3, 1), "month"),
        ("Sept 26", "date", date(2026, 9, 1), "month"),
        ("03/2026", "date", date(2026, 3, 1), "month"),
        ("w/c 09/03/2026", "date", date(2026, 3, 1), "month"),
        ("w/c 30/03/2026", "happened", None, "unknown"),
        ("c. 12/03/2026", "date", date(2026, 3, 1), "month"),
        ("12/03/2026?", "date", date(2026, 3, 1), "month"),
        ("yes", "happened", None, "unknown"),
        ("Y - still there", "happened", None, "unknown"),
        ("yes - no date", "happened", None, "unknown"),
        ("done", "happened", None, "unknown"),
        ("tbc", "nothing", None, "exact"),
        ("n/a", "nothing", None, "exact"),
        ("-", "nothing", None, "exact"),
        ("", "nothing", None, "exact"),
        (None, "nothing", None, "exact"),
        ("DNA x2", "missed", None, "unknown"),
        ("no show", "missed", None, "unknown"),
        ("place on Nov course", "booked", None, "unknown"),
        ("next one", "booked", None, "unknown"),
        ("12/03/2027 (tbc)", "booked", date(2027, 3, 12), "exact"),
        ("unable to reach", "unanswered", None, "unknown"),
        ("no reply", "unanswered", None, "unknown"),
        ("31.02.2026", "impossible", None, "exact"),
        ("31/06/2026", "impossible", None, "exact"),
        ("30 February 2026", "impossible", None, "exact"),
        ("20/24/2026", "impossible", None, "exact"),
        ("2026", "year", date(2026, 1, 1), "year"),
        ("12/03/2026; 19/03/2026", "several", None, "exact"),
        ("see notes", "unreadable", None, "exact"),
        ("Friday", "unreadable", None, "exact"),
        ("x" * 5_000, "unreadable", None, "exact"),
    ],
)
def test_a_cell_says_what_it_says(cell: object, outcome: str, on: date | None, quality: str) -> None:
    said = settle(written(cell), "day first")
    assert (said.outcome, said.on, said.quality) == (outcome, on, quality)


def test_a_missed_day_beside_a_kept_one() -> None:
    said = settle(written("DNA 28/07/26, came 04/08/26"), "day first")
    assert (said.on, said.missed) == (date(2026, 8, 4), (date(2026, 7, 28),))


@given(day=DAYS)
def test_a_day_written_out_is_that_day(day: date) -> None:
    for text in (f"{day.day} {day:%B %Y}", f"{day.day}-{day:%b-%y}", day.isoformat(), f"w/b {day:%d/%m/%Y}"[4:]):
        said = settle(written(text), "day first")
        assert (said.outcome, said.on) == ("date", day)
    assert settle(written((day - date(1899, 12, 30)).days), "day first").on == day
    assert settle(written(f"{day:%m/%d/%Y}"), "month first").on == day


@given(day=DAYS)
def test_in_a_column_of_both_habits_no_day_is_guessed(day: date) -> None:
    said = settle(written(f"{day:%d/%m/%Y}"), "unclear")
    if said.outcome == "date":
        assert said.on == day
    else:
        assert said.outcome == "ambiguous"
        assert day in said.either
        assert day.day <= 12


@given(day=DAYS, lead=st.integers(0, 20))
def test_the_dates_beside_it_settle_a_day_only_when_they_leave_one(day: date, lead: int) -> None:
    fits = Fits(upper=day + timedelta(days=lead))
    said = settle(written(f"{day:%d/%m/%Y}"), "unclear", fits=fits)
    if said.outcome == "date":
        assert said.on == day
    else:
        assert all(fits.allows(each) for each in said.either)


@given(day=DAYS, apart=st.integers(-150, 150))
def test_a_missing_year_comes_from_close_by_or_not_at_all(day: date, apart: int) -> None:
    near = day + timedelta(days=apart)
    said = settle(written(f"{day.day}/{day.month}"), "day first", fits=Fits(near=(near,)))
    assert said.on == (None if (day.month, day.day) == (2, 29) and said.on is None else day)
    assert settle(written(f"{day.day}/{day.month}"), "day first").on is None


def test_habits_are_counted_by_dates_that_can_be_read_one_way_only() -> None:
    cells = [written(text) for text in ("25/12/2025", "12/25/2025", "03/04/2025", "3 April 2025", "31/02/2025")]
    assert habit_of(cells) == (1, 1)


@pytest.mark.parametrize(
    ("cell", "outcome", "on"),
    [
        ("14/06/1987", "date", date(1987, 6, 14)),
        ("14/06/87", "date", date(1987, 6, 14)),
        ("14/06/05", "date", date(2005, 6, 14)),
        ("14/06/12", "impossible", None),
        (1980, "year", date(1980, 1, 1)),
        ("14/06/2020", "impossible", None),
        ("14/06/1890", "impossible", None),
        ("31/04/1966", "impossible", None),
        ("n/k", "nothing", None),
        ("see file", "unreadable", None),
        ("00:00:00", "unreadable", None),
    ],
)
def test_a_date_of_birth_is_an_adults_or_asked_about(cell: object, outcome: str, on: date | None) -> None:
    said = settle_birth(written(cell), "day first", today=TODAY)
    assert (said.outcome, said.on if outcome in ("date", "year") else None) == (outcome, on)


def test_a_birth_year_of_two_figures_is_said_to_be_a_reading() -> None:
    assert settle_birth(written("14/06/87"), "day first", today=TODAY).remark == "the year has two figures: read as 1987"
