"""A list of sentences that leaves the house is written down like every other export."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from accounts.services.audit import note, service
from ground.actor import Actor


@service("languages.export")
def record_export(*, filters: Iterable[str], rows: int, by: Actor, at: datetime) -> None:
    """Record that sentences were taken away as a file. Filters are named, not their values."""
    note(fields=[f"filter:{name}" for name in filters] or ["all"], rows=rows)
