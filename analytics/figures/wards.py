"""Wards: where engaged people live, how deprived their areas are, and whether target wards are reached more than before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from analytics.figures import disclosure as show
from analytics.figures.definition import Cut, Definition, Figure, Line, Number, Table, in_force
from analytics.figures.disclosure import Cell, Profile
from analytics.figures.drawing import Bars, Piece, bars

DEFINITIONS = (
    Definition(
        code="wards",
        name="Wards",
        version=1,
        valid_from=date(2020, 11, 1),
        text=(
            "Engaged people are those who expressed interest. Each is counted once, in the ward of the address that held on the day that"
            " puts them in the cohort, never of the current one; an address that was put right holds from its start. Addresses are those"
            " held today, also for an earlier day.",
            "Outside the area, no fixed abode, not known and not looked up yet are rows of their own.",
            "One edition of wards is used throughout; wards are joined by their codes. The rate is people per 1,000 residents, all ages,"
            " of the population named.",
            "Deprivation is that of the small area where a person lives, in the edition named: decile 1 is the most deprived tenth in"
            " England. It describes areas, not people.",
            "Target wards are a frozen, dated list. Their share is of the people whose ward in the area is known. Change is against the"
            " baseline named, in percentage points and as relative change; the two are different numbers.",
        ),
    ),
)

OUTSIDE, NO_ABODE, NOT_KNOWN, PENDING = "outside", "no_fixed_abode", "not_known", "pending"
ELSEWHERE = {
    OUTSIDE: "Outside the area",
    NO_ABODE: "No fixed abode",
    NOT_KNOWN: "Not known",
    PENDING: "Not looked up yet",
}
MOST_BARS = 15
BY_PEOPLE, BY_NAME, BY_RATE = "people", "name", "rate"
#: What the wards may be sorted by; the first is the usual one.
SORTS = {BY_PEOPLE: "people", BY_NAME: "name", BY_RATE: "rate per 1,000 residents"}


@dataclass(frozen=True, slots=True)
class Home:
    """Where one person lived on the day that counts: a ward's code, or one of the rows of their own."""

    person: UUID
    place: str
    decile: int | None = None


@dataclass(frozen=True)
class Targets:
    """A frozen list of target wards."""

    name: str
    frozen_on: date
    method: str
    codes: frozenset[str]


@dataclass(frozen=True)
class Earlier:
    """A baseline of earlier hires by ward."""

    name: str
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Ground:
    """What the counts stand on: ward edition, names, residents, and the names of the editions used."""

    edition: str
    names: Mapping[str, str]
    residents: Mapping[str, int] = field(default_factory=dict)
    population: str = ""
    deprivation: str = ""
    targets: Targets | None = None
    earlier: Earlier | None = None


def wards(homes: Sequence[Home], cut: Cut, ground: Ground, sort: str = BY_PEOPLE) -> Figure:
    """The figure for a cut, in one ward edition."""
    profile = cut.profile
    people = show.count(len(homes), profile)
    tables = [_wards(homes, ground, profile, sort), _deprivation(homes, ground, profile)]
    if ground.targets is not None:
        tables.append(_targets(homes, ground, ground.targets, profile))
    return Figure(
        definition=in_force(DEFINITIONS, cut.as_at),
        cut=cut,
        decided_by="first entry to the first phase the programme shows, of people who expressed interest",
        people=people,
        tables=tuple(tables),
        numerator="engaged people living there",
        denominator="engaged people whose ward in the area is known; residents, for the rate",
        summary=_summary(homes, ground, profile),
        notes=tuple(_notes(ground)),
        drawings=(_drawing(homes, ground, profile),) if homes else (),
    )


def _placed(homes: Sequence[Home], ground: Ground) -> Counter[str]:
    return Counter(home.place for home in homes if home.place in ground.names)


def _ranked(tally: Counter[str], ground: Ground, profile: Profile, sort: str = BY_PEOPLE) -> list[str]:
    """Wards in the order asked for, by what is shown of them and never by what rounding hides."""
    aims = ground.targets.codes if ground.targets else frozenset()
    shown = [code for code in ground.names if tally[code] or code in aims]

    def first(code: str) -> float:
        if sort == BY_NAME:
            return 0
        number = _seen(tally[code], profile)
        return -number if sort == BY_PEOPLE else -number / (ground.residents.get(code) or float("inf"))

    return sorted(shown, key=lambda code: (first(code), ground.names[code], code))


def _seen(number: int, profile: Profile) -> int:
    """A count as it may be told apart from others: all hidden ones alike, above none and below the smallest shown."""
    shown = show.allowed(number, profile)
    return 1 if shown is None else shown


def _ranks(tally: Counter[str], codes: Sequence[str], profile: Profile) -> dict[str, str]:
    """The place of each ward by people; those that show the same number share it, which an equals sign says."""
    seen = Counter(_seen(tally[code], profile) for code in codes)
    place, ranks = 1, {}
    for number in sorted(seen, reverse=True):
        ranks[number] = f"{place}=" if seen[number] > 1 else str(place)
        place += seen[number]
    return {code: ranks[_seen(tally[code], profile)] for code in codes}


