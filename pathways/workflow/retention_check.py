"""Still in work? One check per job and milestone."""

from django.db import models
from django.utils.translation import gettext_noop as _
from django_fsm import FSMField, transition

from pathways.workflow.steps import CANDIDATE, EMPLOYER, LEAD, NEW, SYSTEM, WORKER, Flags, step


class RetentionStage(models.TextChoices):
    """How far a retention check has got."""

    SCHEDULED = "scheduled", "To come"
    OPEN = "open", "Due"
    CHASING = "chasing", "Being asked again"
    CONFIRMED = "confirmed", "Still in post"
    NOT_IN_POST = "not_in_post", "Not in post"
    UNKNOWN = "unknown", "Not known"
    DISPUTED = "disputed", "Answers disagree"
    EXEMPT = "exempt", "Exempt"
    SUPERSEDED = "superseded", "Replaced"
    VOID = "void", "Entered in error"


_S = RetentionStage
ASKING: tuple[str, ...] = (_S.OPEN, _S.CHASING)
ANSWERED: tuple[str, ...] = (_S.CONFIRMED, _S.NOT_IN_POST)
UNSETTLED: tuple[str, ...] = (_S.SCHEDULED, _S.OPEN, _S.CHASING, _S.DISPUTED)
SETTLED: tuple[str, ...] = (_S.CONFIRMED, _S.NOT_IN_POST, _S.UNKNOWN, _S.EXEMPT, _S.SUPERSEDED, _S.VOID)

FLAGS: dict[str, Flags] = {
    _S.SCHEDULED: Flags(open=True, visible_to_employer=True, to_candidate=_("We will ask how it is going.")),
    _S.OPEN: Flags(open=True, visible_to_employer=True, to_candidate=_("Are you still in the job?")),
    _S.CHASING: Flags(open=True, visible_to_employer=True, to_candidate=_("Are you still in the job?")),
    _S.CONFIRMED: Flags(open=False, visible_to_employer=True, to_candidate=_("You told us you are still in the job.")),
    _S.NOT_IN_POST: Flags(open=False, visible_to_employer=True, to_candidate=_("You had left the job.")),
    _S.UNKNOWN: Flags(open=False, visible_to_employer=True, to_candidate=_("We did not hear.")),
    _S.DISPUTED: Flags(open=True, visible_to_employer=True, to_candidate=_("We need to ask you again.")),
    _S.EXEMPT: Flags(open=False, to_candidate=_("No answer is needed.")),
    _S.SUPERSEDED: Flags(open=False, to_candidate=_("The date was put right.")),
    _S.VOID: Flags(open=False, to_candidate=_("This was entered in error.")),
}

#: All but what is out of the count already.
STANDING = [each for each in _S if each not in {_S.EXEMPT, _S.SUPERSEDED, _S.VOID}]

ANSWER = ("known_on", "grade")


class RetentionCheckChart(models.Model):
    """`scheduled -> open -> chasing -> confirmed | not_in_post | unknown`, and the ways out of the count."""

    #: Written by steps, typed by people.
    typed: tuple[str, ...] = ()
    stage = FSMField(default=NEW, choices=RetentionStage.choices, editable=False)

    class Meta:
        abstract = True

    @transition(stage, source=NEW, target=_S.SCHEDULED, custom=step(child=True, label="Planned"))
    def plan(self) -> None:
        """Planned from the first day."""

    @transition(stage, source=_S.SCHEDULED, target=_S.OPEN, custom=step(who=(SYSTEM,), writes=("window_ends",), label="Window opens"))
    def open_window(self) -> None:
        """On the due date, never before."""

    @transition(stage, source=_S.OPEN, target=_S.CHASING, custom=step(who=(SYSTEM,), label="Ask again"))
    def chase(self) -> None:
        """Five days without an answer."""

    @transition(
        stage,
        source=[*ASKING, _S.UNKNOWN],
        target=_S.CONFIRMED,
        custom=step(who=(CANDIDATE, EMPLOYER, WORKER), writes=ANSWER, label="Still in work"),
    )
    def confirm(self) -> None:
        """Somebody who knows says: still in post on the due date."""

    @transition(
        stage,
        source=[*ASKING, _S.UNKNOWN],
        target=_S.NOT_IN_POST,
        custom=step(who=(CANDIDATE, EMPLOYER, WORKER), writes=ANSWER, label="Not in work there"),
    )
    def deny(self) -> None:
        """Somebody who knows says: no longer in post on the due date."""

    @transition(stage, source=list(ASKING), target=None, custom=step(who=(CANDIDATE, WORKER), label="They ask for a call"))
    def ask_call(self) -> None:
        """ "Please call me": no answer yet, and a call on the same day."""

    @transition(
        stage,
        source=[_S.SCHEDULED, *ASKING, _S.UNKNOWN],
        target=_S.NOT_IN_POST,
        custom=step(who=(SYSTEM,), writes=ANSWER, label="Settled by the last day"),
    )
    def settle_left(self) -> None:
        """The job is known to have ended before the due date, and that date has come."""

    @transition(
        stage,
        source=[_S.SCHEDULED, *ASKING, _S.UNKNOWN, _S.NOT_IN_POST],
        target=_S.CONFIRMED,
        custom=step(who=(SYSTEM,), writes=ANSWER, label="Settled by the last day"),
    )
    def settle_in_post(self) -> None:
        """The job is known to have ended on or after the due date."""

    @transition(
        stage,
        source=[*ANSWERED, _S.DISPUTED],
        target=None,
        custom=step(who=(CANDIDATE, EMPLOYER, WORKER), writes=ANSWER, label="Another answer"),
    )
    def answer_again(self) -> None:
        """Somebody else who knows says the same, or the contrary."""

    @transition(stage, source=list(ANSWERED), target=_S.DISPUTED, custom=step(child=True, label="Answers disagree"))
    def dispute(self) -> None:
        """Two answers disagree: somebody must find out which is right."""

    @transition(
        stage, source=_S.DISPUTED, target=_S.CONFIRMED, custom=step(who=(WORKER,), writes=ANSWER, label="Settle: still in work there")
    )
    def settle_still(self) -> None:
        """Found out: they were in post on the due date."""

    @transition(stage, source=_S.DISPUTED, target=_S.NOT_IN_POST, custom=step(who=(WORKER,), writes=ANSWER, label="Settle: had left"))
    def settle_gone(self) -> None:
        """Found out: they were not in post on the due date."""

    @transition(
        stage,
        source=_S.NOT_IN_POST,
        target=_S.NOT_IN_POST,
        custom=step(who=(CANDIDATE, WORKER), writes=("any_work",), label="In any paid work?"),
    )
    def say_any_work(self) -> None:
        """Whether somebody who had left was in any paid work on that date. It says nothing about this job."""

    @transition(stage, source=STANDING, target=_S.SUPERSEDED, custom=step(child=True, label="Replaced"))
    def supersede(self) -> None:
        """The first day was put right: a new check asks instead."""

    @transition(stage, source=list(ASKING), target=_S.UNKNOWN, custom=step(who=(SYSTEM,), label="Window over"))
    def lapse(self) -> None:
        """Nobody said. Unknown counts as not retained."""

    @transition(stage, source=STANDING, target=_S.EXEMPT, custom=step(child=True, label="Exempt"))
    def exempt(self) -> None:
        """Death, or a job entered in error: outside the count, and printed."""

    @transition(stage, source=[each for each in _S if each != _S.VOID], target=_S.VOID, custom=step(who=(LEAD,), label="Entered in error"))
    def void(self) -> None:
        """Entered in error."""
