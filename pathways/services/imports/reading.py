"""A kept file is read into staging rows, by what was remembered of its layout; the columns may be put right and it is read again."""

import hashlib
from collections import Counter
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from accounts.services.audit import service
from candidates.models import Candidate
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict
from pathways.backends.register import columns, limits
from pathways.backends.register.encoding import FileRefused
from pathways.backends.register.files import open_register
from pathways.backends.register.headings import find_tables
from pathways.backends.register.mapping import MappingRefused, mapping_of
from pathways.backends.register.reading import Reading, TableReading, read_register
from pathways.backends.register.rejects import BESIDE
from pathways.backends.register.sheets import Book, Cell, letter, shown
from pathways.ledger.sheets import write_rows
from pathways.models import ImportMapping, ImportRow, ImportRun
from pathways.models.imports import RunState, Verdict
from pathways.services.imports.receive import folder
from pathways.services.imports.staging import staged

#: Rows of the file that are shown beside how it was understood.
SAMPLE = 10
GONE = "The file is no longer kept here. Send it again."


def read_run(*, run: ImportRun, at: datetime) -> ImportRun:
    """Read the file in a child process and lay out what would happen to each row. The child is outside any transaction."""
    begun = ImportRun.objects.filter(pk=run.pk, state__in=[RunState.RECEIVED, RunState.READING])
    if not begun.update(state=RunState.READING, started_at=at):
        run.refresh_from_db()
        return run
    people_until = Candidate.objects.aggregate(last=Max("pk"))["last"] or 0
    try:
        book = open_register(folder() / run.stored_as)
        reading = _by_what_is_known(run, book, at=at)
    except (FileRefused, MappingRefused, FileNotFoundError) as refused:
        why = GONE if isinstance(refused, FileNotFoundError) else f"{refused}."
        ImportRun.objects.filter(pk=run.pk, state=RunState.READING).update(
            state=RunState.REFUSED, refusal=why[:400], finished_at=at, lease_until=None
        )
        run.refresh_from_db()
        return run
    _stage(run, reading, people_until=people_until, at=at)
    return run


def _by_what_is_known(run: ImportRun, book: Book, *, at: datetime) -> Reading:
    """By the mapping that was given; else as it is guessed, with what this organisation said of the same layout before."""
    today = today_london(at)
    reading = read_register(book, today=today, mapping=run.mapping)
    if run.mapping:
        return reading
    tables = reading.tables or _unnamed(book)
    kept = ImportMapping.objects.filter(organisation=run.organisation_id, fingerprint__in=[layout_of(one) for one in tables])
    known = dict(kept.values_list("fingerprint", "mapping"))
    if not known:
        return reading
    entries = []
    for place, one in enumerate(tables):
        if said := known.get(layout_of(one)):
            entries.append(_for_table(said, one))
        elif reading.tables:
            entries.append(reading.mapping[place])
    try:
        return read_register(book, today=today, mapping=entries)
    except MappingRefused:  # what was remembered no longer fits: the guess is shown, to be put right
        return reading


def layout_of(one: TableReading) -> str:
    """A digest of a table's headings; rows that were sent back, with the reasons beside them, have the layout they came with."""
    heads = [columns.plain(f"{each.over} {each.heading}") for each in one.table.columns if each.heading not in BESIDE]
    return hashlib.sha256("\t".join(heads).encode()).hexdigest()


def _for_table(said: dict[str, Any], one: TableReading) -> dict[str, Any]:
    """A remembered entry for this table: under its sheet's name, its letters counted behind the columns put before it."""
    entry = {name: value for name, value in said.items() if name != "sheet"}
    entry["columns"] = _moved(entry.get("columns", {}), one, by=_put_before(one))
    return {"sheet": one.table.sheet, **entry} if one.table.sheet else entry


def _put_before(one: TableReading) -> int:
    return sum(column.heading in BESIDE for column in one.table.columns[: len(BESIDE)])


def _moved(said: dict[str, str], one: TableReading, *, by: int) -> dict[str, str]:
    """Columns that are named by their letter, so many places on; those named by their heading stay."""
    if not by:
        return said
    headings = {column.heading for column in one.table.columns}
    letters = {letter(index): index for index in range(limits.COLUMNS)}
    return {
        letter(letters[name] + by) if name in letters and name not in headings and letters[name] + by >= 0 else name: field
        for name, field in said.items()
    }


