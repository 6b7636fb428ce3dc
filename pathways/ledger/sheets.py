"""Rows as light objects, numbered from the database's own sequences and written by COPY."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from operator import attrgetter
from os import urandom
from random import Random
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db import connection, models

from ground.rows import Row

#: Numbers are fetched so many at once; what is left over is never used.
BLOCK = 2000
#: What makes 128 random bits a UUID of version 4 (RFC 9562), where no object of Python's is needed.
VERSION_BITS, VERSION_4 = 0xF000 << 64 | 0xC000 << 48, 0x4000 << 64 | 0x8000 << 48


class Chance:
    """Random bits from the machine's own source, fetched for many numbers at once."""

    def __init__(self) -> None:
        self.bits, self.at = b"", 0

    def getrandbits(self, count: int) -> int:
        """A number of so many bits; whole bytes only."""
        size = count // 8
        if self.at + size > len(self.bits):
            self.bits, self.at = urandom(size * BLOCK), 0
        self.at += size
        return int.from_bytes(self.bits[self.at - size : self.at], "big")


class Columns:
    """What a table's rows hold, and what they hold when nothing is said."""

    def __init__(self, model: type[models.Model], *, numbered: bool = True) -> None:
        fields = [field for field in model._meta.concrete_fields if numbered or not field.primary_key]
        self.table = model._meta.db_table
        self.names = tuple(field.attname for field in fields)
        self.columns = ", ".join(f'"{field.column}"' for field in fields)
        self.values = attrgetter(*self.names)
        self.json = tuple(place for place, field in enumerate(fields) if isinstance(field, models.JSONField))
        self.dated = issubclass(model, Row)
        self.public = "reporting_id" in self.names
        self.defaults = {field.attname: self._default(field) for field in fields}
        machine = getattr(model, "machine", None)
        if isinstance(machine, str):
            self.defaults["machine"] = machine

    @staticmethod
    def _default(field: models.Field) -> Any:
        if field.attname in {"uuid", "reporting_id", "created_at"}:
            return None
        return field.get_default()


class Sheets:
    """One sheet of new rows a table. Not threadsafe; a sheet is emptied when it is written."""

    def __init__(self) -> None:
        self.columns: dict[type[models.Model], Columns] = {}
        self.rows: dict[type[models.Model], list[Any]] = {}
        self.numbers: dict[type[models.Model], Iterator[int]] = {}
        self.draw: Random | Chance = Chance()

    def begin(self, seed: str | None) -> None:
        """From here on public ids come from this seed; with none, from nowhere in particular."""
        self.draw = Chance() if seed is None else Random(seed)  # noqa: S311 - a seed is for invented people

    def new(self, model: type[models.Model], *, created: datetime | None = None, **values: Any) -> Any:
        """A row that will be written; what is not said holds the model's default."""
        columns = self.columns.get(model)
        if columns is None:
            columns = self.columns[model] = Columns(model)
            self.rows[model] = []
            self.numbers[model] = self._number(columns.table)
        row = SimpleNamespace(**columns.defaults)
        row.id = next(self.numbers[model])
        if columns.public:
            row.uuid = UUID(int=self.draw.getrandbits(128), version=4)
            row.reporting_id = f"{self.draw.getrandbits(128) & ~VERSION_BITS | VERSION_4:032x}"
        if columns.dated:
            row.created_at = created
        row.__dict__.update(values)
        self.rows[model].append(row)
        return row

    def mark(self) -> dict[type[models.Model], int]:
        """How far each sheet is filled now."""
        return {model: len(rows) for model, rows in self.rows.items()}

    def back_to(self, mark: dict[type[models.Model], int]) -> None:
        """Strike out the rows that came after."""
        for model, rows in self.rows.items():
            del rows[mark.get(model, 0) :]

    def _number(self, table: str) -> Iterator[int]:
        while True:
            with connection.cursor() as cursor:
                cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, BLOCK])
                yield from [number for (number,) in cursor.fetchall()]

    def write(self) -> int:
        """COPY everything, and begin anew; how many rows it was. Foreign keys are judged at the commit, so order is free."""
        written = 0
        for model, rows in self.rows.items():
            written += _copy(self.columns[model], rows)
            self.rows[model] = []
        return written


def write_rows(model: type[models.Model], rows: Iterable[models.Model]) -> int:
    """COPY rows that nobody refers to yet: the database numbers them. How many it was."""
    return _copy(Columns(model, numbered=False), rows)


def _copy(columns: Columns, rows: Iterable[Any]) -> int:
    written = 0
    with connection.cursor() as cursor, cursor.copy(f"COPY {columns.table} ({columns.columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(_plain(columns, row))
            written += 1
    return written


def _plain(columns: Columns, row: Any) -> Any:
    values = columns.values(row)
    if not columns.json:
        return values
    held = list(values)
    for place in columns.json:
        held[place] = json.dumps(held[place])
    return held
