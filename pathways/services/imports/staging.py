"""What would happen to each person of a file: new, changed, already here, a question, or a reason."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain, islice
from typing import Any

from candidates.models.candidate import fold
from pathways.backends.register.proposals import Decision, Person, Place, Rejected, Spot
from pathways.backends.register.reading import Reading
from pathways.backends.register.sheets import Cell, RealDate, TooLong
from pathways.models import ImportRow, ImportRun
from pathways.models.imports import Verdict
from pathways.services.imports.known import Known
from pathways.services.imports.waiting import Sheets, fact_of, here_question, question_of

#: Rows that are laid out at once.
PART = 1_000
#: A question about who somebody is; all others are about what their row says.
WHO = ("here", "same person", "one reference")


def staged(*, run: ImportRun, reading: Reading, today: date) -> Iterator[list[ImportRow]]:
    """One staging row a person, one a contact that waits for an answer, one a row that cannot go in or holds nobody; in parts."""
    stage, known = Staging(run, reading, today=today), Known(run)
    for part in parted(chain(stage.people(), stage.contacts())):
        known.settle(part)
        for row in part:
            _settle_verdict(row)
        remember_answers(run, part)
        yield part
    yield from parted(chain(stage.rejected(), stage.ignored()))


def parted(rows: Iterator[ImportRow]) -> Iterator[list[ImportRow]]:
    """So many rows at a time that a large file is not held twice."""
    while part := list(islice(rows, PART)):
        yield part


class Staging:
    """One reading, laid out as rows that can be looked at and applied without the file."""

    def __init__(self, run: ImportRun, reading: Reading, *, today: date) -> None:
        self.run, self.reading = run, reading
        self.sheets = Sheets(reading, today=today)
        self.refused: dict[Place, list[Rejected]] = defaultdict(list)
        for each in reading.rejected:
            self.refused[each.place].append(each)
        self.owner = {place: person for person in reading.people for place in person.rows}
        self.of_person: dict[int, list[Decision]] = defaultdict(list)
        self.of_row: dict[Place, list[Decision]] = defaultdict(list)
        for decision in reading.decisions:
            self._sort(decision)
        self.head: dict[int, Place] = {}

    def _sort(self, decision: Decision) -> None:
        """Whether a question is about a whole person, or about one contact of somebody who goes in without it."""
        place = decision.places[-1]
        person = self.owner.get(place)
        if place in self.refused:
            return
        if person is None or (decision.kind not in WHO and self.sheets.contacts(place)):
            self.of_row[place].append(decision)
        else:
            self.of_person[id(person)].append(decision)

    def people(self) -> Iterator[ImportRow]:
        """One row a person, at the first of their rows that says something."""
        for person in self.reading.people:
            place = next((each for each in person.rows if each not in self.refused and each not in self.of_row), None)
            questions = self.of_person[id(person)]
            if place is None:  # every row of theirs waits or cannot go in
                place = next((each for each in person.rows if each not in self.refused), None)
                if place is None:
                    continue
                questions = questions + self.of_row.pop(place, [])
            self.head[id(person)] = place
            yield self._person(person, place, questions)

    def _person(self, person: Person, place: Place, questions: list[Decision]) -> ImportRow:
        row = self._row(person, place, key=key_of(person))
        row.fields["questions"] = [question_of(each, self.sheets, person) for each in questions]
        row.facts = [fact_of(each, person) for each in person.facts]
        row.problems = [problem(one.at, one.reason, one.suggestion) for one in person.flags]
        return row

    def _row(self, person: Person, place: Place, *, key: str) -> ImportRow:
        return ImportRow(
            run=self.run,
            sheet=place.sheet[:80],
            number=place.row,
            key=key,
            verdict=Verdict.CREATE,
            fields=as_fields(person),
            cells=[[each.row, kept(self.sheets.cells(each))] for each in person.rows],
        )

    def contacts(self) -> Iterator[ImportRow]:
        """Rows of contacts that wait for an answer, while the rest of their person goes in. People come first: they take some of them."""
        for place, decisions in self.of_row.items():
            person, alone = self.owner.get(place), self.sheets.person_alone(place)
            cells = kept(self.sheets.cells(place))
            row = self._row(alone, place, key=digest(["row", key_of(person or alone), cells]))
            row.fields["questions"] = [question_of(each, self.sheets, None) for each in decisions]
            row.facts = [] if person is not None else [fact_of(each, alone) for each in alone.facts]
            if person is not None and id(person) in self.head:
                head = self.head[id(person)]
                row.fields |= {"of": [head.sheet[:80], head.row], "first_name": person.name[0], "last_name": person.name[1]}
            yield row

    def rejected(self) -> Iterator[ImportRow]:
        """Rows that cannot go in, with the cell at fault and the reason."""
        for place, why in self.refused.items():
            row = ImportRow(
                run=self.run,
                sheet=place.sheet[:80],
                number=place.row,
                key=digest(["rejected", *place]),
                verdict=Verdict.REJECT,
                cells=[[place.row, kept(why[0].cells)]],
                problems=[problem(one.at, one.reason) for one in why],
            )
            if place in self.sheets.tables:
                first, last = self.sheets.alone(place).name
                row.fields = {"first_name": first, "last_name": last, "rows": [[place.sheet, place.row]]}
            yield row

    def ignored(self) -> Iterator[ImportRow]:
        """Totals, headings again, the same row twice: they hold nobody new."""
        return (
            ImportRow(
                run=self.run,
                sheet=each.place.sheet[:80],
                number=each.place.row,
                key=digest(["ignored", *each.place]),
                verdict=Verdict.IGNORE,
                problems=[{"column": "", "letter": "", "cell": "", "reason": each.reason}],
            )
            for each in self.reading.ignored
            if each.place not in self.refused
        )


def _settle_verdict(row: ImportRow) -> None:
    """Somebody may be here already: that is asked first. Without a question a row is new."""
    if row.pathway_id is not None:
        row.fields["questions"] = []
        return
    questions = row.fields["questions"]
    if row.candidates:
        questions.insert(0, here_question(row.candidates))
    if questions:
        row.verdict = Verdict.DECIDE


def remember_answers(run: ImportRun, rows: Iterable[ImportRow]) -> None:
    """What was left out the last time stays out, unless somebody says otherwise."""
    asked = {row.key: row for row in rows if row.verdict == Verdict.DECIDE}
    out = ImportRow.objects.filter(
        run__organisation=run.organisation_id, run__programme=run.programme_id, run__finished_at__isnull=False, decision="out"
    )
    for key in set(out.filter(key__in=asked).values_list("key", flat=True)) if asked else ():
        asked[key].decision = "out"
        for question in asked[key].fields["questions"]:
            question["answer"] = "out"


def problem(at: Spot | None, reason: str, suggestion: str = "") -> dict[str, str]:
    """A cell at fault, and why; a row as a whole where no cell is named."""
    told = {"column": at.heading if at else "", "letter": at.letter if at else "", "cell": at.text if at else "", "reason": reason}
    return {**told, "suggestion": suggestion} if suggestion else told


def digest(parts: list[Any]) -> str:
    """A short name for what a row says of who it is."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def key_of(person: Person) -> str:
    """What makes the person themselves in this organisation's registers: their reference and name, else name, birth and phone."""
    first, last = person.name
    named = fold(f"{first} {last}")
    if person.fields.get("ref"):
        return digest(["ref", person.fields["ref"].casefold(), named])
    return digest(["who", named, person.fields.get("date_of_birth", ""), person.fields.get("phone", ""), person.fields.get("email", "")])


def kept(cells: list[Cell]) -> list[Any]:
    """The file's own cells as the reader's child wrote them: numbers and days stay what they are."""
    return [_kept(cell) for cell in cells]


def _kept(cell: Cell) -> Any:
    if isinstance(cell, RealDate):
        return ["m" if cell.month_only else "d", cell.on.isoformat()]
    if isinstance(cell, TooLong):
        return ["l", cell.characters]
    return cell


def as_fields(person: Person) -> dict[str, Any]:
    """What the file says of a person, as it may be kept. Free words beside an equality answer are not."""
    return {
        **person.fields,
        "also": person.also,
        "notes": [[one.text, one.on.isoformat() if one.on else ""] for one in person.notes],
        "answers": {question: [one.state, one.code, one.group] for question, one in person.answers.items()},
        "stage": person.stage or "",
        "stage_in_register": person.stage_in_register or "",
        "rows": [[place.sheet, place.row] for place in person.rows],
    }
