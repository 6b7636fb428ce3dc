"""Putting a person forward, and the permission for it."""

from django.db import models

from candidates.models.candidate import person_at_end_of
from employers.choices import PayGrade, PayUnit
from ground.rows import Personal, Row
from pathways.models.log import agrees_with_log
from pathways.workflow.introduction import LIVE, IntroductionChart, IntroductionStage


class JobKind(models.TextChoices):
    """How a job is held."""

    PERMANENT = "permanent", "Permanent"
    FIXED_TERM = "fixed_term", "Fixed term"
    BANK = "bank", "Bank or zero hours"
    APPRENTICESHIP = "apprenticeship", "Apprenticeship"
    SELF_EMPLOYED = "self_employed", "Self-employed"


class ConsentKind(models.TextChoices):
    """Single permissions, never one tick."""

    SHARE = "share_with_employer", "Share with an employer"
    REFERRER = "talk_to_referrer", "Talk to the referrer"
    STORY = "use_story", "Use a story or photo"


class Consent(Row):
    """One permission, with its day and how it was given. Withdrawing ends it from that day."""

    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=20, choices=ConsentKind)
    employer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    given_on = models.DateField()
    given_how = models.CharField(max_length=12)
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_on = models.DateField(null=True, blank=True)
    opened_by = models.ForeignKey("pathways.StageChange", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)

    personal = Personal(
        candidate=("candidate", "kind", "employer", "given_on", "given_how", "withdrawn_on"),
        other=("recorded_by",),
        neither=("opened_by", "voided_at"),
    )
    audit_person = person_at_end_of("candidate")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="consent_to_share_names_employer",
                condition=~models.Q(kind="share_with_employer") | models.Q(employer__isnull=False),
            )
        ]

    @property
    def stands(self) -> bool:
        """Whether it still allows what it names."""
        return self.withdrawn_on is None and self.voided_at is None


class Introduction(IntroductionChart, Row):
    """One person, one opening. Live ones are unique per case and heading."""

    machine = "introduction"

    pathway = models.ForeignKey("pathways.Pathway", on_delete=models.CASCADE, related_name="introductions")
    heading = models.ForeignKey("employers.CareerHeading", on_delete=models.PROTECT, related_name="+")
    employer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    shared = models.JSONField("exactly what was shared", default=dict, blank=True)
    superseded_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    sent_on = models.DateField(null=True, blank=True)
    offered_on = models.DateField(null=True, blank=True)
    offer_hours = models.DecimalField("hours a week", max_digits=4, decimal_places=1, null=True, blank=True)
    offer_pay = models.DecimalField("pay in pounds", max_digits=9, decimal_places=2, null=True, blank=True)
    offer_pay_unit = models.CharField(max_length=4, choices=PayUnit, blank=True)
    offer_grade = models.CharField(max_length=7, choices=PayGrade, blank=True)
    offer_site = models.CharField(max_length=160, blank=True)
    offer_start_by = models.DateField(null=True, blank=True)
    offer_kind = models.CharField(max_length=14, choices=JobKind, blank=True)

    personal = Personal(
        candidate=(
            "pathway",
            "stage",
            "consent",
            "shared",
            "superseded_by",
            "sent_on",
            "offered_on",
            "offer_hours",
            "offer_pay",
            "offer_pay_unit",
            "offer_grade",
            "offer_site",
            "offer_start_by",
            "offer_kind",
        ),
        neither=("heading", "employer"),
    )
    audit_person = person_at_end_of("pathway.candidate")

    class Meta:
        constraints = [
            models.CheckConstraint(name="introduction_stage_known", condition=models.Q(stage__in=IntroductionStage.values)),
            models.UniqueConstraint(fields=["pathway", "heading"], condition=models.Q(stage__in=LIVE), name="introduction_one_live"),
        ]
        indexes = [models.Index(fields=["employer", "stage", "id"], name="introduction_desk")]
        triggers = [agrees_with_log("introduction")]
