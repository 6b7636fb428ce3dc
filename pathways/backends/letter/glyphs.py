"""Which letters can be printed: read from the fonts themselves, so that nobody gets a letter with empty boxes in their name."""

import re
import struct
import unicodedata
from functools import cache
from pathlib import Path

from django.conf import settings

#: Built at set-up from packages that carry them; see static/src/LICENCES.md.
FONTS = Path(settings.BASE_DIR) / "var" / "fonts"
FILES = (
    "NotoSans_400Regular.ttf",
    "NotoSansArabic_400Regular.ttf",
    "NotoNastaliqUrdu_400Regular.ttf",
    "NotoSansBengali_400Regular.ttf",
    "NotoSansGurmukhi_400Regular.ttf",
)
#: Joins letters or keeps them apart: not seen, and not left out, since the writing of Bengali and Urdu needs them.
JOINERS = "\u200c\u200d"
LONGEST_WORD = 30
#: Nothing that is drawn, or a picture: left out of a letter without a word.
PICTURES = frozenset({"So", "Sk", "Cc", "Cf", "Cs", "Co", "Cn"})


def fit_to_print(text: str) -> tuple[str, str]:
    """The text as it can be printed, and the letters that no font has, in order. Pictures, marks of direction and controls are left out."""
    kept, lost = [], []
    for letter in unicodedata.normalize("NFC", text):
        if letter.isspace():
            kept.append(" ")
        elif letter in JOINERS or ord(letter) in covered():
            kept.append(letter)
        elif unicodedata.category(letter) not in PICTURES and not 0xFE00 <= ord(letter) <= 0xFE0F:
            lost.append(letter)
    return " ".join("".join(kept).split()), "".join(dict.fromkeys(lost))


def breakable(text: str) -> str:
    """The same, with places at which a word that is longer than any line may be broken."""
    return re.sub(rf"\S{{{LONGEST_WORD}}}(?=\S)", lambda found: f"{found[0]}\u200b", text)


@cache
def covered() -> frozenset[int]:
    """Every character that at least one of the fonts draws; the invisible ones that would turn a line round are not among them."""
    drawn = set().union(*(characters_of((FONTS / name).read_bytes()) for name in FILES))
    return frozenset(code for code in drawn if unicodedata.category(chr(code)) not in {"Cc", "Cf", "Co"})


def characters_of(font: bytes) -> set[int]:
    """The characters of a TrueType font, from its table `cmap` (formats 4 and 12, as the OpenType specification has them)."""
    tables = struct.unpack(">H", font[4:6])[0]
    start = 0
    for number in range(tables):
        tag, _, offset, _ = struct.unpack(">4sLLL", font[12 + 16 * number : 28 + 16 * number])
        if tag == b"cmap":
            start = offset
    found: set[int] = set()
    for number in range(struct.unpack(">H", font[start + 2 : start + 4])[0]):
        offset = start + struct.unpack(">HHL", font[start + 4 + 8 * number : start + 12 + 8 * number])[2]
        kind = struct.unpack(">H", font[offset : offset + 2])[0]
        if kind == 12:
            found |= _format_12(font, offset)
        elif kind == 4:
            found |= _format_4(font, offset)
    return found


def _format_12(font: bytes, offset: int) -> set[int]:
    groups = struct.unpack(">L", font[offset + 12 : offset + 16])[0]
    found: set[int] = set()
    for first, last, _ in struct.iter_unpack(">LLL", font[offset + 16 : offset + 16 + 12 * groups]):
        found.update(range(first, last + 1))
    return found


def _format_4(font: bytes, offset: int) -> set[int]:
    size = struct.unpack(">H", font[offset + 6 : offset + 8])[0]
    ends = struct.unpack(f">{size // 2}H", font[offset + 14 : offset + 14 + size])
    starts = struct.unpack(f">{size // 2}H", font[offset + 16 + size : offset + 16 + 2 * size])
    return {code for first, last in zip(starts, ends, strict=True) for code in range(first, last + 1) if code != 0xFFFF}
