"""Who looks after whose desk while its holder is away, from day to day."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from accounts.choices import Role
from accounts.desk import desk_of
from ground.rows import Personal, Row


class CoverQuerySet(models.QuerySet["Cover"]):
    def running(self, day: date) -> Self:
        """Those that give sight on this London day; the last day still counts."""
        return self.filter(from_on__lte=day, to_on__gte=day, ended_at__isnull=True)

    def standing(self, day: date) -> Self:
        """Running, or still to come."""
        return self.filter(to_on__gte=day, ended_at__isnull=True)

    def for_user(self, user: object) -> Self:
        """Of one's own desk or by oneself; for a lead all of the organisation's."""
        desk = desk_of(user)
        if desk is None or not desk.has(Role.PROGRAMME_LEAD, Role.OUTREACH_WORKER):
            return self.none()
        rows = self.filter(organisation=desk.organisation_id)
        return rows if desk.has(Role.PROGRAMME_LEAD) else rows.filter(Q(holder=desk.user_id) | Q(coverer=desk.user_id))

    def unscoped(self, reason: str) -> Self:
        """All rows, for work that no user asked for. The reason is read by reviewers."""
        return self.all()


def _same(name: str) -> tuple[Func, str]:
    """A range of one number stands for "the same row": no extension of the database is needed."""
    return Func(F(name), F(name), Value("[]"), function="int8range"), RangeOperators.OVERLAPS


class Cover(Row):
    """A desk shared from one day to another, both included: who covers it sees its people and does for them what its holder may.

    The right is never more than the coverer's own seats reach; it only stops being narrowed to their own people.
    """

    holder = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", help_text="Whose desk it is.")
    coverer = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", help_text="Who looks after it.")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    to_on = models.DateField(help_text="The last day.")
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Set when it ended: sight stops at the next request.")
    ended_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = CoverQuerySet.as_manager()

    personal = Personal(
        other=("holder", "coverer", "from_on", "to_on", "made_by", "ended_at", "ended_by"),
        neither=("organisation",),
    )

    class Meta:
        ordering = ("from_on", "id")
        constraints = [
            ExclusionConstraint(
                name="cover_once_at_a_time",
                expressions=[
                    _same("holder"),
                    _same("coverer"),
                    _same("organisation"),
                    (Func(F("from_on"), F("to_on"), Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(name="cover_days_in_order", condition=Q(to_on__gte=F("from_on"))),
            models.CheckConstraint(name="cover_of_another", condition=~Q(holder=F("coverer"))),
        ]
        indexes = [models.Index(fields=["coverer", "to_on"], name="cover_by", condition=Q(ended_at__isnull=True))]

    def __str__(self) -> str:
        return f"Cover {self.pk}"
