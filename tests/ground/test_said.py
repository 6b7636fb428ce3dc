"""Values are said as people say them, and nothing is said as nothing."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override

from ground.templatetags import said

TODAY = date(2026, 11, 21)
BEFORE_MIDNIGHT = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("filtered", "words"),
    [
        (said.day(TODAY), "21 November 2026"),
        (said.day(BEFORE_MIDNIGHT), "2 July 2026"),
        (said.short_day(TODAY), "21 Nov 2026"),
        (said.weekday(date(2026, 12, 7)), "Monday 7 December 2026"),
        (said.month(TODAY), "November 2026"),
        (said.time_of_day(time(8, 30)), "8:30am"),
        (said.time_of_day(time(14)), "2pm"),
        (said.time_of_day(time(0)), "midnight"),
        (said.time_of_day(time(12)), "midday"),
        (said.time_of_day(time(12, 5)), "12:05pm"),
        (said.when(datetime(2026, 12, 7, 8, 30, tzinfo=UTC)), "Monday 7 December 2026 at 8:30am"),
        (said.when(datetime(2026, 6, 1, 8, 0, tzinfo=UTC)), "Monday 1 June 2026 at 9am"),
        (said.when(TODAY), "Saturday 21 November 2026"),
        (said.phone("+447700900123"), "07700 900123"),
        (said.plain("job_ready"), "Job ready"),
        (said.plain("interview.book"), "Interview book"),
        (said.plain("dbs_check"), "DBS check"),
        (said.plain(True), "Yes"),
        (said.plain(False), "No"),
        (said.plain("St John's"), "St John's"),
        (said.plain(TODAY), "21 November 2026"),
        (said.or_none(""), "not known"),
        (said.or_none(0), "0"),
        (said.money("12.6"), "£12.60"),
        (said.money(Decimal(23_500)), "£23,500"),
        (said.money(12), "£12.00"),
        (said.money(-100), "-£100"),
        (said.number(12_040), "12,040"),
        (said.percent(0.627), "63%"),
        (said.percent(0.627, 1), "62.7%"),
        (said.counted(1, "month"), "1 month"),
        (said.counted(1_204, "person,people"), "1,204 people"),
        (said.lasts(timedelta(minutes=45)), "45 minutes"),
        (said.lasts(timedelta(hours=1)), "1 hour"),
        (said.lasts(timedelta(days=2)), "2 days"),
    ],
)
def test_each_value_in_words(filtered, words):
    assert filtered == words


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (-1, "yesterday"),
        (3, "in 3 days"),
        (-3, "3 days ago"),
        (27, "in 27 days"),
        (28, "in 4 weeks"),
        (34, "in 5 weeks"),
        (48, "in 7 weeks"),
        (90, "in 13 weeks"),
        (-34, "4 weeks ago"),
        (-90, "12 weeks ago"),
        (91, "in 3 months"),
        (-91, "2 months ago"),
        (-365, "12 months ago"),
        (800, "in 2 years"),
    ],
)
def test_days_from_today(days, words):
    assert said.in_days(TODAY + timedelta(days=days), TODAY) == words


@pytest.mark.parametrize(("days", "words"), [(0, "today"), (-1, "today"), (1, "1 day"), (12, "12 days"), (34, "4 weeks"), (40, "5 weeks")])
def test_days_waiting(days, words):
    assert said.days_waiting(TODAY - timedelta(days=days), TODAY) == words


def test_without_a_day_of_the_page_the_doors_clock_is_used(db):
    from ground.clock import read_clock, today_london

    assert said.in_days(today_london(read_clock()) + timedelta(days=1)) == "tomorrow"


@pytest.mark.parametrize("name", sorted(said.register.filters))
@pytest.mark.parametrize("value", [None, ""])
def test_nothing_is_said_as_nothing(name, value):
    words = said.register.filters[name](*((value, "month") if name == "counted" else (value,)))
    assert words in ("", "not known")


def test_candidates_read_days_and_times_in_their_language():
    with override("pl"):
        assert said.day(date(2026, 11, 21)) == "21 listopada 2026"
        assert [said.time_of_day(time(hour, 5)) for hour in (8, 15)] == ["08:05", "15:05"]
        assert said.time_of_day(time(12)) == "12:00"
    assert (said.day(date(2026, 11, 21)), said.time_of_day(time(12))) == ("21 November 2026", "midday")
