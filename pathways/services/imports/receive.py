"""A file comes in: kept outside the web root with its digest. Nothing of a person is written yet."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.models import Organisation, Programme, User
from accounts.services.audit import service
from ground.actor import Actor
from ground.door import Refused
from pathways.backends.register.encoding import FileRefused
from pathways.backends.register.files import TOO_SLOW, open_register
from pathways.backends.register.limits import MEGABYTE
from pathways.models import ImportRun

#: A file as small as this is opened while the sender waits, so that they read at once why it cannot be read.
AT_ONCE = MEGABYTE
WAIT_SECONDS = 8.0


@dataclass(frozen=True)
class Kept:
    """A file on the disk: under a name of ours, with the name it came by, its digest and its size."""

    path: Path
    file_name: str
    digest: str
    size: int

    def forget(self) -> None:
        """It was refused: nothing of it stays."""
        self.path.unlink(missing_ok=True)


def folder() -> Path:
    """Where files wait: never under anything that the web serves."""
    kept = Path(settings.MEDIA_ROOT) / "imports"
    kept.mkdir(parents=True, exist_ok=True)
    return kept


def keep_file(*, chunks: Iterable[bytes], file_name: str, name: str) -> Kept:
    """Write the file beside the others. Raises Refused for an empty one and for one over the cap, and then keeps nothing."""
    path = folder() / f"{name}{suffix_of(file_name)}"
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("xb") as kept:
            path.chmod(0o600)
            for chunk in chunks:
                size += len(chunk)
                if size > settings.UPLOAD_LIMIT:
                    raise Refused(f"The file is larger than {settings.UPLOAD_LIMIT // MEGABYTE} MB. Send it in parts.", field="file")
                digest.update(chunk)
                kept.write(chunk)
        if size == 0:
            raise Refused("The file is empty.", field="file")
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Kept(path, Path(file_name).name[:200], digest.hexdigest(), size)


def suffix_of(file_name: str) -> str:
    """The ending, for whoever looks into the folder; the content alone says what the file is."""
    ending = Path(file_name).suffix.lower()
    return ending if ending in {".csv", ".xlsx", ".txt", ".tsv"} else ""


def look_at_once(kept: Kept) -> None:
    """Open a small file before it is taken. Raises Refused with the reader's own sentence."""
    if kept.size > AT_ONCE:
        return
    try:
        open_register(kept.path, wall_seconds=WAIT_SECONDS)
    except FileRefused as refused:
        if str(refused) != TOO_SLOW:  # the worker has more time
            raise Refused(f"{refused}.", field="file") from None


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
    """Keep the file and its digest. Raises Refused for a file that is empty, too large, or plainly no register."""
    run = ImportRun(programme=programme, organisation=organisation, by=user, mapping=mapping or [])
    kept = keep_file(chunks=chunks, file_name=file_name, name=str(run.uuid))
    try:
        look_at_once(kept)
        return _receive(run=run, kept=kept, by=by, at=at)
    except BaseException:
        kept.forget()
        raise


@service("import.receive")
def _receive(*, run: ImportRun, kept: Kept, by: Actor, at: datetime) -> ImportRun:
    run.file_name, run.file_digest, run.stored_as = kept.file_name, kept.digest, kept.path.name
    run.created_at = at
    run.save(force_insert=True)
    return run
