"""Names as registers write them: SURNAME First, Last, First, an initial, everything in capitals."""

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from candidates.models.candidate import fold

_SPACES = re.compile(r"\s+")
_NOBODY = frozenset({"", "n/k", "n/a", "nk", "unknown", "not known", "-", "?", "tbc", "anon", "anonymous", "no name", "xxx", "."})
_SMALL = re.compile(r"^(?:mac|mc|o'|o’|d'|d’)", re.IGNORECASE)


def tidy(name: str) -> str:
    """One space between words, none at the ends; a name all in capitals is written as a name."""
    name = _SPACES.sub(" ", name).strip(" ,;")
    if name.casefold() in _NOBODY:
        return ""
    letters = [each for each in name if each.isalpha()]
    if len(letters) > 2 and all(each.isupper() for each in letters):
        return "".join(_cased(part) for part in re.split(r"([\s\-])", name))
    return name


def _cased(part: str) -> str:
    if match := re.match(r"^(O['’]|MC)(?=.)", part):
        return match[1].capitalize() + part[match.end() :].capitalize()
    return part.capitalize()


def split_name(first: str, last: str) -> tuple[str, str]:
    """First and last name of two cells; "Thorne, Will" in one of them is parted."""
    if "," in last and not first.strip():
        return split_full(last)
    if "," in first and not last.strip():
        return split_full(first)
    return tidy(first), tidy(last)


@lru_cache(maxsize=50_000)
def split_full(name: str) -> tuple[str, str]:
    """First and last name of one cell: after the comma, or the word in capitals, or the last words, is the surname."""
    name = _SPACES.sub(" ", name).strip()
    if name.casefold() in _NOBODY:
        return "", ""
    if "," in name:
        last, _, first = name.partition(",")
        return tidy(first), tidy(last)
    words = name.split(" ")
    if len(words) == 1:
        return tidy(words[0]), ""
    capitals = [len(word) > 2 and word.upper() == word and any(each.isalpha() for each in word) for word in words]
    if any(capitals) and not all(capitals):
        start = [index for index, capital in enumerate(capitals) if capital]
        if start[0] == 0:
            return tidy(" ".join(words[start[-1] + 1 :])), tidy(" ".join(words[: start[-1] + 1]))
        return tidy(" ".join(words[: start[0]])), tidy(" ".join(words[start[0] :]))
    if all(capitals):
        return tidy(words[0]), tidy(" ".join(words[1:]))
    return words[0], " ".join(words[1:])


@lru_cache(maxsize=100_000)
def folded(name: str) -> str:
    """A name as it is compared: no case, no accents, no marks."""
    return fold(name)


def is_initial(first: str) -> bool:
    """Whether a first name is a letter or two of one."""
    return len(first) == 1 or ("." in first and bool(re.fullmatch(r"(?:[^\W\d_]\. ?){1,2}", first)))


def agree(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two (first, last) names can be one person's: equal, or an initial and a name, or one part missing."""
    first, last = folded(one[0]), folded(one[1])
    first_2, last_2 = folded(other[0]), folded(other[1])
    if last and last_2 and last.replace(" ", "") != last_2.replace(" ", ""):
        return False
    if not first or not first_2:
        return bool(last and last_2) or first == first_2
    if first == first_2:
        return True
    if is_initial(one[0]) or is_initial(other[0]):
        return first[0] == first_2[0]
    return False


def alike(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two names are the same but for letters swapped or mistyped."""
    a, b = folded(f"{one[0]} {one[1]}"), folded(f"{other[0]} {other[1]}")
    return nearly(a, b)


def nearly(a: str, b: str) -> bool:
    """Whether two folded names differ by a letter or two, as long names may."""
    if a == b:
        return bool(a)
    shorter = min(len(a), len(b))
    if shorter < 6 or abs(len(a) - len(b)) > 2:
        return False
    allowed = 1 if shorter < 9 else 2
    return OSA.distance(a, b, score_cutoff=allowed) <= allowed
