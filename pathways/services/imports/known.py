"""Who is here already: the rows of earlier imports, and people of the programme who look alike. Asked in batches, not row by row."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef

from candidates.choices import RouteKind
from candidates.likeness import MOST_EACH, handles, known_as
from candidates.likeness import Known as Traits
from candidates.models import Address, Candidate, ContactRoute
from candidates.models.alike import compared, known_of, near
from pathways.models import ImportRow, ImportRun, Pathway, StageChange
from pathways.models.imports import Verdict
from pathways.queries.company import read_together
from pathways.workflow.pathway import Stage

BATCH = 500
#: So many who might be the same are shown; with more, nobody could choose.
MOST_ALIKE = 5
#: Fields of a person that a register may bring, in the order in which a preview shows them.
PLAIN = ("first_name", "last_name", "date_of_birth", "phone", "email", "postcode")
SHAPES = {"exact": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y", "": ""}


@dataclass
class Standing:
    """What stands here of one person: fields in the words of a register, and the steps that the log holds of one case."""

    fields: dict[str, str] = field(default_factory=dict)
    also: set[str] = field(default_factory=set)
    steps: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Before:
    """One applied row of an earlier import."""

    pk: int
    run_id: int
    pathway_id: int


def in_batches(rows: Sequence[Any], size: int = BATCH) -> Iterator[Sequence[Any]]:
    """A long list in parts."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


class Known:
    """Who is here already, for one file."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.before: dict[str, list[Before]] = defaultdict(list)
        self.used: set[int] = set()
        self._remember()

    def settle(self, rows: Sequence[ImportRow]) -> None:
        """Put beside each proposed person who it is, or might be, and what would change."""
        for part in in_batches(rows):
            self._settle(part)

    def _remember(self) -> None:
        """Every applied row of this organisation's registers, but those that were taken back."""
        found = applied_rows(self.run).order_by("id").values_list("key", "pk", "run_id", "pathway_id")
        for key, *told in found.iterator(chunk_size=5_000):
            self.before[key].append(Before(*told))

    def _settle(self, rows: Sequence[ImportRow]) -> None:
        maybe = {each.pk for row in rows for each in self.before.get(row.key, ())}
        full = {row.pk: row for row in ImportRow.objects.filter(pk__in=maybe).select_related("pathway__candidate")}
        matched = [(row, earlier) for row in rows if (earlier := self._earlier(row, full)) is not None]
        mates = _mates([earlier for _, earlier in matched])
        here = standing([earlier.pathway for _, earlier in matched if earlier.pathway is not None])
        for row, earlier in matched:
            row.pathway = earlier.pathway
            row.changes = differences(row, here[row.pathway_id or 0], mates[earlier.run_id, row.pathway_id or 0])
            row.verdict = Verdict.UPDATE if row.changes else Verdict.UNCHANGED
        new = [row for row in rows if row.pathway_id is None and "of" not in row.fields]
        for row, alike in zip(new, lookalikes(self.run, new), strict=True):
            row.candidates = alike

    def _earlier(self, row: ImportRow, full: dict[int, ImportRow]) -> ImportRow | None:
        """The row of the latest import that spoke of the same person: of namesakes, the one that said the same."""
        told = [full[each.pk] for each in self.before.get(row.key, ()) if each.pk in full]
        if not told:
            return None
        latest = max(each.run_id for each in told)
        told = [each for each in told if each.run_id == latest]
        told = [each for each in told if each.pk not in self.used] or told
        found = next((each for each in told if _days(each) == _days(row)), told[0])
        self.used.add(found.pk)
        return found


def _days(row: ImportRow) -> list[tuple[str, str]]:
    """The steps of a row with their days, wherever in the file they stand."""
    return sorted((fact["step"], fact["on"]) for fact in row.facts)


def applied_rows(run: ImportRun) -> Any:
    """Rows of this organisation's registers that went into this programme and stand."""
    return ImportRow.objects.filter(
        run__organisation=run.organisation_id,
        run__programme=run.programme_id,
        applied_at__isnull=False,
        pathway__isnull=False,
    ).exclude(pathway__stage=Stage.VOID)


def _mates(rows: Iterable[ImportRow]) -> dict[tuple[int, int], list[ImportRow]]:
    """All rows that one import held of one case: what they said already is no news."""
    rows = list(rows)
    found: dict[tuple[int, int], list[ImportRow]] = defaultdict(list)
    wanted = {(row.run_id, row.pathway_id) for row in rows}
    held = ImportRow.objects.filter(run__in={run for run, _ in wanted}, pathway__in={case for _, case in wanted}, applied_at__isnull=False)
    for row in held:
        if row.pathway_id is not None:
            found[row.run_id, row.pathway_id].append(row)
    return found


