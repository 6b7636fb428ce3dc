"""Periodic jobs: what comes round, how often, and the row that lets it happen once.

A job's lock is its JobRun row, unique on job and period, with a lease and a heartbeat: two beats do it once, and a run
whose worker died is due again when its lease is over. Each job asks "due and not yet done", never "due today", so three
days of silence are caught up once.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db import connection
from django.utils.module_loading import autodiscover_modules

from ground.clock import london, today_london
from ground.models import JobRun

log = logging.getLogger("ground.jobs")

DAY = timedelta(days=1)
#: Longer than Celery's hard limit of 600 s: a run that is still going is never taken for dead.
LEASE = timedelta(seconds=660)
#: A run that failed is tried again after this, twice as long each time, at most an hour.
AGAIN_AFTER = timedelta(minutes=1)
#: How often beat asks for a job that comes round once a day or less: the row says whether it is due.
ASK_EVERY = timedelta(minutes=5)


class Work(Protocol):
    """What a job does: its own transactions, and one line about what came of it."""

    def __call__(self, *, at: datetime, dry_run: bool) -> str: ...


@dataclass(frozen=True)
class Job:
    """A job: its name, how often it comes round, and for daily ones the hour in London from which it may run."""

    name: str
    every: timedelta
    work: Work
    not_before: int = 0

    def period(self, at: datetime) -> str:
        """The name of the period that `at` lies in: a London day for daily jobs, else the beginning of the stretch."""
        if self.every >= DAY:
            local = london(at)
            day = today_london(at) - (DAY if local.hour < self.not_before else timedelta(0))
            length = self.every // DAY
            return day.isoformat() if length == 1 else f"{length} days {day.toordinal() // length}"
        seconds = int(self.every.total_seconds())
        return str(int(at.timestamp()) // seconds * seconds)

    @property
    def asked_every(self) -> timedelta:
        """How often beat asks whether it is due."""
        return min(self.every, ASK_EVERY)


class Held(Exception):
    """Another process holds this job's run."""


class NoSuchJob(LookupError):
    """No job bears that name."""


_jobs: dict[str, Job] = {}
_run: ContextVar[int | None] = ContextVar("run", default=None)


def job(name: str, *, every: timedelta, not_before: int = 0) -> Callable[[Work], Work]:
    """Register a function of an app's `tasks` as a periodic job."""

    def register(work: Work) -> Work:
        known = _jobs.get(name)
        if known is not None and (known.work.__module__, known.work.__qualname__) != (work.__module__, work.__qualname__):  # type: ignore[attr-defined]
            raise ValueError(f"Two jobs are called {name}.")
        _jobs[name] = Job(name, every, work, not_before)
        return work

    return register


def all_jobs() -> dict[str, Job]:
    """Every job of every app, by name."""
    autodiscover_modules("tasks")
    return dict(sorted(_jobs.items()))


def find(name: str) -> Job:
    """The job of that name, or NoSuchJob."""
    try:
        return all_jobs()[name]
    except KeyError:
        raise NoSuchJob(f"There is no job called {name}.") from None


@dataclass(frozen=True)
class Outcome:
    """What came of asking for a job: "done", "dry", or "not due" because this period's run is done."""

    state: str
    result: str = ""


def run(name: str, *, at: datetime, dry_run: bool = False, again: bool = False) -> Outcome:
    """Do a job for the period of `at`, once. Raises Held when another process is at it.

    `again` (a person asks by hand) also runs what this period has done already: jobs are idempotent.
    A run that raises is marked failed and is due again later; the exception rises.
    """
    one = find(name)
    if dry_run:
        return Outcome("dry", one.work(at=at, dry_run=True))
    claimed = _claim(one, period=one.period(at), again=again)
    if claimed is None:
        return Outcome("not due")
    with _as_run(claimed):
        try:
            result = one.work(at=at, dry_run=False)
        except BaseException:
            _end(claimed, JobRun.State.FAILED, "failed")
            raise
    _end(claimed, JobRun.State.DONE, result)
    log.info("job done", extra={"job": name})
    return Outcome("done", result)


