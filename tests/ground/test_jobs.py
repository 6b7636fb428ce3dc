"""Jobs come round once a period, whoever asks, and nothing that died is forgotten."""

import io
import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from ground import jobs
from ground.clock import read_clock, real_now
from ground.management.commands.job import crontab
from ground.models import JobRun
from ground.tasks import beat_schedule, run_job

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def done():
    """A daily job, one of every minute and one that breaks, for these tests alone."""
    done: list[str] = []

    def daily(*, at: datetime, dry_run: bool) -> str:
        """Write down the day."""
        done.append(f"daily {at:%d.%m.}{' dry' if dry_run else ''}")
        return "one day written"

    def minutely(*, at: datetime, dry_run: bool) -> str:
        done.append("minutely")
        return ""

    def broken(*, at: datetime, dry_run: bool) -> str:
        done.append("broken")
        raise LookupError("Ruth Miller is not there")

    jobs.job("t_daily", every=timedelta(days=1), not_before=2)(daily)
    jobs.job("t_minutely", every=timedelta(minutes=1))(minutely)
    jobs.job("t_broken", every=timedelta(minutes=1))(broken)
    yield done
    for name in ("t_daily", "t_minutely", "t_broken"):
        del jobs._jobs[name]


def hold(name: str) -> None:
    """Another process is at this period's run."""
    now = real_now()
    times = {"started_at": now, "heartbeat_at": now, "lease_until": now + timedelta(minutes=5)}
    JobRun.objects.create(job=name, period=jobs.find(name).period(read_clock()), **times)


def test_a_job_is_done_once_a_period(db, done):
    assert jobs.run("t_daily", at=NOON) == jobs.Outcome("done", "one day written")
    assert jobs.run("t_daily", at=NOON + timedelta(hours=3)).state == "not due"
    assert jobs.run("t_daily", at=NOON + timedelta(days=1)).state == "done"
    assert done == ["daily 21.11.", "daily 22.11."]


def test_three_days_of_silence_are_caught_up_once(db, done):
    jobs.run("t_daily", at=NOON)
    for _ in range(5):
        jobs.run("t_daily", at=NOON + timedelta(days=4))
    assert done == ["daily 21.11.", "daily 25.11."]


@pytest.mark.parametrize(
    ("at", "period"),
    [
        (datetime(2026, 11, 21, 1, 59, tzinfo=UTC), "2026-11-20"),
        (datetime(2026, 11, 21, 2, 0, tzinfo=UTC), "2026-11-21"),
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), "2026-03-28"),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "2026-03-29"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-24"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=UTC), "2026-10-25"),
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), "2026-07-01"),
    ],
)
def test_a_daily_period_is_a_day_in_london_from_its_hour_on(done, at, period):
    assert jobs.find("t_daily").period(at) == period


def test_a_short_period_begins_on_the_minute(done):
    one = jobs.find("t_minutely")
    assert one.period(NOON) == one.period(NOON + timedelta(seconds=59)) != one.period(NOON + timedelta(seconds=60))


def test_a_dry_run_leaves_no_row(db, done):
    assert jobs.run("t_daily", at=NOON, dry_run=True).state == "dry"
    assert done == ["daily 21.11. dry"]
    assert JobRun.objects.count() == 0


def test_a_run_that_breaks_is_marked_and_is_due_again_after_a_pause(db, done):
    with pytest.raises(LookupError):
        jobs.run("t_broken", at=NOON)
    run = JobRun.objects.get()
    assert (run.state, run.result) == ("failed", "failed")
    assert jobs.run("t_broken", at=NOON).state == "not due"
    JobRun.objects.update(lease_until=real_now() - timedelta(seconds=1))
    with pytest.raises(LookupError):
        jobs.run("t_broken", at=NOON)
    assert JobRun.objects.get().attempt == 2


def test_a_run_whose_worker_died_is_due_again_when_its_lease_is_over(db, done):
    jobs.run("t_daily", at=NOON)
    JobRun.objects.update(state="running", lease_until=real_now() + timedelta(minutes=5))
    with pytest.raises(jobs.Held):
        jobs.run("t_daily", at=NOON)
    JobRun.objects.update(lease_until=real_now() - timedelta(seconds=1))
    assert jobs.run("t_daily", at=NOON).state == "done"
    assert done == ["daily 21.11.", "daily 21.11."]