def standing(cases: Sequence[Pathway]) -> dict[int, Standing]:
    """What stands here of each case's person, in four queries; of steps, those of all cases that are read with it."""
    people = {case.candidate_id: case.candidate for case in cases}
    fields = {pk: _plain(person) for pk, person in people.items()}
    also: dict[int, set[str]] = defaultdict(set)
    for route in ContactRoute.objects.current().filter(candidate__in=people).order_by("rank", "id"):
        also[route.candidate_id].add(route.value)
        name = "email" if route.kind == "email" else "phone"
        fields[route.candidate_id].setdefault(name, route.value)
    for address in Address.objects.filter(candidate__in=people, valid_to__isnull=True, replaced_by__isnull=True):
        fields[address.candidate_id]["postcode"] = address.postcode
    steps: dict[int, set[str]] = defaultdict(set)
    company = {case.pk: read_together(case) for case in cases}
    every = {pk for ids in company.values() for pk in ids}
    log = StageChange.objects.filter(pathway__in=every, undoes__isnull=True, undone_by__isnull=True)
    for pk, machine, step in log.values_list("pathway_id", "machine", "step"):
        steps[pk].add(f"{machine}.{step}")
    told = {pk: set().union(*(steps[each] for each in ids)) for pk, ids in company.items()}
    return {case.pk: Standing(fields[case.candidate_id], also[case.candidate_id], told[case.pk]) for case in cases}


def _plain(person: Candidate) -> dict[str, str]:
    born = person.date_of_birth
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "date_of_birth": born.strftime(SHAPES[person.birth_quality]) if born else "",
    }


def differences(row: ImportRow, here: Standing, mates: Iterable[ImportRow]) -> dict[str, list[str]]:
    """Field -> [what is here, what the file says]; steps not yet in the log under their name.

    What an earlier import said already is no news, even where it could not be taken: again is nothing.
    """
    said: dict[str, set[str]] = defaultdict(set)
    facts = set()
    for mate in mates:
        facts |= {(fact["step"], fact["on"]) for fact in mate.facts}
        for name in PLAIN:
            said[name].add(mate.fields.get(name, ""))
        for name, values in mate.fields.get("also", {}).items():
            said[name].update(values)
    found = {}
    for name in PLAIN:
        new = row.fields.get(name)
        if new and new != here.fields.get(name, "") and new not in said[name] and new not in here.also:
            found[name] = [here.fields.get(name, ""), new]
    for fact in row.facts:
        if fact["step"] not in here.steps and (fact["step"], fact["on"]) not in facts:
            found[fact["step"]] = ["", fact["on"] or "day not known"]
    return found


def traits_of(row: ImportRow) -> Traits:
    """What a row says by which its person may be known."""
    told = row.fields
    also = told.get("also", {})
    phones = {told.get("phone", ""), *also.get("phone", ())}
    emails = {told.get("email", ""), *also.get("email", ())}
    reach = [(RouteKind.MOBILE, value) for value in phones if value] + [(RouteKind.EMAIL, value) for value in emails if value]
    return known_as(
        first=told.get("first_name", ""),
        last=told.get("last_name", ""),
        born=told.get("date_of_birth", ""),
        reach=reach,
        postcode=told.get("postcode", ""),
    )


class Arrivals:
    """People by what they may be known: who among them is alike is found without looking at all of them."""

    def __init__(self, people: Mapping[int, Traits]) -> None:
        self.people = people
        self.by: dict[str, list[int]] = defaultdict(list)
        for pk, known in people.items():
            for handle in handles(known):
                self.by[handle].append(pk)

    def alike(self, known: Traits) -> list[int]:
        """Those who may be this person, the likest first."""
        close = {pk for handle in handles(known) for pk in self.by.get(handle, ())[-MOST_EACH:]}
        return [pk for pk, _ in compared(known, {pk: self.people[pk] for pk in close})]


def lookalikes(run: ImportRun, rows: Sequence[ImportRow]) -> list[list[int]]:
    """For each row, people of this programme who may be the same, the likest first. A few queries, however many rows."""
    if not rows:
        return []
    wanted = {number: traits_of(row) for number, row in enumerate(rows)}
    close = near(wanted, closely=False)
    inside = Exists(Pathway.objects.filter(candidate=OuterRef("pk"), programme=run.programme_id).exclude(stage=Stage.VOID))
    here = known_of(Candidate.objects.filter(inside, pk__in={pk for ids in close.values() for pk in ids}))
    found = (compared(known, {pk: here[pk] for pk in close[number] & here.keys()}) for number, known in wanted.items())
    return [[pk for pk, _ in each[:MOST_ALIKE]] for each in found]


def newcomers(run: ImportRun) -> Arrivals:
    """People of this programme who were added since the file was read, other than by itself."""
    until = run.reading.get("people_until")
    if until is None:
        return Arrivals({})
    own = ImportRow.objects.filter(run=run, pathway__isnull=False).values("pathway__candidate")
    added = Candidate.objects.filter(pk__gt=until, pathways__programme=run.programme_id).exclude(pk__in=own)
    return Arrivals(known_of(set(added.values_list("pk", flat=True))))
