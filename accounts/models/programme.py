"""Programmes and the dated data that people tune: partners, money, notices, milestones, reasons."""

from __future__ import annotations

from datetime import date
from typing import Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property

from accounts.choices import FunnelStart, MilestoneCode, NoticeRole, Phase, ReasonKind
from accounts.desk import desk_of
from ground.rows import Personal, Row


def all_phases() -> list[str]:
    return list(Phase.values)


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def for_user(self, user: object) -> Self:
        """The programmes that the user's seats reach."""
        desk = desk_of(user)
        if desk is None:
            return self.none()
        seen = Q(pk__in=[])
        for seat in desk.seats:
            seen |= Q(pk__in=seat.programmes_of())
        return self.filter(seen)

    def unscoped(self, reason: str) -> Self:
        """All rows, for work that no user asked for. The reason is read by reviewers."""
        return self.all()


class Programme(Row):
    """A piece of work with one accountable organisation and any number of partners."""

    name = models.CharField(max_length=200)
    code = models.SlugField(max_length=40, unique=True, help_text="Short, for files and commands.")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="programmes")
    partners = models.ManyToManyField("accounts.Organisation", through="accounts.ProgrammePartner", related_name="partner_programmes")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    #: These three are rules now (ProgrammeRule). Nothing reads them: the columns leave with the next release.
    phases_shown = ArrayField(models.CharField(max_length=20, choices=Phase.choices), default=all_phases)
    funnel_starts_at = models.CharField(max_length=20, choices=FunnelStart.choices, default=FunnelStart.INTEREST)
    caseload_limit = models.PositiveSmallIntegerField(default=25)
    caseload_only = models.BooleanField(default=False, help_text="Workers see their own cases and nobody's, not a colleague's.")

    objects = ProgrammeQuerySet.as_manager()

    personal = Personal(
        neither=(
            "name",
            "code",
            "organisation",
            "partners",
            "starts_on",
            "ends_on",
            "phases_shown",
            "funnel_starts_at",
            "caseload_only",
            "caseload_limit",
        )
    )

    class Meta:
        ordering = ("name", "id")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="programme_name_once"),
            models.CheckConstraint(condition=Q(phases_shown__contained_by=Phase.values), name="programme_phases_known"),
            models.CheckConstraint(condition=Q(funnel_starts_at__in=FunnelStart.values), name="programme_funnel_start_known"),
            models.CheckConstraint(condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="programme_ends_after_start"),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def taking_part(self) -> frozenset[int]:
        """The organisations that work in it now: the accountable one and its partners."""
        partners = ProgrammePartner._base_manager.filter(programme=self.pk, ends_on__isnull=True)
        return frozenset([self.organisation_id, *partners.values_list("organisation", flat=True)])


class ProgrammePartner(Row):
    """An organisation's part in a programme, from one day to another."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="partnerships")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="programme_partnerships")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    personal = Personal(neither=("programme", "organisation", "starts_on", "ends_on"))

    class Meta:
        ordering = ("programme", "organisation", "starts_on")
        constraints = [
            models.UniqueConstraint(
                fields=("programme", "organisation"), condition=Q(ends_on__isnull=True), name="programme_partner_once_while_open"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="programme_partner_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"Partner {self.organisation_id} of {self.programme_id}"


class FundingStream(Row):
    """Money with its own rules. A person may count for several."""

    name = models.CharField(max_length=200)
    code = models.SlugField(max_length=40, unique=True)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="funding_streams")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    personal = Personal(neither=("name", "code", "programme", "starts_on", "ends_on"))

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class DatedQuerySet(models.QuerySet):
    def on(self, day: date) -> Self:
        """The rows that hold on this London day: from the first day to the day before `valid_to`."""
        return self.filter(Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gt=day))

    def of(self, programme: Programme | int | None) -> Self:
        """The programme's own rows and those that hold for every programme."""
        return self.filter(Q(programme=programme) | Q(programme__isnull=True))

    def last_word(self) -> Self:
        """In such an order that the row which holds comes last among those of one name: the programme's own, then the later one."""
        return self.order_by(F("programme").asc(nulls_first=True), "valid_from", "id")

    def in_words(self, programme: Programme, **which: str) -> Self:
        """All rows about one thing that a programme may set, with who set them; what holds comes last."""
        return self.of(programme).filter(**which).select_related("set_by").last_word()


class MilestoneQuerySet(DatedQuerySet):
    def standing(self, programme: int, day: date) -> list[Milestone]:
        """The milestones of a job that begins that day, one of each name: one query."""
        found = {row.code: row for row in self.of(programme).on(day).last_word()}
        return [found[code] for code in sorted(found) if found[code].in_use]


