"""A figure that leaves the house as a file is written down: who, which, for whom, how many lines."""

from __future__ import annotations

from datetime import datetime

from accounts.models import Programme
from accounts.services.audit import note, service
from ground.actor import Actor


@service("figure.export")
def record_export(*, programme: Programme, figure: str, profile: str, filters: list[str], rows: int, by: Actor, at: datetime) -> None:
    """Record that a figure was taken away as a file. Filters are named, not their values: an audit holds none."""
    note(subject=programme, fields=[f"figure:{figure}", f"shown:{profile}", *(f"filter:{name}" for name in filters)], rows=rows)
