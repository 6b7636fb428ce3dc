"""Take in a postcode directory from the shell."""

from places.management.load import LoadCommand
from places.services import load_postcodes


class Command(LoadCommand):
    """Load a postcode directory: ONSPD or NSPL of any edition."""

    help = "Load a postcode directory (ONSPD or NSPL). The same file a second time does nothing."
    load = staticmethod(load_postcodes)
