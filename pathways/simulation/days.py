"""When things are done: on working days, in waking hours, never on a bank holiday."""

from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

from accounts.standard import BANK_HOLIDAYS
from ground.clock import LONDON

HOLIDAYS = frozenset(day for day, _ in BANK_HOLIDAYS)
NIGHT = time(2, 30)


@cache
def working(day: date) -> date:
    """That day, or the next on which people work."""
    while day.weekday() > 4 or day in HOLIDAYS:
        day += timedelta(days=1)
    return day


def within(rng: Random, day: date, first: int, last: int) -> date:
    """A working day so many days on."""
    return working(day + timedelta(days=rng.randint(first, last)))


@cache
def moment(day: date, minutes: int) -> datetime:
    """A time of that day in London, counted from midnight in minutes."""
    return datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=LONDON)


def at_work(rng: Random, day: date) -> datetime:
    """Some time between half past nine and five."""
    return moment(day, rng.randrange(9 * 60 + 30, 17 * 60, 5))


def at_night(day: date) -> datetime:
    """When the jobs of the night run."""
    return moment(day, 150)
