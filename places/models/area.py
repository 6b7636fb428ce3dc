"""Small areas and what is known of them: how deprived, how many people."""

from django.db import models
from django.db.models import Q

from ground.rows import Personal
from places.choices import AreaKind
from places.models.edition import Edition


class SmallArea(models.Model):
    """A census area. Its ward is the best fit, for sums over areas and never for a person's address."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="small_areas")
    kind = models.CharField(max_length=10, choices=AreaKind)
    code = models.CharField(max_length=9)
    authority_code = models.CharField(max_length=9, blank=True)
    best_fit_ward = models.CharField(max_length=9, blank=True)

    personal = Personal(neither=("edition", "kind", "code", "authority_code", "best_fit_ward"))

    class Meta:
        ordering = ("code", "id")
        constraints = [models.UniqueConstraint(fields=["code", "best_fit_ward", "edition"], name="smallarea_once_an_edition")]

    def __str__(self) -> str:
        return self.code


class Deprivation(models.Model):
    """How deprived one edition says a small area is: decile 1 is the most deprived tenth. Areas, not people."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="deprivation", db_index=False)
    lsoa_code = models.CharField(max_length=9)
    rank = models.PositiveIntegerField(help_text="1 is the most deprived")
    decile = models.PositiveSmallIntegerField()
    score = models.DecimalField(max_digits=7, decimal_places=3, null=True, blank=True)

    personal = Personal(neither=("edition", "lsoa_code", "rank", "decile", "score"))

    class Meta:
        ordering = ("lsoa_code", "id")
        constraints = [
            models.UniqueConstraint(fields=["edition", "lsoa_code"], name="deprivation_once_an_edition"),
            models.CheckConstraint(condition=Q(decile__gte=1, decile__lte=10), name="deprivation_decile_is_a_tenth"),
            models.CheckConstraint(condition=Q(rank__gte=1), name="deprivation_rank_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.lsoa_code}: {self.decile}"


class Population(models.Model):
    """How many people of one category an edition counts in an area: the ground that rates and ratios stand on."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="population", db_index=False)
    kind = models.CharField(max_length=10, choices=AreaKind, default=AreaKind.WARD)
    area_code = models.CharField(max_length=9)
    question = models.CharField(max_length=20, help_text="all, age, sex, disability, ethnic_group")
    category = models.CharField(max_length=20, help_text="the answer's code; all, when everybody is counted")
    count = models.PositiveIntegerField()

    personal = Personal(neither=("edition", "kind", "area_code", "question", "category", "count"))

    class Meta:
        ordering = ("area_code", "question", "id")
        verbose_name_plural = "population"
        constraints = [
            models.UniqueConstraint(fields=["edition", "area_code", "question", "category"], name="population_once_an_edition"),
            models.CheckConstraint(condition=Q(kind__in=AreaKind.values), name="population_area_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.area_code} {self.question} {self.category}"
