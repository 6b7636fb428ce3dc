"""The rows that could not go in, sent back in the register's own columns: a workbook for people, a table for machines.

The workbook's layout is the reader's (backends/register/rejects.py), so that what is corrected can be sent again.
"""

from pathlib import Path
from typing import Any

from import_export.fields import Field
from import_export.resources import Resource
from tablib import Dataset

from pathways.backends.register import columns
from pathways.backends.register.headings import Column, Table
from pathways.backends.register.mapping import Mapping
from pathways.backends.register.proposals import Place, Rejected, Spot
from pathways.backends.register.reading import Reading, TableReading
from pathways.backends.register.rejects import BESIDE, write_rejects
from pathways.backends.register.sheets import Book, cell_from, shown
from pathways.models import ImportRow, ImportRun
from pathways.models.imports import Verdict


def rejected_rows(run: ImportRun) -> list[ImportRow]:
    """Rows of the run that could not go in, in the order of the file."""
    return list(ImportRow.objects.filter(run=run, verdict=Verdict.REJECT).order_by("sheet", "number", "id"))


def rejects_file(run: ImportRun, path: Path) -> int:
    """Write the workbook of what could not go in, a sheet for each of the file's; how many rows it holds."""
    reading = Reading(Book(kind="xlsx", sheets=[]), [TableReading(each, Mapping({}), {}) for each in _tables(run)], [], None)
    for row in rejected_rows(run):
        reading.rejected += _as_rejected(row)
    return write_rejects(reading, path)


def _tables(run: ImportRun) -> list[Table]:
    return [
        Table(
            sheet=one["sheet"],
            heading_rows=tuple(one["heading_rows"]),
            columns=[Column(index, each["letter"], each["heading"], each["over"]) for index, each in enumerate(one["columns"])],
            first_row=one["first_row"],
            last_row=one["last_row"],
        )
        for one in run.reading.get("tables", [])
    ]


def _as_rejected(row: ImportRow) -> list[Rejected]:
    """Every row of the file that the staging row stands for, with each reason."""
    sheet = row.fields.get("rows", [[row.sheet, 0]])[0][0]
    whys = [problem for problem in row.problems if _is_reason(row, problem)] or [{"reason": "It could not go in"}]
    found = []
    for number, cells in row.cells:
        place = Place(sheet, number)
        for why in whys:
            at = Spot(place, why["letter"], why["column"], why["cell"]) if why.get("letter") else None
            found.append(Rejected(place, at, why["reason"], [cell_from(cell) for cell in cells]))
    return found


def _is_reason(row: ImportRow, problem: dict[str, Any]) -> bool:
    """A row refused while it was put in has flags besides its reason: those are no reason to send it back."""
    late = any(not each.get("letter") for each in row.problems)
    return not problem.get("letter") if late else True


class RejectedRows(Resource):
    """The rows of one table that could not go in, as a data set: what to correct, then the register's own columns."""

    def __init__(self, run: ImportRun, table: int = 0) -> None:
        super().__init__()
        self.run, tables = run, _tables(run)
        self.table = tables[table] if table < len(tables) else None
        for place, heading in enumerate(BESIDE):
            self.fields[f"beside{place}"] = Field(attribute=f"beside{place}", column_name=heading)
        for column in self.table.columns if self.table else []:
            self.fields[f"c{column.index}"] = Field(attribute=f"c{column.index}", column_name=_heading(column))

    def get_queryset(self) -> list[dict[str, str]]:
        """A dictionary a row of the file; several reasons stand together."""
        found: dict[int, dict[str, str]] = {}
        for row in rejected_rows(self.run):
            for each in _as_rejected(row):
                if self.table is None or not _within(self.table, each.place):
                    continue
                line = found.setdefault(each.place.row, {f"c{place}": shown(cell) for place, cell in enumerate(each.cells)})
                line["beside0"] = str(each.place.row)
                line["beside1"] = _with(line.get("beside1", ""), each.reason)
                line["beside2"] = _with(line.get("beside2", ""), (each.at.heading or each.at.letter) if each.at else "")
        return list(found.values())

    def export_field(self, field: Field, instance: dict[str, str], **_: Any) -> str:
        """A cell of the row, empty where the row is shorter than its headings."""
        return instance.get(field.attribute, "")

    def dataset(self) -> Dataset:
        """All rows with their headings."""
        return self.export()


def _heading(column: Column) -> str:
    """A heading that is only clear with the one above it stands with it."""
    return f"{column.over} {column.heading}" if column.over and columns.VAGUE.match(columns.plain(column.heading)) else column.heading


def _within(table: Table, place: Place) -> bool:
    return place.sheet == table.sheet and table.first_row <= place.row <= table.last_row


def _with(held: str, more: str) -> str:
    return "; ".join(dict.fromkeys(part for part in (*held.split("; "), more) if part))
