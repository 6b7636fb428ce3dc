"""Two records compared: points for what agrees and against what differs, and the reasons in words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from rapidfuzz.distance import OSA

from candidates.choices import Agreement, Disagreement
from candidates.likeness.known import Known
from candidates.likeness.names import Degree, part

#: From so many points on two records may be one person's, and somebody is asked.
MAY_BE_ONE = 10
#: Names are taken off so much at the most: people marry, and are called otherwise.
MOST_OFF_FOR_NAMES = -5
POINTS: Mapping[str, int] = {
    Agreement.NAME: 7,
    Agreement.NAME_ALIKE: 5,
    Agreement.NAME_SWAPPED: 6,
    Agreement.NAME_SHORT: 5,
    Agreement.FIRST_NAME: 3,
    Agreement.LAST_NAME: 3,
    Agreement.BORN: 8,
    Agreement.BORN_JANUARY: 5,
    Agreement.BORN_SWAPPED: 5,
    Agreement.BORN_NEAR: 4,
    Agreement.BORN_MONTH: 2,
    Agreement.PHONE: 7,
    Agreement.PHONE_SHARED: 2,
    Agreement.EMAIL: 8,
    Agreement.EMAIL_SHARED: 3,
    Agreement.EMAIL_ALIKE: 5,
    Agreement.POSTCODE: 5,
    Agreement.POSTCODE_NEAR: 3,
    Agreement.ADDRESS: 2,
    Disagreement.FIRST_NAME: -3,
    Disagreement.LAST_NAME: -3,
    Disagreement.BORN: -4,
    Disagreement.POSTCODE: -1,
}


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like two records are: points, for what, and in spite of what."""

    points: int
    agree: tuple[Agreement, ...]
    differ: tuple[Disagreement, ...]

    @property
    def may_be_one(self) -> bool:
        """Whether somebody is to be asked."""
        return self.points >= MAY_BE_ONE

    @property
    def words(self) -> str:
        """What they have in common, the heaviest first: "same number and same birthday"."""
        return in_words(self.agree)


def in_words(agree: Iterable[str]) -> str:
    """What two records have in common, as it is said: the heaviest first."""
    known = [code for code in agree if code in Agreement.values]
    said = [str(Agreement(code).label) for code in sorted(known, key=lambda code: -POINTS[code])]
    return " and ".join((", ".join(said[:-1]), said[-1])) if len(said) > 1 else "".join(said)


def likeness(one: Known, other: Known) -> Likeness:
    """How like two records are. The order of the two is all the same."""
    first, last, swapped = _names(one.names, other.names)
    born = _born(one.born, other.born)
    agree, differ, points = _name_points(first, last, swapped=swapped)
    named = min(first, last) >= Degree.SHORT
    same_day = born in (Agreement.BORN, Agreement.BORN_JANUARY)
    apart = (born == Disagreement.BORN and not named) or (first == Degree.OTHER and not same_day)
    if isinstance(born, Agreement):
        agree.append(born)
    elif born is not None:
        differ.append(born)
    agree += _reach(one, other, apart=apart)
    near = _postcodes(one.postcodes, other.postcodes)
    if isinstance(near, Agreement):
        agree.append(near)
    elif near is not None:
        differ.append(near)
    if one.lines & other.lines:
        agree.append(Agreement.ADDRESS)
    of_names = (*NAMES, Disagreement.FIRST_NAME, Disagreement.LAST_NAME)
    points += sum(POINTS[code] for code in (*agree, *differ) if code not in of_names)
    return Likeness(points, tuple(agree), tuple(differ))


NAMES = (Agreement.NAME, Agreement.NAME_ALIKE, Agreement.NAME_SWAPPED, Agreement.NAME_SHORT, Agreement.FIRST_NAME, Agreement.LAST_NAME)
#: Points for a part of a name that is there on both sides.
FOR_FIRST = {Degree.OTHER: -3, Degree.MISSING: 0, Degree.SHORT: 2, Degree.ALIKE: 2, Degree.SAME: 3}
FOR_LAST = {Degree.OTHER: -3, Degree.MISSING: 0, Degree.SHORT: 2, Degree.ALIKE: 3, Degree.SAME: 4}


