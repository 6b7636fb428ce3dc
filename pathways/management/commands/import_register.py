"""A register from the shell, by the same way as the page: kept, read, shown, and with --commit put in. Prints one JSON object."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from accounts.desk import KIND_OF
from accounts.models import Membership, Organisation, Programme
from accounts.services.audit import on_route
from ground.actor import Actor
from ground.clock import read_clock, today_london
from ground.door import No
from pathways.models import ImportRun
from pathways.models.imports import RunState
from pathways.services.imports.applying import apply_run
from pathways.services.imports.deciding import approve_run
from pathways.services.imports.leasing import claim_this
from pathways.services.imports.reading import read_run
from pathways.services.imports.receive import folder, receive_register
from pathways.services.imports.returning import rejects_file
from pathways.services.imports.taking_back import undo_run

PIECE = 1 << 20
#: Who may send a register in: those who lead the programme, and whoever sets the installation up.
SENDERS = ("programme_lead", "administrator")
AT_WORK = (RunState.RECEIVED, RunState.READING, RunState.APPROVED)


class Command(BaseCommand):
    """import_register FILE --programme P --organisation O --as EMAIL, or import_register --undo RUN."""

    help = "Read a register and say what would happen to each row; --commit puts it in, --undo takes it back. Prints JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """A file and where it goes, or a run to take back."""
        parser.add_argument("file", nargs="?", type=Path)
        parser.add_argument("--programme", help="its code or name")
        parser.add_argument("--organisation", help="its name")
        parser.add_argument("--as", dest="email", help="e-mail of the person who sends it in")
        parser.add_argument("--mapping", type=Path, help="a JSON file: which column is which, which word means what")
        parser.add_argument("--undo", type=UUID, metavar="RUN")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--dry-run", action="store_true", help="read and say what would happen; the default")
        which.add_argument("--commit", action="store_true", help="put in what can go in")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, print the outcome; exit 1 when the file was refused or the work stopped."""
        with on_route("command import_register"):
            try:
                run = self._undo(options) if options["undo"] else self._send(options)
            except No as no:
                raise CommandError(no.sentence) from no
        self.stdout.write(json.dumps(told(run)))
        if run.state in {RunState.REFUSED, RunState.FAILED}:
            raise CommandError(run.refusal)

    def _undo(self, options: dict[str, Any]) -> ImportRun:
        run = ImportRun.objects.select_related("programme", "organisation").filter(uuid=options["undo"]).first()
        if run is None:
            raise CommandError("There is no such import.")
        by = Actor(kind="lead", user_id=run.by_id, organisation_id=run.organisation_id)
        if options["email"]:
            by = sender(options["email"], run.programme, run.organisation, at=read_clock())[1]
        return undo_run(run=run, by=by, at=read_clock())

    def _send(self, options: dict[str, Any]) -> ImportRun:
        missing = [name for name in ("file", "programme", "organisation", "email") if not options[name]]
        if missing:
            raise CommandError("Give a FILE, --programme, --organisation and --as.")
        at = read_clock()
        programme, organisation = _programme(options["programme"]), _organisation(options["organisation"])
        seat, by = sender(options["email"], programme, organisation, at=at)
        run = receive_register(
            chunks=_pieces(options["file"]),
            file_name=options["file"].name,
            programme=programme,
            organisation=organisation,
            user=seat.user,
            by=by,
            at=at,
            mapping=_mapping(options["mapping"]),
        )
        run = work_off(run, at=at)
        if options["commit"] and run.state == RunState.READ:
            run = work_off(approve_run(run=run, by=by, at=at), at=at)
        return run


def work_off(run: ImportRun, *, at: datetime) -> ImportRun:
    """Do what waits of this run here; where a worker was faster, wait until it is done."""
    while run.state in AT_WORK:
        held = claim_this(run)
        if held is None:
            time.sleep(0.5)
        elif held.state == RunState.APPROVED:
            apply_run(run=held, at=at)
        else:
            read_run(run=held, at=at)
        run.refresh_from_db()
    return run


def told(run: ImportRun) -> dict[str, Any]:
    """The outcome, as contract.md has it."""
    rejects = ""
    if run.rows_rejected and run.state != RunState.UNDONE:
        path = folder() / f"{run.uuid}-to-correct.xlsx"
        rejects_file(run, path)
        path.chmod(0o600)
        rejects = str(path)
    return {
        "run": str(run.uuid),
        "state": run.state,
        "read": run.rows_read,
        "created": run.rows_created,
        "changed": run.rows_changed,
        "unchanged": run.rows_unchanged,
        "undecided": run.rows_undecided,
        "rejected": run.rows_rejected,
        "rejects_file": rejects or None,
    }


def sender(email: str, programme: Programme, organisation: Organisation, *, at: datetime) -> tuple[Membership, Actor]:
    """The seat in which somebody sends a register in. Raises CommandError when they have none."""
    seats = Membership.objects.unscoped("named in full by whoever has the shell").current(today_london(at))
    here = Q(programme=programme) | Q(programme__isnull=True)
    found = seats.filter(here, user__email=email.strip().lower(), organisation=organisation, role__in=SENDERS, user__is_active=True)
    seat = found.select_related("user").order_by("id").first()
    if seat is None:
        raise CommandError("Nobody with that address leads this programme at that organisation.")
    return seat, Actor(
        kind=KIND_OF[seat.role],
        user_id=seat.user_id,
        membership_id=seat.pk,
        organisation_id=organisation.pk,
        programme_id=seat.programme_id,
    )


def _programme(named: str) -> Programme:
    found = Programme.objects.unscoped("named by whoever has the shell").filter(Q(code=named) | Q(name__iexact=named)).first()
    if found is None:
        raise CommandError("There is no programme of that code or name.")
    return found


def _organisation(named: str) -> Organisation:
    found = Organisation.objects.unscoped("named by whoever has the shell").filter(name__iexact=named).first()
    if found is None:
        raise CommandError("There is no organisation of that name.")
    return found


def _mapping(path: Path | None) -> Any:
    if path is None:
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as wrong:
        raise CommandError("The mapping cannot be read: it must be a JSON file.") from wrong


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
    except OSError as wrong:
        raise CommandError("There is no such file, or it cannot be read.") from wrong
