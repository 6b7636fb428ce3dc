"""How many parts a text is sent in, and so what it costs.

Source: 3GPP TS 23.038. The basic alphabet takes 160 septets in one part and 153 in each of several; a few signs take two, and such a
pair never lies across a border, so the total cannot simply be rounded up. Any other character makes it UCS-2: 70 units, then 67 each.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
TAKES_TWO = frozenset("^{}\\[]~|€\f")
JOINER = "\u200d"
SKIN_TONES = range(0x1F3FB, 0x1F400)


@dataclass(frozen=True)
class Parts:
    """How a text would be sent: "GSM-7" or "UCS-2", and in how many parts."""

    encoding: str
    count: int


def parts_of(body: str) -> Parts:
    """The parts of a text; none for an empty one. Where good counters differ, the higher number."""
    if all(character in BASIC or character in TAKES_TWO for character in body):
        septets = [2 if character in TAKES_TWO else 1 for character in body]
        return Parts("GSM-7", _packed(septets, alone=160, each=153))
    by_character = _packed((_units(character) for character in body), alone=70, each=67)
    by_cluster = _packed((_units(cluster) for cluster in _clusters(body)), alone=70, each=67)
    return Parts("UCS-2", max(by_character, by_cluster))


def dear_characters(body: str) -> list[str]:
    """The characters that make a text UCS-2, each once, in order."""
    return [character for character in dict.fromkeys(body) if character not in BASIC and character not in TAKES_TWO]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _packed(sizes: Iterable[int], *, alone: int, each: int) -> int:
    """How many parts of `each` these pieces fill when none lies across a border; one when all fit into `alone`."""
    sizes = list(sizes)
    if not sizes:
        return 0
    if sum(sizes) <= alone:
        return 1
    parts, used = 1, 0
    for size in sizes:
        if used + size > each:
            parts, used = parts + 1, 0
        while size > each:  # a cluster longer than a part is cut
            parts, size = parts + 1, size - each
        used += size
    return parts


def _clusters(text: str) -> Iterator[str]:
    """What a reader sees as one character: a letter with its marks, a joined emoji."""
    cluster = ""
    for character in text:
        joins = character == JOINER or unicodedata.category(character).startswith("M") or ord(character) in SKIN_TONES
        if cluster and (joins or cluster.endswith(JOINER)):
            cluster += character
        else:
            if cluster:
                yield cluster
            cluster = character
    if cluster:
        yield cluster
