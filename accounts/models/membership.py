"""Who works for whom, in which role, from when to when; and the invitations that lead there."""

from __future__ import annotations

from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from accounts.choices import Mark, Role
from accounts.desk import desk_of
from ground.rows import Personal, Row


def in_words(row: Membership | Invitation) -> str:
    """What a right is, as people say it: outreach worker at Ladywood Trust, on one programme or on all."""
    programme = f", {row.programme}" if row.programme_id else ""
    return f"{row.get_role_display()} at {row.organisation}{programme}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self, day: date) -> Self:
        """Those that give rights on this London day; the last day still counts."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=day), starts_on__lte=day, ended_at__isnull=True, organisation__ended_on__isnull=True
        )

    def for_user(self, user: object) -> Self:
        """Own organisation's for an administrator or employer, own programmes' for a lead."""
        desk = desk_of(user)
        if desk is None:
            return self.none()
        seen = Q(pk__in=[])
        for seat in desk.seats:
            if seat.role == Role.ADMINISTRATOR:
                seen |= Q(organisation__in=seat.organisations_of())
            elif seat.role == Role.PROGRAMME_LEAD:
                programmes = seat.programmes_of()
                seen |= Q(programme__in=programmes) | Q(programme__isnull=True, organisation=seat.organisation_id)
            elif seat.role == Role.EMPLOYER:
                seen |= Q(organisation=seat.organisation_id, role=Role.EMPLOYER)
        return self.filter(seen)

    def unscoped(self, reason: str) -> Self:
        """All rows, for work that no user asked for. The reason is read by reviewers."""
        return self.all()


class Membership(Row):
    """One right to work: a user, an organisation, a role, perhaps one programme only."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    programme = models.ForeignKey(
        "accounts.Programme", on_delete=models.PROTECT, null=True, blank=True, related_name="memberships", help_text="Empty: all of them."
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True, help_text="The last day.")
    marks = ArrayField(models.CharField(max_length=20, choices=Mark.choices), default=list, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="Set when somebody ended it: rights stop at the next request.")

    objects = MembershipQuerySet.as_manager()

    personal = Personal(other=("user", "role", "starts_on", "ends_on", "marks", "ended_at"), neither=("organisation", "programme"))

    class Meta:
        ordering = ("organisation", "role", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("user", "organisation", "role", "programme"),
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="membership_once_while_open",
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_known"),
            models.CheckConstraint(condition=Q(marks__contained_by=Mark.values), name="membership_marks_known"),
            models.CheckConstraint(condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="membership_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.pk}"

    @property
    def words(self) -> str:
        return in_words(self)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def for_user(self, user: object) -> Self:
        """Those to organisations whose memberships the user may read."""
        desk = desk_of(user)
        if desk is None:
            return self.none()
        seen = Q(pk__in=[])
        for seat in desk.seats:
            if seat.role == Role.ADMINISTRATOR:
                seen |= Q(organisation__in=seat.organisations_of())
            elif seat.role == Role.PROGRAMME_LEAD:
                seen |= Q(programme__in=seat.programmes_of())
            elif seat.role == Role.EMPLOYER:
                seen |= Q(organisation=seat.organisation_id, role=Role.EMPLOYER)
        return self.filter(seen)

    def unscoped(self, reason: str) -> Self:
        """All rows, for work that no user asked for. The reason is read by reviewers."""
        return self.all()


class Invitation(Row):
    """A link to one mailbox that makes one membership, once."""

    token_digest = models.CharField(max_length=64, unique=True)
    email = models.EmailField()
    name = models.CharField(max_length=200, blank=True)
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField(max_length=20, choices=Role.choices)
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, null=True, blank=True, related_name="invitations")
    invited_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="invitations_sent")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations")

    objects = InvitationQuerySet.as_manager()

    personal = Personal(
        other=("email", "name", "role", "invited_by", "membership", "used_at"),
        neither=("token_digest", "organisation", "programme", "expires_at", "cancelled_at"),
    )

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
            models.CheckConstraint(condition=Q(email=Lower("email")), name="invitation_email_in_small_letters"),
        ]

    def __str__(self) -> str:
        return f"Invitation {self.pk}"

    @property
    def words(self) -> str:
        return in_words(self)
