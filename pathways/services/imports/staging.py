"""What would happen to each person of a file: new, changed, already here, a question, or a reason."""

import hashlib
import json
from collections import defaultdict
from datetime import date
from typing import Any

from django.db.models import Q

from candidates.models import Candidate, ContactRoute
from candidates.models.candidate import fold
from pathways.backends.register.proposals import Decision, Person, Rejected, Spot
from pathways.backends.register.reading import Reading
from pathways.backends.register.sheets import shown
from pathways.models import ImportRow, ImportRun, Pathway, StageChange
from pathways.models.imports import Verdict

#: Fields of a person that a register may bring, in the order in which a preview shows them.
PLAIN = ("first_name", "last_name", "date_of_birth", "phone", "email", "postcode", "address", "language", "source")


def staged(*, run: ImportRun, reading: Reading, today: date) -> list[ImportRow]:
    """One staging row a person, one a rejected row, each with what will happen to it."""
    asked: dict[tuple[str, int], list[Decision]] = defaultdict(list)
    for decision in reading.decisions:
        asked[decision.places[-1]].append(decision)
    refused: dict[tuple[str, int], list[Rejected]] = defaultdict(list)
    for rejected in reading.rejected:
        refused[rejected.place].append(rejected)
    known = Known(run)
    rows = [_rejected(run, place, each) for place, each in refused.items()]
    for person in reading.people:
        place = person.rows[0]
        if tuple(place) in {tuple(each) for each in refused}:
            continue
        questions = [each for where in person.rows for each in asked.get(where, [])]
        rows.append(_person(run, person, questions, known))
    return rows


def _rejected(run: ImportRun, place: tuple[str, int], why: list[Rejected]) -> ImportRow:
    cells = [shown(cell) for cell in why[0].cells]
    problems = [problem(one.at, one.reason) for one in why]
    return ImportRow(
        run=run, sheet=place[0], number=place[1], key=digest(["rejected", *place]), verdict=Verdict.REJECT, cells=cells, problems=problems
    )


def problem(at: Spot | None, reason: str) -> dict[str, str]:
    """A cell at fault, and why; a row as a whole where no cell is named."""
    return {"column": at.heading if at else "", "letter": at.letter if at else "", "cell": at.text if at else "", "reason": reason}


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


class Known:
    """Who is here already, asked once a file."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        applied = ImportRow.objects.filter(run__organisation=run.organisation_id, run__programme=run.programme_id, pathway__isnull=False)
        self.before: dict[str, int] = dict(applied.order_by("id").values_list("key", "pk"))

    def earlier(self, person: Person) -> ImportRow | None:
        """The row of an earlier import that spoke of the same person, with the case it made."""
        pk = self.before.get(key_of(person))
        return ImportRow.objects.select_related("pathway__candidate").filter(pk=pk).first() if pk else None

    def lookalikes(self, person: Person) -> list[int]:
        """People of this programme who may be the same: phone and name, phone and birth, or name and birth."""
        first, last = person.name
        named = fold(f"{first} {last}")
        born = person.fields.get("date_of_birth", "")
        phones = [person.fields.get("phone", ""), *person.also.get("phone", [])]
        inside = Candidate.objects.filter(pathways__programme=self.run.programme_id)
        by_phone = Q(pk__in=ContactRoute.objects.filter(value__in=[each for each in phones if each]).values("candidate"))
        by_name = Q(folded_name=named)
        by_birth = Q(date_of_birth=born) if len(born) == 10 else Q(pk__in=[])
        found = inside.filter((by_phone & by_name) | (by_phone & by_birth) | (by_name & by_birth))
        return sorted(set(found.values_list("pk", flat=True)[:5]))


def _person(run: ImportRun, person: Person, questions: list[Decision], known: Known) -> ImportRow:
    earlier = known.earlier(person)
    row = ImportRow(
        run=run,
        sheet=person.rows[0].sheet,
        number=person.rows[0].row,
        key=key_of(person),
        verdict=Verdict.CREATE,
        fields=as_fields(person),
        facts=[_fact(each) for each in person.facts],
        problems=[problem(one.at, one.reason) for one in person.flags],
    )
    if earlier is not None and earlier.pathway is not None:
        row.pathway = earlier.pathway
        row.changes = differences(row, earlier.pathway, earlier)
        row.verdict = Verdict.UPDATE if row.changes else Verdict.UNCHANGED
        return row
    if person.undecided or questions:
        row.verdict = Verdict.DECIDE
        row.fields["questions"] = [
            {"kind": each.kind, "question": each.question, "options": [list(one) for one in each.options]} for each in questions
        ]
        row.fields["twin"] = [[place.sheet, place.row] for each in questions for place in each.places[:-1]]
    row.candidates = known.lookalikes(person)
    if row.candidates and row.verdict == Verdict.CREATE:
        row.verdict = Verdict.DECIDE
    return row


def as_fields(person: Person) -> dict[str, Any]:
    """What the file says of a person, as it may be kept."""
    return {
        **person.fields,
        "also": person.also,
        "notes": [[one.text, one.on.isoformat() if one.on else ""] for one in person.notes],
        "answers": {question: [one.state, one.code, one.group, one.words] for question, one in person.answers.items()},
        "stage": person.stage or "",
        "stage_in_register": person.stage_in_register or "",
        "rows": [[place.sheet, place.row] for place in person.rows],
    }


def _fact(fact: Any) -> dict[str, Any]:
    return {
        "step": fact.step,
        "on": fact.on.isoformat() if fact.on else "",
        "quality": fact.quality,
        "employer": fact.employer,
        "family": fact.family,
        "heading": fact.at.heading,
    }


def differences(row: ImportRow, case: Pathway, earlier: ImportRow) -> dict[str, list[str]]:
    """Field -> [what is here, what the file says]; facts not yet in the log under their step.

    What the earlier row said already is no news, even where it could not be taken: again is nothing.
    """
    here = standing_fields(case.candidate)
    said = {(fact["step"], fact["on"]) for fact in earlier.facts}
    found = {
        name: [here.get(name, ""), row.fields[name]]
        for name in PLAIN
        if row.fields.get(name) and name in here and row.fields[name] not in {here[name], earlier.fields.get(name)}
    }
    logged = set(StageChange.objects.filter(pathway=case, undoes__isnull=True, undone_by__isnull=True).values_list("machine", "step"))
    for fact in row.facts:
        if tuple(fact["step"].split(".")) not in logged and (fact["step"], fact["on"]) not in said:
            found[fact["step"]] = ["", fact["on"] or "day not known"]
    return found


def standing_fields(candidate: Candidate) -> dict[str, str]:
    """The same fields as they stand here, in the words of a register."""
    born = candidate.date_of_birth
    shapes = {"exact": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y", "": ""}
    routes = dict(ContactRoute.objects.current().filter(candidate=candidate).values_list("kind", "value"))
    address = candidate.addresses.filter(valid_to__isnull=True, replaced_by__isnull=True).first()
    return {
        "first_name": candidate.first_name,
        "last_name": candidate.last_name,
        "date_of_birth": born.strftime(shapes[candidate.birth_quality]) if born else "",
        "phone": routes.get("mobile") or routes.get("landline") or "",
        "email": routes.get("email", ""),
        "postcode": address.postcode if address else "",
    }
