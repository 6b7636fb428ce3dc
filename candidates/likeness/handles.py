"""By what a record is found among others that lie in memory. Nobody is compared with whom they share none of these."""

from datetime import date
from functools import lru_cache

from candidates.likeness.known import Known
from candidates.likeness.names import sound

#: Of so many who share one number, birthday, postcode or name each is looked at, the latest first: a hostel is no whole town.
MOST_EACH = 60


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
