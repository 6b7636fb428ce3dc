"""Take in a list of wards from the shell."""

from places.management.load import LoadCommand
from places.services import load_wards


class Command(LoadCommand):
    """Load an official list of wards."""

    help = "Load a list of ward codes and names. The same file a second time does nothing."
    load = staticmethod(load_wards)
