"""Equality: who comes, who gets on, and whether a difference is more than chance. Counts of groups only, never of one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from accounts.choices import Phase
from analytics.figures import disclosure as show
from analytics.figures.definition import Cut, Definition, Figure, Line, Number, Table, in_force
from analytics.figures.disclosure import Cell, Profile
from analytics.figures.drawing import Bars, Piece, bars
from analytics.figures.intervals import chance_of_no_difference, holm

DEFINITIONS = (
    Definition(
        code="equality",
        name="Equality",
        version=1,
        valid_from=date(2020, 11, 1),
        text=(
            "People are counted by what they chose to say of themselves. Those who preferred not to say, were not asked, or gave no"
            " answer are left out of every share and printed beside it. Answers are those held today.",
            "The representation ratio is a group's share among the people who reached a phase, divided by its share in the benchmark"
            " that is named. The progression ratio is a group's conversion from one phase to another, divided by that of the comparison"
            " group that is named; 1.00 is parity.",
            "Intervals are Wilson's, at 95%. Under a base of 30 a ratio is too few to say. A group is marked as different when Newcombe's"
            " 95% interval of its difference from the comparison group leaves out 0 after Holm's rule across the table.",
            "Disability: self-reported is a health condition lasting 12 months or more; under the Equality Act, such a condition that"
            " reduces daily activities a little or a lot, worked out from two answers. They are two measures. Age is taken on the day"
            " that decides the cohort.",
            "Exact numbers exist for a whole programme and whole quarters only. Any other cut is rounded, for everybody.",
        ),
    ),
)

#: The parts of the page, and what may be said of a group.
WHO_GOT_THROUGH, WHO_CAME = "Who got through", "Who came"
BY_CHANCE = "No more different than chance explains"
TOO_FEW = "Too few to say"
BEYOND = "beyond chance"
SCALE = "Bars run from 0 to 100%. The thin line is the 95% interval: where the true share may well lie."

PREFER_NOT, NOT_ASKED, NOT_KNOWN = "prefer_not", "not_asked", "not_known"
SILENT = {PREFER_NOT: "preferred not to say", NOT_ASKED: "not asked", NOT_KNOWN: "no answer recorded"}
#: Group or silence -> people.
Tally = Mapping[str, int]


@dataclass(frozen=True)
class Asked:
    """One way of grouping people: its groups in order, which of them the others are held against, and what a census calls it."""

    code: str
    title: str
    groups: tuple[tuple[str, str], ...]
    comparison: str
    #: Labelled sums of groups: (label, groups added).
    rollups: tuple[tuple[str, frozenset[str]], ...] = ()
    chart: bool = True
    #: What people say of themselves who are counted here.
    told: str = "this"


def _numbers(first: int, last: int) -> frozenset[str]:
    return frozenset(str(number) for number in range(first, last + 1))


def groupings(categories: Sequence[tuple[int, str, str, str]]) -> tuple[Asked, ...]:
    """The groupings of the page. `categories` is the list of ethnic groups: number, words, group, code."""
    broad = tuple(dict.fromkeys(group for _, _, group, _ in categories))
    return (
        Asked("ethnic_5", "Ethnic group", tuple((group, group) for group in broad), broad[0], told="their ethnic group"),
        Asked(
            "ethnic_group",
            "Ethnic group, 19 categories",
            tuple((str(number), words) for number, words, _, _ in categories),
            "1",
            rollups=(
                ("All except White British (categories 2 to 19)", _numbers(2, 19)),
                ("All except White (categories 6 to 19)", _numbers(6, 19)),
            ),
            chart=False,
            told="their ethnic group",
        ),
        Asked(
            "disability_act",
            "Disability under the Equality Act (from two answers)",
            (("no", "Not disabled"), ("yes", "Disabled")),
            "no",
            told="about their health",
        ),
        Asked(
            "health_condition",
            "Health condition lasting 12 months or more (self-reported)",
            (("no", "No condition"), ("yes", "With a condition")),
            "no",
            chart=False,
            told="about their health",
        ),
        Asked("sex", "Sex", (("male", "Male"), ("female", "Female")), "male", told="their sex"),
        Asked("age", "Age, standard bands", tuple((name, name) for name, _, _ in AGE_BANDS["age"]), "25-34", told="their age"),
        Asked(
            "age_published",
            "Age, bands of published figures",
            tuple((name, name) for name, _, _ in AGE_BANDS["age_published"]),
            "31-49",
            chart=False,
            told="their age",
        ),
    )


#: name, first and last age of each band, for both sets.
AGE_BANDS: dict[str, tuple[tuple[str, int, int], ...]] = {
    "age": (
        ("16-17", 16, 17),
        ("18-24", 18, 24),
        ("25-34", 25, 34),
        ("35-44", 35, 44),
        ("45-54", 45, 54),
        ("55-64", 55, 64),
        ("65+", 65, 110),
    ),
    "age_published": (("30 and under", 16, 30), ("31-49", 31, 49), ("50+", 50, 110)),
}


def band_of(born: date, day: date, bands: str) -> str | None:
    """The band of somebody's age on a day; None for an age that needs checking."""
    age = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return next((name for name, first, last in AGE_BANDS[bands] if first <= age <= last), None)


