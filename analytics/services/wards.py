"""What ward counts are held against: a list of target wards frozen on a day, and who was hired from each ward before."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from accounts.models import Programme
from accounts.services.audit import note, service
from analytics.models import EarlierHires, TargetWards
from ground.actor import Actor
from ground.door import Refused
from places.models import Ward

#: Headings of a file of earlier hires; the period is its first and last day: 2024-04-01/2025-03-31.
HIRES = ("ward_code", "count", "period")
#: Headings of a file of target wards.
TARGETS = ("ward_code",)
#: No list of wards of two authorities is longer.
MOST_ROWS = 1000


@dataclass(frozen=True)
class Hires:
    """A file of earlier hires as it was read."""

    since: date
    until: date
    counts: dict[str, int]


@service("target_wards.freeze")
def freeze_target_wards(
    *, programme: Programme, name: str, method: str, edition: str, frozen_on: date, codes: Sequence[str], by: Actor, at: datetime
) -> TargetWards:
    """Freeze the wards that a programme aims at. A list is never changed: a later one, of another day, takes its place."""
    _refuse_unknown(codes)
    if TargetWards.objects.filter(programme=programme, frozen_on=frozen_on).exists():
        raise Refused("A list was frozen on that day already. Freeze the new one on another day.")
    made = TargetWards.objects.create(
        programme=programme, name=name, method=method, edition=edition, frozen_on=frozen_on, codes=sorted(set(codes))
    )
    note(subject=made, rows=len(made.codes))
    return made


@service("earlier_hires.record")
def record_earlier_hires(
    *, programme: Programme, name: str, source: str, since: date, until: date, counts: Mapping[str, int], by: Actor, at: datetime
) -> EarlierHires:
    """Record how many were hired from each ward in a period before, and who says so. The latest period is what counts."""
    _refuse_unknown(list(counts))
    if until < since:
        raise Refused("The period ends before it begins.")
    made = EarlierHires.objects.create(programme=programme, name=name, source=source, since=since, until=until, counts=dict(counts))
    note(subject=made, rows=len(counts))
    return made


def _refuse_unknown(codes: Sequence[str]) -> None:
    if not codes:
        raise Refused("The list names no ward.")
    unknown = sorted(set(codes) - set(Ward.objects.filter(code__in=codes).values_list("code", flat=True)))
    if unknown:
        raise Refused(f"These are not wards that are loaded here: {', '.join(unknown[:5])}.")


def read_targets(path: Path) -> list[str]:
    """Ward codes of a CSV with the one heading ward_code. Raises Refused when it is laid out in another way."""
    return [row["ward_code"] for _, row in _rows(path, TARGETS)]


def read_hires(path: Path) -> Hires:
    """Ward code, count and period of a CSV with these three headings, one period throughout. Raises Refused otherwise."""
    counts: dict[str, int] = {}
    periods = set()
    for line, row in _rows(path, HIRES):
        if not row["count"].isascii() or not row["count"].isdigit():
            raise Refused(f"Line {line}: the count is not a whole number.")
        if row["ward_code"] in counts:
            raise Refused(f"Line {line}: this ward stands in the file twice.")
        counts[row["ward_code"]] = int(row["count"])
        periods.add(row["period"])
    if len(periods) != 1:
        raise Refused("Every line gives the same period, such as 2024-04-01/2025-03-31.")
    first, _, last = periods.pop().partition("/")
    try:
        return Hires(date.fromisoformat(first), date.fromisoformat(last), counts)
    except ValueError:
        raise Refused("The period is its first and last day, such as 2024-04-01/2025-03-31.") from None


def _rows(path: Path, headings: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
    except OSError:
        raise Refused("There is no such file, or it cannot be read.") from None
    except (UnicodeDecodeError, csv.Error):
        raise Refused("This is not a CSV file in UTF-8.") from None
    found = tuple(cell.strip().lower() for cell in lines[0]) if lines else ()
    if found != headings:
        raise Refused(f"The first line has to be: {','.join(headings)}.")
    if len(lines) > MOST_ROWS:
        raise Refused(f"The file has more than {MOST_ROWS} lines.")
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(headings):
            raise Refused(f"Line {number} does not have {len(headings)} cells.")
        rows.append((number, dict(zip(headings, (cell.strip() for cell in cells), strict=True))))
    if not rows:
        raise Refused("The file holds no rows.")
    return rows