def _name_points(first: Degree, last: Degree, *, swapped: bool) -> tuple[list[Agreement], list[Disagreement], int]:
    both = min(first, last)
    points = max(FOR_FIRST[first] + FOR_LAST[last] - swapped, MOST_OFF_FOR_NAMES)
    agree: list[Agreement] = []
    if both >= Degree.SHORT:
        how = {Degree.SAME: Agreement.NAME, Degree.ALIKE: Agreement.NAME_ALIKE, Degree.SHORT: Agreement.NAME_SHORT}[both]
        agree.append(Agreement.NAME_SWAPPED if swapped else how)
    elif first >= Degree.SHORT:
        agree.append(Agreement.FIRST_NAME)
    elif last >= Degree.SHORT:
        agree.append(Agreement.LAST_NAME)
    differ = [code for degree, code in ((first, Disagreement.FIRST_NAME), (last, Disagreement.LAST_NAME)) if degree == Degree.OTHER]
    return agree, differ, points


def _names(ones: tuple[tuple[str, str], ...], others: tuple[tuple[str, str], ...]) -> tuple[Degree, Degree, bool]:
    """The best way in which one of the names is one of the others, and whether first and last are the other way round."""
    best = (Degree.MISSING, Degree.MISSING, False)
    most: int | None = None
    for one, other in product(ones, others):
        for found in _ways(one, other):
            points = FOR_FIRST[found[0]] + FOR_LAST[found[1]] - found[2]
            if most is None or points > most:
                best, most = found, points
    return best


def _ways(one: tuple[str, str], other: tuple[str, str]) -> Iterator[tuple[Degree, Degree, bool]]:
    yield part(one[0], other[0]), part(one[1], other[1]), False
    if all(one) and all(other):
        first, last = part(one[0], other[1]), part(one[1], other[0])
        if min(first, last) >= Degree.ALIKE:
            yield first, last, True
        if one != other and _words(one) == _words(other):
            yield Degree.SAME, Degree.SAME, True
    elif any(one) and any(other) and _whole(one, other):
        yield Degree.SAME, Degree.SAME, True


def _words(name: tuple[str, str]) -> list[str]:
    return sorted(f"{name[0]} {name[1]}".split())


def _whole(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether a name that stands in one part has the very words of one in two."""
    words = _words(one)
    return len(words) > 1 and words == _words(other)


def _born(ones: tuple[str, ...], others: tuple[str, ...]) -> Agreement | Disagreement | None:
    """The best that two records say of one birthday; nothing where one of them says nothing."""
    found = [_birthdays(one, other) for one, other in product(ones, others)]
    return max(found, key=lambda code: POINTS[code], default=None)


@lru_cache(maxsize=200_000)
def _birthdays(one: str, other: str) -> Agreement | Disagreement:
    """How two days of birth agree: whole (1980-05-04), or as far as month or year is known."""
    if min(len(one), len(other)) < 10:
        shorter, longer = sorted((one, other), key=len)
        return Agreement.BORN_MONTH if longer.startswith(shorter) else Disagreement.BORN
    january = one.endswith("-01-01") or other.endswith("-01-01")
    if one == other:
        return Agreement.BORN_JANUARY if january else Agreement.BORN
    if one[:5] == other[:5] and one[5:7] == other[8:] and one[8:] == other[5:7]:
        return Agreement.BORN_SWAPPED
    if OSA.distance(one, other, score_cutoff=1) <= 1 or (january and one[:4] == other[:4]):
        return Agreement.BORN_NEAR
    return Disagreement.BORN


def _reach(one: Known, other: Known, *, apart: bool) -> list[Agreement]:
    """Ways to reach them that are the same: a family's phone says little of people whose birthdays or first names differ."""
    found: list[Agreement] = []
    phones = one.phones & other.phones
    if phones:
        own = phones - one.shared - other.shared
        found.append(Agreement.PHONE if own and not apart else Agreement.PHONE_SHARED)
    if one.emails & other.emails:
        found.append(Agreement.EMAIL_SHARED if apart else Agreement.EMAIL)
    elif not apart and any(_mail_alike(a, b) for a, b in product(one.emails, other.emails)):
        found.append(Agreement.EMAIL_ALIKE)
    return found


def _mail_alike(one: str, other: str) -> bool:
    """But for a letter or two."""
    return min(len(one), len(other)) >= 10 and OSA.distance(one, other, score_cutoff=2) <= 2


def _postcodes(ones: frozenset[str], others: frozenset[str]) -> Agreement | Disagreement | None:
    if not ones or not others:
        return None
    if ones & others:
        return Agreement.POSTCODE
    if any(_postcode_near(one, other) for one, other in product(ones, others)):
        return Agreement.POSTCODE_NEAR
    return Disagreement.POSTCODE


def _postcode_near(one: str, other: str) -> bool:
    """One letter or digit is another, or two have changed places."""
    plain, other_plain = one.replace(" ", ""), other.replace(" ", "")
    return len(plain) >= 4 and OSA.distance(plain, other_plain, score_cutoff=1) <= 1
