"""The case: one person's attempt in one programme, and whose desk it is on."""

from uuid import uuid4

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import Case, F, Func, IntegerField, Value, When
from django.db.models.functions import Coalesce

from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row
from pathways.models.log import agrees_with_log
from pathways.workflow.pathway import FLAGS, OPEN, PHASE_OF, PathwayChart, Stage

#: Stages in the order of the journey, for sorting.
STAGE_PLACE = Case(
    *(When(stage=stage, then=Value(place)) for place, stage in enumerate(Stage)), default=Value(99), output_field=IntegerField()
)

#: Whoever is in work waits for nothing: a list by days of waiting has them last.
IN_WORK_LAST = Case(When(stage=Stage.IN_WORK, then=Value(1)), default=Value(0), output_field=IntegerField())

#: Since when nobody has spoken with the person: since they were met, where nobody has.
SILENT_SINCE = Coalesce("last_two_way_on", "opened_on")

#: Open cases that nobody holds.
NOBODYS = models.Q(stage__in=OPEN, owner__isnull=True)


class Barrier(models.TextChoices):
    """What gets in the way of work. Of health it is said that much and no more: what helps has a record of its own."""

    TRANSPORT = "transport", "Getting there"
    CHILDCARE = "childcare", "Childcare or caring"
    HOURS = "hours", "Hours or shifts"
    INTERNET = "internet", "Phone or internet"
    ENGLISH = "english", "English"
    MONEY = "money", "Money until the first pay"
    HOUSING = "housing", "Where they live"
    CONFIDENCE = "confidence", "Confidence"
    HEALTH = "health", "Health"


class PathwayQuerySet(models.QuerySet):
    """Filters on cases."""

    def open(self) -> "PathwayQuerySet":
        """Cases not yet ended in any way."""
        return self.filter(stage__in=OPEN)

    def unclaimed(self) -> "PathwayQuerySet":
        """Nobody's yet."""
        return self.open().filter(owner__isnull=True)

    def counted(self) -> "PathwayQuerySet":
        """All but those entered in error."""
        return self.exclude(stage=Stage.VOID)


