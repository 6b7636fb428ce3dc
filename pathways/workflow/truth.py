"""What a text relies on. A text goes out only while this still reads as it did when the text was written."""

from ground.rows import Row


def truth_of(subject: Row) -> str:
    """What a text about this row relies on: its stage, and the time that was told."""
    told = getattr(subject, "at", None) or getattr(subject, "start_on", None)
    stage = getattr(subject, "stage", "")
    return f"{stage}@{told.isoformat()}" if told else str(stage)
