"""What the pages of registers show: runs with their sentence; of one run, a page of rows with who they might be."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, IntegerField, Prefetch, Q, QuerySet, Value, When

from accounts.desk import desk_of
from candidates.models import Candidate, ContactRoute
from ground.paging import Page, keyset
from ground.phones import show_phone
from pathways.backends.register.proposals import NOT_KEPT
from pathways.backends.register.stages import WORDS
from pathways.models import ImportRow, ImportRun, Pathway
from pathways.models.imports import RunState, Verdict
from pathways.queries.timeline_words import HAPPENED
from pathways.scope import kept, people

SIZE = 25
#: What can be shown alone: word in the address -> verdicts, words.
SHOWN: dict[str, tuple[tuple[str, ...], str]] = {
    "questions": ((Verdict.DECIDE,), "Need you"),
    "errors": ((Verdict.REJECT,), "Cannot go in"),
    "changed": ((Verdict.UPDATE,), "Changed"),
    "new": ((Verdict.CREATE,), "New"),
    "here": ((Verdict.UNCHANGED,), "Already here"),
    "nobody": ((Verdict.IGNORE,), "Not a person"),
}
RANK = Case(
    When(verdict=Verdict.DECIDE, decision="", then=Value(0)),
    When(verdict=Verdict.DECIDE, then=Value(1)),
    When(verdict=Verdict.REJECT, then=Value(2)),
    When(verdict=Verdict.UPDATE, then=Value(3)),
    When(verdict=Verdict.CREATE, then=Value(4)),
    When(verdict=Verdict.UNCHANGED, then=Value(5)),
    default=Value(6),
    output_field=IntegerField(),
)
LABELS = {
    "first_name": "First name",
    "last_name": "Last name",
    "date_of_birth": "Date of birth",
    "phone": "Phone",
    "email": "E-mail",
    "postcode": "Postcode",
}


def runs(user: object) -> QuerySet[ImportRun]:
    """Registers that were sent in for the programmes a lead leads, by their own organisation. No desk, no rows."""
    desk = desk_of(user)
    seen = Q(pk__in=[])
    for seat in desk.seats_as("programme_lead") if desk else ():
        seen |= Q(organisation=seat.organisation_id, programme__in=seat.programmes_of())
    return ImportRun.objects.filter(seen)


@dataclass(frozen=True)
class Part:
    """One number of the sentence, and the filter it opens."""

    count: int
    words: str
    show: str


def parts(run: ImportRun) -> list[Part]:
    """The numbers of a run in the order of the sentence."""
    over = run.state in {RunState.DONE, RunState.UNDONE, RunState.FAILED}
    told = [
        Part(run.rows_created, "went in as new" if over else "new", "new"),
        Part(run.rows_changed, "changed", "changed"),
        Part(run.rows_undecided, "still need you" if over else "need you", "questions"),
        Part(run.rows_rejected, "could not go in" if over else "cannot go in", "errors"),
    ]
    if run.rows_unchanged:
        told.append(Part(run.rows_unchanged, "were here already" if over else "already here", "here"))
    return told


def sentence(run: ImportRun) -> str:
    """The run in one sentence: "142 new, 9 changed, 6 need you, 11 cannot go in"."""
    match run.state:
        case RunState.RECEIVED | RunState.READING:
            return "Being read"
        case RunState.REFUSED:
            return run.refusal
        case RunState.UNDONE:
            return f"Taken back; {run.rows_undecided} stayed" if run.rows_undecided else "Taken back"
    return ", ".join(f"{part.count:,} {part.words}" for part in parts(run))


@dataclass(frozen=True)
class Match:
    """Somebody whom a row might be: from the programme, or from an earlier row of the file."""

    name: str
    told: str
    href: str = ""


@dataclass(frozen=True)
class Choice:
    """One answer, the value its button posts, and who it would be."""

    value: str
    words: str
    match: Match | None
    chosen: bool


@dataclass(frozen=True)
class Asked:
    """One question of a row."""

    question: str
    choices: list[Choice]
    answered: bool


@dataclass
class Line:
    """One row of the preview, ready to be shown."""

    number: int
    key: int
    where: str
    name: str
    verdict: str
    told: str
    stage: str
    facts: list[str] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    problems: list[dict[str, str]] = field(default_factory=list)
    questions: list[Asked] = field(default_factory=list)
    decided: str = ""
    gone_in: bool = False
    href: str = ""
    not_kept: bool = False


def rows_page(run: ImportRun, *, show: str, after: str | None, user: object) -> tuple[Page[Any], list[Line]]:
    """A page of a run's rows: what needs a decision first. The same few queries for one row and for all."""
    rows = ImportRow.objects.filter(kept(user, "pathway__candidate"), run=run)
    if show in SHOWN:
        rows = rows.filter(verdict__in=SHOWN[show][0])
    else:
        rows = rows.exclude(verdict=Verdict.IGNORE)
    page = keyset(rows.annotate(rank=RANK).select_related("pathway__candidate"), order=("rank", "number", "id"), after=after, size=SIZE)
    who = _Who(run, page.rows, user)
    return page, [_line(row, who) for row in page.rows]


