"""The six checks before a first day. We keep status, owner and dates: never the document."""

from django.db import models
from django.utils.translation import gettext_noop as _
from django_fsm import FSMField, transition

from accounts.choices import CheckKind as CheckKind
from pathways.workflow.steps import EMPLOYER, NEW, WORKER, Flags, step


class CheckStage(models.TextChoices):
    """How far a check has got."""

    NOT_STARTED = "not_started", "Not started"
    IN_PROGRESS = "in_progress", "In progress"
    CLEARED = "cleared", "Cleared"
    NOT_CLEARED = "not_cleared", "Not cleared"
    NOT_REQUIRED = "not_required", "Not required"
    VOID = "void", "Entered in error"


_S = CheckStage
FLAGS: dict[str, Flags] = {
    _S.NOT_STARTED: Flags(open=True, visible_to_employer=True, owes=EMPLOYER, to_candidate=_("Not started yet.")),
    _S.IN_PROGRESS: Flags(open=True, visible_to_employer=True, owes=EMPLOYER, to_candidate=_("Under way.")),
    _S.CLEARED: Flags(open=False, visible_to_employer=True, to_candidate=_("Done.")),
    _S.NOT_CLEARED: Flags(open=False, visible_to_employer=True, to_candidate=_("The employer will tell you more.")),
    _S.NOT_REQUIRED: Flags(open=False, visible_to_employer=True, to_candidate=_("Not needed.")),
    _S.VOID: Flags(open=False, to_candidate=_("This was entered in error.")),
}
_OPEN = [_S.NOT_STARTED, _S.IN_PROGRESS]
#: What is said beside a start that is agreed, or that has come: it waits for none of them, and nobody overlooks one.
NOT_YET_CLEARED: tuple[str, ...] = (*_OPEN, _S.NOT_CLEARED)


class PreEmploymentCheckChart(models.Model):
    """`not_started | in_progress | cleared | not_cleared | not_required`."""

    #: Written by steps, typed by people.
    typed: tuple[str, ...] = ("owner_words", "blocked_by")
    stage = FSMField(default=NEW, choices=CheckStage.choices, editable=False)

    class Meta:
        abstract = True

    @transition(stage, source=NEW, target=_S.NOT_STARTED, custom=step(child=True, label="Planned"))
    def plan(self) -> None:
        """Made with the job."""

    @transition(
        stage,
        source=_OPEN,
        target=_S.IN_PROGRESS,
        custom=step(who=(EMPLOYER, WORKER), writes=("asked_on", "owner_words", "blocked_by"), label="Asked for"),
    )
    def ask(self) -> None:
        """Asked for, of whom, and what blocks it."""

    @transition(
        stage,
        source=_OPEN,
        target=_S.IN_PROGRESS,
        custom=step(who=(EMPLOYER, WORKER), writes=("received_on", "blocked_by"), label="Received"),
    )
    def receive(self) -> None:
        """What was asked for has come."""

    @transition(stage, source=_OPEN, target=_S.CLEARED, custom=step(who=(EMPLOYER, WORKER), writes=("settled_on",), label="Cleared"))
    def clear(self) -> None:
        """Seen and in order."""

    @transition(
        stage, source=_OPEN, target=_S.NOT_CLEARED, custom=step(who=(EMPLOYER, WORKER), writes=("settled_on",), label="Not cleared")
    )
    def not_clear(self) -> None:
        """Seen and not in order."""

    @transition(
        stage, source=_OPEN, target=_S.NOT_REQUIRED, custom=step(who=(EMPLOYER, WORKER), writes=("settled_on",), label="Not required")
    )
    def not_require(self) -> None:
        """This job does not need it."""

    @transition(stage, source=[each for each in _S if each != _S.VOID], target=_S.VOID, custom=step(child=True, label="Entered in error"))
    def void(self) -> None:
        """Gone with its job."""
