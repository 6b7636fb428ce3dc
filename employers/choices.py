"""Words about jobs."""

from django.db import models


class PayUnit(models.TextChoices):
    """How pay is quoted."""

    HOUR = "hour", "an hour"
    YEAR = "year", "a year, full time"


class PayGrade(models.TextChoices):
    """Pay against the rates in force that day. The second is flagged, never blocked."""

    BELOW = "below", "Under the legal minimum for 21 and over"
    LEGAL = "legal", "Legal, under the real Living Wage"
    REAL = "real", "At or above the real Living Wage"
    UNKNOWN = "unknown", "Not graded: no pay given or no rate in force"


class RateCode(models.TextChoices):
    """The pay rates a job is held against."""

    NATIONAL = "national", "National Living Wage, 21 and over"
    YOUNG = "young", "18 to 20"
    APPRENTICE = "apprentice", "Under 18 or apprentice"
    REAL_UK = "real_uk", "Real Living Wage, UK"
    REAL_LONDON = "real_london", "Real Living Wage, London"
