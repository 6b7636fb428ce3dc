"""Whom somebody must never see: an ex-partner, a relative. One user, one person, and why."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from ground.rows import Personal, Row
from ground.sealing import SealedTextField


class BlockQuerySet(models.QuerySet["ConflictBlock"]):
    def standing(self, day: date) -> Self:
        """Those that hide somebody on this London day; the last day still counts."""
        return self.filter(Q(to_on__isnull=True) | Q(to_on__gte=day), from_on__lte=day, ended_at__isnull=True)


class ConflictBlock(Row):
    """A named user never sees a named person. To the user the person is nobody at all: in lists, searches, counts and on every page.

    The person stands here by their public id: people are of a higher floor, and a desk is read before anybody asks about one of them.
    """

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", help_text="Who must not see the person.")
    person = models.UUIDField(help_text="The person's public id.")
    reason = SealedTextField()
    from_on = models.DateField()
    to_on = models.DateField(null=True, blank=True, help_text="The last day; empty: until somebody ends it.")
    set_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = BlockQuerySet.as_manager()

    personal = Personal(
        candidate=("person", "reason"),
        other=("user", "from_on", "to_on", "set_by", "ended_at", "ended_by"),
    )

    class Meta:
        ordering = ("from_on", "id")
        constraints = [
            models.CheckConstraint(name="block_days_in_order", condition=Q(to_on__isnull=True) | Q(to_on__gte=F("from_on"))),
            models.UniqueConstraint(fields=["user", "person", "from_on"], condition=Q(ended_at__isnull=True), name="block_once_a_day"),
        ]
        indexes = [
            models.Index(fields=["user"], name="block_of_user", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["person"], name="block_of_person"),
        ]

    def __str__(self) -> str:
        return f"Block {self.pk}"
