"""How like two records of people are: points, and what they are for in words. It knows no database and no clock.

A point is near one doubling of the odds that two records are one person's. How the points were chosen, and what they find and miss at
each number of them: docs/duplicates.md.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import lru_cache
from itertools import product

from rapidfuzz.distance import OSA

from candidates.choices import Agreement, Disagreement, RouteKind

#: From so many points on two records may be one person's, and somebody is asked.
MAY_BE_ONE = 10
#: What stays of a name's word by its sound is told from others from so many letters on.
FEWEST_SOUNDS = 3
#: Names are taken off so much at the most: people marry, and are called otherwise.
MOST_OFF_FOR_NAMES = -5

#: Of so many who share one number, birthday, postcode or name each is looked at, the latest first: a hostel is no whole town.
MOST_EACH = 60

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

_MARKS = re.compile("[^a-z0-9]+")
#: Letters of a folded name that are kept: some signs fold to a whole phrase.
LONGEST_FOLDED = 620
_AFTER_THE_FIRST = re.compile("(?<=[^ ])[aeiouy]+")
_FOND = re.compile(r"^(\w{3,}?(?<=(\w)))(?:(?:\2|)ie|\2y)$")
_AGAIN = re.compile(r"(.)\1+")
_SAME = str.maketrans("cqzv", "kksf")

#: What stands before a name and is none.
TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "sir", "rev", "reverend"})
#: Short forms that do not begin the longer name. Those that do, and those in -ie and -y of them, need no line here.
SHORT_FORMS: Mapping[str, frozenset[str]] = {
    short: frozenset(longer.split())
    for short, longer in {
        "abdul": "abdullah",
        "al": "albert alan alexander alfred",
        "abbie": "abigail",
        "abby": "abigail",
        "andy": "andrew andrea",
        "becky": "rebecca",
        "bert": "albert herbert robert",
        "bertie": "albert herbert robert",
        "beth": "elizabeth",
        "betsy": "elizabeth",
        "betty": "elizabeth",
        "bill": "william",
        "billy": "william",
        "bob": "robert",
        "bobby": "robert roberta",
        "charlie": "charles charlotte",
        "dave": "david",
        "davy": "david",
        "debbie": "deborah",
        "dick": "richard",
        "dora": "theodora",
        "eddie": "edward edwin edmund",
        "eddy": "edward edwin edmund",
        "ella": "eleanor ellen",
        "ellie": "eleanor ellen ella elizabeth helen",
        "essie": "esther",
        "fanny": "frances",
        "frank": "francis",
        "fred": "alfred frederick",
        "freddie": "alfred frederick",
        "geoff": "geoffrey jeffrey",
        "geordie": "george",
        "gus": "augustus angus",
        "hal": "henry harold",
        "hamad": "muhammad mohammed",
        "harry": "henry harold",
        "jack": "john",
        "jake": "jacob james",
        "jenny": "jennifer",
        "jim": "james",
        "jimmy": "james",
        "joe": "joseph",
        "joey": "joseph",
        "johnny": "john",
        "jon": "jonathan",
        "kate": "catherine katherine kathryn",
        "kathy": "catherine katherine kathryn",
        "katie": "catherine katherine kathryn",
        "kit": "christopher katherine",
        "larry": "lawrence laurence",
        "len": "leonard",
        "liz": "elizabeth",
        "lizzie": "elizabeth",
        "lou": "louis louise",
        "maggie": "margaret",
        "meg": "margaret",
        "mick": "michael",
        "mike": "michael",
        "mo": "mohammed muhammad mohamed mohammad mohamud moses maureen",
        "molly": "mary margaret",
        "nancy": "ann anne",
        "ned": "edward edmund",
        "nell": "eleanor ellen helen",
        "nick": "nicholas",
        "peggy": "margaret",
        "percy": "percival",
        "polly": "mary",
        "ron": "ronald aaron",
        "sally": "sarah",
        "sandy": "alexander alexandra",
        "sasha": "alexander alexandra",
        "steve": "stephen steven",
        "susie": "susan suzanne",
        "ted": "edward theodore",
        "tina": "christina martina",
        "tom": "thomas",
        "toni": "antoinette antonia",
        "tony": "anthony antony",
        "vinnie": "vincent lavinia",
        "wendy": "gwendolen gwendoline",
        "will": "william",
        "win": "edwin winifred",
    }.items()
}


def fold(text: str) -> str:
    """A name as it is searched: case, accents and punctuation gone, spaces single, cut where its column ends."""
    if text.isascii():
        return " ".join(_MARKS.sub(" ", text.lower()).split())[:LONGEST_FOLDED]
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(letters.split())[:LONGEST_FOLDED]


def sound(word: str) -> str:
    """One folded word as candidates.models.spelling.Sounds hears it in the database."""
    return _AGAIN.sub(r"\1", _AFTER_THE_FIRST.sub("", word.replace("ph", "f").translate(_SAME)))


@dataclass(frozen=True, slots=True)
class Known:
    """By what one person is known, of all their records: folded names, days of birth as far as they are known, ways to reach them."""

    names: tuple[tuple[str, str], ...] = ()
    born: tuple[str, ...] = ()
    phones: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    postcodes: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()

    def __or__(self, other: "Known") -> "Known":
        """The same person by another of their records."""
        return Known(
            names=tuple(dict.fromkeys((*self.names, *other.names))),
            born=tuple(dict.fromkeys((*self.born, *other.born))),
            phones=self.phones | other.phones,
            shared=self.shared | other.shared,
            emails=self.emails | other.emails,
            postcodes=self.postcodes | other.postcodes,
            lines=self.lines | other.lines,
        )


def known_as(*, first: str, last: str, called: str = "", born: str = "", reach: Iterable[tuple[str, str]] = (), **more: str) -> Known:
    """What is known of one record: `reach` are kinds and values; more may hold a postcode and the lines of an address."""
    words = fold(first).split()
    untitled = words[1:] if words and words[0] in TITLES else words
    names = [(" ".join(untitled), fold(last))]
    if called and fold(called) != names[0][0]:
        names.append((fold(called), fold(last)))
    reach = list(reach)
    return Known(
        names=tuple(name for name in names if any(name)),
        born=(born,) if born else (),
        phones=frozenset(value for kind, value in reach if kind in {RouteKind.MOBILE, RouteKind.LANDLINE}),
        emails=frozenset(value.casefold() for kind, value in reach if kind == RouteKind.EMAIL),
        postcodes=frozenset([more["postcode"]] if more.get("postcode") else []),
        lines=frozenset([fold(more["lines"])] if more.get("lines") else []),
    )


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


class Degree(IntEnum):
    """How like two parts of names are."""

    OTHER = 0
    MISSING = 1
    SHORT = 2
    ALIKE = 3
    SAME = 4


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


@lru_cache(maxsize=200_000)
def part(one: str, other: str) -> Degree:
    """How like two folded first names, or two last names, are."""
    if not one or not other:
        return Degree.MISSING
    if one == other or one.replace(" ", "") == other.replace(" ", ""):
        return Degree.SAME
    if _spelt_alike(one, other):
        return Degree.ALIKE
    ones, others = one.split(), other.split()
    if set(ones) <= set(others) or set(others) <= set(ones):
        return Degree.SHORT
    if _short(ones[0], others[0]) or (_spelt_alike(ones[0], others[0]) and (len(ones) > 1 or len(others) > 1)):
        return Degree.SHORT
    return Degree.OTHER


def _spelt_alike(one: str, other: str) -> bool:
    """But for a letter or two, or by their sound."""
    shorter = min(len(one), len(other))
    if shorter >= 3 and abs(len(one) - len(other)) <= 2:
        allowed = 1 if shorter < 7 else 2
        if (shorter > 3 or one[0] == other[0]) and OSA.distance(one, other, score_cutoff=allowed) <= allowed:
            return True
    heard = sound(one)
    return len(heard) >= FEWEST_SOUNDS and heard == sound(other)


def _short(one: str, other: str) -> bool:
    """An initial, the beginning of the other, or a short form that is told above."""
    if len(one) == 1 or len(other) == 1:
        return one[0] == other[0]
    short, longer = sorted((one, other), key=len)
    if len(short) >= 3 and longer.startswith(short):
        return True
    stem = _FOND.match(one if one.endswith(("ie", "y")) else other)
    if stem is not None and (longer if short == stem[0] else short).startswith(stem[1]):
        return True
    return longer in SHORT_FORMS.get(short, ()) or short in SHORT_FORMS.get(longer, ())


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


def handles(known: Known) -> set[str]:
    """By what a record is found: a way to reach it, a birthday, a postcode, a whole name by its sound.

    The database keeps an index for each kind (candidates.models.alike); this is the same, for records that lie in memory.
    """
    found = {f"reach {value}" for value in (*known.phones, *known.emails)}
    found |= {f"born {born}" for born in known.born if len(born) == 10}
    found |= {f"lives {code}" for code in known.postcodes}
    return found | {f"heard {heard}" for heard in _heard(known)}


def with_slips(known: Known) -> set[str]:
    """The same, and under each word of the name the birthdays that are a slip of the pen away."""
    slips = {slip for born in known.born if len(born) == 10 for slip in slips_of(born)}
    return handles(known) | {f"born {slip} heard {word}" for slip in slips for word in _sounds(known)}


def found_by(known: Known) -> set[str]:
    """What `with_slips` of somebody else finds: the same, and under each word of the name the birthday as it stands."""
    whole = [born for born in known.born if len(born) == 10]
    return handles(known) | {f"born {born} heard {word}" for born in whole for word in _sounds(known)}


def _sounds(known: Known) -> set[str]:
    return {heard for first, last in known.names for word in f"{first} {last}".split() if (heard := sound(word))}


def _heard(known: Known) -> set[str]:
    """Whole names by their sound, in no order."""
    return {" ".join(sorted({sound(word) for word in f"{first} {last}".split()})) for first, last in known.names if first and last}


@lru_cache(maxsize=50_000)
def slips_of(born: str) -> frozenset[str]:
    """Days that are one digit away from this one, or two neighbours or day and month the other way round."""
    digits = born.replace("-", "")
    found = {f"{digits[:4]}{digits[6:]}{digits[4:6]}", f"{digits[:4]}0101"}
    for place, digit in enumerate(digits):
        found |= {f"{digits[:place]}{other}{digits[place + 1 :]}" for other in "0123456789" if other != digit}
        if place:
            found.add(f"{digits[: place - 1]}{digit}{digits[place - 1]}{digits[place + 1 :]}")
    days = {f"{each[:4]}-{each[4:6]}-{each[6:]}" for each in found}
    return frozenset(day for day in days if day != born and _is_day(day))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).year > 0
    except ValueError:
        return False
