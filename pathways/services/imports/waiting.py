"""What a register asks: each answer with what it would bring about, worked out while the file is open.

An answer's effect is data: facts to add, a step to leave out, whose row it is. Applying a row needs no file.
"""

from datetime import date
from typing import Any

from pathways.backends.register import columns
from pathways.backends.register.contacts import ContactReader
from pathways.backends.register.dates import written
from pathways.backends.register.days import settle
from pathways.backends.register.merging import person_of
from pathways.backends.register.people import Group
from pathways.backends.register.phases import PLANNED, STEP_OF_FIELD, PhaseReader
from pathways.backends.register.proposals import Decision, Fact, Person, Place
from pathways.backends.register.reading import Reading, TableReading
from pathways.backends.register.rows import Bounds, RowRead, RowReader
from pathways.backends.register.sheets import Cell
from pathways.backends.register.statuses import CLOSED, ORDER, STEP_OF_STAGE

Question = dict[str, Any]
Option = dict[str, Any]

OUT = ("out", "Leave it out")
#: A case that was closed without work had no first day; one that was lost had no job agreed either.
NEVER_CLOSED_WITH = {"placement.start", "placement.leave", "retention_check.confirm"}
NEVER_LOST_WITH = {*NEVER_CLOSED_WITH, "placement.agree_start", "introduction.accept", "introduction.offer"}


class Sheets:
    """The rows of a reading, found again by their place, with the table and mapping they were read by."""

    def __init__(self, reading: Reading, *, today: date) -> None:
        self.reading, self.today = reading, today
        self.tables: dict[Place, tuple[TableReading, int]] = {}
        for one in reading.tables:
            for index, (number, _) in enumerate(one.table.rows):
                self.tables[Place(one.table.sheet, number)] = (one, index)

    def cells(self, place: Place) -> list[Cell]:
        """The file's own cells of a row."""
        found = self.tables.get(Place(*place))
        return found[0].table.rows[found[1]][1] if found else []

    def contacts(self, place: Place) -> bool:
        """Whether a row stands in a table of one row a contact."""
        found = self.tables.get(Place(*place))
        return bool(found and found[0].contacts)

    def alone(self, place: Place) -> RowRead:
        """What one row says by itself."""
        one, index = self.tables[Place(*place)]
        reader = RowReader(
            one.table,
            one.mapping,
            one.habits,
            Bounds(self.today, self.reading.position_at),
            is_csv=self.reading.book.kind == "csv",
        )
        number, row = one.table.rows[index]
        above = one.table.rows[index - 1][1] if index else []
        read, filled = reader.read(number, row, above)
        if one.contacts:
            contacts = ContactReader(reader)
            contacts.read(read, filled)
            contacts.finish()
        else:
            PhaseReader(reader).read(read, filled)
        return read

    def person_alone(self, place: Place) -> Person:
        """The person that one row would make by itself."""
        read = self.alone(place)
        group = Group(ref=read.ref, gathered=self.contacts(place))
        group.add(read)
        return person_of(group)[0]


def fact_of(fact: Fact, person: Person | None = None) -> dict[str, Any]:
    """A step with its day, as a staging row keeps it; employer and family are the person's where the cell says none."""
    told = person.fields if person else {}
    job = fact.step.split(".")[0] in {"introduction", "placement"}
    return {
        "step": fact.step,
        "on": fact.on.isoformat() if fact.on else "",
        "quality": fact.quality,
        "planned": fact.remark == "planned",
        "employer": fact.employer or (told.get("employer", "") if job else ""),
        "family": fact.family or (told.get("family", "") if job else ""),
        "heading": fact.at.heading,
        "at": [fact.at.place.sheet, fact.at.place.row, fact.at.letter],
    }


def question_of(decision: Decision, sheets: Sheets, person: Person | None) -> Question:
    """A question with its answers, and what each brings about."""
    kind = decision.kind
    if kind in {"same person", "one reference"}:
        options = _who(decision, person)
    elif kind == "date":
        options = [_day(decision, code, words, sheets) for code, words in decision.options]
    elif kind == "several":
        options = _several(decision, sheets)
    elif kind == "order":
        options = _order(decision, sheets)
    elif kind == "behind" and person is not None:
        options = _behind(decision, person)
    else:
        options = [_option(code, words) for code, words in decision.options]
    at = decision.at
    return {
        "kind": kind,
        "question": decision.question,
        "cell": [at.heading or at.letter, at.text] if at else [],
        "options": options,
        "answer": "",
    }


def here_question(candidates: list[int]) -> Question:
    """Whether this is one of those who are here already."""
    one = len(candidates) == 1
    same = [_option("same" if one else f"same{number}", "The same person", candidate=pk) for number, pk in enumerate(candidates, start=1)]
    options = [*same, _option("new", "A new person", new=True), _option(*OUT)]
    return {"kind": "here", "question": "Is this somebody who is here already?", "cell": [], "options": options, "answer": ""}


def _option(code: str, words: str, **effect: Any) -> Option:
    if code == "out":
        effect = {"out": True}
    return {"code": code, "words": words, "effect": effect}


