"""Ways to reach a person, each with what is safe."""

import pghistory
from django.db import models

from candidates.choices import RouteKind
from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row


class RouteQuerySet(models.QuerySet):
    """Filters on ways to reach somebody."""

    def current(self) -> "RouteQuerySet":
        """Those not ended, the preferred one first."""
        return self.filter(ended_on__isnull=True).order_by("rank", "id")


@pghistory.track(pghistory.UpdateEvent(), exclude=["reporting_id"])
class ContactRoute(Row):
    """One number, address or go-between. Two people may share one: a family phone is normal, and so is none at all."""

    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.CASCADE, related_name="routes")
    kind = models.CharField(max_length=10, choices=RouteKind)
    value = models.CharField(max_length=320, help_text="E.164 for phones; the address or the go-between's words otherwise")
    typed = models.CharField(max_length=320, blank=True)
    rank = models.PositiveSmallIntegerField(default=1)
    is_shared = models.BooleanField("shared with others", default=False)
    may_text = models.BooleanField("texts are fine", default=True)
    may_call = models.BooleanField("calls are fine", default=True)
    may_voicemail = models.BooleanField("safe to leave a voicemail", default=False)
    may_mention = models.BooleanField("safe to mention the programme", default=False)
    safe_times = models.CharField("best or safe times", max_length=200, blank=True)
    confirmed_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    objects = RouteQuerySet.as_manager()
    personal = Personal(
        candidate=(
            "candidate",
            "kind",
            "value",
            "typed",
            "rank",
            "is_shared",
            "may_text",
            "may_call",
            "may_voicemail",
            "may_mention",
            "safe_times",
            "confirmed_on",
            "ended_on",
        ),
    )
    audit_person = person_at_end_of("candidate")

    class Meta:
        indexes = [models.Index(fields=["value"], name="route_value", condition=models.Q(ended_on__isnull=True))]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate", "kind", "value"],
                condition=models.Q(ended_on__isnull=True),
                name="route_once_a_person",
            )
        ]

    @property
    def is_phone(self) -> bool:
        """Whether it can be rung."""
        return self.kind in {RouteKind.MOBILE, RouteKind.LANDLINE}
