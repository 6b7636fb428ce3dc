"""The charts as a page for people: pictures and tables drawn from what the charts declare, so that the page cannot be wrong."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from graphlib import TopologicalSorter
from itertools import combinations

from django.db import models

from pathways.workflow import interview, introduction, pathway, placement, pre_employment_check, retention_check, training_place
from pathways.workflow.follow import CaseFacts, follow
from pathways.workflow.owed import OWED, Opens
from pathways.workflow.pathway import PHASE_OF, Stage
from pathways.workflow.steps import NEW, STAYS, VOID, Flags, Step, steps_of

#: More open stages than this lead to one place: they are drawn as one box.
FEW = 4


@dataclass(frozen=True)
class Drawn:
    """One chart on the page."""

    machine: str
    title: str
    chart: type[models.Model]
    flags: Mapping[str, Flags]

    @property
    def doc(self) -> str:
        return (self.chart.__doc__ or "").strip()

    @property
    def steps(self) -> list[Step]:
        return list(steps_of(self.chart))

    @property
    def labels(self) -> dict[str, str]:
        field = next(each for each in self.chart._meta.fields if each.name == "stage")
        return {str(value): str(label) for value, label in field.choices or ()}


CHARTS = (
    Drawn("pathway", "Pathway: the case", pathway.PathwayChart, pathway.FLAGS),
    Drawn("interview", "Interview: the chat", interview.InterviewChart, interview.FLAGS),
    Drawn("training_place", "TrainingPlace: a seat on a course", training_place.TrainingPlaceChart, training_place.FLAGS),
    Drawn("introduction", "Introduction: put forward to one opening", introduction.IntroductionChart, introduction.FLAGS),
    Drawn("placement", "Placement: a job", placement.PlacementChart, placement.FLAGS),
    Drawn(
        "pre_employment_check",
        "PreEmploymentCheck: one of the six checks of a job",
        pre_employment_check.PreEmploymentCheckChart,
        pre_employment_check.FLAGS,
    ),
    Drawn("retention_check", "RetentionCheck: still in work?", retention_check.RetentionCheckChart, retention_check.FLAGS),
)

#: What `follow()` reads, in words.
FACTS = {
    "imported_stage": "a register gave the stage, and nothing has happened since",
    "six_months_confirmed": "a six-month check is confirmed of a job still in post, and nothing else is live",
    "in_post": "a job is in post",
    "before_start": "a job is before its start",
    "live_offer": "an offer is live",
    "left_since_restart": "a job has been left or completed since the search began again",
    "seat_begun": "a course has begun and is not over",
    "seat_booked": "a seat is booked",
    "marked_ready": "marked ready",
    "chat_held": "a chat was held",
    "chat_booked": "a chat is booked",
    "interested": "interest was expressed",
}

HEAD = """# The workflow

Drawn from the charts by `python manage.py draw_workflow`: do not edit. A test compares this page with the charts.

Each thing that happens has a small chart of its own. The case takes its stage from them: after every change `follow()` is asked
what the facts say. Who may take a step: **C** candidate, **W** outreach worker (and always a lead), **E** employer, **T** trainer,
**L** lead only, **S** the clock; a worker may pass on the word of C and E, and the log keeps whose word it was.
*With another step*: brought about by one, never taken by itself.
"""

LETTER = {"candidate": "C", "worker": "W", "employer": "E", "trainer": "T", "lead": "L", "system": "S"}


def page() -> str:
    """The whole of docs/workflow.md."""
    parts = [HEAD, *_follow()]
    for drawn in CHARTS:
        parts += _chart(drawn)
    return "\n".join(parts).rstrip() + "\n"


def _follow() -> Iterator[str]:
    yield "## What a case follows\n"
    yield "An open case takes the first of these that holds.\n"
    yield "| | when | stage |"
    yield "|---|---|---|"
    number = 0
    for number, (fact, stage) in enumerate(following(), start=1):
        yield f"| {number} | {FACTS[fact]} | {stage} |"
    yield f"| {number + 1} | else | `{follow(CaseFacts())}` |"
    yield ""


def following() -> list[tuple[str, str]]:
    """Each fact that moves a case by itself, with the stage it leads to, in the order in which `follow()` looks: asked of it."""
    alone: dict[str, str] = {}
    for each in fields(CaseFacts):
        if each.type is bool or each.type == "bool":
            stage = follow(CaseFacts(**{each.name: True}))  # type: ignore[arg-type]  # a flag, by its name
            if stage != Stage.OUTREACH:
                alone[each.name] = stage
    later: dict[str, set[str]] = {name: set() for name in alone}
    for one, other in combinations(alone, 2):
        facts = CaseFacts(**{one: True, other: True})  # type: ignore[arg-type]  # two flags, by their names
        if facts.anything_live and Stage.SUSTAINED in {alone[one], alone[other]}:
            continue  # six months hold only while nothing else is live: the two never meet
        first, second = (one, other) if follow(facts) == alone[one] else (other, one)
        later[second].add(first)
    ordered = list(TopologicalSorter(later).static_order())
    return [("imported_stage", "that stage"), *((name, f"`{alone[name]}`") for name in ordered)]


def _chart(drawn: Drawn) -> Iterator[str]:
    yield f"## {drawn.title}\n"
    yield f"{drawn.doc}\n"
    yield "```mermaid"
    yield from picture(drawn)
    yield "```\n"
    yield from _steps(drawn)
    yield from _stages(drawn)


def picture(drawn: Drawn) -> Iterator[str]:
    """A state diagram: stages, and steps between them. Entering in error, possible from nearly anywhere, is left to the table."""
    live = [stage for stage, flags in drawn.flags.items() if flags.open]
    boxed = any(_from_the_box(each, live) for each in drawn.steps)
    yield "stateDiagram-v2"
    if boxed:
        yield "    state live {"
        yield from (f"        {stage}" for stage in live)
        yield "    }"
    arrows: dict[tuple[str, str], list[str]] = {}
    for each in drawn.steps:
        if each.target == VOID:
            continue
        for start, said in _starts(each, live):
            target = start if each.target == STAYS else ("live" if boxed else "follows") if each.target == "follows" else each.target
            arrows.setdefault((start, target), []).append(said)
    for (start, target), names in arrows.items():
        if start != target or target != "live":
            yield f"    {start} --> {target}: {', '.join(names)}"
    if any(each.target == "follows" for each in drawn.steps):
        yield "    note right of live: which of these the case is in follows from its facts"


def _from_the_box(each: Step, live: list[str]) -> bool:
    return each.target != VOID and len([stage for stage in each.sources if stage in live]) > FEW


def _starts(each: Step, live: list[str]) -> list[tuple[str, str]]:
    """Where a step's arrows begin, and what stands on each."""
    begins = [("[*]", each.name)] if NEW in each.sources else []
    inside = [stage for stage in each.sources if stage in live]
    if not _from_the_box(each, live):
        return begins + [(stage, each.name) for stage in each.sources if stage != NEW]
    missing = [stage for stage in live if stage not in inside]
    said = f"{each.name} (not from {' or '.join(missing)})" if missing else each.name
    outside = [(stage, each.name) for stage in each.sources if stage not in {NEW, *live}]
    return [*begins, ("live", said), *outside]