def _who(decision: Decision, person: Person | None) -> list[Option]:
    """The person of an earlier row, a new one, or nobody. A row that belongs to nobody yet may have several namesakes."""
    earlier = decision.places[:1] if person is not None else tuple(dict.fromkeys(decision.places[:-1]))
    options = [
        _option(
            "same" if len(earlier) == 1 else f"same{number}",
            "The same person" if len(earlier) == 1 else f"The person of row {place.row}",
            twin=[place.sheet, place.row],
        )
        for number, place in enumerate(earlier, start=1)
    ]
    return [*options, _option("new", "A new person", new=True), _option(*OUT)]


def _day(decision: Decision, code: str, words: str, sheets: Sheets) -> Option:
    if code == "out":
        return _option(code, OUT[1])
    return _option(code, words, facts=[_dated(decision, date.fromisoformat(code), sheets)])


def _dated(decision: Decision, day: date, sheets: Sheets) -> dict[str, Any]:
    """The fact that a cell supports once its day is known."""
    place, at = decision.places[-1], decision.at
    one, _ = sheets.tables[Place(*place)]
    planned = False
    if one.contacts:
        read = sheets.alone(place)
        step = read.meaning.step or STEP_OF_STAGE.get(read.meaning.stage, "pathway.log_outreach")
    else:
        field = next(
            (name for name in columns.PHASES for column in one.mapping.fields.get(name, []) if at and column.letter == at.letter), ""
        )
        step = STEP_OF_FIELD.get(field, "pathway.log_outreach")
        planned = day > sheets.today and bool(PLANNED.get(field))
        step = PLANNED[field] if planned else step
    letter = at.letter if at else ""
    heading = at.heading if at else ""
    return {
        "step": step,
        "on": day.isoformat(),
        "quality": "exact",
        "planned": planned,
        "employer": "",
        "family": "",
        "heading": heading,
        "at": [place.sheet, place.row, letter],
    }


def _several(decision: Decision, sheets: Sheets) -> list[Option]:
    """Several dates in one cell, or one step dated in two rows of one reference."""
    options = []
    days = _days_in(decision, sheets) if len(decision.places) == 1 else []
    for code, words in decision.options:
        if code == "out":
            options.append(_option(code, OUT[1]))
        elif len(decision.places) > 1 and code == "last":
            options.append(_option(code, words, **_instead(decision, sheets)))
        elif days:
            day = days[0] if code == "first" else days[-1]
            options.append(_option(code, f"{words}: {day.day} {day:%B %Y}", facts=[_dated(decision, day, sheets)]))
        else:
            options.append(_option(code, words))
    return options


def _days_in(decision: Decision, sheets: Sheets) -> list[date]:
    at = decision.at
    if at is None:
        return []
    settled = (settle(each, "day first").on for each in written(at.text).several)
    return [day for day in settled if day is not None and day <= sheets.today]


def _instead(decision: Decision, sheets: Sheets) -> dict[str, Any]:
    """The later row's day in the place of the earlier row's."""
    first, last = decision.places[0], decision.places[-1]
    letter = decision.at.letter if decision.at else ""
    mine = [fact for fact in sheets.alone(last).facts if fact.at.letter == letter]
    return {"drop": [[first.sheet, first.row, letter, fact.step] for fact in mine], "facts": [fact_of(fact) for fact in mine]}


def _order(decision: Decision, sheets: Sheets) -> list[Option]:
    """Two dates in an order that cannot be: both as they are written, or one of them not at all."""
    place, at = decision.places[-1], decision.at
    options = []
    for code, words in decision.options:
        if code == "out":
            options.append(_option(code, OUT[1]))
        elif sheets.contacts(place):
            facts = [fact_of(fact) for fact in sheets.alone(place).facts] if code == "as written" else []
            options.append(_option(code, words, facts=facts))
        else:
            drop = [[place.sheet, place.row, at.letter, ""]] if at and code == "without" else []
            options.append(_option(code, words, drop=drop))
    return options


def _behind(decision: Decision, person: Person) -> list[Option]:
    """The dates, or the register's own word, which then rules out what lies beyond it."""
    options = []
    for code, words in decision.options:
        if code == "word":
            options.append(_option(code, words, **_word(person.stage_in_register or "")))
        else:
            options.append(_option(code, words))
    return options


def _word(word: str) -> dict[str, Any]:
    if word in CLOSED:
        never = NEVER_LOST_WITH if word == "unreachable" else NEVER_CLOSED_WITH
        return {"stage": "", "never": sorted(never), "facts": [_undated(STEP_OF_STAGE[word])]}
    if word in ORDER:
        beyond = ORDER[ORDER.index(word) + 1 :]
        return {"stage": word, "never": sorted(STEP_OF_STAGE[stage] for stage in beyond)}
    if word == "interview.miss":
        return {"stage": "", "never": sorted(STEP_OF_STAGE[stage] for stage in ORDER[3:]), "facts": [_undated(word)]}
    return {"stage": "", "facts": [_undated(word)]} if "." in word else {}


def _undated(step: str) -> dict[str, Any]:
    return {"step": step, "on": "", "quality": "unknown", "employer": "", "family": "", "heading": "", "at": []}