def test_a_long_run_renews_its_lease(db, done):
    seen = []

    def long(*, at: datetime, dry_run: bool) -> str:
        JobRun.objects.update(lease_until=real_now())
        jobs.still_here()
        seen.append(JobRun.objects.get().lease_until > real_now() + timedelta(minutes=10))
        return ""

    jobs.job("t_minutely", every=timedelta(minutes=1))  # the name is taken: a second function may not have it
    jobs._jobs["t_minutely"] = jobs.Job("t_minutely", timedelta(minutes=1), long)
    jobs.run("t_minutely", at=NOON)
    jobs.still_here()
    assert seen == [True]


def test_two_jobs_cannot_bear_one_name(done):
    with pytest.raises(ValueError, match="Two jobs"):
        jobs.job("t_daily", every=timedelta(days=1))(lambda *, at, dry_run: "")


def test_of_two_beats_at_once_one_does_it(transactional_db, done):
    start = threading.Barrier(6, timeout=10)
    outcomes: list[str] = []

    def beat() -> None:
        start.wait()
        try:
            outcomes.append(jobs.run("t_daily", at=NOON).state)
        except jobs.Held:
            outcomes.append("held")
        connections.close_all()

    threads = [threading.Thread(target=beat) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert done == ["daily 21.11."]
    assert outcomes.count("done") == 1
    assert len(outcomes) == 6


def test_the_command_does_a_job_now_also_when_its_period_is_done(db, done):
    out = io.StringIO()
    call_command("job", "t_daily", as_of=datetime(2026, 11, 21, tzinfo=UTC), stdout=out)
    call_command("job", "t_daily", as_of=datetime(2026, 11, 21, tzinfo=UTC), stdout=out)
    assert done == ["daily 21.11."] * 2
    assert out.getvalue() == "t_daily: done. one day written\n" * 2
    assert JobRun.objects.get().attempt == 2


def test_the_command_leaves_a_held_job_with_3(db, done):
    hold("t_daily")
    with pytest.raises(CommandError) as refused:
        call_command("job", "t_daily")
    assert refused.value.returncode == 3
    assert done == []


@pytest.mark.parametrize("arguments", [["nothing_of_that_name"], []])
def test_the_command_says_what_is_wrong(db, arguments):
    with pytest.raises(CommandError, match=r"no job called|Name a job"):
        call_command("job", *arguments)


def test_the_list_names_each_job_and_its_period(db, done):
    out = io.StringIO()
    call_command("job", listed=True, json=True, stdout=out)
    listed = {one["job"]: one for one in json.loads(out.getvalue())}
    assert listed["t_daily"] == {"job": "t_daily", "every_seconds": 86_400, "not_before": 2, "does": "Write down the day."}
    assert set(listed) == set(jobs.all_jobs())
    assert "expire" in listed


def test_beat_asks_for_exactly_the_jobs_there_are(done):
    schedule = beat_schedule()
    assert {name: one["args"] for name, one in schedule.items()} == {name: (name,) for name in jobs.all_jobs()}
    assert {one["task"] for one in schedule.values()} == {"ground.run_job"}
    assert schedule["t_daily"]["schedule"] == timedelta(minutes=5)
    assert schedule["t_minutely"]["schedule"] == timedelta(minutes=1)


def test_celery_itself_has_that_schedule(done):
    from config.celery import app

    app.finalize(auto=True)
    assert set(app.conf.beat_schedule) >= {"expire"}


def test_a_nudge_for_a_held_job_is_nothing(db, done):
    now = real_now()
    JobRun.objects.create(
        job="t_daily",
        period=jobs.find("t_daily").period(read_clock()),
        started_at=now,
        heartbeat_at=now,
        lease_until=now + timedelta(minutes=5),
    )
    run_job("t_daily")
    assert done == []


def test_expire_forgets_old_runs_and_keeps_the_last_weeks(db):
    now = real_now()
    for days in (1, 3, 30, 40):
        for name in ("expire", "snapshots"):
            then = now - timedelta(days=days)
            JobRun.objects.create(job=name, period=str(days), state="done", started_at=then, heartbeat_at=then, lease_until=then)
    jobs.run("expire", at=now)
    left = sorted(JobRun.objects.exclude(period=jobs.find("expire").period(now)).values_list("job", "period"))
    assert left == [("expire", "1"), ("snapshots", "1"), ("snapshots", "3"), ("snapshots", "30")]


def test_the_cron_example_has_every_job():
    example = Path(settings.BASE_DIR, "docs", "jobs.cron").read_text(encoding="utf-8")
    assert example == crontab(), "run: python manage.py job --list --cron > docs/jobs.cron"
    assert [line.split()[-1] for line in example.splitlines() if line.endswith(tuple(jobs.all_jobs()))] == list(jobs.all_jobs())
