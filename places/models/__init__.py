"""Councils, wards, postcodes and what is published about them. Nothing here is about a person."""

from places.models.area import Deprivation, Population, SmallArea
from places.models.edition import Edition, LoadRun
from places.models.postcode import Postcode
from places.models.ward import Authority, Ward

__all__ = ["Authority", "Deprivation", "Edition", "LoadRun", "Population", "Postcode", "SmallArea", "Ward"]
