"""Life stories: who somebody is, and what was done when. Nothing here knows the database."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple


class Deed(NamedTuple):
    """One thing done: when it was written down, what it was, and with what."""

    at: datetime
    verb: str
    how: dict[str, Any]


@dataclass(slots=True)
class Route:
    """One way to reach somebody."""

    kind: str
    value: str
    safe: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class PersonStory:
    """One person and all that happened, in order. `worker` is the place of the owner among the programme's workers."""

    number: int
    first_name: str
    last_name: str
    known_as: str = ""
    date_of_birth: date | None = None
    birth_quality: str = ""
    language: str = "en"
    routes: tuple[Route, ...] = ()
    worker: int = 0
    unclaimed: bool = False
    source: str = ""
    event: int | None = None
    answers: dict[str, str] = field(default_factory=dict)
    group: str = ""
    own_words: dict[str, str] = field(default_factory=dict)
    postcode: str = ""
    lines: str = ""
    no_fixed_abode: bool = False
    deeds: list[Deed] = field(default_factory=list)

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    def did(self, verb: str) -> bool:
        """Whether a thing of this kind happened."""
        return any(deed.verb == verb for deed in self.deeds)


@dataclass(slots=True)
class CourseStory:
    """A course that seats are booked on; its seats are counted when all stories are told."""

    name: str
    venue: str
    starts_on: date
    ends_on: date
    seats: int = 12


@dataclass(slots=True)
class HeadingStory:
    """An opening of one employer; `employer` is its place among the programme's employers."""

    employer: int
    family: str
    title: str
    site: str
    hours: str
    hours_pattern: str
    pay: str
    pay_unit: str
    posted_on: date
    places: int = 2
    kind: str = "permanent"
    #: What it becomes when all stories are told.
    stage: str = "open"
    confirmed_on: date | None = None


@dataclass(slots=True)
class EventStory:
    """An outing, with talks without a name."""

    name: str
    venue: str
    ward_code: str
    day: date
    tally: int


@dataclass(slots=True)
class ProgrammeStory:
    """A whole programme: its people, and the courses, openings and outings they met."""

    seed: int
    began_on: date
    as_of: datetime
    people: list[PersonStory] = field(default_factory=list)
    courses: list[CourseStory] = field(default_factory=list)
    headings: list[HeadingStory] = field(default_factory=list)
    events: list[EventStory] = field(default_factory=list)
