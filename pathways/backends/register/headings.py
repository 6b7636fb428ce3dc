"""Where the tables of a book are: the heading row below titles and legends, merged headings over it, and where rows end."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from pathways.backends.register import columns
from pathways.backends.register.dates import written
from pathways.backends.register.sheets import Book, Cell, RealDate, Sheet, letter, shown

LOOK_IN = 60  # rows in which the first headings must stand
WHO = ("ref", "first_name", "last_name", "full_name")
_TOTAL = re.compile(r"^(?:grand |sub ?-?)?totals?\b|^(?:sum|average|mean|count)s?\b[: ]*$", re.IGNORECASE)
_NOTE = re.compile(r"^(?:note|key|source|nb)\b", re.IGNORECASE)
_POSITION = re.compile(
    r"\b(?:position (?:at|as)|as (?:at|of)|correct (?:at|as)|data (?:to|as)|last updated|updated|snapshot)\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Column:
    """One column of a table. `over`: the merged heading above; `field`: what was guessed, or None; `known`: whether it is known."""

    index: int
    letter: str
    heading: str
    over: str = ""
    field: str | None = None
    known: bool = False


@dataclass
class Table:
    """A table of people or of contacts. Rows are numbered as a spreadsheet shows them, from 1."""

    sheet: str
    heading_rows: tuple[int, ...]
    columns: list[Column]
    first_row: int
    last_row: int
    rows: list[tuple[int, list[Cell]]] = field(default_factory=list)
    ignored: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class Found:
    """The tables of a book, the sheets left alone and why, and the day the file says it stands at."""

    tables: list[Table]
    left_alone: list[tuple[str, str]]
    position_at: date | None = None


def find_tables(book: Book, *, wanted: frozenset[str] | None = None, mapped: bool = False) -> Found:
    """Every table that names people. Hidden sheets are left alone unless `wanted` names them."""
    tables: list[Table] = []
    left: list[tuple[str, str]] = []
    position: date | None = None
    for sheet in book.sheets:
        if wanted is not None and sheet.name not in wanted:
            left.append((sheet.name, "not in the mapping"))
            continue
        if sheet.state != "visible" and wanted is None:
            left.append((sheet.name, "the sheet is hidden"))
            continue
        position = position or _position(sheet)
        found = list(_tables_of(sheet, mapped=mapped))
        if not found:
            left.append((sheet.name, "no headings that name people were found"))
        tables.extend(found)
    return Found(tables, left, position)


def _tables_of(sheet: Sheet, *, mapped: bool) -> Iterator[Table]:
    start = _best_heading(sheet, mapped=mapped)
    while start is not None:
        table = _table_at(sheet, start)
        following = _fill(table, sheet)
        if table.rows:
            yield table
        start = following


def _best_heading(sheet: Sheet, *, mapped: bool) -> int | None:
    best, best_score = None, 0.0
    for index, row in enumerate(sheet.rows[:LOOK_IN]):
        score = _score(row, mapped=mapped)
        if score > best_score:
            best, best_score = index, score
    return best


def _score(row: list[Cell], *, mapped: bool = False) -> float:
    """How much a row looks like headings that name people: known headings count, anything but short text counts against it."""
    texts = [cell for cell in row if cell is not None and shown(cell).strip()]
    if len(texts) < 2 or any(not isinstance(cell, str) or len(cell) > 80 for cell in texts):
        return 0
    guesses = [columns.guess(str(cell)) for cell in texts]
    fields = {name for known, name in guesses if name}
    if not mapped and (len(fields) < 2 or not fields & set(WHO)):
        return 0
    return len(fields) + 0.25 * sum(known for known, _ in guesses) + (0.01 * len(texts) if mapped else 0)


def _table_at(sheet: Sheet, index: int) -> Table:
    heading = sheet.rows[index]
    above = _filled_right(sheet, index - 1) if _is_group_row(sheet, index - 1, heading) else []
    rows, below = [index + 1], []
    if _is_sub_row(sheet, index):
        below = sheet.rows[index + 1]
        above = _filled_right(sheet, index)
        rows.append(index + 2)
    elif above:
        rows.insert(0, index)
    found = []
    for place in range(max(len(heading), len(below))):
        own = _at(heading, place)
        if below and _at(below, place):
            own = _at(below, place)
        over = above[place] if place < len(above) else ""
        over = "" if over == own else over
        known, name = columns.guess(own, over)
        found.append(Column(place, letter(place), own, over, name, known))
    return Table(sheet.name, tuple(rows), _settled(found), first_row=rows[-1] + 1, last_row=rows[-1])


def _at(row: list[Cell], place: int) -> str:
    return re.sub(r"\s+", " ", shown(row[place])).strip() if place < len(row) else ""


def _is_group_row(sheet: Sheet, index: int, heading: list[Cell]) -> bool:
    """Whether the row over the headings groups them: merged cells, or a few labels spread over the whole width."""
    if index < 0:
        return False
    row = sheet.rows[index]
    labels = [place for place, cell in enumerate(row) if shown(cell).strip()]
    if not labels or any(not isinstance(row[place], str) or len(shown(row[place])) > 40 for place in labels):
        return False
    merged = [each for each in sheet.merged if each[0] == index and each[1] < each[3]]
    if merged:
        return len(labels) >= 2 or merged[0][3] < len(heading) - 1
    return len(labels) >= 2 and len(labels) < len(heading) / 2 and labels[-1] >= len(heading) / 2


def _is_sub_row(sheet: Sheet, index: int) -> bool:
    """Whether the row under the headings is a second row of them: only vague words, under merged headings."""
    if index + 1 >= len(sheet.rows):
        return False
    texts = [cell for cell in sheet.rows[index + 1] if cell is not None and shown(cell).strip()]
    return len(texts) >= 2 and all(isinstance(cell, str) and columns.VAGUE.match(columns.plain(cell)) for cell in texts)


def _filled_right(sheet: Sheet, index: int) -> list[str]:
    """The labels of a group row, each standing over the columns it is merged over."""
    row = sheet.rows[index]
    width = max([len(row), *(len(each) for each in sheet.rows[index + 1 : index + 3])])
    merged = {each[1]: each[3] for each in sheet.merged if each[0] == index}
    labels, said, until = [], "", -1
    for place in range(width):
        if own := _at(row, place):
            said, until = own, merged.get(place, place if merged else width)
        labels.append(said if place <= until else "")
    return labels


def _settled(found: list[Column]) -> list[Column]:
    """One column a field, except where several are usual: of two alike the more particular heading, then the first, is taken."""
    taken: dict[str, Column] = {}
    for column in found:
        name = column.field
        if not name or name in columns.MANY:
            continue
        held = taken.get(name)
        if held is None or _plainness(column) > _plainness(held):
            taken[name] = column
    return [
        column if not column.field or column.field in columns.MANY or taken[column.field] is column else _without_field(column)
        for column in found
    ]


def _plainness(column: Column) -> int:
    """A heading that is the field's own name beats one that merely means it."""
    return 2 if columns.plain(column.heading).replace(" ", "_") == column.field else 1


