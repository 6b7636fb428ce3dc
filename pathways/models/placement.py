"""Jobs, and the checks before a first day."""

from django.db import models

from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row
from pathways.models.introduction import JobKind
from pathways.models.log import agrees_with_log
from pathways.workflow.placement import PlacementChart, PlacementStage
from pathways.workflow.pre_employment_check import CheckKind, CheckStage, PreEmploymentCheckChart


class Placement(PlacementChart, Row):
    """A job of one person: from an accepted offer, or found by themselves."""

    machine = "placement"

    pathway = models.ForeignKey("pathways.Pathway", on_delete=models.CASCADE, related_name="placements")
    introduction = models.ForeignKey("pathways.Introduction", on_delete=models.PROTECT, null=True, blank=True, related_name="placements")
    employer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    employer_words = models.CharField("employer", max_length=160, blank=True)
    title = models.CharField("job", max_length=120, blank=True)
    kind = models.CharField(max_length=14, choices=JobKind, default=JobKind.PERMANENT)
    hours_a_week = models.DecimalField("hours a week", max_digits=4, decimal_places=1, null=True, blank=True)
    pay = models.DecimalField("pay in pounds", max_digits=9, decimal_places=2, null=True, blank=True)
    pay_unit = models.CharField(max_length=4, blank=True)
    ends_on = models.DateField("end of a fixed term", null=True, blank=True)
    start_on = models.DateField("agreed first day", null=True, blank=True)
    start_at = models.CharField("time", max_length=20, blank=True)
    report_to = models.CharField("whom to ask for, and where", max_length=200, blank=True)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    leave_reason = models.CharField(max_length=40, blank=True)
    destination = models.CharField(max_length=40, blank=True)
    continues = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    personal = Personal(
        candidate=(
            "pathway",
            "stage",
            "introduction",
            "employer_words",
            "title",
            "kind",
            "hours_a_week",
            "pay",
            "pay_unit",
            "ends_on",
            "start_on",
            "start_at",
            "report_to",
            "first_day",
            "last_day",
            "leave_reason",
            "destination",
            "continues",
        ),
        neither=("employer",),
    )
    audit_person = person_at_end_of("pathway.candidate")

    class Meta:
        constraints = [
            models.CheckConstraint(name="placement_stage_known", condition=models.Q(stage__in=PlacementStage.values)),
            models.CheckConstraint(
                name="placement_in_post_has_first_day",
                condition=~models.Q(stage__in=["in_post", "left", "completed", "moved"]) | models.Q(first_day__isnull=False),
            ),
            models.CheckConstraint(
                name="placement_days_in_order",
                condition=models.Q(last_day__isnull=True)
                | models.Q(first_day__isnull=True)
                | models.Q(last_day__gte=models.F("first_day")),
            ),
        ]
        indexes = [models.Index(fields=["employer", "stage", "id"], name="placement_desk")]
        triggers = [agrees_with_log("placement")]

    @property
    def is_own_job(self) -> bool:
        """Found by the person: it counts as work, never as an offer."""
        return self.introduction_id is None


class PreEmploymentCheck(PreEmploymentCheckChart, Row):
    """One of the six checks of one job. Status and dates; never a document, never what a certificate says."""

    machine = "pre_employment_check"

    placement = models.ForeignKey(Placement, on_delete=models.CASCADE, related_name="checks")
    pathway = models.ForeignKey("pathways.Pathway", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=CheckKind)
    owner_words = models.CharField("who is doing it", max_length=120, blank=True)
    asked_on = models.DateField(null=True, blank=True)
    received_on = models.DateField(null=True, blank=True)
    blocked_by = models.CharField("what it waits for", max_length=200, blank=True)
    settled_on = models.DateField(null=True, blank=True)

    personal = Personal(
        candidate=("placement", "pathway", "stage", "kind", "asked_on", "received_on", "blocked_by", "settled_on"),
        other=("owner_words",),
    )
    audit_person = person_at_end_of("pathway.candidate")

    class Meta:
        constraints = [
            models.CheckConstraint(name="precheck_stage_known", condition=models.Q(stage__in=CheckStage.values)),
            models.UniqueConstraint(fields=["placement", "kind"], condition=~models.Q(stage="void"), name="precheck_once_a_job"),
        ]
        triggers = [agrees_with_log("pre_employment_check")]
