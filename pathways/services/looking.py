"""What somebody looked for, and what left the house, written down without the words."""

from datetime import datetime

from accounts.services.audit import note, service
from ground.actor import Actor
from pathways.models import Course, ImportRun


@service("people.search")
def record_search(*, kind: str, digest: str, rows: int, by: Actor, at: datetime) -> None:
    """A search by name, phone or postcode: that it was made, a digest of its words, and how many it found."""
    note(fields=[f"searched:{kind}"], rows=rows, reason=f"digest {digest}")


@service("caseload.export")
def record_caseload_export(*, filters: list[str], columns: list[str], rows: int, by: Actor, at: datetime) -> None:
    """The caseload was taken away as a file. Filters and columns are named, not their values."""
    note(fields=[*(f"filter:{name}" for name in filters), *(f"column:{name}" for name in columns)], rows=rows)


@service("register.export")
def record_register_export(*, course: Course, columns: list[str], rows: int, by: Actor, at: datetime) -> None:
    """The register of a course was taken away as a file. Columns are named, not what stands in them."""
    note(fields=[f"column:{name}" for name in columns], rows=rows, subject=course)


@service("import.rejects")
def record_rejects(*, run: ImportRun, rows: int, by: Actor, at: datetime) -> None:
    """The rows of a register that could not go in were taken away as a file, to be corrected."""
    note(rows=rows, subject=run)


@service("events.export")
def record_events_export(*, filters: list[str], columns: list[str], rows: int, by: Actor, at: datetime) -> None:
    """The list of events was taken away as a file. Filters and columns are named, not their values."""
    note(fields=[*(f"filter:{name}" for name in filters), *(f"column:{name}" for name in columns)], rows=rows)


@service("duplicates.export")
def record_duplicates_export(*, filters: list[str], columns: list[str], rows: int, by: Actor, at: datetime) -> None:
    """The list of who may be the same was taken away as a file. Filters and columns are named, not their values."""
    note(fields=[*(f"filter:{name}" for name in filters), *(f"column:{name}" for name in columns)], rows=rows)
