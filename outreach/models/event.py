"""Going out: a stall, a session, a visit."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q

from accounts.desk import desk_of
from ground.rows import Personal, Row

#: How long the code on a poster leads somewhere after the day, unless the event says otherwise.
CODE_LASTS = timedelta(days=14)


class EventQuerySet(models.QuerySet["Event"]):
    """Filters on events."""

    def for_user(self, user: object) -> Self:
        """A worker's own organisation's in their programmes; a lead's, whoever in the programme holds them."""
        desk = desk_of(user)
        seen = Q(pk__in=[])
        for seat in desk.seats_as("programme_lead", "outreach_worker") if desk is not None else ():
            inside = {} if seat.role == "programme_lead" else {"organisation": seat.organisation_id}
            seen |= Q(programme__in=seat.programmes_of(), **inside)
        return self.filter(seen)

    def going_ahead(self) -> Self:
        """Those that were not called off."""
        return self.filter(cancelled_on__isnull=True)

    def open_on(self, day: date) -> Self:
        """Those whose poster's code leads somewhere on a day."""
        lasts = Q(code_ends_on__gte=day) | Q(code_ends_on__isnull=True, day__gte=day - CODE_LASTS)
        return self.going_ahead().filter(lasts)


class Event(Row):
    """One outing. The tally counts talks with people who gave no name; named contacts are rows of their own."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    venue = models.CharField(max_length=160, blank=True)
    postcode = models.CharField("postcode of the venue", max_length=8, blank=True)
    ward_code = models.CharField(max_length=9, blank=True)
    day = models.DateField()
    starts_at = models.TimeField(null=True, blank=True)
    ends_at = models.TimeField(null=True, blank=True)
    code = models.SlugField(max_length=12, unique=True)
    code_ends_on = models.DateField("last day of the poster's code", null=True, blank=True)
    staff = models.ManyToManyField("accounts.User", through="outreach.EventStaff", blank=True, related_name="+")
    tally = models.PositiveIntegerField("talks without a name", default=0)
    cancelled_on = models.DateField(null=True, blank=True)

    objects = EventQuerySet.as_manager()
    personal = Personal(
        other=("staff",),
        neither=(
            "organisation",
            "programme",
            "name",
            "venue",
            "postcode",
            "ward_code",
            "day",
            "starts_at",
            "ends_at",
            "code",
            "code_ends_on",
            "tally",
            "cancelled_on",
        ),
    )

    class Meta:
        ordering = ["-day", "name"]
        constraints = [
            models.CheckConstraint(
                name="event_ends_after_it_begins",
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
            ),
            models.CheckConstraint(name="event_code_lasts_its_day", condition=Q(code_ends_on__isnull=True) | Q(code_ends_on__gte=F("day"))),
        ]
        indexes = [models.Index(fields=["programme", "day", "id"], name="event_day")]

    def __str__(self) -> str:
        return self.name

    @property
    def code_until(self) -> date:
        """The last day on which the code of the poster is taken."""
        return self.code_ends_on or self.day + CODE_LASTS

    def is_open_on(self, day: date) -> bool:
        """Whether somebody who follows the code of the poster on this day is still said to come from this event."""
        return self.cancelled_on is None and day <= self.code_until


class EventStaff(models.Model):
    """A colleague who goes to an event."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    personal = Personal(other=("user",), neither=("event",))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "user"], name="event_staff_once")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.event_id}"
