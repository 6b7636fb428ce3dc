"""A seat on a course, or the wait for one. A work trial is a seat, never a job."""

from django.db import models
from django.utils.translation import gettext_noop as _
from django_fsm import FSMField, transition

from pathways.workflow.steps import CANDIDATE, LEAD, NEW, TRAINER, WORKER, Flags, step


class PlaceStage(models.TextChoices):
    """How far training has got."""

    WAITING = "waiting", "Waiting for a seat"
    BOOKED = "booked", "Seat booked"
    IN_TRAINING = "in_training", "On the course"
    FINISHED = "finished", "Finished"
    LEFT = "left", "Left the course"
    CANCELLED = "cancelled", "Cancelled"
    VOID = "void", "Entered in error"


#: Stages in which a seat is taken: a course is full when as many are as it has places.
TAKEN = (PlaceStage.BOOKED, PlaceStage.IN_TRAINING, PlaceStage.FINISHED)
#: Those who have a seat, or had one when they left: whom the course knows by name.
SEATED = (*TAKEN, PlaceStage.LEFT)

FLAGS: dict[str, Flags] = {
    PlaceStage.WAITING: Flags(open=True, to_candidate=_("You are on the waiting list for a course.")),
    PlaceStage.BOOKED: Flags(open=True, owes=CANDIDATE, to_candidate=_("You have a place on a course.")),
    PlaceStage.IN_TRAINING: Flags(open=True, owes=CANDIDATE, to_candidate=_("You are on your course.")),
    PlaceStage.FINISHED: Flags(open=False, to_candidate=_("You have finished your course.")),
    PlaceStage.LEFT: Flags(open=False, to_candidate=_("You have left the course.")),
    PlaceStage.CANCELLED: Flags(open=False, to_candidate=_("Your place was cancelled.")),
    PlaceStage.VOID: Flags(open=False, to_candidate=_("This was entered in error.")),
}


class TrainingPlaceChart(models.Model):
    """`waiting -> booked -> in_training -> finished | left`, `cancelled`."""

    #: Written by steps, typed by people.
    typed: tuple[str, ...] = ("over_capacity_reason",)
    stage = FSMField(default=NEW, choices=PlaceStage.choices, editable=False)

    class Meta:
        abstract = True

    @transition(stage, source=NEW, target=PlaceStage.WAITING, custom=step(who=(WORKER,), label="Join a waiting list"))
    def join_waiting(self) -> None:
        """Waiting for a course, without a seat yet."""

    @transition(
        stage,
        source=[NEW, PlaceStage.WAITING],
        target=PlaceStage.BOOKED,
        custom=step(who=(WORKER,), writes=("over_capacity_reason",), label="Book a seat"),
    )
    def book(self) -> None:
        """A free seat, or one over capacity with a reason."""

    @transition(
        stage,
        source=PlaceStage.BOOKED,
        target=PlaceStage.IN_TRAINING,
        custom=step(who=(WORKER, TRAINER), writes=("begun_on",), label="Started the course"),
    )
    def start(self) -> None:
        """The first session was attended."""

    @transition(
        stage,
        source=PlaceStage.IN_TRAINING,
        target=PlaceStage.FINISHED,
        custom=step(who=(TRAINER, WORKER), writes=("over_on",), label="Finished the course"),
    )
    def finish(self) -> None:
        """The course is done; it marks the person ready."""

    @transition(
        stage,
        source=PlaceStage.IN_TRAINING,
        target=PlaceStage.LEFT,
        custom=step(who=(TRAINER, WORKER), writes=("over_on",), label="Left the course", reason_kinds=("leave_training",)),
    )
    def leave(self) -> None:
        """Left before the end, and why."""

    @transition(
        stage,
        source=[PlaceStage.WAITING, PlaceStage.BOOKED],
        target=PlaceStage.CANCELLED,
        custom=step(who=(CANDIDATE, WORKER), label="Cancel the place"),
    )
    def cancel(self) -> None:
        """Called off before it began."""

    @transition(
        stage,
        source=[each for each in PlaceStage if each != PlaceStage.VOID],
        target=PlaceStage.VOID,
        custom=step(who=(LEAD,), label="Entered in error"),
    )
    def void(self) -> None:
        """Entered in error."""
