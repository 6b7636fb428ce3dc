"""What figures are held against: frozen lists and baselines. Nothing here is about one person."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from ground.rows import Personal, Row


class TargetWards(Row):
    """The wards a programme aims at: a list with its method, frozen on a day. A new list is a new row."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    method = models.CharField("how the wards were chosen", max_length=300)
    edition = models.CharField("deprivation edition used", max_length=60, blank=True)
    frozen_on = models.DateField()
    codes = ArrayField(models.CharField(max_length=9), help_text="ward codes")

    personal = Personal(neither=("programme", "name", "method", "edition", "frozen_on", "codes"))

    class Meta:
        ordering = ("programme", "-frozen_on", "-id")
        verbose_name_plural = "target wards"
        constraints = [
            models.UniqueConstraint(fields=["programme", "frozen_on"], name="target_wards_once_a_day"),
            models.CheckConstraint(condition=Q(codes__len__gt=0), name="target_wards_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name


class EarlierHires(Row):
    """A baseline: how many were hired from each ward before, in a period, and who says so."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    source = models.CharField(max_length=200)
    since = models.DateField()
    until = models.DateField()
    counts = models.JSONField(default=dict, help_text="ward code -> people hired")

    personal = Personal(neither=("programme", "name", "source", "since", "until", "counts"))

    class Meta:
        ordering = ("programme", "-until", "-id")
        verbose_name_plural = "earlier hires"
        constraints = [models.CheckConstraint(condition=Q(until__gte=F("since")), name="earlier_hires_in_order")]

    def __str__(self) -> str:
        return self.name
