"""The day that a written date means, under its writer's habit and beside the dates around it.

A day that could be two stays two (`either`), unless the dates beside it leave only one. Weeks, months and "about" are
never exact. A year is borrowed only from dates close by.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from pathways.backends.register.dates import YES, Written, day_of

Habit = Literal["day first", "month first", "unclear"]
Outcome = Literal[
    "date", "happened", "nothing", "missed", "booked", "unanswered", "ambiguous", "several", "impossible", "unreadable", "year"
]
YOUNGEST, OLDEST = 16, 100  # ages of a candidate; beyond them a date of birth is asked about


@dataclass(slots=True)
class Said:
    """The day a cell means. quality: exact, month or unknown. `either`: the two days it can be, when nobody can tell."""

    outcome: Outcome
    on: date | None = None
    quality: str = "exact"
    either: tuple[date, ...] = ()
    missed: tuple[date, ...] = ()
    remark: str = ""  # what a person should know of how it was read


def habit_of(cells: "list[Written]") -> tuple[int, int]:
    """How many of these dates can only be day first, and how many only month first."""
    day, month = 0, 0
    for one in cells:
        for each in (one, *one.several, *one.missed):
            if each.figures and each.kind == "day":
                if each.day_first and not each.month_first:
                    day += 1
                elif each.month_first and not each.day_first:
                    month += 1
    return day, month


def settle(one: Written, habit: Habit, *, fits: "Fits | None" = None) -> Said:
    """The day a cell means under its writer's habit. `fits` says which days the dates beside it allow, and which year."""
    if one.kind in ("empty", "not_happened"):
        return Said("nothing")
    if one.kind == "month":
        return Said("impossible", remark=_no_such(one)) if one.impossible else Said("date", on=one.day_first, quality="month")
    if one.kind in ("day", "no_year"):
        said = _on_a_day(one, habit, fits)
    else:
        said = _without_day(one, habit, fits)
    if one.missed:
        said.missed = tuple(on for each in one.missed if (on := settle(each, habit, fits=fits).on))
    return said


def _on_a_day(one: Written, habit: Habit, fits: "Fits | None") -> Said:
    if one.impossible:
        return Said("impossible", remark=_no_such(one))
    if one.kind == "no_year":
        return _year_beside(one, habit, fits)
    said = _under(one, habit, fits)
    if said.outcome == "date" and (one.week or one.about or one.words):
        said = _softened(said, one)
        if one.words and not YES.search(one.words) and not said.remark:
            said.remark = "there are words beside the date"
    return said


def _no_such(one: Written) -> str:
    return f"there is no such day as {one.text or 'this'}"


def _without_day(one: Written, habit: Habit, fits: "Fits | None") -> Said:
    if one.kind == "happened":
        return Said("happened", quality="unknown", remark="it happened, and no day is given")
    if one.kind == "missed":
        return Said("missed", quality="unknown")
    if one.kind == "booked":
        if one.day_first or one.day:
            inner = settle(replace(one, kind="no_year" if one.day else "day", about=False), habit, fits=fits)
            return replace(inner, outcome="booked") if inner.on else Said("booked", quality="unknown")
        return Said("booked", quality="unknown", remark="booked, and no day is given")
    if one.kind == "unanswered":
        return Said("unanswered", quality="unknown")
    if one.kind == "several":
        return Said("several", remark="several dates stand in one cell")
    if one.kind == "year":
        return Said("year", on=one.day_first, quality="year", remark="only a year is given")
    return Said("unreadable", remark="this cannot be read as a date")


def _under(one: Written, habit: Habit, fits: "Fits | None") -> Said:
    a, b = one.day_first, one.month_first
    if a == b or not one.figures:
        return Said("date", on=a)
    if a is None or b is None:
        only = a or b
        against = (habit == "day first" and a is None) or (habit == "month first" and b is None)
        return Said("date", on=only, remark="the other way round from the rest of its column" if against else "")
    if habit != "unclear":
        return Said("date", on=a if habit == "day first" else b)
    allowed = [each for each in (a, b) if fits is None or fits.allows(each)]
    if len(allowed) == 1:
        return Said("date", on=allowed[0], remark="read so because of the dates beside it: its column holds both habits")
    return Said("ambiguous", either=(a, b), remark="the column holds dates with the day first and dates with the month first")


