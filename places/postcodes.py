"""How a postcode is written: pure rules, no file and no table asked.

White space of every kind goes, letters become capitals, one space stands before the last three. A letter O where a digit
belongs is offered as a suggestion and never changed silently.
"""

import re
from dataclasses import dataclass
from itertools import combinations

from places.choices import Shape

#: The letters that begin a postcode. Source: Royal Mail's postcode areas, the Channel Islands and the Isle of Man with them.
_AREA_NAMES = (
    "AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN "
    "EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE "
    "NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR "
    "TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
AREAS: frozenset[str] = frozenset(_AREA_NAMES.split())

#: Area, district (a digit, then a digit or a letter that is not I or O), sector, unit.
_SHAPE = re.compile(r"([A-Z]{1,2})([0-9][0-9A-HJ-NP-Z]?)([0-9][ABD-HJLNP-UW-Z]{2})")
#: The NHS writes ZZ99 and three more for people without a place.
_PSEUDO = re.compile(r"ZZ99[0-9][A-Z]{2}")
#: Characters without width that spreadsheets and web pages leave behind; str.isspace() does not know them.
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_LOOK_ALIKE = {"O": "0", "0": "O", "I": "1", "1": "I"}
_LONGEST = 7


@dataclass(frozen=True)
class Reading:
    """What a typed postcode turned out to be. `suggestion` is for a person to accept."""

    typed: str
    shape: Shape
    normalised: str = ""
    suggestion: str = ""

    @property
    def sentence(self) -> str:
        """What to tell the person who typed it; empty when there is nothing to say."""
        if self.shape != Shape.BAD:
            return ""
        if self.suggestion:
            return f"{self.typed.strip()[:20]} is not a postcode. Did you mean {self.suggestion}?"
        return "Enter a full postcode, such as B90 3DF, or leave it empty."


def read_postcode(typed: str | None) -> Reading:
    """Read what was typed: its shape, the one way of writing it, or what was probably meant."""
    text = typed or ""
    bare = _bare(text)
    if not bare:
        return Reading(text, Shape.EMPTY)
    if _PSEUDO.fullmatch(bare):
        return Reading(text, Shape.PSEUDO, _spaced(bare))
    if _well_formed(bare):
        return Reading(text, Shape.OK, _spaced(bare))
    return Reading(text, Shape.BAD, suggestion=_suggest(bare))


def normalise(typed: str | None) -> str:
    """`b90 3df`, `B903DF` and ` B90  3DF ` all give `B90 3DF`; what is no postcode gives nothing."""
    reading = read_postcode(typed)
    return reading.normalised if reading.shape == Shape.OK else ""


def outward(pcds: str) -> str:
    """The part before the space: the district."""
    return pcds.partition(" ")[0]


def _bare(text: str) -> str:
    joined = "".join(text.translate(_UNSEEN).split())
    # Letters of other alphabets stay as they are: some become plain ones when put in capitals.
    return joined.upper() if joined.isascii() else joined


def _spaced(bare: str) -> str:
    return f"{bare[:-3]} {bare[-3:]}"


def _well_formed(bare: str) -> bool:
    match = _SHAPE.fullmatch(bare)
    return match is not None and match[1] in AREAS


def _suggest(bare: str) -> str:
    """The postcode that the fewest look-alike changes lead to, or nothing."""
    kept = re.sub(r"[.,;:'\"\-/]", "", bare)
    if not 5 <= len(kept) <= _LONGEST:
        return ""
    if kept != bare and _well_formed(kept):
        return _spaced(kept)
    doubtful = [place for place, letter in enumerate(kept) if letter in _LOOK_ALIKE]
    for changes in range(1, len(doubtful) + 1):
        for chosen in combinations(doubtful, changes):
            if _well_formed(word := _swapped(kept, chosen)):
                return _spaced(word)
    return ""


def _swapped(word: str, chosen: tuple[int, ...]) -> str:
    return "".join(_LOOK_ALIKE[letter] if place in chosen else letter for place, letter in enumerate(word))
