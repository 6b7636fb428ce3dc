"""Letters as a PDF: typeset by typst from our own sheet, with our own fonts, on nobody's system fonts and from nobody's network."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import segno
import typst

from ground.languages import BY_CODE
from pathways.backends.letter.glyphs import FILES, FONTS

SHEET = Path(__file__).with_name("letter.typ")
#: PDF/UA-1: headings, languages, reading order and words for pictures, for who has a letter read out.
STANDARD = "ua-1"


@dataclass(frozen=True)
class Sheet:
    """One letter as it is printed: every word is here, in the language it is read in."""

    language: str
    title: str
    sender: str
    to: tuple[str, ...]
    date: str
    greeting: str
    words: tuple[str, ...]
    link_words: str
    link: str
    square_words: str
    after: tuple[str, ...]
    signed: tuple[str, ...]


def print_letters(sheets: Sequence[Sheet]) -> bytes:
    """One PDF, each letter beginning on a sheet of its own: also where a printer takes both sides, nobody's words are on another's back."""
    if not sheets:
        raise ValueError("There is no letter to print.")
    missing = [name for name in FILES if not (FONTS / name).exists()]
    if missing:
        raise FileNotFoundError(f"The fonts of letters are not built: {', '.join(missing)}. Run `make install`.")
    letters = [asdict(sheet) | {"rtl": BY_CODE[sheet.language].right_to_left, "square": _square(sheet.link)} for sheet in sheets]
    made = typst.compile(
        SHEET.read_bytes(),
        format="pdf",
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"letters": json.dumps(letters)},
        pdf_standards=STANDARD,
    )
    if not isinstance(made, bytes):
        raise TypeError("typst gives one file for a PDF.")
    return made


def _square(address: str) -> str:
    """The address as a picture that a phone's camera reads; nothing without one."""
    if not address:
        return ""
    return segno.make(address, error="m", micro=False).svg_inline(border=4, dark="#000", light="#fff", scale=4)