@transaction.atomic
def _stage(run: ImportRun, reading: Reading, *, people_until: int, at: datetime) -> None:
    locked = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    corrected = bool(locked.reading.get("corrected"))
    run.refresh_from_db()
    if locked.state != RunState.READING:
        return  # another worker was faster
    if corrected:
        _remember(run, reading, at=at)
    ImportRow.objects.filter(run=run).delete()
    counted: Counter[str] = Counter()
    undecided = 0
    for rows in staged(run=run, reading=reading, today=today_london(at)):
        write_rows(ImportRow, rows)
        counted.update(row.verdict for row in rows)
        undecided += sum(row.verdict == Verdict.DECIDE and not row.decision for row in rows)
    run.state, run.mapping, run.refusal = RunState.READ, reading.mapping, ""
    run.rows_read = reading.rows_read
    run.rows_created, run.rows_changed = counted[Verdict.CREATE], counted[Verdict.UPDATE]
    run.rows_unchanged, run.rows_rejected = counted[Verdict.UNCHANGED], counted[Verdict.REJECT]
    run.rows_undecided = undecided
    run.reading = {**described(reading), "people_until": people_until, "left_alone_rows": counted[Verdict.IGNORE]}
    run.lease_until, run.leases, run.cursor = None, 0, 0
    run.save()


def _remember(run: ImportRun, reading: Reading, *, at: datetime) -> None:
    """What was put right of a layout is guessed first the next time."""
    for one, entry in zip(reading.tables, reading.mapping, strict=True):
        kept = {**entry, "columns": _moved(entry.get("columns", {}), one, by=-_put_before(one))}
        ImportMapping.objects.update_or_create(
            organisation_id=run.organisation_id, fingerprint=layout_of(one), defaults={"mapping": kept, "remembered_at": at}
        )


def described(reading: Reading) -> dict[str, Any]:
    """How the file was understood, for the page: encoding, sheets, columns, which way round its dates are, words not understood."""
    tables = []
    for one in reading.tables or _unnamed(reading.book):
        fields = {column.letter: name for name, held in one.mapping.fields.items() for column in held}
        hidden = {column.index for name, held in one.mapping.fields.items() if name in columns.ANSWER_FIELDS for column in held}
        tables.append(
            {
                "sheet": one.table.sheet,
                "first_row": one.table.first_row,
                "last_row": one.table.last_row,
                "heading_rows": list(one.table.heading_rows),
                "columns": [
                    {
                        "letter": column.letter,
                        "heading": column.heading,
                        "over": column.over,
                        "field": fields.get(column.letter, ""),
                        "known": column.known,
                    }
                    for column in one.table.columns
                ],
                "rows": [[number, _shown(cells, hidden)] for number, cells in one.table.rows[:SAMPLE]],
                "habits": {name: _habit(habit) for name, habit in one.habits.items()},
                "words": [[word, count, one.mapping.means(word).name or ""] for word, count in one.words.most_common(200)],
                "contacts": one.contacts,
            }
        )
    return {
        **reading.book.as_preview(),
        "tables": tables,
        "left_alone": [list(each) for each in reading.left_alone],
        "position_at": reading.position_at.isoformat() if reading.position_at else "",
        "fingerprint": reading.fingerprint,
    }


def _unnamed(book: Book) -> list[TableReading]:
    """Tables whose headings name nobody that is known: for a person to say which column is which."""
    return [TableReading(table, mapping_of(table, None), {}) for table in find_tables(book, mapped=True).tables]


def _shown(cells: list[Cell], hidden: set[int]) -> list[str]:
    """A row as it was read, without equality answers: nobody's page shows them."""
    return ["not shown" if place in hidden and shown(cell) else shown(cell)[:80] for place, cell in enumerate(cells)]


def _habit(habit: Any) -> dict[str, Any]:
    return {"whole": habit.whole, "assumed": habit.assumed, "hands": dict(habit.hands)}


@service("import.map")
def map_again(*, run: ImportRun, mapping: Any, by: Actor, at: datetime) -> ImportRun:
    """Columns or values were put right: the file is read again by them, and they are remembered for this layout."""
    run = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.state not in {RunState.READ, RunState.REFUSED}:
        raise Conflict("This register has gone in already, or is being read.")
    run.mapping, run.reading = mapping, {**run.reading, "corrected": True}
    run.state, run.refusal, run.lease_until, run.leases = RunState.RECEIVED, "", None, 0
    run.version += 1
    run.save()
    return run
