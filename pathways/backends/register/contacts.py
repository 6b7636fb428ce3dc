"""Rows of one contact each: the date of the row dates the step that its status names."""

from datetime import date

from pathways.backends.register import cells
from pathways.backends.register.dates import Written, written
from pathways.backends.register.days import Fits, Said, settle
from pathways.backends.register.headings import Column
from pathways.backends.register.phases import which_day
from pathways.backends.register.proposals import Fact, Note, Quality
from pathways.backends.register.rows import RowRead, RowReader, wrong_day
from pathways.backends.register.sheets import Cell
from pathways.backends.register.statuses import STEP_OF_STAGE, aside

NEARBY_ROWS = 4
NEARBY_DAYS = 45


class ContactReader:
    """Reads the date and the status of each row into at most one fact."""

    def __init__(self, reader: RowReader) -> None:
        self.reader = reader
        self.column = reader.single["contact_on"]
        self.waiting: list[tuple[RowRead, Cell, Written, int]] = []
        self.days: list[date | None] = []

    def read(self, read: RowRead, row: list[Cell]) -> None:
        """Add the day of the row, and the step it dates. A day without a year waits for the rows around it."""
        cell = self.reader.at(row, self.column)
        one = written(cell)
        said = settle(one, self.reader.habits["contact_on"].of(self.reader.hand(row)))
        if one.kind == "no_year" and said.outcome != "impossible":
            self.waiting.append((read, cell, one, len(self.days)))
            self.days.append(None)
            return
        self.days.append(said.on if said.quality == "exact" and not wrong_day(said, self.reader.bounds, may_be_planned=False) else None)
        self._take(read, cell, said)

    def finish(self) -> None:
        """Settle the days without a year by the days of the rows above and below."""
        for read, cell, one, index in self.waiting:
            above = next((day for day in reversed(self.days[max(0, index - NEARBY_ROWS) : index]) if day), None)
            below = next((day for day in self.days[index + 1 : index + 1 + NEARBY_ROWS] if day), None)
            near = tuple(day for day in (above, below) if day)
            habit = self.reader.habits["contact_on"].of("")
            said = settle(one, habit, fits=Fits(upper=self.reader.bounds.today, near=near, within=NEARBY_DAYS))
            self._take(read, cell, said)

    def _take(self, read: RowRead, cell: Cell, said: Said) -> None:
        column = self.column
        if said.outcome == "impossible":
            self.reader.reject(read, column, cell, said.remark[:1].upper() + said.remark[1:])
            return
        if wrong := wrong_day(said, self.reader.bounds, may_be_planned=False):
            self.reader.reject(read, column, cell, wrong)
            return
        if said.outcome == "ambiguous":
            read.decisions.append(which_day(read.place, self.reader.spot(read.place, column, cell), said))
            return
        on = said.on if said.outcome == "date" else None
        quality: Quality = "unknown" if on is None else "month" if said.quality == "month" else "exact"
        read.dated = on
        read.notes = [Note(note.text, note.at, on) for note in read.notes]
        if said.remark or (said.outcome not in ("date", "nothing")):
            self.reader.flag(read, column, cell, "contact_on", said.remark[:1].upper() + said.remark[1:] or "This cannot be read as a date")
        self._step(read, on, quality)

    def _step(self, read: RowRead, on: date | None, quality: Quality) -> None:
        meaning, at = read.meaning, read.status_at
        step = meaning.step or STEP_OF_STAGE.get(meaning.stage, "")
        if not step or at is None:
            return
        beside = aside(at.text)
        family = cells.read_family(beside) if beside else ""
        if family:
            read.fields.setdefault("family", family)
        if beside and beside.casefold() != family:
            read.fields.setdefault("family_words", beside)
        remark = "the row has no date" if on is None and quality == "unknown" else ""
        read.facts.append(Fact(step, on, quality, at, read.fields.get("employer", ""), read.fields.get("family", ""), remark))
        if remark:
            self.reader.flag(read, self.column, "", "contact_on", "The row has no date: what it tells is taken without one")


def is_contacts(fields: dict[str, list[Column]]) -> bool:
    """Whether a table's mapping is of one row a contact: a day and a status, and no dates of phases."""
    return "contact_on" in fields
