"""What every load shares: a file is taken in once, one load at a time, and says afterwards what it did."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from django.db import connection

from accounts.services.audit import write
from ground.actor import Actor
from ground.door import Refused
from places.choices import EditionKind
from places.models import Edition, LoadRun

#: Called with a sentence as the work goes on.
Tell = Callable[[str], None]

ALL = "all"
LONGEST_NAME = 40
_CODE = re.compile(r"[A-Z][0-9]{8}")
#: Two loads at once would write the same rows: the second waits.
_LOCK = 0x706C61636573


def quietly(_: str) -> None:
    """For callers who show no progress."""


@dataclass(frozen=True)
class Loaded:
    """What a load did. Without `fresh` the file was there already and nothing was touched."""

    edition: str
    fresh: bool
    columns: dict[str, str] = field(default_factory=dict)
    rows_read: int = 0
    rows_kept: int = 0
    rows_written: int = 0
    remarks: tuple[str, ...] = ()


def sentence(loaded: Loaded) -> str:
    """What a load did, in one line."""
    if not loaded.fresh:
        return f"This file is loaded already as {loaded.edition}: nothing to do."
    if not loaded.edition:
        return f"{loaded.rows_read:,} rows read, none kept."
    return f"Loaded as {loaded.edition}: {loaded.rows_read:,} rows read, {loaded.rows_kept:,} kept, {loaded.rows_written:,} new or changed."


def chosen(authorities: Iterable[str]) -> tuple[str, ...]:
    """The authorities to keep, in order; empty when all are. Raises Refused for what is no code."""
    words = sorted({word.strip() for word in authorities})
    if any(word.lower() == ALL for word in words):
        return ()
    for word in words:
        if not _CODE.fullmatch(word):
            raise Refused(f"{word!r} is no authority's code: give codes such as E08000025, or all.", field="authority")
    if not words:
        raise Refused("Name at least one authority, or all.", field="authority")
    return tuple(words)


def one_at_a_time() -> None:
    """Wait for another load to end; a big file is read for longer than a page may take."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def already(*, kind: EditionKind, digest: str, authorities: tuple[str, ...], edition: str) -> LoadRun | None:
    """The run that took in this very file for all of these authorities."""
    runs = LoadRun.objects.filter(edition__kind=kind, digest=digest).select_related("edition")
    if edition:
        runs = runs.filter(edition__name=edition)
    for run in runs:
        if run.authorities == ALL or (authorities and set(authorities) <= set(run.authorities.split())):
            return run
    return None


def edition_for(
    *, kind: EditionKind, digest: str, asked: str, found: tuple[str, date], as_of: date | None, has_lsoa21: bool = True
) -> Edition:
    """The edition that a file belongs to: its own, if more of it comes; else the one that somebody names; else a new one."""
    if len(asked) > LONGEST_NAME:
        raise Refused(f"The edition's name is longer than {LONGEST_NAME} characters.", field="edition")
    if not asked:
        run = LoadRun.objects.filter(edition__kind=kind, digest=digest).select_related("edition").first()
        if run:
            return run.edition
    name = asked or _free(kind, found[0])
    edition, _ = Edition.objects.get_or_create(kind=kind, name=name, defaults={"as_of": as_of or found[1], "has_lsoa21": has_lsoa21})
    return edition


def _free(kind: EditionKind, name: str) -> str:
    number, free = 1, name
    while Edition.objects.filter(kind=kind, name=free).exists():
        number += 1
        free = f"{name[:34]} ({number})"
    return free


def record(
    *,
    action: str,
    by: Actor,
    edition: Edition,
    path: Path,
    digest: str,
    authorities: tuple[str, ...],
    columns: dict[str, str],
    counts: tuple[int, int, int],
    at: datetime,
) -> None:
    """Remember the file, and who took it in: counts are rows read, kept, written. A load that does nothing leaves no trace."""
    LoadRun.objects.create(
        edition=edition,
        file_name=path.name[:200],
        digest=digest,
        authorities=" ".join(authorities) or ALL,
        columns=columns,
        rows_read=counts[0],
        rows_kept=counts[1],
        rows_written=counts[2],
        loaded_at=at,
    )
    write(action=action, by=by, at=at, fields=sorted(columns), rows=counts[2])