class ReasonQuerySet(DatedQuerySet):
    def standing(self, programme: Programme | int | None, kind: str, day: date) -> list[Reason]:
        """The reasons of one kind that may be given that day, in their order: one query."""
        found = {row.code: row for row in self.of(programme).on(day).filter(kind=kind).last_word()}
        return sorted((row for row in found.values() if row.in_use), key=lambda row: (row.position, row.label))

    def choices(self, programme: Programme | int | None, kind: str, day: date) -> list[tuple[str, str]]:
        """The same for a drop-down: code and words."""
        return [(row.code, row.label) for row in self.standing(programme, kind, day)]


class PrivacyNotice(Row):
    """What people are told, and on what basis; the version a person was shown is kept with them."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="privacy_notices")
    funding_stream = models.ForeignKey(FundingStream, on_delete=models.PROTECT, null=True, blank=True, related_name="privacy_notices")
    language = models.CharField(max_length=12, default="en")
    edition = models.PositiveIntegerField(default=1)
    role = models.CharField(max_length=20, choices=NoticeRole.choices, default=NoticeRole.CONTROLLER)
    lawful_basis = models.CharField(max_length=200)
    special_category_condition = models.CharField(max_length=200, blank=True)
    retention = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    personal = Personal(
        neither=(
            "programme",
            "funding_stream",
            "language",
            "edition",
            "role",
            "lawful_basis",
            "special_category_condition",
            "retention",
            "text",
            "valid_from",
            "valid_to",
        )
    )

    class Meta:
        ordering = ("programme", "funding_stream", "language", "-edition")
        constraints = [
            models.UniqueConstraint(
                fields=("programme", "funding_stream", "language", "edition"), nulls_distinct=False, name="privacy_notice_edition_once"
            )
        ]

    def __str__(self) -> str:
        return f"Notice {self.programme_id}, {self.language}, edition {self.edition}"


class Milestone(Row):
    """When a job is asked after: so many weeks or calendar months from the first day. Never edited: a change is another row."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, null=True, blank=True, related_name="milestones")
    code = models.CharField(max_length=20, choices=MilestoneCode.choices)
    weeks = models.PositiveSmallIntegerField(null=True, blank=True)
    months = models.PositiveSmallIntegerField(null=True, blank=True)
    window_days = models.PositiveSmallIntegerField(default=28, help_text="How long after the day an answer still counts.")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    in_use = models.BooleanField(default=True, help_text="Not in use: from this day on it is not offered or asked for.")
    why = models.CharField(max_length=200, blank=True)
    set_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = MilestoneQuerySet.as_manager()

    personal = Personal(
        other=("set_by",), neither=("programme", "code", "weeks", "months", "window_days", "valid_from", "valid_to", "in_use", "why")
    )

    class Meta:
        ordering = ("programme", "code", "valid_from")
        constraints = [
            models.CheckConstraint(condition=Q(weeks__isnull=False) ^ Q(months__isnull=False), name="milestone_weeks_or_months"),
            models.CheckConstraint(condition=Q(code__in=MilestoneCode.values), name="milestone_code_known"),
            models.UniqueConstraint(fields=("code", "valid_from"), condition=Q(programme__isnull=True), name="milestone_shipped_once"),
        ]
        triggers = [pgtrigger.Protect(name="milestone_never_edited", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return self.get_code_display()


class Reason(Row):
    """A reason that a step may be given, in the programme's words. Never edited: a change is another row."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, null=True, blank=True, related_name="reasons")
    kind = models.CharField(max_length=20, choices=ReasonKind.choices)
    code = models.SlugField(max_length=40)
    label = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    in_use = models.BooleanField(default=True, help_text="Not in use: from this day on it is not offered or asked for.")
    why = models.CharField(max_length=200, blank=True)
    set_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = ReasonQuerySet.as_manager()

    personal = Personal(
        other=("set_by",), neither=("programme", "kind", "code", "label", "position", "valid_from", "valid_to", "in_use", "why")
    )

    class Meta:
        ordering = ("kind", "position", "label", "id")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ReasonKind.values), name="reason_kind_known"),
            models.UniqueConstraint(fields=("kind", "code", "valid_from"), condition=Q(programme__isnull=True), name="reason_shipped_once"),
        ]
        triggers = [pgtrigger.Protect(name="reason_never_edited", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return self.label


class BankHolidays(models.Manager["BankHoliday"]):
    def get_queryset(self) -> models.QuerySet[BankHoliday]:
        """Those that hold: one that was taken off the list is kept, and counts no more."""
        return super().get_queryset().filter(taken_off_at__isnull=True)


class BankHoliday(Row):
    """A day on which no working day is counted and no text goes out."""

    day = models.DateField(unique=True)
    name = models.CharField(max_length=100)
    taken_off_at = models.DateTimeField(null=True, blank=True)

    objects = BankHolidays()

    personal = Personal(neither=("day", "name", "taken_off_at"))

    class Meta:
        ordering = ("day",)

    def __str__(self) -> str:
        return self.name
