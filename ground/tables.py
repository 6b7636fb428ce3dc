"""Tables that leave the house: one set of columns for CSV and XLSX, and no cell that a spreadsheet would run.

CSV is UTF-8 with a byte order mark and CRLF, because Excel opens nothing else rightly by a double click.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

import xlsxwriter
from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from ground.clock import london

BOM = "\ufeff"
#: Characters at the start of a cell that make a spreadsheet run it; the last four are full-width forms.
LIVE = "=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20"
#: What such text, or one that we have an apostrophe before, can begin with.
STARTS = frozenset(f"{LIVE}'")
#: Text that needs an apostrophe, or has one that might be taken for ours.
TO_ESCAPE = re.compile(f"^'*[{re.escape(LIVE)}]")
ESCAPED = re.compile(f"^'+[{re.escape(LIVE)}]")
ROWS_AT_A_TIME = 1_000
LINES_AT_A_TIME = 100


@dataclass(frozen=True)
class Column:
    """A heading and what stands under it for a row."""

    heading: str
    value: Callable[[Any], Any]


def cell_text(value: Any) -> str:
    """A value as text: days as 2026-11-21, which every spreadsheet knows; moments on London's clock; nothing for nothing."""
    if type(value) is str:
        return value
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{london(value):%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case time():
            return f"{value:%H:%M}"
        case list() | tuple() | set() | frozenset():
            return "; ".join(cell_text(one) for one in value)
    return str(value)


def escape(text: str) -> str:
    """Text that no spreadsheet runs: an apostrophe before a live beginning. `unescape` takes exactly that off again."""
    if text[:1] not in STARTS:
        return text
    return f"'{text}" if TO_ESCAPE.match(text) else text


def unescape(text: str) -> str:
    """What `escape` was given: our own import takes the apostrophe off."""
    return text[1:] if ESCAPED.match(text) else text


def csv_cell(value: Any) -> str:
    """A cell for CSV: numbers as they are, all else as text made safe."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value)
    return escape(cell_text(value))


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def csv_lines(columns: list[Column], rows: Iterable[Any]) -> Iterator[str]:
    """The table line by line, headings first; a queryset is read a thousand rows at a time."""
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield BOM + writer.writerow([escape(column.heading) for column in columns])
    for row in _in_parts(rows):
        yield writer.writerow([csv_cell(column.value(row)) for column in columns])


def csv_response(name: str, columns: list[Column], rows: Iterable[Any]) -> StreamingHttpResponse:
    """The table as a download that is never held in memory whole. `name` is without ending and names no person."""
    response = StreamingHttpResponse(_in_pieces(csv_lines(columns, rows)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(name)}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _in_pieces(lines: Iterator[str]) -> Iterator[str]:
    """The headings at once, so that the file begins; then lines by the hundred, each hundred one piece on its way."""
    yield from islice(lines, 1)
    while piece := "".join(islice(lines, LINES_AT_A_TIME)):
        yield piece


def write_xlsx(file: BinaryIO, columns: list[Column], rows: Iterable[Any], *, sheet: str = "Sheet1") -> int:
    """Write the table as a workbook, every text cell typed as text; how many rows. Memory stays constant."""
    settings = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, settings) as book:
        page = book.add_worksheet(sheet[:31])
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        for place, column in enumerate(columns):
            page.write_string(0, place, column.heading, bold)
        count = 0
        for count, row in enumerate(_in_parts(rows), start=1):
            for place, column in enumerate(columns):
                value = column.value(row)
                if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
                    page.write_number(count, place, value)
                elif isinstance(value, date) and not isinstance(value, datetime):
                    page.write_datetime(count, place, value, day)
                else:
                    page.write_string(count, place, cell_text(value))
    return count


def file_name(name: str) -> str:
    """A name that every system and header takes."""
    return re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-") or "table"


def _in_parts(rows: Iterable[Any]) -> Iterable[Any]:
    return rows.iterator(chunk_size=ROWS_AT_A_TIME) if isinstance(rows, QuerySet) else rows
