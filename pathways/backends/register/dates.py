"""Dates as people write them in registers: what a cell says, before anybody knows which habit its writer had.

Nothing is guessed: a day that could be two days stays two, a month stays a month, a day that never was is named. What a
cell means under its writer's habit is for days.py.
"""

import calendar
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from pathways.backends.register.sheets import Cell, RealDate, TooLong, shown

Kind = Literal[
    "empty",
    "day",
    "month",
    "year",
    "no_year",
    "happened",
    "not_happened",
    "missed",
    "booked",
    "unanswered",
    "several",
    "unreadable",
]

_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
MONTHS = {name: number for number, name in enumerate(_NAMES.split(), 1)}
_MON = r"(jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*"
_TIME = r"(?:[ t]+\d{1,2}[:.]\d{2}(?::\d{2})?(?:\.\d+)?\s?(?:[ap]m)?z?)?"
DATE = re.compile(
    r"(?<![\d/.-])(?:"
    r"(?P<iso>(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)" + _TIME + ")"
    r"|(?P<figures>(\d{1,2})\s?[/.\-\\]\s?(\d{1,2})\s?[/.\-\\]\s?(\d{4}|\d{2})(?!\d)" + _TIME + ")"
    r"|(?P<words>(\d{1,2})(?:st|nd|rd|th)?[ \-/.]*(?:of )?" + _MON + r"\b(?:[ \-/.,'’]*(\d{4}|\d{2})(?!\d))?" + _TIME + ")"
    r"|(?P<american>" + _MON + r"[ .]+(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})(?!\d))"
    r"|(?P<month>" + _MON + r"[ \-/.,'’]*(\d{4}|\d{2})(?!\d))"
    r"|(?P<month_figures>(\d{1,2})[/\-.](\d{4})(?!\d))"
    r"|(?P<short>(\d{1,2})[/.](\d{1,2})(?![\d/.]))"
    r")"
)
WEEK = re.compile(r"\b(?:w/?\s?c|wk\.? ?(?:of|c|beg\w*)|week (?:of|commencing|beginning|starting))\b[ :.]*")
ABOUT = re.compile(r"(?:\b(?:c|ca|circa|approx\w*|about|around|roughly|early|mid|late|beginning of|end of)\b\.?|~)")
YES = re.compile(
    r"^(?:y|yes|yep|done|completed?|attended|held|came|ok|okay|tick|happened|true|seen|met|started|still (?:there|in post))\b|^[✓✔√]"
)
_NOTHING = (
    "n|no|n/a|na|tbc|tba|tbd|none|nil|pending|awaiting|n/k|nk|unknown|false|-|--|?|x|/|not applicable|to be confirmed|not yet|"
    "not known|not started|not booked|to follow|to be arranged"
)
NOT = frozenset(_NOTHING.split("|"))
MISSED = re.compile(
    r"\b(?:dnas?|fta|no.?show|did ?n.?t (?:attend|come|turn up|show)|did not (?:attend|come|turn up|show)"
    r"|missed|failed to attend|cancelled|canx)\b"
)
CAME = re.compile(r"\b(?:came|attended|held|seen|done)\b")
BOOKED = re.compile(
    r"\b(?:book(?:ed|ing)?|bkd|place (?:on|for)|next (?:one|course|cohort)|enrolled|reserved|due|planned|plan|arranged|invited"
    r"|starts?|starting|waiting list)\b"
)
UNANSWERED = re.compile(
    r"\b(?:no (?:reply|answer|response|ans|contact)|unable to (?:reach|contact)|not (?:reached|answering)|can.?t reach|voicemail|vm left)\b"
)
SERIAL_FROM, SERIAL_TO = 2, 80_000  # 1900 to 2119
SERIAL_EPOCH = date(1899, 12, 30)


@dataclass(slots=True)
class Written:
    """What a cell says. `readings`: the days it can mean as (day first, month first); None where a reading is no day."""

    kind: Kind
    text: str = ""
    day_first: date | None = None
    month_first: date | None = None
    figures: bool = False  # written in figures with the day and the month in either order
    week: bool = False
    about: bool = False
    has_time: bool = False
    missed: tuple["Written", ...] = ()  # days in the same cell on which the person did not come
    several: tuple["Written", ...] = ()
    day: int = 0  # of a date without a year: as written, first and second number
    other: int = 0
    impossible: bool = False
    words: str = ""  # what stands beside the date


def written(cell: Cell) -> Written:
    """What a cell says, whatever the habit of its writer."""
    if isinstance(cell, str):
        return _text(cell) if len(cell) <= 200 else Written("unreadable", text=cell[:60])
    if cell is None:
        return Written("empty")
    if isinstance(cell, RealDate):
        if cell.month_only:
            return Written("month", text=shown(cell), day_first=cell.on.replace(day=1))
        return Written("day", text=shown(cell), day_first=cell.on, month_first=cell.on)
    if isinstance(cell, TooLong):
        return Written("unreadable", text=shown(cell))
    return _number(cell)


