"""Nudges: beat's, each asking whether a job is due, and a door's. The rows answer. And the house's own cleaning up."""

import logging
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from celery import shared_task
from django.conf import settings
from django.contrib.sessions.models import Session

from ground import jobs
from ground.clock import read_clock, real_now
from ground.once import forget_used

log = logging.getLogger("ground.nudge")

#: After the broker was away, nobody nudges for so many seconds: each try would cost a page half a second.
QUIET = 30.0


class Broker:
    """What this process knows of its broker: since when it is left in peace, and how many nudges were swallowed."""

    def __init__(self) -> None:
        self.quiet_until = 0.0
        self.swallowed = 0


broker = Broker()


def nudge(task: Any, *arguments: Any) -> bool:
    """Wake a worker from a door, once a request and after the commit; whether the broker took it.

    A broker that is away harms nothing: what is due stands in a row, and the sweep finds it.
    """
    if not settings.REDIS_URL:
        return False
    if monotonic() < broker.quiet_until:
        broker.swallowed += 1
        return False
    try:
        task.apply_async(args=arguments)
    except Exception as away:  # whatever a broker's client raises, the act itself is done and committed
        broker.quiet_until = monotonic() + QUIET
        broker.swallowed += 1
        log.warning("nudge swallowed", extra={"fault": type(away).__name__, "swallowed": broker.swallowed})
        return False
    return True


@shared_task(name="ground.run_job")
def run_job(name: str) -> None:
    """Do the job if it is due and nobody else is at it."""
    try:
        jobs.run(name, at=read_clock())
    except jobs.Held:
        return


@shared_task(name="ground.run_every_job")
def run_every_job() -> None:
    """Do all that is due now: after the demo's day was moved on, nobody waits for beat to come round."""
    for name in jobs.all_jobs():
        try:
            run_job(name)
        except Exception:  # one job's fault is written in its run, and holds up no other
            log.exception("job failed", extra={"job": name})


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Celery's schedule, made from the list of jobs: none can be forgotten."""
    return {
        name: {
            "task": "ground.run_job",
            "schedule": one.asked_every,
            "args": (name,),
            "options": {"expires": int(max(one.asked_every.total_seconds(), 10))},
        }
        for name, one in jobs.all_jobs().items()
    }


@jobs.job("expire", every=timedelta(hours=1))
def expire(*, at: datetime, dry_run: bool) -> str:
    """Forget used form tokens after 32 days (of nobody signed in, 48 hours), ended sessions, and old runs of jobs."""
    now = real_now()  # tokens and sessions are real things: a demo moved on must not sign people out
    ended = Session.objects.filter(expire_date__lt=now)
    if dry_run:
        return f"{ended.count()} sessions would go"
    sessions = ended.delete()[0]
    return f"{forget_used(at=now)} tokens, {sessions} sessions, {jobs.forget_runs(at=now)} runs forgotten"
