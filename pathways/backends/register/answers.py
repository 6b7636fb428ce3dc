"""Equality answers as registers hold them: words and codes to the product's own codes. A silence is never an answer.

`ethnic_group` may come as a category ("Pakistani"), as an NHS code of 2001 ("J"), or as something broader; what is only
a code for several categories keeps its group and no category.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from candidates.choices import ANSWERS, ETHNIC_GROUPS

_PREFER_NOT = re.compile(r"prefer(?:red)? not|rather not|declin|refus|\bpnts\b|\bpns\b|withheld")
_NOT_KNOWN = frozenset({"", "n/k", "nk", "not known", "unknown", "not stated", "not recorded", "99", "-", "?", "n/a", "na", "tbc"})
_YES = frozenset({"y", "yes", "true", "1"})
_NO = frozenset({"n", "no", "none", "false", "0", "nil"})

#: What people write -> category number. Words of the list itself are added below.
_ETHNIC = {
    1: "white british|w/brit|wb|white english|white welsh|white scottish|white northern irish|white uk|english|welsh|scottish",
    2: "white irish|irish|wi",
    3: "gypsy|traveller|irish traveller|gypsy or irish traveller|gypsy/traveller",
    4: "roma",
    5: "white other|other white|any other white|white european|wo",
    6: "mixed w/bc|white and black caribbean|mixed white/black caribbean|mixed white and black caribbean|w/bc",
    7: "mixed w/ba|white and black african|mixed white/black african|mixed white and black african|w/ba",
    8: "mixed w/a|white and asian|mixed white/asian|mixed white and asian",
    9: "mixed other|other mixed|any other mixed",
    10: "indian|asian - indian|asian indian|british indian|asian or asian british - indian",
    11: "pakistani|asian - pakistani|asian pakistani|british pakistani|asian or asian british - pakistani",
    12: "bangladeshi|asian - bangladeshi|asian bangladeshi|british bangladeshi|asian or asian british - bangladeshi",
    13: "chinese",
    14: "asian other|other asian|any other asian",
    15: "bc|black caribbean|caribbean|black - caribbean|black british caribbean|black or black british - caribbean",
    16: "ba|black african|african|black - african|black british african|black or black british - african",
    17: "black other|other black|any other black",
    18: "arab",
    19: "any other ethnic group|other ethnic group",
}
_BY_WORDS = {words: number for number, every in _ETHNIC.items() for words in every.split("|")}
_BY_WORDS.update({category.casefold(): number for number, category, _, _ in ETHNIC_GROUPS})
_GROUPS = {number: group for number, _, group, _ in ETHNIC_GROUPS}
_GROUP_WORDS = {"white": "White", "mixed": "Mixed", "asian": "Asian", "black": "Black", "asian british": "Asian", "black british": "Black"}


@dataclass(frozen=True)
class Answer:
    """One answer: state value, prefer_not or not_known; its code, or only the broader group; and what was written."""

    state: str
    code: str = ""
    group: str = ""
    words: str = ""
    understood: bool = True


@lru_cache(maxsize=5_000)
def read_answer(question: str, words: str) -> Answer | None:
    """The answer in a cell, or None for an empty one: nobody knows whether it was asked."""
    text = re.sub(r"\s+", " ", words.casefold().replace("–", "-").replace("’", "'")).strip(" .")
    if not text:
        return None
    if _PREFER_NOT.search(text) or (question == "ethnic_group" and text == "z"):
        return Answer("prefer_not")
    if text in _NOT_KNOWN:
        return Answer("not_known")
    if question == "ethnic_group":
        return _ethnic(text, words.strip())
    return _coded(question, text, words.strip())


def _ethnic(text: str, words: str) -> Answer:
    if number := _BY_WORDS.get(text):
        return Answer("value", code=str(number), group=_GROUPS[number])
    if re.fullmatch(r"\d{1,2}", text) and 1 <= int(text) <= len(ETHNIC_GROUPS):
        return Answer("not_known", words=words, understood=False)  # a number of whose list?
    by_code = [number for number, _, _, code in ETHNIC_GROUPS if code == text.upper()]
    if len(by_code) == 1:
        return Answer("value", code=str(by_code[0]), group=_GROUPS[by_code[0]])
    if by_code:
        return Answer("value", group=_GROUPS[by_code[0]], words=words)
    if group := _GROUP_WORDS.get(text):
        return Answer("value", group=group, words=words)
    return Answer("not_known", words=words, understood=False)


def _coded(question: str, text: str, words: str) -> Answer:
    codes = dict(ANSWERS.get(question, ()))
    for code, label in codes.items():
        if text in (code, label.casefold()):
            return Answer("value", code=code)
    first = re.split(r"[\s,\-(/:]", text, maxsplit=1)[0]
    if "yes" in codes and first in _YES:
        return Answer("value", code="yes", words="" if text == first else words)
    if "no" in codes and (first in _NO or text in _NO):
        return Answer("value", code="no")
    if question == "sex" and text in ("m", "f", "man", "woman"):
        return Answer("value", code="male" if text in ("m", "man") else "female")
    return Answer("not_known", words=words, understood=False)
