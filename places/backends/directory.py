"""Reading the files that the statistics office publishes: columns are known by pattern, since their names change by edition.

A file is read as a stream, row by row: a postcode directory has 2.7 million.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ground.door import Refused

#: Codes that end so stand for "no such area here".
NO_AREA = "99999999"
_CODE = re.compile(r"[A-Z][0-9]{8}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = re.compile(r"(onspd|nspl)[^a-z0-9]*(" + "|".join(_MONTHS) + r")[a-z]*[^a-z0-9]*(20\d\d)", re.IGNORECASE)
_HEADING_YEAR = re.compile(r"(?:wd|lad)(\d\d)cd", re.IGNORECASE)
_BINARY = {b"PK\x03\x04": "a zip archive or a workbook: unpack it and give the CSV file inside", b"%PDF": "a PDF"}


class UnknownLayout(Refused):
    """The file is not of a kind we know: nothing of it was taken."""


@dataclass(frozen=True)
class Column:
    """One thing a file may tell: what people call it, which headings mean it, an example for the error."""

    key: str
    meaning: str
    pattern: str
    example: str

    def fits(self, heading: str) -> bool:
        return re.fullmatch(self.pattern, heading) is not None


@dataclass(frozen=True)
class Layout:
    """A kind of file: its columns, and the groups of which at least one must be there."""

    what: str
    columns: tuple[Column, ...]
    needed: tuple[tuple[str, ...], ...]


POSTCODES = Layout(
    what="postcode directory (ONSPD or NSPL)",
    columns=(
        Column("postcode", "postcode", r"pcds", "pcds"),
        Column("terminated", "termination date", r"doterm", "doterm"),
        Column("authority", "authority", r"lad\d\dcd|oslaua|laua", "lad25cd"),
        Column("ward", "ward", r"wd\d\dcd|osward|ward", "wd25cd"),
        Column("lsoa21", "LSOA of 2021", r"lsoa21(cd)?", "lsoa21cd"),
        Column("lsoa11", "LSOA of 2011", r"lsoa11(cd)?", "lsoa11cd"),
        Column("oa21", "output area of 2021", r"oa21(cd)?", "oa21cd"),
        Column("easting", "easting", r"(os)?east1m", "east1m"),
        Column("latitude", "latitude", r"lat", "lat"),
    ),
    needed=(("postcode",), ("ward",), ("authority",), ("lsoa21", "lsoa11"), ("terminated",)),
)

WARDS = Layout(
    what="list of wards",
    columns=(
        Column("code", "ward code", r"wd(\d\d)?cd|ward_?code|areacode", "WD25CD"),
        Column("name", "ward name", r"wd(\d\d)?nm|ward_?name|areaname", "WD25NM"),
        Column("authority", "authority", r"lad(\d\d)?cd|lad_?code|parentcode", "LAD25CD"),
        Column("authority_name", "authority name", r"lad(\d\d)?nm|lad_?name|parentname", "LAD25NM"),
        Column("year", "year of the list", r"source_?(file_?)?year", "source_year"),
        Column("valid_from", "first day", r"valid_from", "valid_from"),
        Column("valid_to", "last day", r"valid_to", "valid_to"),
    ),
    needed=(("code",), ("name",), ("authority",)),
)


@dataclass(frozen=True)
class Table:
    """An open file whose headings are understood. `rows` gives line number and cells in the order of the layout's columns."""

    headings: dict[str, str]
    rows: Iterator[tuple[int, list[str]]]


@contextmanager
def open_table(path: Path, layout: Layout) -> Iterator[Table]:
    """The file's rows, once its headings are known. Raises UnknownLayout, naming what is missing or doubtful."""
    _refuse_binary(path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        with _plainly():
            first = next(reader, None)
        if first is None or not any(cell.strip() for cell in first):
            raise UnknownLayout(f"{path.name} is empty.")
        places = _match([cell.strip().lower() for cell in first], layout)
        headings = {key: first[place].strip() for key, place in places.items()}
        wanted = [places.get(column.key, -1) for column in layout.columns]
        yield Table(headings, _rows(reader, wanted, len(first)))


def digest(path: Path) -> str:
    """SHA-256 of the file: the same file is taken in once."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def area(code: str, line: int, meaning: str) -> str:
    """An area's code; nothing for "no such area". A word in its place means that columns have slipped."""
    if not code or code.endswith(NO_AREA):
        return ""
    if not _CODE.fullmatch(code):
        raise UnknownLayout(f"Line {line}: {code[:20]!r} is no code for the {meaning}. Nothing was loaded.")
    return code


def edition_of(path: Path, headings: dict[str, str]) -> tuple[str, date]:
    """What to call the edition and the day that orders it: by the file's name, else the year in its headings, else its areas."""
    named = _NAMED.search(path.stem)
    if named:
        month = _MONTHS.index(named[2].lower()) + 1
        day = date(int(named[3]), month, 1)
        return f"{named[1].upper()} {day:%B %Y}", day
    years = [int(match[1]) for heading in headings.values() if (match := _HEADING_YEAR.fullmatch(heading))]
    if years:
        year = 2000 + max(years)
        return f"Boundaries of {year}", date(year, 5, 1)
    return path.stem[:40], date(2023, 1, 1) if "lsoa21" in headings else date(2011, 1, 1)


def _refuse_binary(path: Path) -> None:
    with path.open("rb") as stream:
        start = stream.read(4096)
    for mark, what in _BINARY.items():
        if start.startswith(mark):
            raise UnknownLayout(f"{path.name} is {what}.")
    if b"\x00" in start:
        raise UnknownLayout(f"{path.name} is not a text file.")


@contextmanager
def _plainly() -> Iterator[None]:
    """A file that cannot be read as text or CSV is refused in words."""
    try:
        yield
    except UnicodeDecodeError as error:
        raise UnknownLayout("The file is not UTF-8 text. Nothing was loaded.") from error
    except csv.Error as error:
        raise UnknownLayout(f"The file is not a CSV file ({error}). Nothing was loaded.") from error


def _match(headings: list[str], layout: Layout) -> dict[str, int]:
    found: dict[str, int] = {}
    for column in layout.columns:
        fitting = [place for place, heading in enumerate(headings) if column.fits(heading)]
        if len(fitting) > 1:
            names = ", ".join(headings[place] for place in fitting)
            raise UnknownLayout(f"Two columns could be the {column.meaning}: {names}. Nothing was loaded.")
        if fitting:
            found[column.key] = fitting[0]
    missing = [group for group in layout.needed if not found.keys() & set(group)]
    if missing:
        by_key = {column.key: column for column in layout.columns}
        words = "; ".join(
            f"no column for the {' or '.join(by_key[key].meaning for key in group)} (such as {by_key[group[0]].example})"
            for group in missing
        )
        raise UnknownLayout(f"This is not a {layout.what} that we know: {words}. Nothing was loaded.")
    return found


def _rows(reader: Iterator[list[str]], wanted: list[int], width: int) -> Iterator[tuple[int, list[str]]]:
    line = 1
    with _plainly():
        for row in reader:
            line += 1
            if len(row) != width:
                if not any(row):
                    continue
                raise UnknownLayout(f"Line {line} has {len(row)} cells where the headings have {width}. Nothing was loaded.")
            yield line, [row[place] if place >= 0 else "" for place in wanted]
