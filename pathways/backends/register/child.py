"""The child process: it opens the file, and nothing else. No settings, no database, no network, little memory.

The file is its standard input; a line of JSON for each sheet and row is its standard output. What it cannot do within
its limits, it does not do: the parent then says why (files.py).
"""

import contextlib
import csv
import ctypes
import io
import json
import os
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, BinaryIO

from pathways.backends.register import archive, limits
from pathways.backends.register.encoding import FileRefused, decode, find_delimiter

NEW_USER_AND_NETWORK = 0x10000000 | 0x40000000  # CLONE_NEWUSER | CLONE_NEWNET of Linux
MONTH_FORMAT = 17  # Excel's own mmm-yy


def main() -> None:
    """Shut what can be shut, read standard input, write lines; the last line is done or refused."""
    confine()
    out = sys.stdout.buffer
    try:
        for line in lines(sys.stdin.buffer):
            out.write(json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace"))
            out.write(b"\n")
    except FileRefused as refused:
        out.write(json.dumps({"refused": str(refused)}).encode() + b"\n")
    except MemoryError:
        out.write(b'{"memory":true}\n')
    out.flush()


def confine() -> None:
    """Bounds on memory, time and descriptors, and no network where the kernel allows."""
    for limit, bound in (
        (resource.RLIMIT_AS, limits.CHILD_MEMORY_BYTES),
        (resource.RLIMIT_CPU, limits.CHILD_CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(limit, (bound, bound))
    os.umask(0o077)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).unshare(NEW_USER_AND_NETWORK)


def lines(stream: BinaryIO) -> Iterator[Any]:
    """The book, its sheets and their rows, as JSON will have them."""
    head = stream.read(4)
    stream.seek(0)
    counter = _Counter()
    if head == b"PK\x03\x04":
        yield from _workbook(stream, counter)
    else:
        yield from _table(stream.read(limits.FILE_BYTES + 1), counter)
    yield {"done": counter.rows}


class _Counter:
    """How many rows with something in them have been read."""

    def __init__(self) -> None:
        self.rows = 0

    def add(self) -> None:
        self.rows += 1
        if self.rows > limits.ROWS + 1_000:  # room for titles, legends and headings
            raise FileRefused(f"The file holds more than {limits.ROWS:,} rows. Send it in parts")


def _table(content: bytes, counter: _Counter) -> Iterator[Any]:
    decoded = decode(content)
    delimiter = find_delimiter(decoded.text)
    yield {"book": {"kind": "csv", "encoding": decoded.encoding, "delimiter": delimiter}}
    yield {"sheet": {"name": "", "state": "visible", "merged": []}}
    csv.field_size_limit(limits.FILE_BYTES)
    blank = 0
    for row in csv.reader(io.StringIO(decoded.text, newline=""), delimiter=delimiter):
        cells: list[Any] = [_text(value) if value else None for value in row]
        trimmed = _trimmed(cells)
        if not trimmed:
            blank += 1
            continue
        yield from ([] for _ in range(blank))
        blank = 0
        counter.add()
        yield trimmed


def _workbook(stream: BinaryIO, counter: _Counter) -> Iterator[Any]:
    archive.look_before_unpacking(stream)
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_filelike(stream)
        sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
        if len(sheets) > limits.SHEETS:
            raise FileRefused(
                f"The workbook has {len(sheets)} sheets; at most {limits.SHEETS} are read. Send only those that hold the register"
            )
        months = _MonthCells(stream)
        yield {"book": {"kind": "xlsx", "encoding": "", "delimiter": ""}}
        for each in sheets:
            sheet = workbook.get_sheet_by_name(each.name)
            state = "visible" if each.visible == SheetVisibleEnum.Visible else "hidden"
            merged = [[*first, *last] for first, last in (sheet.merged_cell_ranges or [])[:500]]
            yield {"sheet": {"name": each.name, "state": state, "merged": merged}}
            yield from _sheet_rows(sheet, months.of(each.name), counter)
    except CalamineError:
        raise FileRefused("The workbook is damaged. Open it in Excel, save it again and send that") from None


def _sheet_rows(sheet: Any, months: set[tuple[int, int]], counter: _Counter) -> Iterator[Any]:
    if sheet.height == 0 or sheet.width == 0:
        return
    first_row, first_column = sheet.start or (0, 0)
    blank = first_row
    before: list[Any] = [None] * first_column
    for number, row in enumerate(sheet.to_python(skip_empty_area=True), start=first_row):
        cells = before + [_cell(value, (number, column) in months) for column, value in enumerate(row, start=first_column)]
        trimmed = _trimmed(cells)
        if not trimmed:
            blank += 1
            continue
        if blank > limits.ROWS:
            raise FileRefused("The rows of a sheet lie very far apart. Copy them into a new workbook and send that")
        yield from ([] for _ in range(blank))
        blank = 0
        counter.add()
        yield trimmed


def _trimmed(cells: list[Any]) -> list[Any]:
    end = len(cells)
    while end and (cells[end - 1] is None or cells[end - 1] == ""):
        end -= 1
    if end > limits.COLUMNS:
        raise FileRefused(f"A row has {end} cells; at most {limits.COLUMNS} columns are read. Send only the columns of the register")
    return cells if end == len(cells) else cells[:end]


def _text(value: str) -> Any:
    if len(value) > limits.CELL_CHARACTERS:
        return ["l", len(value)]
    return value


def _cell(value: Any, month: bool) -> Any:
    if value == "":
        return None
    if isinstance(value, str):
        if "_x" in value:
            value = re.sub(r"_x([0-9A-Fa-f]{4})_", _unescaped, value)
        return _text(value.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""))
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, datetime):
        return ["m" if month else "d", f"{value:%Y-%m-%d}"]
    if isinstance(value, date):
        return ["m" if month and value.day == 1 else "d", value.isoformat()]
    return str(value)


