"""Councils and their wards. Wards have editions: joins are on the code, never on the name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from ground.rows import Personal
from places.models.edition import Edition


class Authority(models.Model):
    """A local authority, by its code."""

    code = models.CharField(max_length=9, unique=True)
    name = models.CharField(max_length=100, blank=True)

    personal = Personal(neither=("code", "name"))

    class Meta:
        ordering = ("name", "code")
        verbose_name_plural = "authorities"

    def __str__(self) -> str:
        return self.name or self.code


class WardQuerySet(models.QuerySet["Ward"]):
    def in_force(self, day: date) -> Self:
        """Those that exist on this day. A ward whose days nobody knows is not counted in."""
        return self.filter(Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gte=day))

    def of(self, authorities: Iterable[str]) -> Self:
        return self.filter(authority__in=list(authorities))


class Ward(models.Model):
    """A ward between two boundary changes. A name may come back for another area; a code never does."""

    code = models.CharField(max_length=9, unique=True)
    name = models.CharField(max_length=100)
    authority = models.ForeignKey(Authority, to_field="code", db_column="authority_code", on_delete=models.PROTECT, related_name="wards")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="wards", help_text="the list that named it")
    valid_from = models.DateField(null=True, blank=True, help_text="empty: not known")
    valid_to = models.DateField(null=True, blank=True, help_text="the last day; empty: still in force, or not known")

    objects = WardQuerySet.as_manager()

    personal = Personal(neither=("code", "name", "authority", "edition", "valid_from", "valid_to"))

    class Meta:
        ordering = ("name", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_from__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="ward_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.name
