"""Still in work? One check per job and milestone, and what people said."""

from django.db import models

from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row
from pathways.models.log import agrees_with_log
from pathways.workflow.retention_check import RetentionCheckChart, RetentionStage


class Grade(models.TextChoices):
    """How good an answer is."""

    SELF = "self", "The person said so"
    EMPLOYER = "employer", "The employer said so"
    PAYROLL = "payroll", "Payroll shows it"


class RetentionCheck(RetentionCheckChart, Row):
    """Whether one job lasted to one milestone."""

    machine = "retention_check"

    placement = models.ForeignKey("pathways.Placement", on_delete=models.CASCADE, related_name="retention_checks")
    pathway = models.ForeignKey("pathways.Pathway", on_delete=models.CASCADE, related_name="retention_checks")
    milestone = models.CharField(max_length=20)
    due_on = models.DateField()
    window_days = models.PositiveSmallIntegerField()
    window_ends = models.DateField(null=True, blank=True)
    known_on = models.DateField(null=True, blank=True)
    grade = models.CharField(max_length=8, choices=Grade, blank=True)
    any_work = models.BooleanField("in any paid work", null=True, blank=True)

    personal = Personal(
        candidate=("placement", "pathway", "stage", "due_on", "window_ends", "known_on", "grade", "any_work"),
        neither=("milestone", "window_days"),
    )
    audit_person = person_at_end_of("pathway.candidate")

    class Meta:
        constraints = [
            models.CheckConstraint(name="retention_stage_known", condition=models.Q(stage__in=RetentionStage.values)),
            models.UniqueConstraint(
                fields=["placement", "milestone"], condition=~models.Q(stage__in=["void", "superseded"]), name="retention_once_a_milestone"
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], name="retention_due", condition=models.Q(stage__in=["scheduled", "open", "chasing"])),
        ]
        triggers = [agrees_with_log("retention_check")]


class Evidence(Row):
    """One answer to a retention check: who said it, and when they knew."""

    check_row = models.ForeignKey(RetentionCheck, on_delete=models.CASCADE, related_name="evidence")
    in_post = models.BooleanField()
    known_on = models.DateField()
    grade = models.CharField(max_length=8, choices=Grade)
    opened_by = models.ForeignKey("pathways.StageChange", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)

    personal = Personal(candidate=("check_row", "in_post", "known_on", "grade"), neither=("opened_by", "voided_at"))
    audit_person = person_at_end_of("check_row.pathway.candidate")