class _Who:
    """People of the programme and rows of the file that the questions of a page speak of: three queries."""

    def __init__(self, run: ImportRun, rows: Sequence[ImportRow], user: object) -> None:
        effects = [option["effect"] for row in rows for question in row.fields.get("questions", []) for option in question["options"]]
        wanted = {effect["candidate"] for effect in effects if "candidate" in effect}
        twins = {tuple(effect["twin"]) for effect in effects if "twin" in effect}
        self.people: dict[int, Match] = {}
        self.twins: dict[tuple[str, int], Match] = {}
        self.seen: set[int] = set()
        mine = {row.pathway.candidate_id for row in rows if row.pathway is not None}
        if wanted or mine:
            self._find_people(run, wanted, mine, user)
        if twins:
            self._find_twins(run, twins, user)

    def _find_people(self, run: ImportRun, wanted: set[int], mine: set[int], user: object) -> None:
        cases = Pathway.objects.filter(programme=run.programme_id).order_by("-id")
        found = people(user).filter(pk__in=wanted | mine)
        routes = ContactRoute.objects.current()
        for person in found.prefetch_related(Prefetch("routes", routes), Prefetch("pathways", cases)):
            self.seen.add(person.pk)
            if person.pk in wanted:
                self.people[person.pk] = _match(person)

    def _find_twins(self, run: ImportRun, twins: set[tuple[str, int]], user: object) -> None:
        numbers = {number for _, number in twins}
        for row in ImportRow.objects.filter(kept(user, "pathway__candidate"), run=run, number__in=numbers):
            if (row.sheet, row.number) in twins:
                self.twins[row.sheet, row.number] = Match(name_of(row), f"{where_of(row)}. {_said_of(row)}")

    def of(self, effect: dict[str, Any]) -> Match | None:
        """Who an answer would make the row."""
        if "candidate" in effect:
            return self.people.get(effect["candidate"], Match("Somebody of this programme", ""))
        if "twin" in effect:
            sheet, number = effect["twin"]
            return self.twins.get((sheet, number)) or Match(f"Row {number}", "")
        return None


def _match(person: Candidate) -> Match:
    told = [f"born {_day(person.date_of_birth)}"] if person.date_of_birth else []
    told += [show_phone(route.value) if route.value.startswith("+") else route.value for route in list(person.routes.all())[:2]]
    case = next(iter(person.pathways.all()), None)
    if case is not None:
        told.append(WORDS.get(case.stage, "case ended"))
    return Match(person.name, ", ".join(told), f"/people/{person.uuid}/")


def _line(row: ImportRow, who: _Who) -> Line:
    told = row.fields
    candidate = row.pathway.candidate if row.pathway is not None else None
    seen = candidate is not None and candidate.pk in who.seen
    return Line(
        number=row.number,
        key=row.pk,
        where=where_of(row),
        name=name_of(row),
        verdict=str(Verdict(row.verdict).label),
        told=_said_of(row),
        stage=WORDS.get(str(told.get("stage", "")), ""),
        facts=[fact_words(fact) for fact in row.facts],
        changes=[_change(name, *pair) for name, pair in row.changes.items()],
        problems=row.problems,
        not_kept=any(problem["reason"].startswith(NOT_KEPT) for problem in row.problems),
        questions=[_asked(number, question, who) for number, question in enumerate(told.get("questions", []))],
        decided=row.decision,
        gone_in=row.applied_at is not None,
        href=f"/people/{candidate.uuid}/" if candidate is not None and seen else "",
    )


