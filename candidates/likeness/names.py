"""Names as they are compared: folded, by their sound, but for a letter or two, and by their short forms."""

import re
import unicodedata
from collections.abc import Mapping
from enum import IntEnum
from functools import lru_cache

from rapidfuzz.distance import OSA

_MARKS = re.compile("[^a-z0-9]+")
#: Letters of a folded name that are kept: some signs fold to a whole phrase.
LONGEST_FOLDED = 620
#: What stays of a name's word by its sound is told from others from so many letters on.
FEWEST_SOUNDS = 3
#: What stands before a name and is none.
TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "sir", "rev", "reverend"})
_AFTER_THE_FIRST = re.compile("(?<=[^ ])[aeiouy]+")
_FOND = re.compile(r"^(\w{3,}?(?<=(\w)))(?:(?:\2|)ie|\2y)$")
_AGAIN = re.compile(r"(.)\1+")
_SAME = str.maketrans("cqzv", "kksf")
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


class Degree(IntEnum):
    """How like two parts of names are."""

    OTHER = 0
    MISSING = 1
    SHORT = 2
    ALIKE = 3
    SAME = 4


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