def _without_field(column: Column) -> Column:
    return Column(column.index, column.letter, column.heading, column.over, None, column.known)


def _fill(table: Table, sheet: Sheet) -> int | None:
    """Put the rows under their headings; the index of the next table's headings, if another begins below."""
    headings = [columns.plain(column.heading) for column in table.columns]
    labels = {column.index: column.heading.casefold() for column in table.columns if column.heading}
    after_gap = False
    for index in range(table.first_row - 1, len(sheet.rows)):
        row = sheet.rows[index]
        if not row or all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in row):
            after_gap = True
            continue
        if _like_the_first(row, labels):
            words = [columns.plain(cell) if isinstance(cell, str) else "" for cell in row]
            if _repeats(words, headings):
                table.ignored.append((index + 1, "the headings again"))
                continue
        if after_gap and len(row) >= 3 and _score(row) >= 3:
            return index
        reason = _not_a_row(row)
        if reason:
            table.ignored.append((index + 1, reason))
            after_gap = True
            continue
        after_gap = False
        table.rows.append((index + 1, row))
        table.last_row = index + 1
    return None


def _like_the_first(row: list[Cell], labels: dict[int, str]) -> bool:
    """A quick look whether a row may be the headings again: one of its first cells is the heading of its column."""
    return any(isinstance(cell, str) and cell.strip().casefold() == labels.get(place, "") for place, cell in enumerate(row[:3]))


def _repeats(words: list[str], headings: list[str]) -> bool:
    same = sum(1 for one, other in zip(words, headings, strict=False) if one and one == other)
    return same >= 3 and same >= 0.6 * sum(bool(each) for each in headings)


def _not_a_row(row: list[Cell]) -> str:
    """Why a row holds nobody: a total or a note; empty when it may hold somebody."""
    first = next(text for cell in row if cell is not None and (text := shown(cell).strip()))
    if first[:1] in "TtSsAaGgMmCc" and len(first) < 40 and _TOTAL.match(first):
        return "a total"
    alone = sum(cell is not None and cell != "" for cell in row) == 1
    if alone and (len(first) > 30 or first[0] in "*†‡#(" or _NOTE.match(first)):
        return "a note"
    return ""


def _position(sheet: Sheet) -> date | None:
    """The day that a sheet says it stands at: "Position at 31/10/2026" above its table."""
    for row in sheet.rows[:12]:
        for place, cell in enumerate(row):
            if not isinstance(cell, str) or not _POSITION.search(cell):
                continue
            if not re.search(r"\bposition\b|\bas at\b|\bas of\b|\bdata to\b|\bsnapshot\b|\bcorrect\b", cell, re.IGNORECASE):
                continue
            said = written(_POSITION.sub(" ", cell).strip(" :"))
            if said.kind == "day" and said.day_first:
                return said.day_first
            for beside in row[place + 1 :]:
                if isinstance(beside, RealDate):
                    return beside.on
                said = written(beside)
                if said.kind == "day" and said.day_first:
                    return said.day_first
    return None
