"""One row, read: who it speaks of, what its cells say, and what is wrong with it."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from pathways.backends.register import cells, columns, names
from pathways.backends.register.answers import Answer, read_answer
from pathways.backends.register.dates import written
from pathways.backends.register.days import Said, settle_birth
from pathways.backends.register.habits import ColumnHabit
from pathways.backends.register.headings import Column, Table
from pathways.backends.register.mapping import Mapping
from pathways.backends.register.proposals import NOT_KEPT, Decision, Fact, Flag, Note, Place, Rejected, Spot
from pathways.backends.register.sheets import Cell, TooLong, shown
from pathways.backends.register.statuses import Meaning

NAME_CHARACTERS = 200
PLAIN_FIELDS = ("address", "source", "event", "language", "owner", "employer")


@dataclass(slots=True)
class RowRead:
    """A row as it was read, before rows become people."""

    place: Place
    ref: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    also: dict[str, list[str]] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    flags: list[Flag] = field(default_factory=list)
    births: tuple[date, ...] = ()  # the two days that a date of birth can be
    birth_at: Spot | None = None
    meaning: Meaning = field(default_factory=Meaning)
    status_at: Spot | None = None
    dated: date | None = None  # when this row was written, if it says so
    rejected: list[Rejected] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)

    @property
    def name(self) -> tuple[str, str]:
        """First and last name."""
        return self.fields.get("first_name", ""), self.fields.get("last_name", "")


@dataclass(frozen=True)
class Bounds:
    """What a reading is told from outside: today, and the day the file says it stands at."""

    today: date
    position_at: date | None = None

    @cached_property
    def known_until(self) -> date:
        """The last day of which the file can know: later ones are plans."""
        return min(self.today, self.position_at) if self.position_at else self.today

    @cached_property
    def planned_until(self) -> date:
        """How far ahead a plan may lie."""
        return self.today + timedelta(days=366)

    @cached_property
    def oldest(self) -> date:
        """The first day that a date of a case may be."""
        return date(self.today.year - 12, 1, 1)


class RowReader:
    """Reads the person's own cells of each row of a table; dates of what happened are read by phases.py and contacts.py."""

    def __init__(self, table: Table, mapping: Mapping, habits: dict[str, ColumnHabit], bounds: Bounds, *, is_csv: bool) -> None:
        self.table, self.mapping, self.habits, self.bounds, self.is_csv = table, mapping, habits, bounds, is_csv
        self.width = len(table.columns)
        self.single = {name: held[0] for name, held in mapping.fields.items()}
        self.plain = [(name, mapping.fields[name]) for name in PLAIN_FIELDS if name in mapping.fields]
        self.questions = [(name, self.single[name]) for name in columns.ANSWER_FIELDS if name in self.single]
        self.taken = {column.index for held in mapping.fields.values() for column in held}

    def spot(self, place: Place, column: Column, cell: Cell) -> Spot:
        """A cell, as it is spoken of."""
        return Spot(place, column.letter, column.heading, shown(cell)[:200])

    def read(self, number: int, row: list[Cell], above: list[Cell]) -> tuple[RowRead, list[Cell]]:
        """The row, and its cells with ditto marks filled from the row above."""
        read = RowRead(Place(self.table.sheet, number), cells=row)
        row = self._filled(read, row, above)
        if not self._whole(read, row):
            return read, row
        if column := self.single.get("ref"):
            read.ref = cells.text_of(self.at(row, column)).replace("\n", " ")[:80]
            if read.ref:
                read.fields["ref"] = read.ref
        self._name(read, row)
        self._birth(read, row)
        self._reach(read, row)
        for name, held in self.plain:
            words = [text for column in held if (text := cells.text_of(self.at(row, column)))]
            if words:
                read.fields[name] = ", ".join(words)[:400]
        if column := self.single.get("family"):
            self._family(read, row, column)
        for name, column in self.questions:
            self._answer(read, name, column, self.at(row, column))
        for column in self.mapping.fields.get("notes", ()):
            text = cells.text_of(self.at(row, column))
            if text:
                read.notes.append(Note(text, self.spot(read.place, column, self.at(row, column))))
        if column := self.single.get("status"):
            cell = self.at(row, column)
            read.status_at = self.spot(read.place, column, cell)
            word = shown(cell).strip()
            read.meaning = self.mapping.means(word)
            if word and not read.meaning.known and not read.meaning.hint:
                self.flag(read, column, cell, "status", "We did not recognise this status, so we left it out")
        return read, row

    @staticmethod
    def at(row: list[Cell], column: Column) -> Cell:
        """The cell of a row under a column; nothing beyond the row's end."""
        return row[column.index] if column.index < len(row) else None

    def _filled(self, read: RowRead, row: list[Cell], above: list[Cell]) -> list[Cell]:
        filled = row
        for index, cell in enumerate(row):
            if isinstance(cell, str) and len(cell) < 9 and index in self.taken and cells.is_ditto(cell):
                filled = list(row) if filled is row else filled
                filled[index] = above[index] if index < len(above) else None
                column = self.table.columns[index]
                read.flags.append(Flag(self.spot(read.place, column, cell), column.field or "", "read as the cell above it"))
        return filled

    def _whole(self, read: RowRead, row: list[Cell]) -> bool:
        """Whether the row can be read at all: no cell too long, none beyond the headings of a CSV."""
        for index, cell in enumerate(row):
            if isinstance(cell, TooLong):
                column = self.table.columns[index] if index < self.width else Column(index, "", "")
                self.reject(read, column, cell, f"This cell holds {cell.characters:,} characters; at most 10,000 are read")
                return False
        beyond = [cell for cell in row[self.width :] if shown(cell).strip()]
        if beyond and self.is_csv:
            last = self.table.columns[-1]
            self.reject(read, last, self.at(row, last), "The row has a cell too many: a mark inside a cell has moved what follows")
            return False
        if beyond:
            last = self.table.columns[-1]
            read.flags.append(Flag(self.spot(read.place, last, beyond[0]), "", "there is a cell beside the table without a heading"))
        return True

    def reject(self, read: RowRead, column: Column | None, cell: Cell, reason: str) -> None:
        """The row cannot go in."""
        at = self.spot(read.place, column, cell) if column else None
        read.rejected.append(Rejected(read.place, at, reason, read.cells))

    def flag(self, read: RowRead, column: Column, cell: Cell, name: str, reason: str, suggestion: str = "") -> None:
        """Somebody should look at this cell."""
        read.flags.append(Flag(self.spot(read.place, column, cell), name, reason, suggestion))

    def _name(self, read: RowRead, row: list[Cell]) -> None:
        first = shown(self.at(row, self.single["first_name"])) if "first_name" in self.single else ""
        last = shown(self.at(row, self.single["last_name"])) if "last_name" in self.single else ""
        if "full_name" in self.single and not (first.strip() or last.strip()):
            first, last = names.split_full(shown(self.at(row, self.single["full_name"])))
        else:
            first, last = names.split_name(first, last)
        if len(first) > NAME_CHARACTERS or len(last) > NAME_CHARACTERS:
            held = self.single.get("full_name") or self.single.get("first_name") or self.single.get("last_name")
            self.reject(read, held, self.at(row, held) if held else None, f"The name is longer than {NAME_CHARACTERS} characters")
            return
        if first:
            read.fields["first_name"] = first
        if last:
            read.fields["last_name"] = last

    def _birth(self, read: RowRead, row: list[Cell]) -> None:
        column = self.single.get("date_of_birth")
        if column is None or (cell := self.at(row, column)) is None:
            return
        read.birth_at = self.spot(read.place, column, cell)
        said = settle_birth(written(cell), self.habits["date_of_birth"].of(self.hand(row)), today=self.bounds.today)
        if said.outcome in ("date", "year") and said.on:
            lengths = {"exact": 10, "month": 7, "year": 4}
            read.fields["date_of_birth"] = said.on.isoformat()[: lengths[said.quality]]
            if said.quality != "exact" or said.remark:
                self.flag(read, column, cell, "date_of_birth", said.remark or f"only the {said.quality} is given")
        elif said.outcome == "ambiguous":
            read.births = said.either
        elif said.outcome != "nothing":
            self.flag(
                read, column, cell, "date_of_birth", f"{NOT_KEPT} {_capital(said.remark) or 'This cannot be read as a date of birth'}"
            )

    def hand(self, row: list[Cell]) -> str:
        """Who wrote the row, for habits."""
        owner = self.single.get("owner")
        return shown(self.at(row, owner)).strip().casefold() if owner else ""

    def _reach(self, read: RowRead, row: list[Cell]) -> None:
        for column in self.mapping.fields.get("phone", ()):
            self._put(read, "phone", column, self.at(row, column), cells.read_phones(self.at(row, column)))
        for column in self.mapping.fields.get("email", ()):
            if cell := self.at(row, column):
                self._put(read, "email", column, cell, cells.read_email(cells.text_of(cell)))
        place = self.single.get("postcode")
        if place and (cell := self.at(row, place)) is not None:
            self._put(read, "postcode", place, cell, cells.read_place(cells.text_of(cell)))

    def _put(self, read: RowRead, name: str, column: Column, cell: Cell, found: cells.Read) -> None:
        if found.reason:
            reason = found.reason if found.value or found.also else f"{NOT_KEPT} {found.reason}"
            self.flag(read, column, cell, name, reason, found.suggestion)
        values = [value for value in (found.value, *found.also) if value and value != read.fields.get(name)]
        if values and name not in read.fields:
            read.fields[name] = values.pop(0)
        if values:
            read.also.setdefault(name, []).extend(values)
        if found.beside:
            read.notes.append(Note(found.beside, self.spot(read.place, column, cell)))

    def _family(self, read: RowRead, row: list[Cell], column: Column) -> None:
        text = cells.text_of(self.at(row, column))
        if not text:
            return
        if family := cells.read_family(text):
            read.fields["family"] = family
        else:
            self.flag(read, column, text, "family", "No one job family is meant by this")
        if text.casefold() != read.fields.get("family"):
            read.fields["family_words"] = text[:200]

    def _answer(self, read: RowRead, name: str, column: Column, cell: Cell) -> None:
        answer = read_answer(name, shown(cell)[:300])
        if answer is None:
            return
        read.answers[name] = answer
        if not answer.understood:
            read.flags.append(Flag(Spot(read.place, column.letter, column.heading, ""), name, "Not on the list: kept as not known"))


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def wrong_day(said: Said, bounds: Bounds, *, may_be_planned: bool) -> str:
    """Why a day cannot be, or nothing. A plan may lie a year ahead; what lies long before is a slip of the pen too."""
    if said.on is None or bounds.oldest <= said.on <= bounds.today:
        return ""
    if said.on < bounds.oldest:
        return f"{_spoken(said)} is long before the programme began"
    if may_be_planned and said.on <= bounds.planned_until:
        return ""
    return f"{_spoken(said)} is in the future"


def _spoken(said: Said) -> str:
    if said.on is None:
        return "This"
    return f"{said.on:%B %Y}" if said.quality == "month" else f"{said.on.day} {said.on:%B %Y}"