def _steps(drawn: Drawn) -> Iterator[str]:
    yield "| step | from | to | who | its button | what happens | writes | opens on somebody's list |"
    yield "|---|---|---|---|---|---|---|---|"
    for each in drawn.steps:
        cells = (
            f"`{each.name}`",
            _sources(each, drawn),
            {"follows": "what follows", STAYS: "as it is"}.get(each.target, f"`{each.target}`"),
            _who(each),
            each.label,
            each.doc.splitlines()[0],
            ", ".join(f"`{name}`" for name in each.writes) or "-",
            _opens(drawn.machine, each.name),
        )
        yield f"| {' | '.join(cells)} |"
    yield ""


def _sources(each: Step, drawn: Drawn) -> str:
    every = [stage for stage in drawn.flags if stage != VOID]
    live = [stage for stage in every if drawn.flags[stage].open]
    named = [stage for stage in each.sources if stage != NEW]
    begins = ["new"] if NEW in each.sources else []
    for whole, words in ((every, "any stage"), (live, "any open stage")):
        missing = [stage for stage in whole if stage not in named]
        if len(named) > FEW and set(named) <= set(whole) and len(missing) < FEW:
            but = f" but {', '.join(f'`{stage}`' for stage in missing)}" if missing else ""
            return ", ".join([*begins, words + but])
    return ", ".join([*begins, *(f"`{stage}`" for stage in named)])


def _who(each: Step) -> str:
    if each.child:
        return "with another step"
    return ", ".join(LETTER[party] for party in LETTER if party in each.who)


def _opens(machine: str, name: str) -> str:
    owed = OWED.get((machine, name))
    return "; ".join(f"{_task(one)}" for one in owed.opens) if owed is not None and owed.opens else "-"


def _task(one: Opens) -> str:
    words = one.kind.label if hasattr(one.kind, "label") else one.kind
    if one.weeks_after:
        return f"{words}, in week {one.weeks_after}"
    if one.due_field:
        return f"{words}, on the day"
    return f"{words}, in {one.days} working day{'s' if one.days != 1 else ''}{' or as the programme sets' if one.rule else ''}"


def _stages(drawn: Drawn) -> Iterator[str]:
    phases = drawn.machine == "pathway"
    heads = ["stage", "in words", *(["counted under"] if phases else []), "open", "in work", "the employer sees it"]
    heads += ["an accepted offer closes it", "owes the next step", "what the person reads"]
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * len(heads)}"
    for stage, flags in drawn.flags.items():
        phase = f" {PHASE_OF[stage]} |" if phases else ""
        marks = " | ".join(
            "yes" if mark else "-" for mark in (flags.open, flags.in_work, flags.visible_to_employer, flags.closes_on_accept)
        )
        yield f"| `{stage}` | {drawn.labels[stage]} |{phase} {marks} | {flags.owes if flags.open else '-'} | {flags.to_candidate} |"
    yield ""