def _unescaped(found: re.Match[str]) -> str:
    """How a workbook writes a carriage return and other control characters."""
    character = chr(int(found[1], 16))
    return character if character in "\r\n\t" or character.isprintable() else ""


class _MonthCells:
    """Which cells show a date as a month only. Looked up in the workbook's own XML, and only where a style says so."""

    def __init__(self, stream: BinaryIO) -> None:
        self.paths: dict[str, str] = {}
        self.styles: set[int] = set()
        self.archive = zipfile.ZipFile(stream)
        with contextlib.suppress(KeyError):
            self.styles = _month_styles(self.archive.read("xl/styles.xml"))
        if self.styles:
            with contextlib.suppress(KeyError):
                self.paths = _paths(self.archive.read("xl/workbook.xml"), self.archive.read("xl/_rels/workbook.xml.rels"))

    def of(self, sheet: str) -> set[tuple[int, int]]:
        """Rows and columns, from 0, of this sheet's cells that show only a month."""
        found: set[tuple[int, int]] = set()
        if not self.styles or sheet not in self.paths:
            return found
        style = "|".join(str(number) for number in sorted(self.styles))
        cell = re.compile(rb'<c\b[^<>]*\bs="(?:' + style.encode() + rb')"[^<>]*>')
        place = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
        rest = b""
        with contextlib.suppress(KeyError), self.archive.open(self.paths[sheet]) as part:
            while chunk := part.read(1 << 20):
                text = rest + chunk
                for match in cell.finditer(text):
                    if where := place.search(match[0]):
                        found.add((int(where[2]) - 1, _column(where[1])))
                rest = text[text.rfind(b"<") :] if b"<" in text[-400:] else b""
        return found


def _month_styles(styles: bytes) -> set[int]:
    formats = {MONTH_FORMAT}
    for number, code in re.findall(rb'<numFmt\b[^>]*?numFmtId="(\d+)"[^>]*?formatCode="([^"]*)"', styles):
        plain = re.sub(r"&quot;.*?&quot;|\[[^\]]*\]|\\.", "", code.decode("utf-8", "replace")).lower()
        if "m" in plain and "y" in plain and not set("dhs") & set(plain):
            formats.add(int(number))
    cells = re.search(rb"<cellXfs\b.*?</cellXfs>", styles, re.DOTALL)
    numbers = re.findall(rb"<xf\b[^>]*>", cells[0]) if cells else []
    found = set()
    for index, tag in enumerate(numbers):
        number = re.search(rb'numFmtId="(\d+)"', tag)
        if number and int(number[1]) in formats:
            found.add(index)
    return found


def _paths(workbook: bytes, relations: bytes) -> dict[str, str]:
    import html

    targets = {}
    for tag in re.findall(rb"<Relationship\b[^>]*>", relations):
        number, target = re.search(rb'\bId="([^"]+)"', tag), re.search(rb'\bTarget="([^"]+)"', tag)
        if number and target:
            path = target[1].decode("utf-8", "replace").lstrip("/")
            targets[number[1]] = path if path.startswith("xl/") else f"xl/{path}"
    paths = {}
    for tag in re.findall(rb"<sheet\b[^>]*>", workbook):
        name, number = re.search(rb'\bname="([^"]*)"', tag), re.search(rb'\br:id="([^"]+)"', tag)
        if name and number and number[1] in targets:
            paths[html.unescape(name[1].decode("utf-8", "replace"))] = targets[number[1]]
    return paths


def _column(letters: bytes) -> int:
    index = 0
    for each in letters:
        index = index * 26 + each - 64
    return index - 1
