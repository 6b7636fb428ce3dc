"""A register on its way in: the file, what was guessed of it, and what will happen to each row."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row


class RunState(models.TextChoices):
    """How far an import has got."""

    RECEIVED = "received", "Received"
    READING = "reading", "Being read"
    READ = "read", "Ready to look at"
    REFUSED = "refused", "Refused"
    APPROVED = "approved", "Going in"
    DONE = "done", "Done"
    FAILED = "failed", "Stopped"
    UNDONE = "undone", "Taken back"


class Verdict(models.TextChoices):
    """What will happen, or happened, to a row."""

    CREATE = "create", "New"
    UPDATE = "update", "Changed"
    UNCHANGED = "unchanged", "Already here"
    DECIDE = "decide", "Needs you"
    REJECT = "reject", "Cannot go in"
    IGNORE = "ignore", "Not a person"


class ImportRun(Row):
    """One file, from upload to the last row."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, default="register")
    file_name = models.CharField(max_length=200)
    stored_as = models.CharField(max_length=200, blank=True)
    file_digest = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=RunState, default=RunState.RECEIVED)
    refusal = models.CharField(max_length=400, blank=True)
    mapping = models.JSONField(default=list, blank=True)
    reading = models.JSONField("encoding, sheets, date habits, sample rows", default=dict, blank=True)
    rows_read = models.PositiveIntegerField(default=0)
    rows_created = models.PositiveIntegerField(default=0)
    rows_changed = models.PositiveIntegerField(default=0)
    rows_unchanged = models.PositiveIntegerField(default=0)
    rows_undecided = models.PositiveIntegerField(default=0)
    rows_rejected = models.PositiveIntegerField(default=0)
    cursor = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    leases = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    personal = Personal(
        candidate=("reading", "stored_as"),
        other=("by",),
        neither=(
            "organisation",
            "programme",
            "kind",
            "file_name",
            "file_digest",
            "state",
            "refusal",
            "mapping",
            "rows_read",
            "rows_created",
            "rows_changed",
            "rows_unchanged",
            "rows_undecided",
            "rows_rejected",
            "cursor",
            "lease_until",
            "leases",
            "started_at",
            "finished_at",
            "undone_at",
        ),
    )

    class Meta:
        indexes = [models.Index(fields=["organisation", "-id"], name="import_latest")]


class ImportRow(models.Model):
    """One proposed person of a file: the rows it came from, the fields read, the steps that its dates support."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="first row of the file that speaks of this person")
    sheet = models.CharField(max_length=80, blank=True)
    key = models.CharField("what makes the row itself, so that again is nothing", max_length=64)
    verdict = models.CharField(max_length=9, choices=Verdict)
    decision = models.CharField("same, new or out, once decided", max_length=8, blank=True)
    cells = models.JSONField("the file's own cells", default=list)
    fields = models.JSONField(default=dict)
    facts = models.JSONField(default=list)
    changes = models.JSONField("field -> [old, new]", default=dict, blank=True)
    problems = models.JSONField("column, cell, reason", default=list, blank=True)
    candidates = ArrayField(models.BigIntegerField(), default=list, blank=True, help_text="who it might be")
    pathway = models.ForeignKey("pathways.Pathway", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)

    personal = Personal(
        candidate=("cells", "fields", "facts", "changes", "problems", "candidates", "pathway", "key"),
        neither=("run", "number", "sheet", "verdict", "decision", "applied_at"),
    )
    audit_person = person_at_end_of("pathway.candidate")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "sheet", "number"], name="import_row_once")]
        indexes = [models.Index(fields=["run", "verdict", "number"], name="import_row_preview")]

    def __str__(self) -> str:
        return f"{self.sheet} {self.number}"


class ImportMapping(Row):
    """What an organisation said last time of columns and values: guessed first the next time."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    fingerprint = models.CharField("digest of the headings", max_length=64)
    mapping = models.JSONField(default=list)
    remembered_at = models.DateTimeField()

    personal = Personal(neither=("organisation", "fingerprint", "mapping", "remembered_at"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "fingerprint"], name="mapping_once_a_layout")]