def _softened(said: Said, one: Written) -> Said:
    """A week or an 'about' is no exact day: it counts as its month, or as unknown where the week lies in two."""
    if not said.on:
        return said
    if one.week:
        if (said.on + timedelta(days=6)).month != said.on.month:
            return replace(said, outcome="happened", on=None, quality="unknown", remark="a week that lies in two months")
        return replace(said, on=said.on.replace(day=1), quality="month", remark="a week, not a day")
    if one.about:
        return replace(said, on=said.on.replace(day=1), quality="month", remark="about this day")
    return said


def _year_beside(one: Written, habit: Habit, fits: "Fits | None") -> Said:
    """A day without a year takes the one year that the dates beside it allow, or none."""
    unknown = Said("happened", quality="unknown", remark="the day has no year, and the dates beside it do not give one")
    orders = {(one.day, one.other)} if not one.figures or habit == "day first" else {(one.other, one.day)}
    if one.figures and habit == "unclear":
        orders = {(one.day, one.other), (one.other, one.day)}
    days = {(day, month) for day, month in orders if day_of(2024, month, day)}
    if not days:
        return Said("impossible", remark=_no_such(one))
    if fits is None or len(days) > 1:
        return unknown
    day, month = days.pop()
    if one.week and fits.lower:  # the week may have begun before the day that counts
        fits = replace(fits, lower=fits.lower - timedelta(days=6))
    on = fits.nearest(month, day)
    if on is None:
        return unknown
    return _softened(Said("date", on=on, remark="the year was taken from the dates beside it"), one)


@dataclass(frozen=True, slots=True)
class Fits:
    """What the dates beside a cell allow: not before `lower`, not after `upper`, and near one of `near`."""

    lower: date | None = None
    upper: date | None = None
    near: tuple[date, ...] = ()
    within: int = 183

    def allows(self, on: date) -> bool:
        """Whether this day lies between the dates beside it."""
        return (self.lower is None or on >= self.lower) and (self.upper is None or on <= self.upper)

    def nearest(self, month: int, day: int) -> date | None:
        """The one day of this month and day number that lies near a date beside it; None when there is none, or two."""
        found = set()
        for beside in self.near:
            for year in (beside.year - 1, beside.year, beside.year + 1):
                on = day_of(year, month, day)
                if on and abs((on - beside).days) <= self.within and self.allows(on):
                    found.add(on)
        return found.pop() if len(found) == 1 else None


def settle_birth(one: Written, habit: Habit, *, today: date) -> Said:
    """A date of birth: two-figure years take the century that makes an adult; a child and a centenarian are asked about."""
    if one.kind == "year" and one.day_first:
        return _aged(Said("year", on=one.day_first, quality="year"), today)
    if one.kind in ("not_happened", "empty", "happened"):
        return Said("nothing")
    if one.kind == "month":
        return _aged(Said("date", on=one.day_first, quality="month"), today)
    if one.kind != "day":
        return Said("unreadable", remark="this cannot be read as a date of birth")
    if one.impossible:
        return Said("impossible", remark=_no_such(one))
    moved = replace(one, day_first=_adult(one, one.day_first, today), month_first=_adult(one, one.month_first, today))
    said = _under(moved, habit, None)
    if not said.on:
        return said
    said = _aged(said, today)
    if said.on and not said.remark and not re.search(r"\d{4}", one.text):
        said = replace(said, remark=f"the year has two figures: read as {said.on.year}")
    return said


def _adult(one: Written, on: date | None, today: date) -> date | None:
    two_figures = not re.search(r"\d{4}", one.text)
    if on is None or not two_figures or on.year < 2000:
        return on
    return on if on <= _years_before(today, YOUNGEST) else day_of(on.year - 100, on.month, on.day) or date(on.year - 100, on.month, 28)


def _years_before(today: date, years: int) -> date:
    return day_of(today.year - years, today.month, today.day) or date(today.year - years, 2, 28)


def _aged(said: Said, today: date) -> Said:
    if said.on is None:
        return said
    if said.on > _years_before(today, YOUNGEST):
        return Said("impossible", remark=f"that would be younger than {YOUNGEST}")
    if said.on < _years_before(today, OLDEST):
        return Said("impossible", remark=f"that would be older than {OLDEST}")
    return said
