"""How like two records of people are: points, and what they are for in words. It knows no database and no clock.

A point is near one doubling of the odds that two records are one person's. How the points were chosen, and what they find and miss at
each number of them: docs/duplicates.md.
"""

from candidates.likeness.comparing import FOR_FIRST, FOR_LAST, MAY_BE_ONE, POINTS, Likeness, in_words, likeness
from candidates.likeness.handles import MOST_EACH, found_by, handles, slips_of, with_slips
from candidates.likeness.known import Known, known_as
from candidates.likeness.names import FEWEST_SOUNDS, LONGEST_FOLDED, Degree, fold, part, sound

__all__ = [
    "FEWEST_SOUNDS",
    "FOR_FIRST",
    "FOR_LAST",
    "LONGEST_FOLDED",
    "MAY_BE_ONE",
    "MOST_EACH",
    "POINTS",
    "Degree",
    "Known",
    "Likeness",
    "fold",
    "found_by",
    "handles",
    "in_words",
    "known_as",
    "likeness",
    "part",
    "slips_of",
    "sound",
    "with_slips",
]
