"""Taking in a postcode directory: streamed, in one transaction, in sets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path

from django.db import connection

from ground.actor import Actor
from ground.door import Refused, transact
from places.backends.directory import POSTCODES, Table, UnknownLayout, area, digest, edition_of, open_table
from places.choices import HOME_AUTHORITIES, EditionKind, Shape
from places.models import Authority, Edition
from places.postcodes import read_postcode
from places.services.loading import Loaded, Tell, already, chosen, edition_for, one_at_a_time, quietly, record

_COLUMNS = "pcds, ward_code, authority_code, oa21, lsoa21, lsoa11, terminated, has_grid"
_STEP = 100_000
_MONTH = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])")
_NO_GRID = "99.99"


@transact
def load_postcodes(
    *,
    path: Path,
    by: Actor,
    at: datetime,
    authorities: Iterable[str] = HOME_AUTHORITIES,
    edition: str = "",
    as_of: date | None = None,
    tell: Tell = quietly,
) -> Loaded:
    """Keep the postcodes of these authorities as one edition.

    The same file again changes nothing. Raises UnknownLayout, naming what is missing, and Refused; nothing is changed then.
    """
    codes = chosen(authorities)
    one_at_a_time()
    mark = digest(path)
    run = already(kind=EditionKind.POSTCODES, digest=mark, authorities=codes, edition=edition)
    if run:
        return Loaded(edition=run.edition.name, fresh=False, columns=run.columns)
    with open_table(path, POSTCODES) as table:
        for column in POSTCODES.columns:
            tell(f"{column.meaning}: {table.headings.get(column.key, 'not in this file')}")
        reading = _Reading(table, frozenset(codes), tell)
        _stage(reading.rows())
    remarks = reading.remarks(codes)
    if not reading.kept:
        return Loaded(edition="", fresh=True, columns=table.headings, rows_read=reading.read, remarks=remarks)
    row = edition_for(
        kind=EditionKind.POSTCODES,
        digest=mark,
        asked=edition,
        found=edition_of(path, table.headings),
        as_of=as_of,
        has_lsoa21="lsoa21" in table.headings,
    )
    written = _settle(row)
    record(
        action="reference.load_postcodes",
        by=by,
        edition=row,
        path=path,
        digest=mark,
        authorities=codes,
        columns=table.headings,
        counts=(reading.read, reading.kept, written),
        at=at,
    )
    return Loaded(
        edition=row.name,
        fresh=True,
        columns=table.headings,
        rows_read=reading.read,
        rows_kept=reading.kept,
        rows_written=written,
        remarks=remarks,
    )


class _Reading:
    """The file's rows as the table wants them, counted on the way."""

    def __init__(self, table: Table, authorities: frozenset[str], tell: Tell) -> None:
        self.table = table
        self.authorities = authorities
        self.tell = tell
        self.read = self.kept = self.skipped = self.withheld = 0

    def rows(self) -> Iterator[tuple[str | bool | date | None, ...]]:
        has_latitude = "latitude" in self.table.headings
        has_easting = "easting" in self.table.headings
        for line, (postcode, terminated, authority, ward, lsoa21, lsoa11, oa21, easting, latitude) in self.table.rows:
            self.read += 1
            if not self.read % _STEP:
                self.tell(f"{self.read:,} rows read, {self.kept:,} kept")
            if self.authorities and authority not in self.authorities:
                continue
            if not self.authorities and authority.startswith("N"):
                self.withheld += 1
                continue
            reading = read_postcode(postcode)
            if reading.shape != Shape.OK:
                self.skipped += 1
                continue
            self.kept += 1
            on_the_map = not latitude.startswith(_NO_GRID) if has_latitude else bool(easting.strip()) or not has_easting
            yield (
                reading.normalised,
                area(ward, line, "ward"),
                area(authority, line, "authority"),
                area(oa21, line, "output area"),
                area(lsoa21, line, "LSOA of 2021"),
                area(lsoa11, line, "LSOA of 2011"),
                _month(terminated, line),
                on_the_map,
            )

    def remarks(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """What the person who loads should know."""
        said = []
        if not self.kept:
            said.append(f"The file has no postcode of {', '.join(codes) or 'any authority'}: nothing was loaded.")
        if "lsoa21" not in self.table.headings:
            said.append("This edition knows the small areas of 2011 only: wards can be told from it, the deprivation of 2025 cannot.")
        if self.skipped:
            said.append(f"{self.skipped:,} rows were left out: what stands in them is no postcode.")
        if self.withheld:
            said.append(f"{self.withheld:,} rows of Northern Ireland were left out: their licence is another one.")
        return tuple(said)


def _month(text: str, line: int) -> date | None:
    if not text:
        return None
    if not _MONTH.fullmatch(text):
        raise UnknownLayout(f"Line {line}: {text[:20]!r} is no termination date (year and month, such as 202411). Nothing was loaded.")
    return date(int(text[:4]), int(text[4:]), 1)


def _stage(rows: Iterable[tuple[str | bool | date | None, ...]]) -> None:
    """Into a table that ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.arriving_postcodes")
        cursor.execute(
            "CREATE TEMPORARY TABLE arriving_postcodes (pcds text, ward_code text, authority_code text, oa21 text, lsoa21 text,"
            " lsoa11 text, terminated date, has_grid boolean) ON COMMIT DROP"
        )
        with cursor.copy(f"COPY arriving_postcodes ({_COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute("SELECT pcds FROM arriving_postcodes GROUP BY pcds HAVING count(*) > 1 ORDER BY pcds LIMIT 1")
        twice = cursor.fetchone()
    if twice:
        raise Refused(f"The file holds {twice[0]} twice. Nothing was loaded.")


def _settle(edition: Edition) -> int:
    """From there into the postcodes: rows that are new, and rows of this edition that say something else now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT authority_code FROM arriving_postcodes WHERE authority_code <> ''")
        Authority.objects.bulk_create([Authority(code=code) for (code,) in cursor.fetchall()], ignore_conflicts=True)
        changed = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", ")[1:])
        ours = ", ".join(f"kept.{name}" for name in _COLUMNS.split(", ")[1:])
        theirs = ", ".join(f"excluded.{name}" for name in _COLUMNS.split(", ")[1:])
        cursor.execute(
            f"INSERT INTO places_postcode AS kept (edition_id, {_COLUMNS}) SELECT %s, {_COLUMNS} FROM arriving_postcodes"  # noqa: S608 - constants
            f" ON CONFLICT (pcds, edition_id) DO UPDATE SET {changed} WHERE ({ours}) IS DISTINCT FROM ({theirs})",
            [edition.pk],
        )
        return cursor.rowcount
