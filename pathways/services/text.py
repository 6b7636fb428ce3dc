"""Which steps tell the person something by text. Steps send nothing: they write a row, delivery asks again."""

from ground.rows import Row
from pathways.models import StageChange


def write_texts(*, change: StageChange, subject: Row) -> None:
    """Write the texts that this step brings, in its own transaction."""
