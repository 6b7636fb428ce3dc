"""Words for what is loaded and for what is known of a postcode."""

from django.db import models


class EditionKind(models.TextChoices):
    """What an edition is an edition of."""

    WARDS = "wards", "Wards"
    POSTCODES = "postcodes", "Postcodes"
    DEPRIVATION = "deprivation", "Deprivation"
    POPULATION = "population", "Population"


class AreaKind(models.TextChoices):
    """The small areas that a census counts by, and the larger ones that they add up to."""

    OA21 = "oa21", "Output area, 2021"
    LSOA21 = "lsoa21", "Small area (LSOA), 2021"
    LSOA11 = "lsoa11", "Small area (LSOA), 2011"
    WARD = "ward", "Ward"
    AUTHORITY = "authority", "Council"
    COUNTRY = "country", "Country"


class PostcodeState(models.TextChoices):
    """What a look-up found."""

    LIVE = "live", "In use"
    TERMINATED = "terminated", "No longer in use"
    UNKNOWN = "unknown", "Not looked up yet"
    PSEUDO = "pseudo", "Not a place"
    NONE = "none", "No postcode"


class Shape(models.TextChoices):
    """What was typed as a postcode, before any file is asked."""

    OK = "ok", "A postcode"
    BAD = "bad", "Not a postcode"
    PSEUDO = "pseudo", "Stands for no fixed abode"
    EMPTY = "empty", "Nothing typed"
