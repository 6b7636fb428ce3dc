"""Wards: those the product brings along, and those an official list names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.apps import apps
from django.apps.registry import Apps

from ground.actor import Actor
from ground.door import transact
from places.backends.directory import WARDS, Table, UnknownLayout, area, digest, edition_of, open_table
from places.choices import AUTHORITY_NAMES, HOME_AUTHORITIES, SHIPPED_WARDS, EditionKind
from places.models import Authority, Edition, Ward
from places.services.loading import Loaded, Tell, already, chosen, edition_for, one_at_a_time, quietly, record

SHIPPED = "Shipped with Pathways"
_YEAR = re.compile(r"20[0-9]{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@transact
def load_shipped_wards(*, registry: Apps = apps) -> int:
    """Write the wards of Birmingham and Solihull that are not there yet; say how many were new.

    A migration hands in its own registry. A ward that a file named before gets the days that the file left out.
    """
    authorities, editions, wards = (registry.get_model("places", name)._base_manager for name in ("Authority", "Edition", "Ward"))
    authorities.bulk_create([authorities.model(code=code, name=name) for code, name in AUTHORITY_NAMES.items()], ignore_conflicts=True)
    for code, name in AUTHORITY_NAMES.items():
        authorities.filter(code=code, name="").update(name=name)
    newest = max(group.valid_from for group in SHIPPED_WARDS)
    edition, _ = editions.get_or_create(kind=EditionKind.WARDS.value, name=SHIPPED, defaults={"as_of": newest})
    before = wards.count()
    for group in SHIPPED_WARDS:
        days = {"valid_from": group.valid_from, "valid_to": group.valid_to}
        rows = [wards.model(code=code, name=name, authority_id=group.authority, edition=edition, **days) for code, name in group.wards]
        wards.bulk_create(rows, ignore_conflicts=True)
        wards.filter(code__in=[code for code, _ in group.wards], valid_from__isnull=True, valid_to__isnull=True).update(**days)
    return wards.count() - before


@dataclass(frozen=True)
class _Named:
    """One line of an official list."""

    code: str
    name: str
    authority: str
    authority_name: str
    year: str
    valid_from: date | None
    valid_to: date | None


@transact
def load_wards(
    *,
    path: Path,
    by: Actor,
    at: datetime,
    authorities: Iterable[str] = HOME_AUTHORITIES,
    edition: str = "",
    as_of: date | None = None,
    tell: Tell = quietly,
) -> Loaded:
    """Take names, authorities and days from an official list; the code says which ward is meant.

    Days that the list does not give stay as they are. The same file again changes nothing. Raises UnknownLayout and Refused.
    """
    codes = chosen(authorities)
    one_at_a_time()
    mark = digest(path)
    run = already(kind=EditionKind.WARDS, digest=mark, authorities=codes, edition=edition)
    if run:
        return Loaded(edition=run.edition.name, fresh=False, columns=run.columns)
    with open_table(path, WARDS) as table:
        for column in WARDS.columns:
            tell(f"{column.meaning}: {table.headings.get(column.key, 'not in this file')}")
        read, named, remarks = _read(table, codes)
    tell(f"{read:,} rows read, {len(named):,} wards kept")
    if not named:
        remarks = [*remarks, f"The file has no ward of {', '.join(codes) or 'any authority'}: nothing was loaded."]
        return Loaded(edition="", fresh=True, columns=table.headings, rows_read=read, remarks=tuple(remarks))
    name, day = edition_of(path, table.headings)
    years = [int(ward.year) for ward in named.values() if _YEAR.fullmatch(ward.year)]
    found = (name, date(max(years), 5, 1) if years else day)
    row = edition_for(kind=EditionKind.WARDS, digest=mark, asked=edition, found=found, as_of=as_of)
    written = _write(row, named)
    record(
        action="reference.load_wards",
        by=by,
        edition=row,
        path=path,
        digest=mark,
        authorities=codes,
        columns=table.headings,
        counts=(read, len(named), written),
        at=at,
    )
    return Loaded(
        edition=row.name,
        fresh=True,
        columns=table.headings,
        rows_read=read,
        rows_kept=len(named),
        rows_written=written,
        remarks=tuple(remarks),
    )


def _read(table: Table, codes: tuple[str, ...]) -> tuple[int, dict[str, _Named], list[str]]:
    """The wards of the chosen authorities by code: of two lines on one ward the later year's counts, else the first."""
    read = 0
    named: dict[str, _Named] = {}
    twice: set[str] = set()
    for line, (code, name, authority, authority_name, year, first, last) in table.rows:
        read += 1
        if codes and authority not in codes:
            continue
        ward = _Named(
            code=area(code, line, "ward"),
            name=" ".join(name.split())[:100],
            authority=area(authority, line, "authority"),
            authority_name=" ".join(authority_name.split())[:100],
            year=year,
            valid_from=_day(first, line),
            valid_to=_day(last, line),
        )
        if not ward.code or not ward.name or not ward.authority:
            raise UnknownLayout(f"Line {line} lacks the ward's code, name or authority. Nothing was loaded.")
        if ward.valid_from and ward.valid_to and ward.valid_to < ward.valid_from:
            raise UnknownLayout(f"Line {line}: the last day comes before the first. Nothing was loaded.")
        other = named.get(ward.code)
        if other:
            twice.add(ward.code)
        if other is None or ward.year > other.year:
            named[ward.code] = ward
    remarks = [f"{len(twice):,} ward codes stand in the file more than once: the newest line was taken."] if twice else []
    return read, named, remarks


def _day(text: str, line: int) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise UnknownLayout(f"Line {line}: {text[:20]!r} is no day such as 2026-05-07. Nothing was loaded.") from None


def _write(edition: Edition, named: dict[str, _Named]) -> int:
    """New wards, and those of which the list says something else. Returns how many."""
    names = {ward.authority: ward.authority_name for ward in named.values()}
    Authority.objects.bulk_create([Authority(code=code, name=name) for code, name in names.items()], ignore_conflicts=True)
    for unnamed in Authority.objects.filter(code__in=names, name=""):
        if names[unnamed.code]:
            Authority.objects.filter(pk=unnamed.pk).update(name=names[unnamed.code])
    known = Ward.objects.in_bulk(list(named), field_name="code")
    new: list[Ward] = []
    changed: list[Ward] = []
    for ward in named.values():
        row = known.get(ward.code) or Ward(code=ward.code)
        before = (row.name, row.authority_id, row.valid_from, row.valid_to)
        row.name, row.authority_id = ward.name, ward.authority
        if ward.valid_from or ward.valid_to:
            row.valid_from, row.valid_to = ward.valid_from, ward.valid_to
        if before == (row.name, row.authority_id, row.valid_from, row.valid_to):
            continue
        row.edition = edition
        (changed if row.pk else new).append(row)
    Ward.objects.bulk_create(new, batch_size=1000)
    Ward.objects.bulk_update(changed, ["name", "authority", "edition", "valid_from", "valid_to"], batch_size=1000)
    return len(new) + len(changed)
