"""The funnel: who reached each phase, where people are now, how long it took, and why they stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from accounts.choices import Phase
from analytics.figures import disclosure as show
from analytics.figures.definition import Cut, Definition, Figure, Line, Number, Table, in_force
from analytics.figures.disclosure import Cell, Profile
from analytics.figures.drawing import Piece, bars
from ground.clock import add_months
from ground.templatetags.said import day as in_words
from pathways.workflow.pathway import FLAGS, Stage

_TEXT = (
    "People are counted, not cases: somebody who came back, or whose records were merged, is one person.",
    "A person belongs to the cohort of the day they first entered the first phase the programme shows, or, where they came in"
    " later than that, the first phase they entered.",
    "Outreach is reached when a named contact is logged, expression of interest when interest is expressed, interview when a chat"
    " was held, training when the first session was attended, job offer when an offer was made, retention on the first day in work"
    " (a job that somebody found for themselves counts), and sustained when the six-month check is confirmed, dated by its due"
    " date. Phases are counted from what happened, in whatever order it happened.",
    "Conversion from one phase to the next is the people who reached both, divided by the people who reached the first. Those who"
    " came without the first are a count of their own.",
    "Median days run from the first phase to the next for people whose two dates are exact and in that order; the others are"
    " counted beside it.",
    "Where people are now is counted by stage and never added to what was reached.",
    "What was undone, or entered in error, is out from the moment that was recorded.",
)
_PAUSES = "Days on which a person’s case was paused are left out of the days between two phases."

DEFINITIONS = (
    Definition(code="funnel", name="Funnel", version=1, valid_from=date(2020, 11, 1), text=_TEXT),
    Definition(code="funnel", name="Funnel", version=2, valid_from=date(2026, 11, 26), text=(*_TEXT[:5], _PAUSES, *_TEXT[5:])),
)
#: From this version on, paused days are left out of the medians.
WITHOUT_PAUSES = 2

#: What somebody did who reached a phase, for captions and for lists of people.
REACHED: dict[str, str] = {
    Phase.OUTREACH: "had a contact by name",
    Phase.INTEREST: "expressed interest",
    Phase.INTERVIEW: "had a chat",
    Phase.TRAINING: "began training",
    Phase.OFFER: "had a job offer",
    Phase.RETENTION: "started work",
    Phase.SUSTAINED: "stayed six months in work",
}

#: What somebody has who reached a phase, for those who came to the next one without it.
HAVING: dict[str, str] = {
    Phase.OUTREACH: "a contact by name",
    Phase.INTEREST: "an expression of interest",
    Phase.INTERVIEW: "a chat",
    Phase.TRAINING: "training",
    Phase.OFFER: "a job offer",
    Phase.RETENTION: "a first day in work",
    Phase.SUSTAINED: "six months in work",
}

#: What a phase says of the one before it.
OF_BEFORE, WITHOUT_BEFORE, DAYS_SINCE = SINCE = (
    "Of the phase before",
    "Came without it",
    "Typical (median) days since the phase before",
)

#: Why the sustained of the funnel and the confirmed of Retention are two numbers.
NOT_RETENTION = (
    "Six months is counted here for everybody who came in during this period, in any of their jobs, as soon as it is confirmed."
    " Retention counts the first job alone, of people who began it in this period, once the time to answer is over."
)

#: What an address calls the people who stopped without a reason on record.
NO_REASON = "not_recorded"
READY_WITHOUT_COURSE = "ready_without_course"
OWN_JOB_TO_START = "own_job_to_start"
#: Stages of the "now" table, with the two lines that stand on their own.
NOW: dict[str, str] = {
    **{stage.value: str(stage.label) for stage in Stage if stage not in {Stage.VOID, Stage.MERGED}},
    READY_WITHOUT_COURSE: "Job ready without a course",
    OWN_JOB_TO_START: "Own job, start to come",
}


@dataclass(frozen=True, slots=True)
class Reach:
    """When a person first reached a phase, and whether that day is exact."""

    on: date
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Journey:
    """One person in one programme: what they reached, and where they are."""

    person: UUID
    reached: Mapping[str, Reach] = field(default_factory=dict)
    now: str = ""
    reason: str = ""
    case: int = 0
    #: From the first day of each pause to the day after its last; no end while it lasts.
    paused: tuple[tuple[date, date | None], ...] = ()


def named(phase: str) -> str:
    """A phase by its name and, where the name alone does not tell what is counted, by that."""
    label = str(Phase(phase).label)
    return f"{label} ({REACHED[phase]})" if phase in {Phase.RETENTION, Phase.SUSTAINED} else label


def not_yet_six_months(people: Iterable[Journey], cut: Cut) -> Cell:
    """How many of those who started work were not six months on by the day, and not confirmed in any job either."""
    started = [each for each in people if Phase.RETENTION in each.reached and Phase.SUSTAINED not in each.reached]
    return show.count(sum(add_months(each.reached[Phase.RETENTION].on, 6) > cut.as_at for each in started), cut.profile)


def days_between(journey: Journey, earlier: date, later: date) -> int:
    """Days from one to the other without those on which the case was paused."""
    paused = {
        day for begun, over in journey.paused for day in range(max(begun, earlier).toordinal(), min(over or later, later).toordinal())
    }
    return (later - earlier).days - len(paused)


def cohort_day(journey: Journey, phases: Sequence[str]) -> date | None:
    """The day that puts a person in a cohort: the first phase shown or, without it, the earliest of the others."""
    first = journey.reached.get(phases[0])
    if first is not None:
        return first.on
    days = [journey.reached[phase].on for phase in phases if phase in journey.reached]
    return min(days, default=None)


def in_cohort(journeys: Iterable[Journey], cut: Cut, phases: Sequence[str]) -> list[Journey]:
    """The people whose cohort day lies in the window."""
    kept = []
    for journey in journeys:
        day = cohort_day(journey, phases)
        if day is not None and day <= cut.end and (cut.start is None or day >= cut.start):
            kept.append(journey)
    return kept


def behind(journeys: Iterable[Journey], phases: Sequence[str]) -> dict[str, Callable[[str], list[Journey]]]:
    """How each number of the page finds the people it counts, by the name it has in the address."""
    people = list(journeys)
    before = dict(zip(phases[1:], phases, strict=False))
    return {
        "reached": lambda phase: [each for each in people if phase in each.reached],
        "without": lambda phase: [each for each in people if phase in each.reached and before.get(phase, phase) not in each.reached],
        "now": lambda stage: [each for each in people if each.now == stage],
        "reason": lambda code: [each for each in _stopped(people) if each.reason == ("" if code == NO_REASON else code)],
    }


def funnel(
    journeys: Iterable[Journey], cut: Cut, phases: Sequence[str], reasons: Mapping[str, str], beside: Sequence[tuple[str, int]] = ()
) -> Figure:
    """The figure for a cut. `reasons` gives the words of a reason; `beside` are tallies printed next to it, such as those of stalls."""
    definition = in_force(DEFINITIONS, cut.as_at)
    people = in_cohort(journeys, cut, phases)
    profile = cut.profile
    shown = show.count(len(people), profile)
    reached = _reached(people, phases, profile, without_pauses=definition.version >= WITHOUT_PAUSES)
    tables = [reached, _now(people, cut)]
    if lost := _lost(people, reasons, profile):
        tables.append(lost)
    if beside:
        lines = tuple(Line(words, (Number("Tally", show.count(number, profile)),)) for words, number in beside)
        tables.append(Table("Beside the funnel: people met without a name", "Tally", lines, caption="Printed beside, never counted in."))
    drawing = bars(
        "funnel",
        "How far people have come",
        "How many people reached each phase. How many went on from one to the next stands in the table.",
        _summary(people, phases, profile),
        [Piece(named(phase), line.numbers[0].cell.text, line.numbers[0].cell) for phase, line in zip(phases, reached.lines, strict=True)],
    )
    first = Phase(phases[0]).label
    return Figure(
        definition=definition,
        cut=cut,
        decided_by=f"first entry to {first.lower()}, or where that was skipped to the first phase entered",
        people=shown,
        tables=tuple(tables),
        numerator="people who reached the phase",
        denominator="people who reached the phase before it",
        summary=_summary(people, phases, profile),
        notes=(NOT_RETENTION,) if Phase.SUSTAINED in phases else (),
        drawings=(drawing,),
    )


def _reached(people: Sequence[Journey], phases: Sequence[str], profile: Profile, *, without_pauses: bool) -> Table:
    lines = []
    for place, phase in enumerate(phases):
        there = [each for each in people if phase in each.reached]
        number = show.count(len(there), profile)
        numbers = [Number("People", number, behind=f"reached={phase}")]
        if place == 0:
            numbers += [Number(measure, show.NOTHING) for measure in SINCE]
        else:
            numbers += _since(people, there, phases[place - 1], phase, profile, without_pauses=without_pauses)
        lines.append(Line(str(Phase(phase).label), tuple(numbers), note=REACHED[phase]))
    not_exact = show.count(sum(any(not reach.exact for reach in each.reached.values()) for each in people), profile)
    have = "has" if not_exact.value == 1 else "have"
    return Table(
        "Reached",
        "Phase",
        tuple(lines),
        unknown=(("people with a date that is not exact", not_exact),),
        unknown_said=f"{show.people_words(not_exact).capitalize()} {have} a date that is not exact." if not_exact.text != "0" else "",
        caption="How many reached each phase at any time, and how many of the phase before went on. Typical days are the median:"
        " half of those who went on took fewer, half took more.",
    )


def _since(
    people: Sequence[Journey], there: Sequence[Journey], before: str, phase: str, profile: Profile, *, without_pauses: bool
) -> list[Number]:
    earlier = sum(before in each.reached for each in people)
    both = [each for each in there if before in each.reached]
    pairs = [(each, each.reached[before], each.reached[phase]) for each in both]
    exact = [(each, a.on, b.on) for each, a, b in pairs if a.exact and b.exact and b.on >= a.on]
    days = [days_between(each, a, b) if without_pauses else (b - a).days for each, a, b in exact]
    others = show.count(len(both) - len(days), profile)
    return [
        Number(OF_BEFORE, show.share(len(both), earlier, profile), show.count(len(both), profile), show.count(earlier, profile)),
        Number(WITHOUT_BEFORE, show.count(len(there) - len(both), profile), behind=f"without={phase}"),
        Number(
            DAYS_SINCE,
            show.median_days(days, profile) if both else show.NO_BASE,
            whole=show.count(len(days), profile),
            note=f"{others.text} left out: date not exact, or dates in the wrong order" if others.text != "0" else "",
        ),
    ]


def _now(people: Sequence[Journey], cut: Cut) -> Table:
    profile = cut.profile
    tally = Counter(each.now for each in people)
    places = list(NOW)
    order = sorted((code for code in tally if code in NOW), key=lambda code: (places.index(_base_stage(code)), places.index(code)))
    lines = tuple(
        Line(
            NOW[code],
            (Number("People", show.count(tally[code], profile), behind=f"now={code}"),),
            note="" if _open(code) else "ended",
        )
        for code in order
    )
    title, are = ("Now", "are") if cut.of_now else (f"Where they were on {in_words(cut.as_at)}", f"were on {in_words(cut.as_at)}")
    return Table(title, "Stage", lines, caption=f"Where these people {are}, each counted once. Never added to what was reached.")


def _base_stage(code: str) -> str:
    return {READY_WITHOUT_COURSE: Stage.JOB_READY.value, OWN_JOB_TO_START: Stage.PRE_START.value}.get(code, code)


def _open(code: str) -> bool:
    stage = _base_stage(code)
    return stage in FLAGS and FLAGS[stage].open


def _stopped(people: Iterable[Journey]) -> list[Journey]:
    """The people whose case ended otherwise than with six months in work."""
    return [each for each in people if each.now and not _open(each.now) and each.now != Stage.SUSTAINED]


def _lost(people: Sequence[Journey], reasons: Mapping[str, str], profile: Profile) -> Table | None:
    closed = _stopped(people)
    if not closed:
        return None
    tally = Counter(each.reason for each in closed)
    lines = tuple(
        Line(
            reasons.get(code, code.replace("_", " ").capitalize()) if code else "Reason not recorded",
            (
                Number("People", show.count(number, profile), behind=f"reason={code or NO_REASON}"),
                Number(
                    "Of those who stopped",
                    show.share(number, len(closed), profile),
                    show.count(number, profile),
                    show.count(len(closed), profile),
                ),
            ),
        )
        for code, number in sorted(tally.items(), key=lambda pair: (pair[0] == "", -pair[1], pair[0]))
    )
    unknown = (("no reason recorded", show.count(tally[""], profile)),)
    return Table(
        "Why people stopped",
        "Reason",
        lines,
        unknown=unknown,
        unknown_said="",
        caption="People whose case ended otherwise than with six months in work.",
    )


def _summary(people: Sequence[Journey], phases: Sequence[str], profile: Profile) -> str:
    if not people:
        return "Nobody is in this cohort yet."

    def number(phase: str) -> Cell:
        return show.count(sum(phase in each.reached for each in people), profile)

    told = [f"{number(phase).text} {words}" for phase, words in _TOLD if phase in phases]
    return f"Of {show.count(len(people), profile).text} people, {', '.join(told[:-1])} and {told[-1]}." if len(told) > 1 else ""


_TOLD = (
    (Phase.OFFER, "were offered a job"),
    (Phase.RETENTION, "started work"),
    (Phase.SUSTAINED, "are known to have stayed six months"),
)
