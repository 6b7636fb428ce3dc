"""Bytes to text: the byte order mark first, then UTF-8, then Windows-1252; and which character parts the cells."""

import csv
import unicodedata
from dataclasses import dataclass

DELIMITERS = (",", ";", "\t")
SAMPLE = 40  # lines looked at to find the delimiter

PICTURES = (
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"BM", "a picture (BMP)"),
    (b"RIFF", "a picture or a sound"),
    (b"II*\x00", "a picture (TIFF)"),
    (b"MM\x00*", "a picture (TIFF)"),
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls). Open it in Excel, save it as .xlsx and send that"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x1f\x8b", "a compressed file. Unpack it and send the CSV"),
    (b"7z\xbc\xaf", "an archive. Unpack it and send the register"),
    (b"Rar!", "an archive. Unpack it and send the register"),
    (b"SQLite format 3", "a database"),
)


class FileRefused(ValueError):
    """A file that cannot be read; the words say why and what to do."""


@dataclass(frozen=True)
class Decoded:
    """The text of a file, and the name of the encoding that gave it."""

    text: str
    encoding: str


def decode(content: bytes) -> Decoded:
    """The text, composed (NFC); FileRefused for pictures, NUL characters and bytes of no known encoding."""
    if not content.strip():
        raise FileRefused("The file is empty")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Decoded(_composed(_strictly(content, "utf-16")), "UTF-16")
    for magic, what in PICTURES:
        if content.startswith(magic) and not (magic == b"BM" and b"\x00" not in content[:64]):
            raise FileRefused(f"This is not a register but {what}. Send a CSV or an Excel workbook (.xlsx)")
    if b"\x00" in content:
        raise FileRefused("The file holds NUL characters, so it is not a CSV. Save it again as CSV UTF-8 or as .xlsx and send that")
    if content.startswith(b"\xef\xbb\xbf"):
        return Decoded(_composed(_strictly(content, "utf-8-sig")), "UTF-8 with byte order mark")
    try:
        return Decoded(_composed(content.decode("utf-8")), "UTF-8")
    except UnicodeDecodeError:
        return Decoded(_composed(_strictly(content, "cp1252")), "Windows-1252")


def _strictly(content: bytes, codec: str) -> str:
    try:
        text = content.decode(codec)
    except UnicodeDecodeError:
        raise FileRefused("Some characters of this file cannot be read. Save it again as CSV UTF-8 or as .xlsx and send that") from None
    if "\x00" in text:
        raise FileRefused("The file holds NUL characters, so it is not a CSV. Save it again as CSV UTF-8 or as .xlsx and send that")
    return text


def _composed(text: str) -> str:
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def find_delimiter(text: str) -> str:
    """The character that parts the first lines into most cells, most alike; a comma when nothing does."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        widths = [len(row) for row in _first_rows(text, delimiter)]
        wide = [width for width in widths if width > 1]
        if not wide:
            continue
        usual = max(set(wide), key=lambda width: (wide.count(width), width))
        score = wide.count(usual) / len(widths) * usual
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(text[:200_000].splitlines(keepends=True), delimiter=delimiter):
            if row:
                rows.append(row)
            if len(rows) == SAMPLE:
                break
    except csv.Error:
        return rows
    return rows
