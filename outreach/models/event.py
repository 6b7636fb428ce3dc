"""Going out: a stall, a session, a visit."""

from django.db import models

from ground.rows import Personal, Row


class Event(Row):
    """One outing. The tally counts talks with people who gave no name; named contacts are rows of their own."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    venue = models.CharField(max_length=160, blank=True)
    ward_code = models.CharField(max_length=9, blank=True)
    day = models.DateField()
    code = models.SlugField(max_length=12, unique=True)
    tally = models.PositiveIntegerField("talks without a name", default=0)

    personal = Personal(neither=("organisation", "programme", "name", "venue", "ward_code", "day", "code", "tally"))

    class Meta:
        ordering = ["-day", "name"]

    def __str__(self) -> str:
        return self.name
