"""Organisations: councils, trusts, charities, training providers, employers. One may be several at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.choices import OrganisationKind
from accounts.desk import desk_of
from ground.rows import Personal, Row

if TYPE_CHECKING:
    from datetime import date


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def for_user(self, user: object) -> Self:
        """Their own organisation, and those they work with in programmes; an employer or trainer sees their own alone."""
        desk = desk_of(user)
        if desk is None:
            return self.none()
        if not desk.roles & {"administrator", "programme_lead", "outreach_worker"}:
            return self.filter(pk=desk.organisation_id)
        beside = Q(pk=desk.organisation_id)
        for seat in desk.seats:
            if seat.role in {"administrator", "programme_lead", "outreach_worker"}:
                beside |= Q(programme_partnerships__programme__in=seat.programmes_of(), programme_partnerships__ends_on__isnull=True)
                beside |= Q(programmes__in=seat.programmes_of())
        return self.filter(pk__in=self.model._base_manager.filter(beside).values("pk"))

    def unscoped(self, reason: str) -> Self:
        """All rows, for work that no user asked for. The reason is read by reviewers."""
        return self.all()

    def of_kind(self, kind: str) -> Self:
        return self.filter(kinds__contains=[kind])


class Organisation(Row):
    """An organisation that people sign in for."""

    name = models.CharField(max_length=200)
    kinds = ArrayField(models.CharField(max_length=20, choices=OrganisationKind.choices), help_text="A trust is often two at once.")
    contact_email = models.EmailField(blank=True, help_text="Printed on letters and in e-mails.")
    contact_phone = models.CharField(max_length=20, blank=True)
    office_hours = models.CharField(max_length=200, blank=True, help_text="As people say them: Monday to Friday, 9 to 5.")
    ended_on = models.DateField(null=True, blank=True)

    objects = OrganisationQuerySet.as_manager()

    personal = Personal(neither=("name", "kinds", "contact_email", "contact_phone", "office_hours", "ended_on"))

    class Meta:
        ordering = ("name", "id")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="organisation_name_once"),
            models.CheckConstraint(
                condition=Q(kinds__contained_by=OrganisationKind.values) & Q(kinds__len__gt=0), name="organisation_has_known_kinds"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_open(self, day: date) -> bool:
        """Whether the organisation still takes part on this day."""
        return self.ended_on is None or day < self.ended_on
