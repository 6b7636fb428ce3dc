"""One stretch of work at whichever register waits: read it, or put in rows until the time is up."""

from datetime import datetime

from pathways.models import ImportRun
from pathways.models.imports import RunState
from pathways.services.imports.applying import apply_run
from pathways.services.imports.leasing import claim_run
from pathways.services.imports.reading import read_run

#: So long one register keeps a worker from other work; then it queues again behind it.
SLICE = 20.0
WAITING = (RunState.RECEIVED, RunState.READING, RunState.APPROVED)


def work_once(*, at: datetime, seconds: float = SLICE) -> ImportRun | None:
    """Claim the next register that waits and work at it for a while; None when nothing waits that is not held already."""
    run = claim_run(at=at)
    if run is None:
        return None
    if run.state == RunState.APPROVED:
        return apply_run(run=run, at=at, seconds=seconds)
    return read_run(run=run, at=at)


def waiting() -> int:
    """How many registers wait for a worker, or are in one's hands."""
    return ImportRun.objects.filter(state__in=WAITING).count()
