"""What the nightly look through the rows found wrong."""

from django.db import models

from candidates.models.candidate import person_at_end_of
from ground.rows import Personal


class FindingKind(models.TextChoices):
    """What does not agree."""

    STAGE_UNLIKE_LOG = "stage_unlike_log", "A stage is not what the log says"
    LOG_JUMPS = "log_jumps", "The log jumps"
    LOG_ASTRAY = "log_astray", "The log speaks of a row that is not there, or of another case's"
    DAY_TO_COME = "day_to_come", "A step was recorded before it happened"
    UNLIKE_FACTS = "unlike_facts", "A case does not stand where its facts put it"
    LIVE_ON_CLOSED = "live_on_closed", "Something is still live on a case that has ended"
    TWO_OPEN = "two_open", "A person has two open cases in one programme"
    MERGE_ASTRAY = "merge_astray", "Two records are one person in one place and two in another"
    CHECK_WITHOUT_START = "check_without_start", "A retention check of a job that never began"
    OWED_ON_CLOSED = "owed_on_closed", "Something is still owed on a case that has ended"
    IMPORT_SUM = "import_sum", "An import's numbers do not add up"
    TEXT_STUCK = "text_stuck", "A text is neither sent nor given up"
    TEXT_ASTRAY = "text_astray", "A text was written for a step that is not in the log"
    UNDECLARED = "undeclared", "A column does not say whose data it holds"


class Finding(models.Model):
    """One thing that does not agree, in plain words without a name. Written anew each night."""

    found_at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=FindingKind)
    words = models.CharField(max_length=400)
    pathway = models.ForeignKey("pathways.Pathway", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    machine = models.CharField(max_length=24, blank=True)
    subject = models.UUIDField("the row, by its public id", null=True, blank=True)

    personal = Personal(candidate=("pathway", "machine", "subject", "words"), neither=("found_at", "kind"))
    audit_person = person_at_end_of("pathway.candidate")

    def __str__(self) -> str:
        return f"{self.kind}: {self.words}"
