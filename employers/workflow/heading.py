"""The chart of a career heading. Its changes are in the row history; only its closing reaches a case's log."""

from django.db import models
from django_fsm import FSMField, transition


class HeadingStage(models.TextChoices):
    """Where an opening stands."""

    DRAFT = "draft", "Draft"
    OPEN = "open", "Open"
    STALE = "stale", "Open, to be confirmed"
    FILLED = "filled", "Filled"
    CLOSED = "closed", "Closed"


#: People may be put forward to it.
OPEN: tuple[str, ...] = (HeadingStage.OPEN, HeadingStage.STALE)
#: Steps that people take, with their buttons. Closing and filling reach the people put forward.
STEPS: dict[str, str] = {
    "post": "Post it",
    "confirm": "Still true",
    "fill": "Record that all places are taken",
    "close": "Close this opening",
    "reopen": "Open it again",
}


class HeadingChart(models.Model):
    """`draft -> open -> stale -> filled | closed`; a closed or filled one may be reopened."""

    stage = FSMField(default=HeadingStage.DRAFT, choices=HeadingStage.choices, editable=False)

    class Meta:
        abstract = True

    @transition(stage, source=HeadingStage.DRAFT, target=HeadingStage.OPEN)
    def post(self) -> None:
        """The opening is real and may be offered to people."""

    @transition(stage, source=[HeadingStage.OPEN, HeadingStage.STALE], target=HeadingStage.OPEN)
    def confirm(self) -> None:
        """Still true."""

    @transition(stage, source=HeadingStage.OPEN, target=HeadingStage.STALE)
    def go_stale(self) -> None:
        """Nobody has confirmed it for 45 days."""

    @transition(stage, source=[HeadingStage.OPEN, HeadingStage.STALE], target=HeadingStage.FILLED)
    def fill(self) -> None:
        """All places are taken."""

    @transition(stage, source=[HeadingStage.DRAFT, HeadingStage.OPEN, HeadingStage.STALE], target=HeadingStage.CLOSED)
    def close(self) -> None:
        """Withdrawn by the employer."""

    @transition(stage, source=[HeadingStage.FILLED, HeadingStage.CLOSED], target=HeadingStage.OPEN)
    def reopen(self) -> None:
        """Open again after all."""
