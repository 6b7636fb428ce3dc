"""A job: introduced or found. A second one is normal."""

from django.db import models
from django.utils.translation import gettext_noop as _
from django_fsm import FSMField, transition

from pathways.workflow.steps import CANDIDATE, EMPLOYER, LEAD, NEW, WORKER, Flags, step


class PlacementStage(models.TextChoices):
    """How far a job has got."""

    CHECKS = "checks_in_progress", "Checks in progress"
    START_AGREED = "start_agreed", "Start agreed"
    IN_POST = "in_post", "In post"
    LEFT = "left", "Left"
    COMPLETED = "completed", "Completed"
    MOVED = "moved", "Moved to another employer"
    FELL_THROUGH = "fell_through", "Fell through"
    VOID = "void", "Entered in error"


_S = PlacementStage
BEFORE_START: tuple[str, ...] = (_S.CHECKS, _S.START_AGREED)
OVER: tuple[str, ...] = (_S.LEFT, _S.COMPLETED)
LEAVING = ("last_day", "leave_reason", "destination")

FLAGS: dict[str, Flags] = {
    _S.CHECKS: Flags(open=True, visible_to_employer=True, owes=EMPLOYER, to_candidate=_("The employer is doing its checks.")),
    _S.START_AGREED: Flags(open=True, visible_to_employer=True, owes=CANDIDATE, to_candidate=_("Your first day is agreed.")),
    _S.IN_POST: Flags(open=True, in_work=True, visible_to_employer=True, to_candidate=_("You are in work.")),
    _S.LEFT: Flags(open=False, visible_to_employer=True, to_candidate=_("You have left this job.")),
    _S.COMPLETED: Flags(open=False, visible_to_employer=True, to_candidate=_("This job has reached its end.")),
    _S.MOVED: Flags(open=False, in_work=True, visible_to_employer=True, to_candidate=_("You moved to another employer.")),
    _S.FELL_THROUGH: Flags(open=False, visible_to_employer=True, to_candidate=_("This job did not go ahead.")),
    _S.VOID: Flags(open=False, to_candidate=_("This was entered in error.")),
}


class PlacementChart(models.Model):
    """`checks_in_progress -> start_agreed -> in_post -> left | completed | moved`, `fell_through` before the start."""

    #: Written by steps, typed by people.
    typed: tuple[str, ...] = ("start_at", "report_to", "title")
    stage = FSMField(default=NEW, choices=PlacementStage.choices, editable=False)

    class Meta:
        abstract = True

    @transition(stage, source=NEW, target=_S.CHECKS, custom=step(child=True, label="Job made by accepting an offer"))
    def record(self) -> None:
        """Made by accepting an offer."""

    @transition(
        stage, source=NEW, target=_S.START_AGREED, custom=step(who=(WORKER,), writes=("start_on",), label="Found a job of their own")
    )
    def record_own_job(self) -> None:
        """A job the person found; it counts as work, never as an offer. A first day makes it start at once."""

    @transition(
        stage,
        source=[_S.CHECKS, _S.START_AGREED],
        target=_S.START_AGREED,
        custom=step(who=(EMPLOYER, WORKER), writes=("start_on", "start_at", "report_to", "ends_on"), label="Agree the start"),
    )
    def agree_start(self) -> None:
        """A first day is agreed; it may move. It does not wait for every check."""

    @transition(
        stage,
        source=[_S.CHECKS, _S.START_AGREED],
        target=_S.IN_POST,
        custom=step(who=(CANDIDATE, EMPLOYER, WORKER), writes=("first_day",), label="Started"),
    )
    def start(self) -> None:
        """The first day in work. It says when to ask whether they are still there."""

    @transition(
        stage,
        source=[_S.CHECKS, _S.START_AGREED],
        target=_S.FELL_THROUGH,
        custom=step(who=(CANDIDATE, EMPLOYER, WORKER), label="Did not start", reason_kinds=("fall_through",)),
    )
    def fall_through(self) -> None:
        """The job did not go ahead."""

    @transition(
        stage,
        source=_S.IN_POST,
        target=_S.LEFT,
        custom=step(who=(EMPLOYER, WORKER, CANDIDATE), writes=LEAVING, label="Left the job", reason_kinds=("leave",)),
    )
    def leave(self) -> None:
        """The last day, why, and where to; each may be "not known yet"."""

    @transition(
        stage,
        source=_S.LEFT,
        target=_S.LEFT,
        custom=step(who=(EMPLOYER, WORKER, CANDIDATE), writes=LEAVING, label="Say more about the leaving", reason_kinds=("leave",)),
    )
    def tell_leaving(self) -> None:
        """What was not known yet: the last day, why, or where to."""

    @transition(stage, source=_S.LEFT, target=_S.IN_POST, custom=step(child=True, writes=LEAVING, label="Had not left after all"))
    def stay_on(self) -> None:
        """Answers disagreed, and it turned out that they were still there."""

    @transition(
        stage, source=_S.IN_POST, target=_S.COMPLETED, custom=step(who=(EMPLOYER, WORKER), writes=("last_day",), label="Reached its end")
    )
    def complete(self) -> None:
        """A fixed term or an apprenticeship reached its end."""

    @transition(
        stage,
        source=_S.IN_POST,
        target=_S.IN_POST,
        custom=step(who=(EMPLOYER, WORKER), writes=("title", "kind", "hours_a_week", "ends_on"), label="Another role there"),
    )
    def move_role(self) -> None:
        """Another role with the same employer: the clock of the job goes on."""

    @transition(
        stage,
        source=_S.IN_POST,
        target=_S.MOVED,
        custom=step(who=(WORKER,), writes=("last_day",), label="Moved to another employer"),
    )
    def move_employer(self) -> None:
        """Another employer of the programme: the next job goes on from this one, whose checks ask about both."""

    @transition(stage, source=NEW, target=_S.IN_POST, custom=step(child=True, writes=("first_day",), label="Job with the next employer"))
    def record_moved(self) -> None:
        """Made by moving to another employer; it has no checks of its own."""

    @transition(
        stage,
        source=[_S.IN_POST, _S.LEFT, _S.COMPLETED, _S.MOVED],
        target=None,
        custom=step(who=(WORKER,), writes=("first_day",), label="Put the first day right"),
    )
    def correct_start(self) -> None:
        """The first day was another one: its checks are replaced, and answers that still count are judged again."""

    @transition(stage, source=[each for each in _S if each != _S.VOID], target=_S.VOID, custom=step(who=(LEAD,), label="Entered in error"))
    def void(self) -> None:
        """Entered in error; its checks are exempt."""
