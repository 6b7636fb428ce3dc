"""Words and facts of places that nobody tunes."""

from places.choices.kinds import AreaKind, EditionKind, PostcodeState, Shape
from places.choices.wards import AUTHORITY_NAMES, BIRMINGHAM, HOME_AUTHORITIES, SHIPPED_WARDS, SOLIHULL, WardSet

__all__ = [
    "AUTHORITY_NAMES",
    "BIRMINGHAM",
    "HOME_AUTHORITIES",
    "SHIPPED_WARDS",
    "SOLIHULL",
    "AreaKind",
    "EditionKind",
    "PostcodeState",
    "Shape",
    "WardSet",
]