def _wards(homes: Sequence[Home], ground: Ground, profile: Profile, sort: str) -> Table:
    tally = _placed(homes, ground)
    inside = sum(tally.values())
    everybody = Counter(home.place if home.place in ground.names or home.place in ELSEWHERE else OUTSIDE for home in homes)
    aims = ground.targets.codes if ground.targets else frozenset()
    order = _ranked(tally, ground, profile, sort)
    ranks = _ranks(tally, order, profile)
    lines = [
        Line(
            ground.names[code],
            (
                Number("Place", Cell(ranks[code])),
                Number("People", show.count(tally[code], profile)),
                Number(
                    "Per 1,000 residents",
                    show.per_thousand(tally[code], ground.residents.get(code, 0), profile) if code in ground.residents else show.NOTHING,
                    show.count(tally[code], profile),
                    Cell(f"{ground.residents[code]:,}", ground.residents[code]) if code in ground.residents else show.NOTHING,
                ),
                Number("Share", show.share(tally[code], inside, profile), show.count(tally[code], profile), show.count(inside, profile)),
            ),
            note="target ward" if code in aims else "",
        )
        for code in order
    ]
    lines += [
        Line(
            words,
            (
                Number("Place", show.NOTHING),
                Number("People", show.count(everybody[code], profile)),
                Number("Per 1,000 residents", show.NOTHING),
                Number("Share", show.NOTHING),
            ),
            strong=True,
        )
        for code, words in ELSEWHERE.items()
    ]
    silent = len(ground.names) - len(order)
    return Table(
        "Engaged people by ward",
        "Ward",
        tuple(lines),
        unknown=tuple((words.lower(), show.count(everybody[code], profile)) for code, words in ELSEWHERE.items()),
        unknown_said="",  # they are rows of the table
        caption=f"{ground.edition}. {f'{silent} wards with nobody are not listed. ' if silent else ''}Place is by people; = marks a tie.",
    )


def _deprivation(homes: Sequence[Home], ground: Ground, profile: Profile) -> Table:
    known = [home.decile for home in homes if home.decile is not None]
    lines = []
    for label, last in (("Decile 1, the most deprived tenth", 1), ("Deciles 1 and 2", 2)):
        number = sum(decile <= last for decile in known)
        top, base = show.count(number, profile), show.count(len(known), profile)
        lines.append(
            Line(
                label,
                (
                    Number("People", top),
                    Number("Share", show.share(number, len(known), profile), top, base),
                    Number("95% interval", show.limits(number, len(known), profile), top, base),
                ),
            )
        )
    unknown = show.count(len(homes) - len(known), profile)
    return Table(
        "Living in the most deprived areas",
        "Deprivation",
        tuple(lines),
        unknown=(("small area not known", unknown),),
        caption=f"Deprivation: {ground.deprivation}." if ground.deprivation else "No deprivation edition is loaded.",
    )


def _targets(homes: Sequence[Home], ground: Ground, targets: Targets, profile: Profile) -> Table:
    tally = _placed(homes, ground)
    part, whole = sum(tally[code] for code in targets.codes), sum(tally.values())
    lines = [_share_line("Now", part, whole, profile)]
    if ground.earlier is not None:
        before = sum(ground.earlier.counts.get(code, 0) for code in targets.codes)
        base = sum(ground.earlier.counts.values())
        points, relative = show.change(part, whole, before, base, profile)
        blank = (Number("Share", show.NOTHING), Number("95% interval", show.NOTHING))
        lines.append(_share_line(f"Baseline: {ground.earlier.name}", before, base, profile))
        lines.append(Line("Change in points", (Number("People", points), *blank)))
        lines.append(Line("Relative change", (Number("People", relative), *blank)))
    return Table(
        "Living in target wards",
        "Target wards",
        tuple(lines),
        caption=f"{targets.name}, frozen on {targets.frozen_on.day} {targets.frozen_on:%B %Y}: {targets.method}",
    )


def _share_line(label: str, part: int, whole: int, profile: Profile) -> Line:
    top, base = show.count(part, profile), show.count(whole, profile)
    return Line(
        label,
        (
            Number("People", top, top, base),
            Number("Share", show.share(part, whole, profile), top, base),
            Number("95% interval", show.limits(part, whole, profile), top, base),
        ),
    )


def _drawing(homes: Sequence[Home], ground: Ground, profile: Profile) -> Bars:
    tally = _placed(homes, ground)
    aims = ground.targets.codes if ground.targets else frozenset()
    first = [code for code in _ranked(tally, ground, profile) if show.allowed(tally[code], profile)][:MOST_BARS]
    pieces = []
    for code in first:
        number = show.count(tally[code], profile)
        words = f"{number.text} · target ward" if code in aims else number.text
        pieces.append(Piece(ground.names[code], words, number, highlight=code in aims))
    more = sum(bool(number) for number in tally.values()) - len(first)
    return bars(
        "wards",
        "Where engaged people live",
        f"The wards with the most people; {more} more are in the table." if more > 0 else "",
        _summary(homes, ground, profile),
        pieces,
    )


def _summary(homes: Sequence[Home], ground: Ground, profile: Profile) -> str:
    tally = _placed(homes, ground)
    inside = show.count(sum(tally.values()), profile)
    told = f"{inside.text} of {show.count(len(homes), profile).text} engaged people live in a known ward of the area"
    if ground.targets is None:
        return f"{told}."
    part = sum(tally[code] for code in ground.targets.codes)
    aimed = show.share(part, sum(tally.values()), profile)
    return f"{told}; {aimed.text} of them live in a target ward."


def _notes(ground: Ground) -> list[str]:
    rates = (
        f"Population figures: {ground.population}, all ages." if ground.population else "No population is loaded, so no rates are shown."
    )
    found = [rates]
    if ground.targets is None:
        found.append("No target wards have been set for this programme.")
    if ground.earlier is None:
        found.append("No earlier hires are loaded to compare with, so no change is shown.")
    return found
