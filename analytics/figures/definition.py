"""What every number says of itself: its definition, its cohort, its base, its day, and for whom it is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from analytics.figures.disclosure import GUARDED, NOTHING, OPERATIONAL, Cell, Profile, people_words
from ground.clock import add_months, today_london
from ground.templatetags.said import day as in_words


@dataclass(frozen=True)
class Definition:
    """A figure's dated definition. Another way of counting is another version, never an edit."""

    code: str
    name: str
    version: int
    valid_from: date
    text: tuple[str, ...]


def in_force(definitions: tuple[Definition, ...], day: date) -> Definition:
    """The version that held on a day; the first one for days before any."""
    held = [definition for definition in definitions if definition.valid_from <= day]
    return max(held or definitions[:1], key=lambda definition: definition.version)


def quarter_begins(day: date) -> date:
    """The first day of the quarter of a day (January, April, July, October)."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def quarter_ends(day: date) -> date:
    """The last day of the quarter of a day."""
    return add_months(quarter_begins(day), 3) - timedelta(days=1)


def last_quarter_ended(day: date) -> date:
    """The last day of the latest quarter that is over on a day, that day included."""
    return quarter_begins(day + timedelta(days=1)) - timedelta(days=1)


def quarter_name(day: date) -> str:
    """January to March 2026."""
    first = quarter_begins(day).month
    months = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
    return f"{months[first - 1]} to {months[first + 1]} {day.year}"


@dataclass(frozen=True)
class Cut:
    """Which people, as at which day, as known when, and for whom."""

    programme: int
    title: str
    start: date | None
    end: date
    as_at: date
    known_by: datetime
    run_at: datetime
    profile: Profile = OPERATIONAL

    @property
    def whole_quarters(self) -> bool:
        """True when neither the window nor the day could be moved a little to find one person by subtraction."""
        return (
            (self.start is None or self.start == quarter_begins(self.start))
            and self.end == last_quarter_ended(self.end)
            and self.as_at == last_quarter_ended(self.as_at)
            and (self.start is None or self.start < self.end)
            and self.known_by == self.run_at
        )

    @property
    def period(self) -> str:
        """The window in words: from 26 November 2025 to 25 November 2026."""
        begun = in_words(self.start) if self.start else "the beginning"
        return f"from {begun} to {in_words(self.end)}"

    @property
    def of_now(self) -> bool:
        """True when what it says of people holds today, and not on an earlier day or as it was known then."""
        return self.as_at >= today_london(self.run_at) and self.known_by == self.run_at

    @property
    def guarded(self) -> Cut:
        """The same cut for equality: rounded for everybody unless it is the whole programme and whole quarters."""
        return self if not self.profile.exact or self.whole_quarters else replace(self, profile=GUARDED)

    @property
    def settled(self) -> Cut:
        """The same cut in whole quarters, as known now: what is shown to others has fixed periods, and no two tellings of one."""
        as_at = last_quarter_ended(self.as_at)
        end = min(last_quarter_ended(self.end), as_at)
        start = None if self.start is None else min(quarter_begins(self.start), quarter_begins(end))
        return replace(self, start=start, end=end, as_at=as_at, known_by=self.run_at)


def days_counted(begins: date, cut: Cut) -> tuple[date, date]:
    """The first and last day of a quarter that lie in the window."""
    return max(begins, cut.start or begins), min(quarter_ends(begins), cut.end)


@dataclass(frozen=True)
class Number:
    """One printed number of a row, with what it was divided from and, on screen, the way to the people behind it."""

    measure: str
    cell: Cell
    part: Cell = NOTHING
    whole: Cell = NOTHING
    behind: str = ""
    note: str = ""


@dataclass(frozen=True)
class Line:
    """One row of a table."""

    label: str
    numbers: tuple[Number, ...]
    note: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """A table of numbers; every line has the same measures."""

    title: str
    heading: str
    lines: tuple[Line, ...]
    unknown: tuple[tuple[str, Cell], ...] = ()
    #: The same as a sentence, where a list would be none; None where the page lists them.
    unknown_said: str | None = None
    caption: str = ""
    drawing: object = None
    #: The part of the page that the table belongs to, and what may be said from it, one sentence a line.
    part: str = ""
    sentences: tuple[str, ...] = ()

    @property
    def measures(self) -> tuple[str, ...]:
        return tuple(number.measure for number in self.lines[0].numbers) if self.lines else ()


@dataclass(frozen=True)
class Figure:
    """A figure as it is printed: everything that a number must carry stands here once."""

    definition: Definition
    cut: Cut
    decided_by: str
    people: Cell
    tables: tuple[Table, ...]
    numerator: str
    denominator: str
    summary: str = ""
    notes: tuple[str, ...] = ()
    #: How a difference that a note tells of was reckoned, for those who ask how it is counted.
    reckoned: str = ""
    drawings: tuple[object, ...] = field(default=())

    @property
    def profile(self) -> Profile:
        return self.cut.profile

    @property
    def people_said(self) -> str:
        """The cohort's size in a sentence: 257 people."""
        return people_words(self.people)


CSV_COLUMNS = (
    "Figure",
    "Definition",
    "Version",
    "Programme",
    "Cohort from",
    "Cohort to",
    "Cohort date",
    "As at",
    "Known by",
    "Run at",
    "Shown as",
    "Table",
    "Row",
    "Measure",
    "Number",
    "Lower 95% limit",
    "Upper 95% limit",
    "Numerator",
    "Denominator",
    "Not stated or unknown",
    "Note",
)


def flat(figure: Figure) -> Iterator[tuple[str, ...]]:
    """The figure for a spreadsheet, one line a number, each with all that it must carry; the same words as on screen."""
    cut = figure.cut
    first = (
        figure.definition.name,
        figure.definition.code,
        str(figure.definition.version),
        cut.title,
        cut.start.isoformat() if cut.start else "the beginning",
        cut.end.isoformat(),
        figure.decided_by,
        cut.as_at.isoformat(),
        cut.known_by.isoformat(timespec="minutes"),
        cut.run_at.isoformat(timespec="minutes"),
        cut.profile.label,
    )
    for table in figure.tables:
        unknown = "; ".join(f"{name}: {cell.text}" for name, cell in table.unknown)
        for line in table.lines:
            for number in line.numbers:
                note = "; ".join(words for words in (number.note, line.note) if words)
                low, high = (_limit(number.cell.low), _limit(number.cell.high))
                yield (
                    *first,
                    table.title,
                    line.label,
                    number.measure,
                    number.cell.text,
                    low,
                    high,
                    number.part.text,
                    number.whole.text,
                    unknown,
                    note,
                )


def _limit(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