@dataclass(frozen=True)
class Counted:
    """One grouping, counted: at each phase, and among those who went from one phase to another."""

    asked: Asked
    at: Mapping[str, Tally]
    onward: Tally
    #: Group -> residents; empty when nobody published it.
    benchmark: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """What is compared with what: the phase shown, the way from one phase to another, the benchmark by name."""

    phase: str
    start: str
    goal: str
    benchmark: str


def equality(counted: Iterable[Counted], cut: Cut, choice: Choice, people: int) -> Figure:
    """The figure for a cut, which is guarded: rounded for everybody unless it is the whole programme and whole quarters."""
    guarded = cut.guarded
    profile = guarded.profile
    groupings = list(counted)
    tables = [_progress(each, choice, profile) for each in groupings]
    tables += [_represented(each, choice, profile) for each in groupings]
    return Figure(
        definition=in_force(DEFINITIONS, cut.as_at),
        cut=guarded,
        decided_by="first entry to the first phase the programme shows",
        people=show.count(people, profile),
        tables=tuple(tables),
        numerator="people of the group",
        denominator="people who told us their group",
        summary=_summary(tables, choice),
        notes=(f"Benchmark: {choice.benchmark}." if choice.benchmark else "No benchmark is loaded, so no representation ratio is shown.",),
    )


def stated(tally: Tally, asked: Asked) -> int:
    return sum(tally.get(code, 0) for code, _ in asked.groups)


def _unknown(tally: Tally, profile: Profile) -> tuple[tuple[str, Cell], ...]:
    return tuple((words, show.count(tally.get(code, 0), profile)) for code, words in SILENT.items())


def _lines(asked: Asked) -> list[tuple[str, frozenset[str], bool]]:
    return [(label, frozenset({code}), False) for code, label in asked.groups] + [(label, codes, True) for label, codes in asked.rollups]


def _sum(tally: Tally, codes: Iterable[str]) -> int:
    return sum(tally.get(code, 0) for code in codes)


def _represented(counted: Counted, choice: Choice, profile: Profile) -> Table:
    asked, tally = counted.asked, counted.at.get(choice.phase, {})
    base, residents = stated(tally, asked), stated(counted.benchmark, asked)
    lines = []
    for label, codes, strong in _lines(asked):
        number = _sum(tally, codes)
        top, whole = show.count(number, profile), show.count(base, profile)
        here = _sum(counted.benchmark, codes)
        expected = Cell(f"{here / residents:.1%}", here / residents) if residents else show.NOTHING
        ratio = show.ratio(number, base, here, residents, profile, fixed=True) if residents else show.NOTHING
        phases = [Number(Phase(phase).label, show.count(_sum(at, codes), profile)) for phase, at in counted.at.items()]
        lines.append(
            Line(
                label,
                (
                    Number("People", top),
                    Number("Share", show.share(number, base, profile), top, whole),
                    Number("95% interval", show.limits(number, base, profile), top, whole),
                    Number("Benchmark", expected),
                    Number("Ratio", ratio, top, whole),
                    *phases,
                ),
                strong=strong,
            )
        )
    return Table(
        f"{asked.title}: who {_did(choice.phase)}",
        "Group",
        tuple(lines),
        unknown=_unknown(tally, profile),
        part=WHO_CAME,
        caption=f"Of {show.people_words(show.count(base, profile))} who told us {asked.told}."
        " The last columns count the group at each phase.",
        drawing=_drawing(counted, choice, profile) if asked.chart else None,
    )


