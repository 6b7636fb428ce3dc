"""Editions of reference data, and the files that brought them."""

from django.db import models
from django.db.models import Q

from ground.rows import Personal
from places.choices import EditionKind


class Edition(models.Model):
    """One published edition: the postcodes of November 2025, the deprivation of 2019, the invented ones of the demo."""

    kind = models.CharField(max_length=12, choices=EditionKind)
    name = models.CharField(max_length=40)
    as_of = models.DateField(help_text="orders the editions of a kind: the newest that fits is asked first")
    has_lsoa21 = models.BooleanField(default=True, help_text="without it the deprivation of 2025 cannot be told")

    personal = Personal(neither=("kind", "name", "as_of", "has_lsoa21"))

    class Meta:
        ordering = ("kind", "-as_of", "-id")
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], name="edition_once"),
            models.CheckConstraint(condition=Q(kind__in=EditionKind.values), name="edition_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name


class LoadRun(models.Model):
    """One file taken in, for these authorities. The same file again finds its row here and does nothing."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="loads")
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file")
    authorities = models.CharField(max_length=1000, help_text="codes in order, or all")
    columns = models.JSONField(default=dict, help_text="what each column was taken for")
    rows_read = models.PositiveIntegerField()
    rows_kept = models.PositiveIntegerField(help_text="rows of the chosen authorities")
    rows_written = models.PositiveIntegerField(help_text="new or changed by this load")
    loaded_at = models.DateTimeField()

    personal = Personal(
        neither=("edition", "file_name", "digest", "authorities", "columns", "rows_read", "rows_kept", "rows_written", "loaded_at"),
    )

    class Meta:
        ordering = ("-loaded_at", "-id")
        constraints = [models.UniqueConstraint(fields=["edition", "digest", "authorities"], name="load_once")]

    def __str__(self) -> str:
        return f"{self.edition_id} {self.digest[:12]}"
