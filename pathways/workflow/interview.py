"""The coffee-cup chat: no score, a person's own words, and what to do next."""

from django.db import models
from django.utils.translation import gettext_noop as _
from django_fsm import FSMField, transition

from pathways.workflow.steps import CANDIDATE, EMPLOYER, LEAD, NEW, WORKER, Flags, step


class InterviewStage(models.TextChoices):
    """How far a chat has got."""

    BOOKED = "booked", "Booked"
    HELD = "held", "Held"
    MISSED = "missed", "Missed"
    CANCELLED = "cancelled", "Cancelled"
    VOID = "void", "Entered in error"


FLAGS: dict[str, Flags] = {
    InterviewStage.BOOKED: Flags(open=True, owes=CANDIDATE, to_candidate=_("Your chat is booked.")),
    InterviewStage.HELD: Flags(open=False, to_candidate=_("We have had our chat.")),
    InterviewStage.MISSED: Flags(open=False, to_candidate=_("We missed each other. We will find another time.")),
    InterviewStage.CANCELLED: Flags(open=False, to_candidate=_("This chat was cancelled.")),
    InterviewStage.VOID: Flags(open=False, to_candidate=_("This was entered in error.")),
}

BOOKING = ("at", "place", "host_id", "host_employer_id", "consent_id", "shared")
OUTCOME = ("held_on", "families", "work_status", "work_status_since", "in_the_way", "adjustments_wanted")


class InterviewChart(models.Model):
    """`booked -> held | missed | cancelled`."""

    #: Written by steps, typed by people.
    typed: tuple[str, ...] = ("place", "shared", "in_the_way")
    stage = FSMField(default=NEW, choices=InterviewStage.choices, editable=False)

    class Meta:
        abstract = True

    @transition(
        stage,
        source=NEW,
        target=InterviewStage.BOOKED,
        custom=step(who=(CANDIDATE, WORKER), writes=BOOKING, label="Book a chat"),
    )
    def book(self) -> None:
        """A time, a place and a host: one of us, or an employer when the person says yes to it."""

    @transition(
        stage,
        source=InterviewStage.BOOKED,
        target=InterviewStage.BOOKED,
        custom=step(who=(CANDIDATE, WORKER), writes=BOOKING, label="Move the chat"),
    )
    def move(self) -> None:
        """Another time, place or host."""

    @transition(
        stage,
        source=InterviewStage.BOOKED,
        target=InterviewStage.MISSED,
        custom=step(who=(WORKER,), writes=("missed_by",), label="Missed", reason_kinds=("missed",)),
    )
    def miss(self) -> None:
        """The time has passed and the chat did not happen; who missed it, and why."""

    @transition(
        stage,
        source=InterviewStage.BOOKED,
        target=InterviewStage.CANCELLED,
        custom=step(who=(CANDIDATE, WORKER), label="Cancel the chat"),
    )
    def cancel(self) -> None:
        """Called off before it happened."""

    @transition(
        stage,
        source=[NEW, InterviewStage.BOOKED],
        target=InterviewStage.HELD,
        custom=step(who=(WORKER, EMPLOYER), writes=OUTCOME, label="Chat held"),
    )
    def hold(self) -> None:
        """The chat happened, booked or not; an employer says so of one that it hosts."""

    @transition(
        stage,
        source=[InterviewStage.BOOKED, InterviewStage.HELD, InterviewStage.MISSED, InterviewStage.CANCELLED],
        target=InterviewStage.VOID,
        custom=step(who=(LEAD,), label="Entered in error"),
    )
    def void(self) -> None:
        """Entered in error."""
