"""Equality tallies of sets of people: through the one query that gives counts, never rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from accounts.choices import Phase
from analytics.figures.equality import AGE_BANDS, NOT_KNOWN, SILENT, Asked, Choice, Counted, Tally, band_of, groupings
from analytics.figures.funnel import Journey, cohort_day
from candidates.choices import ETHNIC_GROUPS
from candidates.models import Candidate
from candidates.queries import equality_counts
from pathways.models import Pathway
from places.choices import AreaKind, EditionKind
from places.queries import authority_names, editions, population

GROUPINGS = groupings(ETHNIC_GROUPS)
_BROAD = {str(number): group for number, _, group, _ in ETHNIC_GROUPS}
#: What a census calls the question, and how its categories become ours.
_CENSUS = {"ethnic_5": "ethnic_group", "ethnic_group": "ethnic_group", "disability_act": "disability", "sex": "sex", "age": "age"}


def counted(*, people: Sequence[Journey], phases: Sequence[str], choice: Choice, residents: Mapping[str, Tally]) -> list[Counted]:
    """Every grouping, counted at each phase and on the way from one to another; the number of queries does not grow with the people."""
    candidates = _candidates(people)
    sets: dict[str, list[Journey]] = {phase: [each for each in people if phase in each.reached] for phase in phases}
    onward = [each for each in people if choice.start in each.reached and choice.goal in each.reached]
    ages = _ages(candidates, people, phases)
    found = []
    for asked in GROUPINGS:
        at = {phase: _tally(asked, members, candidates, ages) for phase, members in sets.items()}
        found.append(Counted(asked, at, _tally(asked, onward, candidates, ages), residents.get(asked.code, {})))
    return found


def _candidates(people: Iterable[Journey]) -> dict[int, int]:
    cases = [each.case for each in people if each.case]
    return dict(Pathway.objects.filter(pk__in=cases).values_list("pk", "candidate_id"))


def _tally(asked: Asked, members: Sequence[Journey], candidates: Mapping[int, int], ages: Mapping[str, Mapping[int, str]]) -> Tally:
    ids = [candidates[each.case] for each in members if each.case in candidates]
    if asked.code in AGE_BANDS:
        bands = ages[asked.code]
        return Counter(bands.get(each.case, NOT_KNOWN) for each in members)
    if asked.code == "ethnic_5":
        return _in_five(equality_counts(ids, "ethnic_group"))
    if asked.code == "ethnic_group":
        return _in_nineteen(equality_counts(ids, "ethnic_group"))
    if asked.code == "disability_act":
        return _derived(equality_counts(ids, "health_condition"), equality_counts(ids, "reduces_activity"))
    return equality_counts(ids, asked.code)


def _in_five(counts: Mapping[str, int]) -> Tally:
    tally: Counter[str] = Counter()
    for code, number in counts.items():
        tally[_BROAD.get(code, code.removeprefix("group:"))] += number
    return tally


def _in_nineteen(counts: Mapping[str, int]) -> Tally:
    """Where a register gave the broad group only, the category is not recorded."""
    tally: Counter[str] = Counter()
    for code, number in counts.items():
        tally[NOT_KNOWN if code.startswith("group:") else code] += number
    return tally


def _derived(condition: Mapping[str, int], reduces: Mapping[str, int]) -> Tally:
    """Disabled under the Equality Act: a condition, and it reduces activity a lot or a little. Unknown in either is unknown.

    The second question is put only to those who say yes to the first, so counts of the two can be added.
    """
    yes = reduces.get("a_lot", 0) + reduces.get("a_little", 0)
    no = condition.get("no", 0) + reduces.get("not_at_all", 0)
    silent = {code: condition.get(code, 0) for code in SILENT}
    silent[NOT_KNOWN] += condition.get("yes", 0) - yes - reduces.get("not_at_all", 0)
    return {"yes": yes, "no": no, **silent}


def _ages(candidates: Mapping[int, int], people: Iterable[Journey], phases: Sequence[str]) -> dict[str, dict[int, str]]:
    """The band of each case's person on the day that decides the cohort; a year alone, or an age that needs checking, is not known."""
    born = dict(
        Candidate.objects.filter(
            pk__in=list(candidates.values()), date_of_birth__isnull=False, birth_quality__in=["exact", "month"]
        ).values_list("pk", "date_of_birth")
    )
    found: dict[str, dict[int, str]] = {name: {} for name in AGE_BANDS}
    for each in people:
        day, birthday = cohort_day(each, phases), born.get(candidates.get(each.case, 0))
        for name in AGE_BANDS:
            band = band_of(birthday, day, name) if day and birthday else None
            if band:
                found[name][each.case] = band
    return found


def benchmarks(*, targets: Iterable[str] = ()) -> dict[str, tuple[str, AreaKind, list[str]]]:
    """The benchmarks that may be chosen: code -> (words, kind of area, areas). Empty while no population is loaded."""
    newest = editions(EditionKind.POPULATION).first()
    if newest is None:
        return {}
    names = authority_names()
    loaded = sorted(population(edition=newest.name, question="all", kind=AreaKind.AUTHORITY))
    found: dict[str, tuple[str, AreaKind, list[str]]] = {}
    aims = sorted(targets)
    if aims:
        found["target"] = (f"residents of the target wards, {newest.name}, all ages", AreaKind.WARD, aims)
    if loaded:
        words = " and ".join(names.get(code, code) for code in loaded)
        found["area"] = (f"residents of {words}, {newest.name}, all ages", AreaKind.AUTHORITY, loaded)
    if len(loaded) > 1:
        for code in loaded:
            found[code] = (f"residents of {names.get(code, code)}, {newest.name}, all ages", AreaKind.AUTHORITY, [code])
    return found


def residents(chosen: tuple[str, AreaKind, list[str]] | None) -> dict[str, Tally]:
    """Residents of a benchmark in each grouping."""
    newest = editions(EditionKind.POPULATION).first()
    if chosen is None or newest is None:
        return {}
    _, kind, areas = chosen
    found: dict[str, Tally] = {}
    for code, question in _CENSUS.items():
        sums: Counter[str] = Counter()
        for counts in population(edition=newest.name, areas=areas, question=question, kind=kind).values():
            for category, number in counts.items():
                sums[_BROAD.get(category, category) if code == "ethnic_5" else category] += number
        found[code] = sums
    return found


#: The way whose conversion is compared unless another is chosen.
DEFAULT_CHOICE = (Phase.INTEREST.value, Phase.INTEREST.value, Phase.OFFER.value)