def _asked(number: int, question: dict[str, Any], who: _Who) -> Asked:
    choices = [
        Choice(f"{number}:{option['code']}", option["words"], who.of(option["effect"]), option["code"] == question["answer"])
        for option in question["options"]
    ]
    return Asked(question["question"], choices, bool(question["answer"]))


def name_of(row: ImportRow) -> str:
    """The person of a row; where it has no name, the row."""
    return f"{row.fields.get('first_name', '')} {row.fields.get('last_name', '')}".strip() or f"Row {row.number}"


def where_of(row: ImportRow) -> str:
    """Where a row stands in its file."""
    more = len(row.fields.get("rows", [])) - 1
    beside = f" and {more} more" if more > 0 else ""
    return f"Row {row.number}{beside}{f' of “{row.sheet}”' if row.sheet else ''}"


def _said_of(row: ImportRow) -> str:
    """Who a row speaks of, in a line: born, phone, mailbox, postcode."""
    told = row.fields
    parts = [f"born {born_words(told['date_of_birth'])}"] if told.get("date_of_birth") else []
    parts += [show_phone(told["phone"])] if told.get("phone") else []
    parts += [told[name] for name in ("email", "postcode") if told.get(name)]
    return ", ".join(parts)


def born_words(text: str) -> str:
    """A date of birth as far as it is known: 4 May 1980, May 1980, 1980."""
    if len(text) == 4:
        return text
    return f"{date.fromisoformat(f'{text}-01'):%B %Y}" if len(text) == 7 else _day(date.fromisoformat(text))


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def fact_words(fact: dict[str, Any]) -> str:
    """A step of a row with its day as sure as it is."""
    what = HAPPENED.get(fact["step"], "Something else")
    if not fact["on"]:
        return f"{what}, day not known"
    day = date.fromisoformat(fact["on"])
    return f"{what}, {day:%B %Y}" if fact["quality"] == "month" else f"{what}, {_day(day)}"


def _change(name: str, old: str, new: str) -> tuple[str, str, str]:
    """What a change is called, what is here, what the file says. A number is put beside the old one, not in its place."""
    if name in LABELS:
        return LABELS[name], _value(name, old), _value(name, new)
    words = "day not known" if not new[:1].isdigit() else _day(date.fromisoformat(new))
    return HAPPENED.get(name, "Something else"), "", words


def _value(name: str, text: str) -> str:
    if name == "date_of_birth" and text:
        return born_words(text)
    return show_phone(text) if name == "phone" and text.startswith("+") else text


def kept_of(run: ImportRun) -> list[tuple[str, str]]:
    """After an import was taken back: people who stayed, because somebody has worked with them since."""
    rows = ImportRow.objects.filter(run=run, applied_at__isnull=False, pathway__isnull=False).exclude(pathway__stage="void")
    seen = {row.pathway_id: row for row in rows.select_related("pathway__candidate").order_by("-id")[:200]}
    found = [row.pathway.candidate for row in seen.values() if row.pathway is not None]
    return sorted({(person.name, f"/people/{person.uuid}/") for person in found})


def habits_words(table: dict[str, Any]) -> list[str]:
    """How the dates of a table were read."""
    whole = {name: habit["whole"] for name, habit in table["habits"].items()}
    told = []
    orders = {order for order in whole.values() if order != "unclear"}
    if len(orders) == 1:
        order = next(iter(orders))
        assumed = all(habit["assumed"] for habit in table["habits"].values())
        told.append(f"Dates were read {order}{', as is usual here' if assumed else ''}.")
    elif orders:
        told.append("Some columns hold dates with the day first, others with the month first.")
    if "unclear" in whole.values():
        told.append("One column holds both orders: what cannot be told is asked.")
    return told
