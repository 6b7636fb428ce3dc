"""Rows that serve every floor and name nobody: jobs that ran, tokens that were used, the demo's moved days, the keys' proof."""

from django.db import models
from django.utils import timezone

from ground.rows import Personal


class JobRun(models.Model):
    """One run of a periodic job for one period: the row is the job's lock and its history."""

    class State(models.TextChoices):
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed"

    job = models.CharField(max_length=60)
    period = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    attempt = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    lease_until = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    result = models.TextField(blank=True)

    personal = Personal(
        neither=("job", "period", "state", "attempt", "started_at", "heartbeat_at", "lease_until", "finished_at", "result"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "period"], name="jobrun_once_a_period"),
            models.CheckConstraint(condition=models.Q(state__in=["running", "done", "failed"]), name="jobrun_state"),
        ]
        indexes = [models.Index(fields=["job", "-started_at"], name="jobrun_latest")]

    def __str__(self) -> str:
        return f"{self.job} {self.period}"


class OnceToken(models.Model):
    """A form's one-use token after its use: the digest of what was posted and where the answer led. Kept 32 days; no user's, 48 hours."""

    holder = models.CharField(max_length=80)
    token = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    location = models.CharField(max_length=2000, blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    personal = Personal(neither=("holder", "token", "digest", "status", "location", "created_at"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder", "token"], name="oncetoken_used_once")]

    def __str__(self) -> str:
        return f"used {self.created_at:%d.%m.%Y}"


class DemoClock(models.Model):
    """How many days the demo has been moved on. One row at most; read only where DEMO or a test says so."""

    days = models.PositiveIntegerField(default=0)

    personal = Personal(neither=("days",))

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="democlock_one_row")]

    def __str__(self) -> str:
        return f"{self.days} days on"


class KeyProof(models.Model):
    """A known word sealed under each key: a wrong key is noticed at start, before anybody reads a blank."""

    name = models.CharField(max_length=40, unique=True)
    proof = models.TextField()

    personal = Personal(neither=("name", "proof"))

    def __str__(self) -> str:
        return self.name