@pghistory.track(pghistory.UpdateEvent(), fields=["owner", "organisation", "source"])
class Pathway(PathwayChart, Row):
    """One person's case in one programme. Its stage follows what stands in its rows."""

    machine = "pathway"

    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="pathways")
    person_key = models.UUIDField("the person, whom merged records share", default=uuid4)
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    attempt = models.PositiveSmallIntegerField(default=1)
    previous = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    source = models.CharField("how we met", max_length=60, blank=True)
    event = models.ForeignKey("outreach.Event", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    notice = models.ForeignKey("accounts.PrivacyNotice", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    families = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    barriers = ArrayField(models.CharField(max_length=12, choices=Barrier), default=list, blank=True)

    opened_on = models.DateField()
    interested_on = models.DateField(null=True, blank=True)
    ready_on = models.DateField(null=True, blank=True)
    looked_past = ArrayField(
        models.BigIntegerField(), default=list, blank=True, help_text="jobs that had ended when the search began again"
    )
    imported_stage = models.CharField(max_length=24, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    close_reason = models.CharField(max_length=40, blank=True)
    revisit_on = models.DateField(null=True, blank=True)
    do_not_contact = models.BooleanField(default=False)
    paused_on = models.DateField(null=True, blank=True)
    available_on = models.DateField("when a pause is looked at again", null=True, blank=True)
    referred_to = models.CharField(max_length=160, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="the case that went on when two became one"
    )
    read_with = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        help_text="cases merged into this one, at whatever remove: their rows count here",
    )

    # Kept on the row so that a list need not join the log: rewritten by the door after each step.
    stage_since = models.DateField()
    next_due_on = models.DateField(null=True, blank=True)
    next_kind = models.CharField(max_length=30, blank=True)
    next_owed_by = models.CharField(max_length=12, blank=True)
    last_two_way_on = models.DateField(null=True, blank=True)

    #: Not yet saved, of somebody who has a case already.
    of_known = False

    objects = PathwayQuerySet.as_manager()
    personal = Personal(
        candidate=(
            "candidate",
            "person_key",
            "stage",
            "attempt",
            "previous",
            "source",
            "event",
            "notice",
            "families",
            "barriers",
            "opened_on",
            "interested_on",
            "ready_on",
            "looked_past",
            "imported_stage",
            "closed_on",
            "close_reason",
            "revisit_on",
            "do_not_contact",
            "paused_on",
            "available_on",
            "referred_to",
            "merged_into",
            "read_with",
            "stage_since",
            "next_due_on",
            "next_kind",
            "next_owed_by",
            "last_two_way_on",
        ),
        other=("owner",),
        neither=("programme", "organisation"),
    )
    audit_person = person_at_end_of("candidate")

    class Meta:
        constraints = [
            models.CheckConstraint(name="pathway_stage_known", condition=models.Q(stage__in=Stage.values)),
            models.UniqueConstraint(fields=["person_key", "programme"], condition=models.Q(stage__in=OPEN), name="pathway_one_open"),
        ]
        indexes = [
            models.Index(fields=["owner", "next_due_on", "id"], name="pathway_desk", condition=models.Q(stage__in=OPEN)),
            models.Index(
                fields=["organisation", "programme", "next_due_on", "id"], name="pathway_team", condition=models.Q(stage__in=OPEN)
            ),
            # The caseload in each of its orders, from any place of it; the board counts by the beginning of the first.
            models.Index(fields=["programme", "stage", "next_due_on", "id"], name="pathway_board"),
            models.Index(fields=["programme", "next_due_on", "id"], name="pathway_due", condition=models.Q(stage__in=OPEN)),
            models.Index("programme", IN_WORK_LAST, "stage_since", "id", name="pathway_waiting", condition=models.Q(stage__in=OPEN)),
            # Nobody's yet, oldest first and by what is due: after a register of 100,000 they are as many.
            models.Index(fields=["programme", "opened_on", "id"], name="pathway_nobodys", condition=NOBODYS),
            models.Index(fields=["programme", "next_due_on", "id"], name="pathway_nobodys_due", condition=NOBODYS),
            models.Index("programme", SILENT_SINCE, "id", name="pathway_heard", condition=models.Q(stage__in=OPEN)),
            models.Index("programme", STAGE_PLACE, "id", name="pathway_journey", condition=models.Q(stage__in=OPEN)),
            models.Index(fields=["person_key"], name="pathway_person"),
        ]
        triggers = [agrees_with_log("pathway")]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def is_open(self) -> bool:
        """Whether anything may still happen in it."""
        return FLAGS[self.stage].open if self.stage in FLAGS else False

    @property
    def is_shared(self) -> bool:
        """Whether it is read together with another: it took one in, or was taken in."""
        return bool(self.read_with) or self.merged_into_id is not None

    @property
    def ids(self) -> list[int]:
        """This case and those that were taken into it: whatever stands in any of them counts here."""
        return [self.pk, *self.read_with]

    @property
    def phase(self) -> str:
        """What a lead counts it under."""
        return PHASE_OF[self.stage]


class Pause(Row):
    """A time in which nothing is asked of the person: the case stands where it stood. No two of one case overlap."""

    pathway = models.ForeignKey(Pathway, on_delete=models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=40)
    from_on = models.DateField()
    review_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)
    opened_by = models.ForeignKey("pathways.StageChange", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_by = models.ForeignKey("pathways.StageChange", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)

    personal = Personal(candidate=("pathway", "reason", "from_on", "review_on", "to_on"), neither=("opened_by", "closed_by", "voided_at"))
    audit_person = person_at_end_of("pathway.candidate")

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="pause_one_at_a_time",
                # A range of one number stands for "the same case": no extension of the database is needed.
                expressions=[
                    (Func(F("pathway"), F("pathway"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (Func(F("from_on"), F("to_on"), Value("[)"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                condition=models.Q(voided_at__isnull=True),
            ),
            models.CheckConstraint(
                name="pause_days_in_order", condition=models.Q(to_on__isnull=True) | models.Q(to_on__gte=models.F("from_on"))
            ),
        ]


class Ownership(Row):
    """Who held a case, from when to when."""

    pathway = models.ForeignKey(Pathway, on_delete=models.CASCADE, related_name="ownerships")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True)
    opened_by = models.ForeignKey("pathways.StageChange", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_by = models.ForeignKey("pathways.StageChange", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)

    personal = Personal(candidate=("pathway",), other=("user",), neither=("from_on", "to_on", "opened_by", "closed_by", "voided_at"))
    audit_person = person_at_end_of("pathway.candidate")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["pathway"], condition=models.Q(to_on__isnull=True, voided_at__isnull=True), name="ownership_one_at_a_time"
            )
        ]