def _number(number: int | float) -> Written:
    text = shown(number)
    whole = int(number)
    if 1900 <= whole <= 2100 and whole == number:
        return Written("year", text=text, day_first=date(whole, 1, 1))
    if 19_000_101 <= whole <= 21_001_231:
        on = day_of(whole // 10_000, whole // 100 % 100, whole % 100)
        return Written("day", text=text, day_first=on, month_first=on, impossible=on is None)
    if SERIAL_FROM <= whole <= SERIAL_TO:
        on = SERIAL_EPOCH + timedelta(days=whole)
        return Written("day", text=text, day_first=on, month_first=on)
    return Written("unreadable", text=text)


@lru_cache(maxsize=50_000)
def _text(cell: str) -> Written:
    text = _plain(cell)
    if not text:
        return Written("empty")
    if re.fullmatch(r"\d{5}(?:\.\d+)?|\d{8}", text) or re.fullmatch(r"(?:19|20)\d\d(?:\.0)?", text):
        return replace(_number(float(text)), text=cell.strip())
    found = list(DATE.finditer(text))
    if not found:
        return replace(_no_date(text), text=cell.strip())
    if len(found) > 1:
        return replace(_several(text, found), text=cell.strip())
    one = _one(found[0])
    beside = f"{text[: found[0].start()]} {text[found[0].end() :]}"
    return replace(_with_words(one, beside), text=cell.strip())


def _plain(cell: str) -> str:
    text = unicodedata.normalize("NFKC", cell).replace("’", "'").casefold()
    text = re.sub(r"[‐-―−]", "-", text)
    return re.sub(r"\s+", " ", text).strip(" '\"").strip()


def _no_date(text: str) -> Written:
    bare = text.strip(" .!")
    if bare in NOT or text in NOT:
        return Written("not_happened", words=text)
    if MISSED.search(text):
        return Written("missed", words=text)
    if UNANSWERED.search(text):
        return Written("unanswered", words=text)
    if BOOKED.search(text) and not re.match(r"^started\b", text):
        return Written("booked", words=text)
    if YES.search(text):
        return Written("happened", words=text)
    return Written("unreadable", words=text)


def _one(found: re.Match[str]) -> Written:
    kind = next(name for name, value in found.groupdict().items() if value is not None)
    if kind in ("words", "american"):
        return _in_words(found[kind], kind)
    if kind == "month":
        year = int(re.findall(r"\d+", found[kind])[0])
        on = day_of(_century(year), _month_in(found[kind]), 1)
        return Written("month", day_first=on, impossible=on is None)
    numbers = [int(number) for number in re.findall(r"\d+", found[kind])]
    has_time = len(numbers) > 3
    if kind == "iso":
        on = day_of(*numbers[:3])
        return Written("day", day_first=on, month_first=on, has_time=has_time, impossible=on is None)
    if kind == "figures":
        first, second, year = numbers[0], numbers[1], _century(numbers[2])
        a, b = day_of(year, second, first), day_of(year, first, second)
        return Written("day", day_first=a, month_first=b, figures=True, has_time=has_time, impossible=not (a or b))
    if kind == "month_figures":
        on = day_of(numbers[1], numbers[0], 1)
        return Written("month", day_first=on, impossible=on is None)
    return Written("no_year", day=numbers[0], other=numbers[1], figures=True)


def _in_words(text: str, kind: str) -> Written:
    month = _month_in(text)
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    day = numbers[0]
    if len(numbers) == 1 or (kind == "words" and not re.search(r"[a-z][ \-/.,']*\d", text)):
        return Written("no_year", day=day, other=month)
    on = day_of(_century(numbers[1]), month, day)
    return Written("day", day_first=on, month_first=on, has_time=len(numbers) > 2, impossible=on is None)


def _month_in(text: str) -> int:
    """The month named in a text that names one."""
    return MONTHS[next(word[:3] for word in re.findall(r"[a-z]+", text) if word[:3] in MONTHS)]


def _century(year: int) -> int:
    """Two figures stand for 20..; a date of birth is moved back a century when that would be a child (see settle_birth)."""
    return year + 2000 if year < 100 else year


def day_of(year: int, month: int, day: int) -> date | None:
    """The day, or None when the calendar has no such day."""
    if not (1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= calendar.monthrange(max(year, 1), month)[1]):
        return None
    return date(year, month, day)


def _with_words(one: Written, beside: str) -> Written:
    """A date and the words beside it: w/c, about, yes, DNA, booked."""
    beside = re.sub(r"\b(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?\b", " ", beside)
    week, rest = bool(WEEK.search(beside)), WEEK.sub(" ", beside)
    about = bool(ABOUT.search(rest)) or rest.strip().endswith("?")
    rest = ABOUT.sub(" ", rest)
    rest = re.sub(r"\s+", " ", rest).strip(" -:;,.()[]?'*")
    one = replace(one, week=week, about=about, words=rest)
    if not rest:
        return one
    if MISSED.search(rest) and not CAME.search(rest):
        return Written("missed", missed=(one,), words=rest)
    if UNANSWERED.search(rest):
        return Written("unanswered", words=rest)
    if re.search(r"\b(?:tbc|tba|to be confirmed|provisional|hopefully|planned|booked|bkd|due)\b", rest):
        return replace(one, kind="booked" if one.kind in ("day", "month", "no_year") else one.kind, about=True)
    return one


def _several(text: str, found: list[re.Match[str]]) -> Written:
    """Two dates in one cell: a missed one beside one that was kept, or two that only a person can part."""
    came: list[Written] = []
    missed: list[Written] = []
    start = 0
    for match in found:
        before = text[start : match.start()]
        start = match.end()
        one = _with_words(_one(match), "")
        if MISSED.search(before) and not CAME.search(before):
            missed.append(one)
        else:
            came.append(replace(one, words=before.strip(" ,;/&")))
    if len(came) == 1 and missed:
        return replace(came[0], missed=tuple(missed))
    if not came:
        return Written("missed", missed=tuple(missed))
    return Written("several", several=tuple(came), missed=tuple(missed))