def still_here() -> None:
    """Called by a long job between batches: renews its lease. Outside a run it does nothing."""
    number = _run.get()
    if number is not None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE ground_jobrun SET heartbeat_at = clock_timestamp(), lease_until = clock_timestamp() + make_interval(secs => %s)"
                " WHERE id = %s AND state = 'running'",
                [LEASE.total_seconds(), number],
            )


@contextmanager
def _as_run(number: int) -> Iterator[None]:
    token = _run.set(number)
    try:
        yield
    finally:
        _run.reset(token)


CLAIM = """
INSERT INTO ground_jobrun AS held (job, period, state, attempt, started_at, heartbeat_at, lease_until, result)
VALUES (%(job)s, %(period)s, 'running', 1, clock_timestamp(), clock_timestamp(), clock_timestamp() + make_interval(secs => %(lease)s), '')
ON CONFLICT (job, period) DO UPDATE
SET state = 'running', attempt = held.attempt + 1, started_at = clock_timestamp(), heartbeat_at = clock_timestamp(),
    lease_until = clock_timestamp() + make_interval(secs => %(lease)s), finished_at = NULL, result = ''
WHERE (held.state <> 'done' AND held.lease_until < clock_timestamp()) OR (%(again)s AND held.state <> 'running')
RETURNING id
"""


def _claim(one: Job, *, period: str, again: bool) -> int | None:
    """The run's number when it is ours; None when this period is done or waits after a failure; Held when another is at it."""
    values: dict[str, Any] = {"job": one.name, "period": period, "lease": LEASE.total_seconds(), "again": again}
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, values)
        row = cursor.fetchone()
    if row is not None:
        return int(row[0])
    state = JobRun.objects.filter(job=one.name, period=period).values_list("state", flat=True).first()
    if state == JobRun.State.RUNNING:
        raise Held(f"{one.name} is being done by another process.")
    return None


def _end(number: int, state: str, result: str) -> None:
    """Close a run. A failed one may be taken up again when its pause is over."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ground_jobrun SET state = %s, result = %s, finished_at = clock_timestamp(), heartbeat_at = clock_timestamp(),"
            " lease_until = clock_timestamp() + make_interval(secs => least(%s * power(2, least(attempt, 8) - 1), 3600)) WHERE id = %s",
            [state, result[:2000], AGAIN_AFTER.total_seconds(), number],
        )


def standing(*, at: datetime, now: datetime) -> list[dict[str, Any]]:
    """How each job stands: last start, last good end, and whether it is late by over two of its periods.

    A job that never ended well is late from the first migration on: a site whose worker was never started is not well.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(applied) FROM django_migrations")
        born = cursor.fetchone()[0]
    report = []
    for name, one in all_jobs().items():
        last = JobRun.objects.filter(job=name).order_by("-started_at").first()
        good = JobRun.objects.filter(job=name, state=JobRun.State.DONE).order_by("-finished_at").first()
        ended = good.finished_at if good else None
        report.append(
            {
                "job": name,
                "every_seconds": int(one.every.total_seconds()),
                "period": one.period(at),
                "last_start": last.started_at.isoformat() if last else None,
                "last_good_end": ended.isoformat() if ended else None,
                "late": now - (ended or born or now) > 2 * max(one.every, ASK_EVERY),
            }
        )
    return report


def forget_runs(*, at: datetime) -> int:
    """Drop runs of more than 35 days ago, and those of jobs that come round within the hour after two days; how many."""
    frequent = [name for name, one in all_jobs().items() if one.every <= timedelta(hours=1)]
    old = JobRun.objects.filter(started_at__lt=at - timedelta(days=35)).delete()[0]
    return old + JobRun.objects.filter(job__in=frequent, started_at__lt=at - timedelta(days=2)).delete()[0]
