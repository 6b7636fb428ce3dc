"""Postcodes, a row for each edition that holds them."""

from django.db import models

from ground.rows import Personal
from places.models.edition import Edition


class Postcode(models.Model):
    """What one edition says of a postcode. Its ward is its own: never worked out from its small area."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="postcodes", db_index=False)
    pcds = models.CharField("postcode", max_length=8)
    ward_code = models.CharField(max_length=9, blank=True)
    authority_code = models.CharField(max_length=9, blank=True)
    oa21 = models.CharField(max_length=9, blank=True)
    lsoa21 = models.CharField(max_length=9, blank=True)
    lsoa11 = models.CharField(max_length=9, blank=True)
    terminated = models.DateField(null=True, blank=True, help_text="first day of the month in which it went out of use")
    has_grid = models.BooleanField(default=True, help_text="whether it has a place on the map")

    personal = Personal(
        neither=("edition", "pcds", "ward_code", "authority_code", "oa21", "lsoa21", "lsoa11", "terminated", "has_grid"),
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pcds", "edition"], name="postcode_once_an_edition")]

    def __str__(self) -> str:
        return self.pcds
