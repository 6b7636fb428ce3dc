"""The coffee-cup chat."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row
from pathways.models.log import agrees_with_log
from pathways.workflow.interview import InterviewChart, InterviewStage


class WorkStatus(models.TextChoices):
    """Work at the time of the chat. It never blocks."""

    NOT_WORKING = "not_working", "Not working"
    WORKING = "working", "Working some hours"
    EDUCATION = "education", "In education"
    PREFER_NOT = "prefer_not", "Prefer not to say"


class Interview(InterviewChart, Row):
    """A chat, booked or held. There is no score."""

    machine = "interview"

    pathway = models.ForeignKey("pathways.Pathway", on_delete=models.CASCADE, related_name="interviews")
    at = models.DateTimeField("when", null=True, blank=True)
    place = models.CharField("where", max_length=160, blank=True)
    host = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    host_employer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    consent = models.ForeignKey("pathways.Consent", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    shared = models.JSONField("exactly what an employer who hosts was told", default=dict, blank=True)
    held_on = models.DateField(null=True, blank=True)
    missed_by = models.CharField(max_length=10, blank=True, choices=[("candidate", "They did not come"), ("us", "We could not make it")])
    families = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    work_status = models.CharField(max_length=12, choices=WorkStatus, blank=True)
    work_status_since = models.DateField(null=True, blank=True)
    in_the_way = models.CharField("what gets in the way", max_length=400, blank=True)
    adjustments_wanted = models.BooleanField(default=False)

    personal = Personal(
        candidate=(
            "pathway",
            "stage",
            "at",
            "place",
            "consent",
            "shared",
            "held_on",
            "missed_by",
            "families",
            "work_status",
            "work_status_since",
            "in_the_way",
            "adjustments_wanted",
        ),
        other=("host",),
        neither=("host_employer",),
    )
    audit_person = person_at_end_of("pathway.candidate")

    class Meta:
        constraints = [
            models.CheckConstraint(name="interview_stage_known", condition=models.Q(stage__in=InterviewStage.values)),
            models.CheckConstraint(name="interview_booked_has_time", condition=~models.Q(stage="booked") | models.Q(at__isnull=False)),
            models.CheckConstraint(name="interview_held_has_day", condition=~models.Q(stage="held") | models.Q(held_on__isnull=False)),
            models.CheckConstraint(
                name="interview_at_employer_has_consent",
                condition=models.Q(host_employer__isnull=True) | models.Q(host__isnull=True, consent__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["host", "at"], name="interview_day", condition=models.Q(stage="booked")),
            models.Index(fields=["host_employer", "stage", "at"], name="interview_desk", condition=models.Q(host_employer__isnull=False)),
        ]
        triggers = [agrees_with_log("interview")]
