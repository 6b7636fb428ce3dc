"""The one clock, and the two ways to make a date.

Time comes from the database, read once by a door (view, task, command) and handed down as `at`.
In the demo it runs ahead by the days that somebody moved it on; leases stay on `real_now`.
"""

import calendar
from collections.abc import Collection
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

LONDON = ZoneInfo("Europe/London")
_page_time: ContextVar[datetime | None] = ContextVar("page_time", default=None)


def real_now() -> datetime:
    """The database's own time, never moved: for leases and sessions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]


def read_clock() -> datetime:
    """The time that all of one act happens at: one query, to be handed down."""
    if settings.DEMO or settings.TESTING:
        with connection.cursor() as cursor:
            cursor.execute("SELECT now(), (SELECT coalesce(max(days), 0) FROM ground_democlock)")
            at = moved(*cursor.fetchone())
    else:
        at = real_now()
    _page_time.set(at)
    return at


def page_time() -> datetime:
    """A time to decorate a page with ("in 3 days"): what its door read, so that a list asks no clock per row."""
    return _page_time.get() or read_clock()


def forget_page_time() -> None:
    """A new request begins: it has read no clock yet."""
    _page_time.set(None)


def moved(at: datetime, days: int) -> datetime:
    """The same time of day in London, that many days on: also over a clock change."""
    if not days:
        return at
    return (london(at) + timedelta(days=days)).astimezone(UTC)


def london(at: datetime) -> datetime:
    """The moment as a clock in London shows it. Refuses a time that does not say where it is."""
    if at.tzinfo is None:
        raise ValueError("A time without a zone is nobody's time.")
    return at.astimezone(LONDON)


def today_london(at: datetime) -> date:
    """The calendar day in London at that moment."""
    local = london(at)
    return date(local.year, local.month, local.day)


def add_months(day: date, months: int) -> date:
    """The same day number that many calendar months on, clamped to the month's end.

    The corresponding-date rule of English law: 31 August and six months is 28 or 29 February.
    """
    if isinstance(day, datetime):
        raise TypeError("add_months takes a day, not a moment: ask today_london first.")
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_working_days(day: date, n: int, holidays: Collection[date] = ()) -> date:
    """The nth working day after `day`: Monday to Friday, not a bank holiday. n of 0 is the day itself, or the next open one."""
    if n < 0:
        raise ValueError("Working days are counted forwards only.")
    while not _open(day, holidays):
        day += timedelta(days=1)
        if n and _open(day, holidays):
            n -= 1
    while n:
        day += timedelta(days=1)
        if _open(day, holidays):
            n -= 1
    return day


def _open(day: date, holidays: Collection[date]) -> bool:
    return day.weekday() < 5 and day not in holidays


def move_on(days: int) -> None:
    """Move the demo's clock on. Never back: the log is written forwards."""
    if not (settings.DEMO or settings.TESTING):
        raise ValueError("Only a demo has a clock that can be moved.")
    if days < 0:
        raise ValueError("The demo's clock moves forwards only.")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ground_democlock (id, days) VALUES (1, %s)"
            " ON CONFLICT (id) DO UPDATE SET days = ground_democlock.days + excluded.days",
            [days],
        )
