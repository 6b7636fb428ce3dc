"""Who works on a run now: a lease on the database's own clock, renewed while rows go in, lost with the process that held it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q
from django.db.models.functions import Now

from pathways.models import ImportRun
from pathways.models.imports import RunState

#: Reading happens in one piece: longer than the child's two minutes and the laying out of 100,000 rows.
READING = timedelta(minutes=10)
APPLYING = timedelta(seconds=60)
#: A run whose lease ran out so often without a row gained is failed, and its owner told.
MOST_LEASES = 3
STOPPED = "It stopped three times at the same place. What went in stays in; the rest can be sent again."
UNREAD = "The file was refused, because it could not be read in three tries. Save it again as CSV UTF-8 and send that."


def _until(length: timedelta) -> ExpressionWrapper:
    return ExpressionWrapper(Now() + length, output_field=DateTimeField())


def claim_run(*, at: datetime) -> ImportRun | None:
    """The next run that waits to be read or applied and that nobody holds, leased to the caller."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    waiting = Q(state__in=[RunState.RECEIVED, RunState.READING, RunState.APPROVED])
    _give_up(free, at=at)
    with transaction.atomic():
        run = ImportRun.objects.select_for_update(skip_locked=True, no_key=True).filter(free & waiting).order_by("id").first()
        if run is None:
            return None
        length = APPLYING if run.state == RunState.APPROVED else READING
        ImportRun.objects.filter(pk=run.pk).update(lease_until=_until(length), leases=F("leases") + 1)
    run.refresh_from_db()
    return run


def claim_this(run: ImportRun) -> ImportRun | None:
    """This run, leased to the caller; None while another worker holds it."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    length = APPLYING if run.state == RunState.APPROVED else READING
    claimed = ImportRun.objects.filter(free, pk=run.pk, state=run.state).update(lease_until=_until(length), leases=F("leases") + 1)
    return ImportRun.objects.get(pk=run.pk) if claimed else None


def _give_up(free: Q, *, at: datetime) -> None:
    worn = ImportRun.objects.filter(free, leases__gte=MOST_LEASES)
    worn.filter(state=RunState.APPROVED).update(state=RunState.FAILED, refusal=STOPPED, finished_at=at, lease_until=None)
    worn.filter(state__in=[RunState.RECEIVED, RunState.READING]).update(
        state=RunState.REFUSED, refusal=UNREAD, finished_at=at, lease_until=None
    )


def keep_lease(run: ImportRun, *, done: int) -> bool:
    """Renew the lease and note how far it is. False when another worker holds the run by now: then this one stops.

    Rows were gained since the last time, so a run that is killed again and again still gets through.
    """
    renewed = ImportRun.objects.filter(pk=run.pk, state=RunState.APPROVED, lease_until=run.lease_until).update(
        lease_until=_until(APPLYING), leases=0, cursor=done
    )
    if renewed:
        run.refresh_from_db(fields=["lease_until", "leases", "cursor"])
    return bool(renewed)


def release(run: ImportRun) -> None:
    """The worker has other things to do for a moment: whoever comes next goes on."""
    ImportRun.objects.filter(pk=run.pk, lease_until=run.lease_until).update(lease_until=None, leases=0)
