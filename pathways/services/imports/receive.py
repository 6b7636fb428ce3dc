"""A file comes in: kept outside the web root with its digest, then read into staging rows. Nothing of a person is written yet."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from accounts.models import Organisation, Programme, User
from accounts.services.audit import service
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, Refused
from pathways.backends.register.encoding import FileRefused
from pathways.backends.register.files import open_register
from pathways.backends.register.mapping import MappingRefused
from pathways.backends.register.reading import Reading, read_register
from pathways.models import ImportMapping, ImportRow, ImportRun
from pathways.models.imports import RunState, Verdict
from pathways.services.imports.staging import staged

LEASE = timedelta(minutes=5)
#: A run whose lease ran out so often is failed, and its owner told.
MOST_LEASES = 3
STOPPED = "It stopped three times. What went in stays in; the rest can be sent again."


def folder() -> Path:
    """Where files wait: never under anything that the web serves."""
    kept = Path(settings.MEDIA_ROOT) / "imports"
    kept.mkdir(parents=True, exist_ok=True)
    return kept


@service("import.receive")
def receive_register(
    *,
    chunks: Iterable[bytes],
    file_name: str,
    programme: Programme,
    organisation: Organisation,
    user: User,
    by: Actor,
    at: datetime,
    mapping: Any = None,
) -> ImportRun:
    """Keep the file and its digest. Raises Refused for an empty file or one over the cap."""
    run = ImportRun(programme=programme, organisation=organisation, by=user, file_name=Path(file_name).name[:200], mapping=mapping or [])
    digest, size = hashlib.sha256(), 0
    stored = folder() / f"{run.uuid}{Path(file_name).suffix.lower()[:8]}"
    with stored.open("wb") as kept:
        for chunk in chunks:
            size += len(chunk)
            if size > settings.UPLOAD_LIMIT:
                kept.close()
                stored.unlink(missing_ok=True)
                raise Refused("The file is larger than 32 MB.", field="file")
            digest.update(chunk)
            kept.write(chunk)
    if size == 0:
        stored.unlink(missing_ok=True)
        raise Refused("The file is empty.", field="file")
    run.file_digest, run.stored_as = digest.hexdigest(), stored.name
    run.save()
    return run


def read_run(*, run: ImportRun, at: datetime) -> ImportRun:
    """Read the file in a child process and lay out what would happen to each row. The child is outside any transaction."""
    ImportRun.objects.filter(pk=run.pk).update(state=RunState.READING, started_at=at)
    try:
        book = open_register(folder() / run.stored_as)
        reading = read_register(book, today=today_london(at), mapping=run.mapping)
        if not run.mapping and (known := remembered(run, reading.fingerprint)):
            reading = read_register(book, today=today_london(at), mapping=known)
    except (FileRefused, MappingRefused) as refused:
        ImportRun.objects.filter(pk=run.pk).update(state=RunState.REFUSED, refusal=str(refused)[:400], finished_at=at)
        run.refresh_from_db()
        return run
    _stage(run, reading, at=at)
    return run


def remembered(run: ImportRun, fingerprint: str) -> Any:
    """The mapping that this organisation kept for this layout."""
    found = ImportMapping.objects.filter(organisation=run.organisation_id, fingerprint=fingerprint).first()
    return found.mapping if found else None


@transaction.atomic
def _stage(run: ImportRun, reading: Reading, *, at: datetime) -> None:
    ImportRow.objects.filter(run=run).delete()
    rows = staged(run=run, reading=reading, today=today_london(at))
    ImportRow.objects.bulk_create(rows, batch_size=1_000)
    counted = {verdict: sum(row.verdict == verdict for row in rows) for verdict in Verdict.values}
    run.state, run.mapping = RunState.READ, reading.mapping
    run.rows_read = reading.rows_read
    run.rows_created, run.rows_changed = counted[Verdict.CREATE], counted[Verdict.UPDATE]
    run.rows_unchanged, run.rows_undecided = counted[Verdict.UNCHANGED], counted[Verdict.DECIDE]
    run.rows_rejected = counted[Verdict.REJECT]
    run.reading = described(reading)
    run.save()


def described(reading: Reading) -> dict[str, Any]:
    """How the file was understood, for the page: encoding, sheets, columns, which way round its dates are, words not understood."""
    tables = []
    for one in reading.tables:
        tables.append(
            {
                "sheet": one.table.sheet,
                "columns": [
                    {"letter": column.letter, "heading": column.heading, "field": name}
                    for name, held in one.mapping.fields.items()
                    for column in held
                ],
                "habits": {name: str(habit.order) if hasattr(habit, "order") else str(habit) for name, habit in one.habits.items()},
                "not_understood": one.not_understood,
                "contacts": one.contacts,
            }
        )
    return {
        "kind": reading.book.kind,
        "encoding": getattr(reading.book, "encoding", ""),
        "tables": tables,
        "left_alone": [list(each) for each in reading.left_alone],
        "fingerprint": reading.fingerprint,
    }


@service("import.map")
def map_again(*, run: ImportRun, mapping: Any, by: Actor, at: datetime) -> ImportRun:
    """Columns or values corrected: the file is read again with them, and they are remembered for this layout."""
    if run.state not in {RunState.READ, RunState.REFUSED}:
        raise Conflict("This import has gone in already.")
    run.mapping = mapping
    run.save(update_fields=["mapping"])
    read_run(run=run, at=at)
    if run.state == RunState.READ:
        ImportMapping.objects.update_or_create(
            organisation_id=run.organisation_id,
            fingerprint=run.reading["fingerprint"],
            defaults={"mapping": mapping, "remembered_at": at},
        )
    return run


@service("import.decide")
def decide_row(*, run: ImportRun, row: ImportRow, decision: str, by: Actor, at: datetime) -> ImportRun:
    """A person says: the same person, a new one, or leave it out."""
    if run.state != RunState.READ or row.verdict != Verdict.DECIDE:
        raise Conflict("There is nothing to decide here.")
    if decision not in {"same", "new", "out"}:
        raise Refused("Choose one of the answers.", field="decision")
    if decision == "same" and not row.candidates and not row.fields.get("twin"):
        raise Refused("There is nobody it could be the same as.", field="decision")
    row.decision = decision
    row.save(update_fields=["decision"])
    return run


@service("import.approve")
def approve_run(*, run: ImportRun, by: Actor, at: datetime) -> ImportRun:
    """Let it go in: good rows and decided ones. Undecided rows never hold up the rest."""
    changed = ImportRun.objects.filter(pk=run.pk, state=RunState.READ).update(state=RunState.APPROVED, version=F("version") + 1)
    if not changed:
        raise Conflict("This import has gone in already, or is not ready.")
    run.refresh_from_db()
    return run


def claim_run(*, at: datetime) -> ImportRun | None:
    """The next approved run that nobody holds, leased to the caller; one that was dropped three times is failed."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=at)
    ImportRun.objects.filter(free, state=RunState.APPROVED, leases__gte=MOST_LEASES).update(
        state=RunState.FAILED,
        refusal=STOPPED,
        finished_at=at,
    )
    with transaction.atomic():
        run = (
            ImportRun.objects.select_for_update(skip_locked=True, no_key=True).filter(free, state=RunState.APPROVED).order_by("id").first()
        )
        if run is not None:
            run.lease_until, run.leases = at + LEASE, run.leases + 1
            run.save(update_fields=["lease_until", "leases"])
    return run
