"""Job families and career headings."""

from typing import Self

import pghistory
from django.db import models
from django.db.models import Q

from accounts.choices import Role
from accounts.desk import desk_of
from employers.choices import PayGrade, PayUnit
from employers.workflow.heading import OPEN, HeadingChart, HeadingStage
from ground.rows import Personal, Row


class JobFamily(Row):
    """What a candidate picks: administration, facilities, healthcare. A dated row with a picture."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    examples = models.CharField(max_length=200, blank=True)
    picture = models.CharField(max_length=60, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    personal = Personal(neither=("code", "name", "examples", "picture", "valid_from", "valid_to"))

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class HeadingQuerySet(models.QuerySet["CareerHeading"]):
    """Whose openings, and which."""

    def for_user(self, user: object) -> Self:
        """An employer's own; of their programmes, once posted, a worker's, a lead's and an administrator's; while open, a trainer's."""
        desk = desk_of(user)
        if desk is None:
            return self.none()
        seen = Q(pk__in=[])
        for seat in desk.seats:
            if seat.role == Role.EMPLOYER:
                one = Q(programme=seat.programme_id) if seat.programme_id else Q()
                seen |= Q(organisation=seat.organisation_id) & one
            elif seat.role in (Role.OUTREACH_WORKER, Role.PROGRAMME_LEAD, Role.ADMINISTRATOR):
                seen |= Q(programme__in=seat.programmes_of()) & ~Q(stage=HeadingStage.DRAFT)
            elif seat.role == Role.TRAINER:
                seen |= Q(programme__in=seat.programmes_of(), stage__in=OPEN)
        return self.filter(seen, not_recorded=False)

    def open(self) -> Self:
        """People may still be put forward to them."""
        return self.filter(stage__in=OPEN)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), exclude=["reporting_id"])
class CareerHeading(HeadingChart, Row):
    """One employer's opening within a family, in words a person would use."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="headings")
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    family = models.ForeignKey(JobFamily, on_delete=models.PROTECT, related_name="headings")
    title = models.CharField("title in plain words", max_length=120)
    site = models.CharField("where", max_length=160, blank=True)
    hours_pattern = models.CharField("days and shifts", max_length=200, blank=True)
    hours_a_week = models.DecimalField("hours a week", max_digits=4, decimal_places=1, null=True, blank=True)
    pay = models.DecimalField("pay in pounds", max_digits=9, decimal_places=2, null=True, blank=True)
    pay_unit = models.CharField(max_length=4, choices=PayUnit, default=PayUnit.HOUR)
    pay_grade = models.CharField(max_length=7, choices=PayGrade, default=PayGrade.UNKNOWN)
    pay_reason = models.CharField("why the pay is under the minimum for 21 and over", max_length=200, blank=True)
    places = models.PositiveSmallIntegerField("how many places", default=1)
    start_by = models.DateField("start by", null=True, blank=True)
    posted_on = models.DateField(null=True, blank=True)
    confirmed_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    not_recorded = models.BooleanField("made for an imported introduction", default=False)
    posted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = HeadingQuerySet.as_manager()
    personal = Personal(
        other=("posted_by",),
        neither=(
            "stage",
            "organisation",
            "programme",
            "family",
            "title",
            "site",
            "hours_pattern",
            "hours_a_week",
            "pay",
            "pay_unit",
            "pay_grade",
            "pay_reason",
            "places",
            "start_by",
            "posted_on",
            "confirmed_on",
            "ended_on",
            "not_recorded",
        ),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(name="heading_stage_known", condition=models.Q(stage__in=HeadingStage.values)),
            models.CheckConstraint(name="heading_has_a_place", condition=models.Q(places__gte=1)),
        ]
        indexes = [models.Index(fields=["organisation", "stage"], name="heading_desk")]

    @property
    def is_open(self) -> bool:
        """Whether people may still be put forward."""
        return self.stage in OPEN
