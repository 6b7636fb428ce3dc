"""A register, read: the whole way from the sheets of a file to people, decisions, and rows that cannot go in.

reading = read_register(open_register(path), today=today_london(at))
reading.people, reading.decisions, reading.rejected, reading.ignored
reading.outcome(place)     take, decide, reject or ignore
reading.mapping            what was guessed or given, as the contract writes it
"""

import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from pathways.backends.register.contacts import ContactReader, is_contacts
from pathways.backends.register.habits import ColumnHabit, find_habits
from pathways.backends.register.headings import Table, find_tables
from pathways.backends.register.mapping import Mapping, MappingRefused, as_given, fingerprint, given_sheets, mapping_of
from pathways.backends.register.merging import person_of
from pathways.backends.register.people import Group, group_rows, look_alikes, same_person
from pathways.backends.register.phases import PhaseReader
from pathways.backends.register.proposals import Decision, Ignored, Person, Place, Rejected, Spot
from pathways.backends.register.rows import Bounds, RowRead, RowReader
from pathways.backends.register.sheets import Book, Cell, shown

Outcome = Literal["take", "decide", "reject", "ignore"]
WORDS_SHOWN = 200


@dataclass
class TableReading:
    """One table: where it is, how it was mapped, which way round its dates are, and the status words it holds."""

    table: Table
    mapping: Mapping
    habits: dict[str, ColumnHabit]
    words: Counter[str] = field(default_factory=Counter)

    @property
    def contacts(self) -> bool:
        """Whether it holds one row a contact."""
        return is_contacts(self.mapping.fields)

    @property
    def not_understood(self) -> dict[str, int]:
        """Status words of which neither a stage nor a step is known, and how often each stands."""
        return {word: count for word, count in self.words.items() if not self.mapping.means(word).known}


@dataclass
class Reading:
    """All that a register was found to say."""

    book: Book
    tables: list[TableReading]
    left_alone: list[tuple[str, str]]
    position_at: date | None
    people: list[Person] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    rows_read: int = 0
    _outcomes: dict[Place, Outcome] = field(default_factory=dict)

    @property
    def mapping(self) -> list[dict[str, Any]]:
        """The mapping of every table, as the contract writes it."""
        return [as_given(each.table, each.mapping, [word for word, _ in each.words.most_common(WORDS_SHOWN)]) for each in self.tables]

    @property
    def fingerprint(self) -> str:
        """The digest of the layout, by which its mapping is remembered."""
        return fingerprint([each.table for each in self.tables])

    def outcome(self, place: Place) -> Outcome:
        """What becomes of a row."""
        return self._outcomes.get(place, "ignore")

    def counts(self) -> dict[str, int]:
        """How many rows are taken, wait, cannot go in, or hold nobody new."""
        counted = Counter(self._outcomes.values())
        return {name: counted.get(name, 0) for name in ("take", "decide", "reject", "ignore")}

    def settle_outcomes(self) -> None:
        """One outcome a row: rejected before waiting, waiting before taken."""
        for person in self.people:
            for place in person.rows:
                self._outcomes[place] = "decide" if person.undecided else "take"
        for ignored in self.ignored:
            self._outcomes[ignored.place] = "ignore"
        for decision in self.decisions:
            self._outcomes[decision.places[-1]] = "decide"
        for rejected in self.rejected:
            self._outcomes[rejected.place] = "reject"


def read_register(book: Book, *, today: date, mapping: Any = None) -> Reading:
    """Read every table of a book that names people. Raises MappingRefused when a given mapping does not fit the file.

    today: London's day, handed in by the door; nothing later has happened.
    """
    given = given_sheets(mapping)
    wanted = frozenset(given) if given and "" not in given else None
    if wanted is not None and (missing := wanted - {sheet.name for sheet in book.sheets}):
        raise MappingRefused(f"The file has no sheet “{sorted(missing)[0]}”")
    found = find_tables(book, wanted=wanted, mapped=bool(given))
    bounds = Bounds(today, found.position_at)
    reading = Reading(book, [], found.left_alone, found.position_at)
    with _nothing_thrown_away():
        reads: list[tuple[RowRead, bool]] = []
        for table in found.tables:
            reads += _read_table(reading, table, given.get(table.sheet) or given.get(""), bounds)
        _make_people(reading, reads)
        reading.settle_outcomes()
    return reading


