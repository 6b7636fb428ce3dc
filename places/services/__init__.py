"""Taking reference data in."""

from places.services.invented import load_invented
from places.services.loading import Loaded
from places.services.postcodes import load_postcodes
from places.services.wards import load_shipped_wards, load_wards

__all__ = ["Loaded", "load_invented", "load_postcodes", "load_shipped_wards", "load_wards"]
