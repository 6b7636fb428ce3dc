"""The rows that cannot go in, sent back: the same columns, and for each row where and why. Corrected, it can be sent again."""

from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pathways.backends.register import columns
from pathways.backends.register.headings import Table
from pathways.backends.register.proposals import Rejected
from pathways.backends.register.reading import Reading
from pathways.backends.register.sheets import Cell, RealDate, TooLong

Formats = dict[str, Format]
#: What stands over the three columns put before the register's own. They are known, and never read back as fields.
BESIDE = ("Row", "What to correct", "In column")


def write_rejects(reading: Reading, path: Path) -> int:
    """Write a workbook of the rejected rows, a sheet for each of the file's; how many rows it holds."""
    rejected: dict[str, dict[int, list[Rejected]]] = {}
    for each in reading.rejected:
        rejected.setdefault(each.place.sheet, {}).setdefault(each.place.row, []).append(each)
    count = 0
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": False}
    with xlsxwriter.Workbook(path, options) as book:
        formats = {
            "day": book.add_format({"num_format": "dd/mm/yyyy"}),
            "month": book.add_format({"num_format": "mmm-yy"}),
            "bold": book.add_format({"bold": True}),
        }
        for one in reading.tables:
            rows = {number: each for number, each in rejected.get(one.table.sheet, {}).items() if _within(one.table, number)}
            if rows:
                count += _write_sheet(book, formats, one.table, rows)
        if not count:
            book.add_worksheet("Nothing was rejected")
    return count


def _within(table: Table, number: int) -> bool:
    return table.first_row <= number <= table.last_row


def _write_sheet(book: xlsxwriter.Workbook, formats: Formats, table: Table, rows: dict[int, list[Rejected]]) -> int:
    sheet = book.add_worksheet(_sheet_name(table.sheet, book))
    for place, heading in enumerate(BESIDE):
        sheet.write_string(0, place, heading, formats["bold"])
    for column in table.columns:
        whole = f"{column.over} {column.heading}" if column.over and column.heading and _needs_over(column.heading) else column.heading
        sheet.write_string(0, column.index + len(BESIDE), whole, formats["bold"])
    for line, number in enumerate(sorted(rows), start=1):
        sheet.write_number(line, 0, number)
        sheet.write_string(line, 1, "; ".join(dict.fromkeys(each.reason for each in rows[number])))
        sheet.write_string(line, 2, ", ".join(dict.fromkeys(each.at.heading or each.at.letter for each in rows[number] if each.at)))
        for place, cell in enumerate(rows[number][0].cells):
            _write_cell(sheet, line, place + len(BESIDE), cell, formats)
    sheet.freeze_panes(1, 0)
    return len(rows)


def _needs_over(heading: str) -> bool:
    """Whether a heading is only clear with the one above it."""
    return bool(columns.VAGUE.match(columns.plain(heading)))


def _write_cell(sheet: Worksheet, line: int, place: int, cell: Cell, formats: Formats) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, RealDate):
        if cell.on.year >= 1900:
            sheet.write_datetime(line, place, cell.on, formats["month" if cell.month_only else "day"])
        else:
            sheet.write_string(line, place, cell.on.isoformat())
    elif isinstance(cell, TooLong):
        sheet.write_string(line, place, f"(a text of {cell.characters:,} characters)")
    elif isinstance(cell, str):
        sheet.write_string(line, place, cell[:32_000])
    else:
        sheet.write_number(line, place, cell)


def _sheet_name(name: str, book: xlsxwriter.Workbook) -> str:
    """A name that a workbook takes, and none twice."""
    plain = "".join("-" if each in "[]:*?/\\" else each for each in name).strip("'")[:25] or "Register"
    taken = {sheet.get_name().casefold() for sheet in book.worksheets()}
    return plain if plain.casefold() not in taken else f"{plain} {len(taken) + 1}"
