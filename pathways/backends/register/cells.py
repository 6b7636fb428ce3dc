"""What a person's own cells say: phone, postcode, e-mail, family, notes. A value, or why there is none."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

from ground.phones import PhoneRefused, phones_in, read_phone
from pathways.backends.register.sheets import Cell, shown
from places.choices import Shape
from places.postcodes import read_postcode

DITTO = frozenset({'"', "''", "〃", "”", "“", "“”", '""', "ditto", "do.", "as above", '-"-', "-”-"})
_NO_PLACE = re.compile(r"\b(?:nfa|no fixed (?:abode|address)|homeless|refuge|hostel|sofa surfing)\b", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s,;<>()\[\]\"]{1,64}@[^@\s,;<>()\[\]\"]{1,190}\.[^\W\d_]{2,24}")
_EMPTY = frozenset({"", "-", "--", "n/a", "na", "n/k", "nk", "none", "no", "not known", "unknown", "?", "tbc", "x", "no email"})

#: Words that name a job family, most particular first.
_FAMILIES = (
    (
        "healthcare",
        r"hca|hcsw|healthcare|health care|medical|clinical|nurs\w*|pharmac\w*|care|phlebotom\w*|patient|therap\w*"
        r"|maternity",
    ),
    (
        "facilities",
        r"facilit\w*|porter\w*|cater\w*|domestic\w*|clean\w*|estates?|kitchen|chef|cook|driv\w*|warehouse"
        r"|maintenance|security|laundry|housekeep\w*|grounds?",
    ),
    (
        "administration",
        r"admin\w*|cleric\w*|office|reception\w*|secretar\w*|typist|data entry|call handler|switchboard|records"
        r"|\bit\b|digital",
    ),
)
_COMPILED = tuple((family, re.compile(rf"\b(?:{words})\b")) for family, words in _FAMILIES)


@dataclass
class Read:
    """A value as it may be kept, or why not. `also`: further values; `beside`: words to keep as a note."""

    value: str = ""
    also: list[str] = field(default_factory=list)
    beside: str = ""
    reason: str = ""
    suggestion: str = ""


def text_of(cell: Cell) -> str:
    """A cell as text, its spaces single but its lines kept; an apostrophe that kept a formula quiet is taken off."""
    text = unicodedata.normalize("NFC", shown(cell)).replace("\r\n", "\n").replace("\r", "\n")
    if text.startswith("'") and re.match(r"'\s*[=+\-@\t0]", text):
        text = text[1:]
    if text.isascii() and "  " not in text and "\n" not in text:
        return text.strip()
    return "\n".join(re.sub(r"[^\S\n]+", " ", line).strip() for line in text.split("\n")).strip()


def is_ditto(cell: Cell) -> bool:
    """Whether a cell says only: the same as above."""
    return isinstance(cell, str) and 0 < len(cell) < 9 and cell.strip().casefold() in DITTO


def read_phones(cell: Cell) -> Read:
    """The numbers in a cell and the words beside them."""
    if cell is None:
        return Read()
    return _phones(text_of(cell))


@lru_cache(maxsize=20_000)
def _phones(text: str) -> Read:
    try:
        found = phones_in(text)
    except PhoneRefused as refused:
        return Read(reason=str(refused), suggestion=_with_zeros(text))
    numbers = list(dict.fromkeys(phone.e164 for phone in found.phones))
    if not numbers:
        return Read()
    return Read(numbers[0], numbers[1:], found.words)


def _with_zeros(text: str) -> str:
    """The number that was meant where letters O stand for zeros; for a person to confirm."""
    if not re.fullmatch(r"[\d ()+.\-oO]+", text) or "o" not in text.casefold():
        return ""
    try:
        return read_phone(re.sub("[oO]", "0", text)).e164
    except PhoneRefused:
        return ""


@lru_cache(maxsize=20_000)
def read_place(text: str) -> Read:
    """A postcode written the one way; no fixed abode needs none; a letter O is only ever a suggestion."""
    text = text.strip().rstrip(".,;")
    if text.casefold() in _EMPTY:
        return Read()
    if _NO_PLACE.search(text):
        return Read(beside="no fixed abode")
    reading = read_postcode(text)
    if reading.shape == Shape.OK:
        return Read(reading.normalised)
    if reading.shape == Shape.PSEUDO:
        return Read(beside="no fixed abode")
    if reading.shape == Shape.EMPTY:
        return Read()
    if re.fullmatch(r"[A-Za-z]{1,2}\d[A-Za-z\d]?", text):
        return Read(reason="Only the first half of a postcode")
    return Read(reason=reading.sentence, suggestion=reading.suggestion)


def read_email(text: str) -> Read:
    """An address in small letters; "(at)" is a suggestion."""
    text = text.strip().strip("<>;,")
    if text.casefold() in _EMPTY:
        return Read()
    if text.casefold().startswith("mailto:"):
        text = text[7:]
    if _EMAIL.fullmatch(text):
        return Read(text.lower())
    meant = re.sub(r"\s*[(\[]\s*at\s*[)\]]\s*|\s+at\s+", "@", text.lower())
    meant = re.sub(r"\s*[(\[]\s*dot\s*[)\]]\s*", ".", meant).replace(" ", "")
    return Read(reason="Not an e-mail address", suggestion=meant if meant != text and _EMAIL.fullmatch(meant) else "")


@lru_cache(maxsize=5_000)
def read_family(text: str) -> str:
    """The job family that the words name; nothing where none or two are named."""
    lowered = text.casefold()
    found = [family for family, words in _COMPILED if words.search(lowered)]
    return found[0] if len(found) == 1 else ""
