"""What came out of a file: a book of sheets, and the cells in them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple


class RealDate(NamedTuple):
    """A date that a spreadsheet kept as one. `month_only`: shown as mmm-yy, so no day was meant."""

    on: date
    month_only: bool = False


class TooLong(NamedTuple):
    """A cell of more characters than are read."""

    characters: int


Cell = str | int | float | RealDate | TooLong | None


@dataclass
class Sheet:
    """One sheet, or the one table of a CSV (named ""). Row numbers are those a spreadsheet shows, from 1."""

    name: str
    state: str = "visible"  # visible, hidden
    rows: list[list[Cell]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)  # first row, first column, last row, last column, from 0


@dataclass
class Book:
    """A parsed file. `kind`: csv or xlsx; encoding and delimiter are shown in the preview."""

    kind: str
    sheets: list[Sheet]
    encoding: str = ""
    delimiter: str = ""

    def as_preview(self) -> dict[str, Any]:
        """What the preview says of the file before its rows."""
        return {
            "kind": self.kind,
            "encoding": self.encoding,
            "delimiter": {"\t": "tab"}.get(self.delimiter, self.delimiter),
            "sheets": [{"name": sheet.name, "state": sheet.state, "rows": len(sheet.rows)} for sheet in self.sheets],
        }


def cell_from(value: Any) -> Cell:
    """A cell as the child wrote it: texts and numbers as they are; dates and what was too long as short lists."""
    if isinstance(value, list):
        kind, said = value
        if kind == "l":
            return TooLong(int(said))
        return RealDate(date.fromisoformat(said), kind == "m")
    return value


def shown(cell: Cell) -> str:
    """The cell as text, as a person would read it."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, RealDate):
        return f"{cell.on:%b-%y}" if cell.month_only else f"{cell.on:%d/%m/%Y}"
    if isinstance(cell, TooLong):
        return f"(a text of {cell.characters:,} characters)"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def letter(index: int) -> str:
    """The letters over a column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