@contextmanager
def _nothing_thrown_away() -> Iterator[None]:
    """All that a reading makes is kept: to look through it for what could be thrown away would take a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read_table(reading: Reading, table: Table, given: dict[str, Any] | None, bounds: Bounds) -> list[tuple[RowRead, bool]]:
    mapping = mapping_of(table, given)
    habits = find_habits(table, mapping)
    one = TableReading(table, mapping, habits)
    reading.tables.append(one)
    reading.ignored += [Ignored(Place(table.sheet, number), reason) for number, reason in table.ignored]
    reader = RowReader(table, mapping, habits, bounds, is_csv=reading.book.kind == "csv")
    phases = PhaseReader(reader)
    contacts = ContactReader(reader) if one.contacts else None
    status = mapping.first("status")
    seen: dict[tuple[Cell, ...], int] = {}
    above: list[Cell] = []
    reads: list[tuple[RowRead, bool]] = []
    for number, row in table.rows:
        reading.rows_read += 1
        if (twin := seen.setdefault(tuple(row), number)) != number:
            reading.ignored.append(Ignored(Place(table.sheet, number), f"the same row as row {twin}"))
            continue
        read, above = reader.read(number, row, above)
        if status and (word := shown(reader.at(above, status)).strip()):
            one.words[word] += 1
        if contacts:
            contacts.read(read, above)
        else:
            phases.read(read, above)
        reads.append((read, one.contacts))
    if contacts:
        contacts.finish()
    _refuse_nameless(reads, mapping)
    reading.rejected += [rejected for read, _ in reads for rejected in read.rejected]
    return [(read, gathered) for read, gathered in reads if not read.rejected]


def _refuse_nameless(reads: list[tuple[RowRead, bool]], mapping: Mapping) -> None:
    """A row of nobody cannot go in: without a name, unless another row of its reference has one."""
    named = {read.ref for read, _ in reads if read.ref and any(read.name)}
    column = mapping.first("last_name") or mapping.first("full_name") or mapping.first("first_name") or mapping.first("ref")
    for read, gathered in reads:
        if any(read.name) or read.rejected or (gathered and read.ref in named):
            continue
        at = Spot(read.place, column.letter, column.heading, "") if column else None
        reason = "There is no name" if read.ref else "There is neither a name nor a reference"
        read.rejected.append(Rejected(read.place, at, reason, read.cells))


def _make_people(reading: Reading, reads: list[tuple[RowRead, bool]]) -> None:
    grouping = group_rows(reads)
    reads.clear()
    reading.decisions += grouping.decisions
    waiting = {decision.places[-1] for decision in grouping.decisions}
    twice: dict[int, Decision] = {}
    for pair in look_alikes(grouping.groups):
        twice[id(pair.later)] = same_person(pair)
    for group in grouping.groups:
        if not any(group.name):
            _reject_group(reading, group)
            continue
        person, decisions, rejected = person_of(group)
        reading.rejected += rejected
        reading.decisions += decisions
        if decision := twice.get(id(group)):
            reading.decisions.append(decision)
            person.undecided = True
        if not group.gathered and group.rows[0].place in waiting:
            person.undecided = True
        reading.people.append(person)
        group.rows.clear()  # a large file is not held twice


def _reject_group(reading: Reading, group: Group) -> None:
    for read in group.rows:
        reading.rejected.append(Rejected(read.place, None, "There is no name", read.cells))