def _progress(counted: Counted, choice: Choice, profile: Profile) -> Table:
    asked, before, after = counted.asked, counted.at.get(choice.start, {}), counted.onward
    against = frozenset({asked.comparison})
    other, other_base = _sum(after, against), _sum(before, against)
    marked, able = _different(asked, before, after, profile)
    named = dict(asked.groups)[asked.comparison]
    mark = show.share(other, other_base, profile).value
    lines: list[Line] = []
    pieces: list[Piece] = []
    for label, codes, strong in _lines(asked):
        number, base = _sum(after, codes), _sum(before, codes)
        top, whole = show.count(number, profile), show.count(base, profile)
        same = codes == against
        ratio = Cell("1.00", 1.0) if same and base else show.ratio(number, base, other, other_base, profile)
        share, limits = show.share(number, base, profile), show.limits(number, base, profile)
        if strong:
            said = "A sum of groups, not compared"
        elif same:
            said = "The others are compared with this group"
        elif codes not in able:
            said = TOO_FEW
        elif codes not in marked:
            said = BY_CHANCE
        else:
            said = f"{'Lower' if (share.value or 0) < (mark or 0) else 'Higher'} than {named}, {BEYOND}"
        if not strong:
            band = Cell(share.text, share.value, limits.low, limits.high)
            pieces.append(Piece(label, _part_of(top, whole, share), band, mark=mark))
        lines.append(
            Line(
                label,
                (
                    Number(f"At {Phase(choice.start).label.lower()}", whole),
                    Number("Went on", top),
                    Number("Conversion", share, top, whole),
                    Number("95% interval", limits, top, whole),
                    Number("Ratio", ratio, top, whole),
                ),
                note=said,
                strong=strong,
            )
        )
    return Table(
        f"{asked.title}: from {Phase(choice.start).label.lower()} to {Phase(choice.goal).label.lower()}",
        "Group",
        tuple(lines),
        unknown=_unknown(before, profile),
        caption=f"Each group against {named}.",
        part=WHO_GOT_THROUGH,
        sentences=tuple(_sentence(line) for line in lines if not line.strong),
        drawing=_onward_drawing(asked, before, choice, pieces, profile) if asked.chart else None,
    )


def _sentence(line: Line) -> str:
    whole, top, share = (number.cell for number in line.numbers[:3])
    of = f" ({share.text})" if share.value is not None else ""
    return f"{line.label}: {_count_of(top, whole)}{of}. {line.note}."


def _part_of(top: Cell, whole: Cell, share: Cell) -> str:
    """What stands beside a bar: the share where it may be shown, and the two counts."""
    return f"{share.text} · {_count_of(top, whole)}" if share.value is not None else _count_of(top, whole)


def _count_of(top: Cell, whole: Cell) -> str:
    """Part and whole in words: 3 of 12; a hidden one is said to be hidden."""
    if whole.text == "0":
        return "nobody"
    if top.hidden:
        return "hidden" if whole.hidden else f"hidden, of {whole.text}"
    return f"{top.text} of a hidden number" if whole.hidden else f"{top.text} of {whole.text}"


def _onward_drawing(asked: Asked, before: Tally, choice: Choice, pieces: Sequence[Piece], profile: Profile) -> Bars:
    named = dict(asked.groups)[asked.comparison]
    said = show.count(stated(before, asked), profile)
    return bars(
        f"onward-{asked.code.replace('_', '-')}",
        f"{asked.title}: who got through to {Phase(choice.goal).label.lower()}",
        f"{show.people_words(said)} who {_did(choice.start)} and told us {asked.told}",
        f"Of each group at {Phase(choice.start).label.lower()}, the share that reached {Phase(choice.goal).label.lower()}.",
        pieces,
        most=1.0,
        mark_words=f"{SCALE} The dashed mark is the share of the group compared with: {named}.",
    )


