"""The clock is read once, in London's dates, and six months are six calendar months."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.clock import (
    add_months,
    add_working_days,
    forget_page_time,
    london,
    move_on,
    moved,
    page_time,
    read_clock,
    real_now,
    today_london,
)

#: The last day of each month, typed: the rule below shares no code with the clock's own.
LAST = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
SIX_ON = {
    1: (7, 0),
    2: (8, 0),
    3: (9, 0),
    4: (10, 0),
    5: (11, 0),
    6: (12, 0),
    7: (1, 1),
    8: (2, 1),
    9: (3, 1),
    10: (4, 1),
    11: (5, 1),
    12: (6, 1),
}


def literal_six_months(day: date) -> date:
    """The corresponding date, by the table above; February of a leap year by its number."""
    month, years = SIX_ON[day.month]
    year = day.year + years
    last = 29 if month == 2 and year in (2024, 2028, 2032) else LAST[month]
    return date(year, month, min(day.day, last))


def test_six_months_from_each_of_1461_days():
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(1461)]
    assert days[-1] == date(2027, 12, 31)
    assert [day for day in days if add_months(day, 6) != literal_six_months(day)] == []
    half_a_year_in_days = sum(day + timedelta(days=2 * 91) != add_months(day, 6) for day in days)
    assert half_a_year_in_days == 1155


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 11, 30), 6, date(2027, 5, 30)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 31), -2, date(2025, 11, 30)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
    ],
)
def test_months_end_on_the_corresponding_day(start, months, end):
    assert add_months(start, months) == end


def test_months_are_added_to_days_only():
    with pytest.raises(TypeError):
        add_months(datetime(2026, 1, 31, tzinfo=UTC), 1)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 23, 30, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 28)),
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 26, 0, 30, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_the_day_is_londons_around_the_clock_changes(moment, day):
    assert today_london(moment) == day


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="without a zone"):
        today_london(datetime(2026, 1, 1))


def test_a_moved_day_keeps_its_hour_over_a_clock_change():
    before = datetime(2026, 3, 28, 9, 0, tzinfo=UTC)
    assert moved(before, 1) == datetime(2026, 3, 29, 8, 0, tzinfo=UTC)
    assert london(moved(before, 1)).hour == 9


@pytest.mark.parametrize(
    ("day", "n", "open_day"),
    [
        (date(2026, 12, 23), 1, date(2026, 12, 24)),
        (date(2026, 12, 24), 1, date(2026, 12, 29)),
        (date(2026, 12, 18), 5, date(2026, 12, 29)),
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 11, 21), 0, date(2026, 11, 23)),
        (date(2026, 11, 20), 2, date(2026, 11, 24)),
    ],
)
def test_working_days_leave_out_weekends_and_bank_holidays(day, n, open_day):
    assert add_working_days(day, n, {date(2026, 12, 25), date(2026, 12, 28)}) == open_day


def test_working_days_run_forwards_only():
    with pytest.raises(ValueError, match="forwards"):
        add_working_days(date(2026, 1, 1), -1)


def test_the_clock_is_one_query(db):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        at = read_clock()
    assert len(asked) == 1
    assert at.tzinfo is not None
    assert at == real_now()


def test_the_demo_moves_its_clock_and_leases_stay_real(db):
    before = read_clock()
    move_on(3)
    move_on(2)
    assert today_london(read_clock()) == today_london(before) + timedelta(days=5)
    assert real_now() == before


def test_the_demos_clock_never_runs_back(db):
    with pytest.raises(ValueError, match="forwards"):
        move_on(-1)


def test_only_a_demo_may_move_the_clock(db, settings):
    settings.TESTING = settings.DEMO = False
    with pytest.raises(ValueError, match="Only a demo"):
        move_on(1)


def test_without_a_demo_a_moved_day_is_not_read(db, settings):
    move_on(10)
    settings.TESTING = settings.DEMO = False
    assert read_clock() == real_now()


def test_a_page_decorates_with_the_time_its_door_read(db):
    forget_page_time()
    at = read_clock()
    with CaptureQueriesContext(connection) as asked:
        assert page_time() == at
        assert page_time() == at
    assert len(asked) == 0
    forget_page_time()
    with CaptureQueriesContext(connection) as asked:
        page_time()
        page_time()
    assert len(asked) == 1
