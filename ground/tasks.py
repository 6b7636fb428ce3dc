"""Beat's nudges: each asks whether a job is due; the rows answer. And the house's own cleaning up."""

from datetime import datetime, timedelta
from typing import Any

from celery import shared_task
from django.contrib.sessions.models import Session

from ground import jobs
from ground.clock import read_clock, real_now
from ground.once import forget_used


@shared_task(name="ground.run_job")
def run_job(name: str) -> None:
    """Do the job if it is due and nobody else is at it."""
    try:
        jobs.run(name, at=read_clock())
    except jobs.Held:
        return


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
    """Forget used form tokens after 48 hours, ended sessions, and old runs of jobs."""
    now = real_now()  # tokens and sessions are real things: a demo moved on must not sign people out
    ended = Session.objects.filter(expire_date__lt=now)
    if dry_run:
        return f"{ended.count()} sessions would go"
    sessions = ended.delete()[0]
    return f"{forget_used(at=now)} tokens, {sessions} sessions, {jobs.forget_runs(at=now)} runs forgotten"