def _different(asked: Asked, before: Tally, after: Tally, profile: Profile) -> tuple[set[frozenset[str]], set[frozenset[str]]]:
    """The groups whose conversion differs from the comparison group's beyond chance, all asked at once; and those large enough to ask."""
    pairs = {code: (show.allowed(after.get(code, 0), profile), show.allowed(before.get(code, 0), profile)) for code, _ in asked.groups}
    other, other_base = pairs[asked.comparison]
    if other is None or other_base is None or other_base < show.LEAST_FOR_STATISTICS:
        return set(), set()
    asked_of = [
        (code, part, whole)
        for code, (part, whole) in pairs.items()
        if code != asked.comparison and part is not None and whole is not None and whole >= show.LEAST_FOR_STATISTICS
    ]
    chances = [chance_of_no_difference(part, whole, other, other_base) for _, part, whole in asked_of]
    able = {frozenset({code}) for code, _, _ in asked_of}
    return {frozenset({code}) for (code, _, _), stands in zip(asked_of, holm(chances), strict=True) if stands}, able


def _drawing(counted: Counted, choice: Choice, profile: Profile) -> Bars:
    asked, tally = counted.asked, counted.at.get(choice.phase, {})
    base, residents = stated(tally, asked), stated(counted.benchmark, asked)
    pieces = []
    for code, label in asked.groups:
        share, limits = show.share(tally.get(code, 0), base, profile), show.limits(tally.get(code, 0), base, profile)
        mark = counted.benchmark.get(code, 0) / residents if residents else None
        shown = "hidden" if share.hidden else share.text
        words = f"{shown} · benchmark {mark:.0%}" if mark is not None else shown
        pieces.append(Piece(label, words, Cell(share.text, share.value, limits.low, limits.high), mark=mark))
    silent = show.count(sum(tally.get(code, 0) for code in SILENT), profile)
    return bars(
        f"equality-{asked.code.replace('_', '-')}",
        asked.title,
        f"{show.people_words(show.count(base, profile))} who {_did(choice.phase)} and told us {asked.told};"
        f" {show.in_words(silent)} did not",
        _told(pieces),
        pieces,
        most=1.0,
        mark_words=f"{SCALE} The dashed mark is the benchmark: {choice.benchmark}." if residents else SCALE,
    )


def _did(phase: str) -> str:
    return {
        Phase.OUTREACH: "were met",
        Phase.INTEREST: "expressed interest",
        Phase.INTERVIEW: "had a chat",
        Phase.TRAINING: "began training",
        Phase.OFFER: "were offered a job",
        Phase.RETENTION: "started work",
        Phase.SUSTAINED: "stayed six months",
    }[Phase(phase)]


def _told(pieces: Sequence[Piece]) -> str:
    known = [piece for piece in pieces if piece.cell.value is not None]
    if not known:
        return "Too few people to show shares."
    most = max(known, key=lambda piece: piece.cell.value or 0)
    return f"The largest group is {most.label}, {most.cell.text} of those who told us."


def _summary(tables: Sequence[Table], choice: Choice) -> str:
    marked = [
        f"{line.label} ({table.title.partition(':')[0].lower()}; {line.note[0].lower()}{line.note.removesuffix(f', {BEYOND}')[1:]})"
        for table in tables
        for line in table.lines
        if line.note.endswith(BEYOND)
    ]
    way = f"From {Phase(choice.start).label.lower()} to {Phase(choice.goal).label.lower()}"
    if marked:
        return f"{way}, these differ by more than chance explains: {', '.join(marked)}."
    said = [line.note for table in tables for line in table.lines if line.note in {TOO_FEW, BY_CHANCE}]
    if 2 * said.count(TOO_FEW) > len(said):
        return f"{way}: most groups are too small to compare in this period."
    return f"{way}: no clear difference between groups that are large enough to compare."
