"""What outreach does by the clock, and at a nudge: texts that are due go out; those that nobody knows of are asked after."""

from datetime import datetime, timedelta

from celery import shared_task

from ground.clock import read_clock
from ground.jobs import job
from outreach import delivery
from outreach.choices import MessageState
from outreach.models import Message


@shared_task(name="outreach.deliver")
def deliver(numbers: list[int]) -> None:
    """A nudge: these texts were just written. The rows decide; a lost nudge costs one sweep."""
    for number in numbers:
        delivery.deliver(message_id=number, at=read_clock())


@job("sweep", every=timedelta(seconds=15))
def sweep(*, at: datetime, dry_run: bool) -> str:
    """Hand over the texts that are due; drop those that come too late; mark those whose worker died."""
    if dry_run:
        return f"{len(delivery.due(at=at))} texts would go"
    return _said(delivery.sweep(at=at))


@job("reconcile", every=timedelta(seconds=30))
def reconcile(*, at: datetime, dry_run: bool) -> str:
    """Ask providers about texts that may or may not have been taken."""
    if dry_run:
        return f"{Message.objects.filter(state=MessageState.UNKNOWN).count()} texts are not known of"
    return _said(delivery.reconcile(at=at))


def _said(ended: dict[str, int]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(ended.items())) or "nothing due"
