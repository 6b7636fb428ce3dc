"""What may be printed, to whom: one engine for screen, chart, table, CSV and whatever comes after them.

`operational` is exact and for named roles on screen. `partner` and `public` are rounded: 0 stays 0, 1 to 7 is an asterisk, the
rest goes to the nearest 5; a percentage is worked out from rounded counts and is left out when its part, what remains or its base
is hidden, or the base is under 10; no mean, median or interval stands on fewer than 30. Nothing else turns a count into words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median as middle

from analytics.figures.intervals import newcombe, wilson

HIDDEN = "*"
LEAST_SHOWN = 8
LEAST_BASE = 10
LEAST_FOR_STATISTICS = 30
STEP = 5


@dataclass(frozen=True)
class Profile:
    """For whom numbers are meant, and whether they are exact."""

    code: str
    label: str
    exact: bool


OPERATIONAL = Profile("operational", "Exact, for the programme's own use", exact=True)
PARTNER = Profile("partner", "Rounded, for partners", exact=False)
PUBLIC = Profile("public", "Rounded, for the public", exact=False)
#: What an exact page shows where the matter is too private for exact numbers.
GUARDED = Profile("guarded", "Rounded: equality answers are exact for the whole programme and whole quarters only", exact=False)
PROFILES = {profile.code: profile for profile in (OPERATIONAL, PARTNER, PUBLIC)}


@dataclass(frozen=True)
class Cell:
    """One number as it may be printed: its words, its value, its limits. A hidden one has no value at all."""

    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    hidden: bool = False

    def __str__(self) -> str:
        return self.text


HIDDEN_CELL = Cell(HIDDEN, hidden=True)
#: Nothing to divide by.
NO_BASE = Cell("–")
TOO_FEW = Cell("too few to say")
NOT_EXACT = Cell("no exact dates")
NOT_YET = Cell("not yet known")
NOTHING = Cell("")


def in_words(cell: Cell) -> str:
    """A number in a sentence; a hidden one is said as what it may be."""
    return f"between 1 and {LEAST_SHOWN - 1}" if cell.hidden else cell.text


def people_words(cell: Cell) -> str:
    """A number of people in a sentence: 1 person, 20 people, between 1 and 7 people."""
    return f"{in_words(cell)} {'person' if cell.value == 1 else 'people'}"


def is_hidden(number: int, profile: Profile) -> bool:
    return not profile.exact and 0 < number < LEAST_SHOWN


def allowed(number: int, profile: Profile) -> int | None:
    """The count that may leave: itself, rounded, or None when it is hidden."""
    if profile.exact:
        return number
    if is_hidden(number, profile):
        return None
    return STEP * ((number + STEP // 2) // STEP)


def count(number: int, profile: Profile) -> Cell:
    """A number of people."""
    shown = allowed(number, profile)
    return HIDDEN_CELL if shown is None else Cell(f"{shown:,}", shown)


def _pair(part: int, whole: int, profile: Profile) -> tuple[int, int] | None:
    """Part and whole as they may be divided, or None when they may not be."""
    if not profile.exact and whole < LEAST_BASE:
        return None
    top, base = allowed(part, profile), allowed(whole, profile)
    if top is None or base is None or allowed(whole - part, profile) is None:
        return None
    return top, base


def share(part: int, whole: int, profile: Profile) -> Cell:
    """A percentage, which never stands without its base."""
    if whole == 0:
        return NO_BASE
    pair = _pair(part, whole, profile)
    if pair is None:
        return HIDDEN_CELL
    value = pair[0] / pair[1]
    return Cell(percent(value, profile), value)


def limits(part: int, whole: int, profile: Profile) -> Cell:
    """The 95% Wilson interval of a percentage."""
    if whole == 0:
        return NO_BASE
    pair = _pair(part, whole, profile)
    if pair is None:
        return HIDDEN_CELL
    if not profile.exact and pair[1] < LEAST_FOR_STATISTICS:
        return TOO_FEW
    low, high = wilson(*pair)
    return Cell(between(low, high, profile), pair[0] / pair[1], low, high)


def ratio(part: int, whole: int, other_part: float, other_whole: float, profile: Profile, *, fixed: bool = False) -> Cell:
    """One share divided by another. A `fixed` comparison is published elsewhere (a census), so it needs no rounding."""
    if whole == 0 or other_whole == 0 or other_part == 0:
        return NO_BASE
    pair = _pair(part, whole, profile)
    other = (other_part, other_whole) if fixed else _pair(int(other_part), int(other_whole), profile)
    if pair is None or other is None or not other[0]:
        return HIDDEN_CELL
    if min(whole, other_whole) < LEAST_FOR_STATISTICS:
        return TOO_FEW
    scale = other[0] / other[1]
    value = pair[0] / pair[1] / scale
    low, high = wilson(*pair)
    return Cell(f"{value:.2f}", value, low / scale, high / scale)


def change(part: int, whole: int, other_part: int, other_whole: int, profile: Profile) -> tuple[Cell, Cell]:
    """One share against an earlier one: in points with Newcombe's 95% interval, and relative to the earlier one."""
    if whole == 0 or other_whole == 0:
        return NO_BASE, NO_BASE
    pair, other = _pair(part, whole, profile), _pair(other_part, other_whole, profile)
    if pair is None or other is None:
        return HIDDEN_CELL, HIDDEN_CELL
    share_now, share_then = pair[0] / pair[1], other[0] / other[1]
    difference = share_now - share_then
    low, high = (None, None) if min(pair[1], other[1]) < LEAST_FOR_STATISTICS else newcombe(*pair, *other)
    band = "" if low is None or high is None else f" ({100 * low:+.1f} to {100 * high:+.1f})"
    points = Cell(f"{100 * difference:+.1f} points{band}", difference, low, high)
    relative = NO_BASE if share_then == 0 else Cell(f"{100 * difference / share_then:+.1f}%", difference / share_then)
    return points, relative


def per_thousand(number: int, population: int, profile: Profile) -> Cell:
    """A rate per 1,000 of a population that is published elsewhere."""
    shown = allowed(number, profile)
    if population <= 0:
        return NO_BASE
    if shown is None:
        return HIDDEN_CELL
    value = 1000 * shown / population
    return Cell(f"{value:.1f}", value)


def median_days(days: Sequence[int], profile: Profile) -> Cell:
    """The middle of a list of days."""
    if not profile.exact and len(days) < LEAST_FOR_STATISTICS:
        return TOO_FEW if days else NOT_EXACT
    if not days:
        return NOT_EXACT
    value = middle(days)
    return Cell(f"{value:,.0f}" if value == int(value) else f"{value:,.1f}", value)


def estimate(value: float, low: float, high: float, people: int, profile: Profile) -> Cell:
    """A share that is estimated rather than divided, with its band: a point of the curve."""
    if people == 0:
        return NO_BASE
    if profile.exact:
        return Cell(percent(value, profile), value, low, high)
    staying = round(value * people)
    shown = share(staying, people, profile)
    if shown.value is None or people < LEAST_FOR_STATISTICS:
        return shown
    band = limits(staying, people, profile)
    return Cell(shown.text, shown.value, band.low, band.high)


def percent(value: float, profile: Profile) -> str:
    return f"{100 * value:.1f}%" if profile.exact else f"{100 * value:.0f}%"


def between(low: float, high: float, profile: Profile) -> str:
    """The two limits of an interval: 60.4 to 78.3%."""
    return f"{percent(low, profile).rstrip('%')} to {percent(high, profile)}"
