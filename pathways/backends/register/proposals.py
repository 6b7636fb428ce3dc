"""What a reading proposes: people with their fields and facts, what a person must decide, what cannot go in, and why."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from pathways.backends.register.answers import Answer
from pathways.backends.register.sheets import Cell

Quality = Literal["exact", "month", "unknown"]


class Place(NamedTuple):
    """A row of a sheet, numbered as a spreadsheet shows it."""

    sheet: str
    row: int


class Spot(NamedTuple):
    """A cell: where it is, what stands over it, what it says."""

    place: Place
    letter: str
    heading: str
    text: str


class Fact(NamedTuple):
    """A step of a case that a cell supports. on: the day, or the first of the month; None where the quality is unknown."""

    step: str
    on: date | None
    quality: Quality
    at: Spot
    employer: str = ""
    family: str = ""
    remark: str = ""

    @property
    def latest(self) -> date | None:
        """The last day it can have been."""
        if self.on is None or self.quality == "exact":
            return self.on
        following = date(self.on.year + self.on.month // 12, self.on.month % 12 + 1, 1)
        return date.fromordinal(following.toordinal() - 1)


#: How a flag begins where nothing was taken from its cell.
NOT_KEPT = "Not kept."


class Flag(NamedTuple):
    """A cell that a person should look at: taken with the field empty, or read in a way that should be known."""

    at: Spot
    field: str
    reason: str
    suggestion: str = ""


class Note(NamedTuple):
    """Words to keep beside a person, and the day they were written."""

    text: str
    at: Spot
    on: date | None = None


@dataclass(frozen=True)
class Decision:
    """Something only a person can say. kind: same person, one reference, date, order, several, behind, broken row."""

    kind: str
    places: tuple[Place, ...]  # what waits for the answer comes last
    question: str
    options: tuple[tuple[str, str], ...]
    at: Spot | None = None


@dataclass(frozen=True)
class Rejected:
    """A row that cannot go in: the cell that is at fault and the reason, and all its cells, to be sent back."""

    place: Place
    at: Spot | None
    reason: str
    cells: list[Cell] = field(default_factory=list, compare=False)


@dataclass(frozen=True)
class Ignored:
    """A row that holds nobody, or nobody new."""

    place: Place
    reason: str


@dataclass(slots=True)
class Person:
    """One person as the file tells of them.

    fields: values as they may be kept (dates of birth as 1980, 1980-05 or 1980-05-04). also: further values of a field.
    shown: the stage that the facts show. stage_in_register: the stage or step of the register's own word, if understood.
    stage: what follows from both; while `undecided`, the stage that the facts show.
    """

    rows: list[Place]
    fields: dict[str, str]
    also: dict[str, list[str]] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    shown: str = ""
    stage_in_register: str | None = None
    stage: str = ""
    paused: bool = False
    undecided: bool = False

    @property
    def name(self) -> tuple[str, str]:
        """First and last name."""
        return self.fields.get("first_name", ""), self.fields.get("last_name", "")
