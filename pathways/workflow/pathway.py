"""The case. Its stages follow what happened; only closings, reopening and marks are steps of their own."""

from django.db import models
from django.utils.translation import gettext_noop as _
from django_fsm import GET_STATE, FSMField, transition

from accounts.choices import Phase
from pathways.workflow import guards
from pathways.workflow.steps import CANDIDATE, EMPLOYER, LEAD, NEW, WORKER, Flags, step


class Stage(models.TextChoices):
    """Where a person stands."""

    OUTREACH = "outreach", "Outreach"
    INTERESTED = "interested", "Interested"
    CHAT_BOOKED = "chat_booked", "Chat booked"
    CHATTED = "chatted", "Chat held"
    TRAINING_BOOKED = "training_booked", "Training booked"
    IN_TRAINING = "in_training", "In training"
    JOB_READY = "job_ready", "Job ready"
    OFFERED = "offered", "Offer made"
    PRE_START = "pre_start", "Start to come"
    IN_WORK = "in_work", "In work"
    LEFT_WORK = "left_work", "Left work"
    SUSTAINED = "sustained", "Six months in work"
    NOT_NOW = "not_now", "Not now"
    WITHDRAWN = "withdrawn", "Withdrawn"
    UNREACHABLE = "unreachable", "Could not be reached"
    INELIGIBLE = "ineligible", "Not eligible"
    ENDED = "ended", "Follow-up ended"
    MERGED = "merged", "Merged"
    VOID = "void", "Entered in error"


#: Cases that ended in another way stand on a line of their own beside the phases.
ENDED_OTHERWISE = "ended"

PHASE_OF: dict[str, str] = {
    Stage.OUTREACH: Phase.OUTREACH,
    Stage.INTERESTED: Phase.INTEREST,
    Stage.CHAT_BOOKED: Phase.INTERVIEW,
    Stage.CHATTED: Phase.INTERVIEW,
    Stage.TRAINING_BOOKED: Phase.TRAINING,
    Stage.IN_TRAINING: Phase.TRAINING,
    Stage.JOB_READY: Phase.TRAINING,
    Stage.OFFERED: Phase.OFFER,
    Stage.PRE_START: Phase.OFFER,
    Stage.IN_WORK: Phase.RETENTION,
    Stage.LEFT_WORK: Phase.RETENTION,
    Stage.SUSTAINED: Phase.SUSTAINED,
    Stage.NOT_NOW: ENDED_OTHERWISE,
    Stage.WITHDRAWN: ENDED_OTHERWISE,
    Stage.UNREACHABLE: ENDED_OTHERWISE,
    Stage.INELIGIBLE: ENDED_OTHERWISE,
    Stage.ENDED: ENDED_OTHERWISE,
    Stage.MERGED: ENDED_OTHERWISE,
    Stage.VOID: ENDED_OTHERWISE,
}

FLAGS: dict[str, Flags] = {
    Stage.OUTREACH: Flags(open=True, to_candidate=_("We have met. We will be in touch.")),
    Stage.INTERESTED: Flags(open=True, to_candidate=_("You told us you are interested. Next is a chat.")),
    Stage.CHAT_BOOKED: Flags(open=True, owes=CANDIDATE, to_candidate=_("Your chat is booked.")),
    Stage.CHATTED: Flags(open=True, to_candidate=_("We have had our chat. We will agree what comes next.")),
    Stage.TRAINING_BOOKED: Flags(open=True, owes=CANDIDATE, to_candidate=_("You have a place on a course.")),
    Stage.IN_TRAINING: Flags(open=True, owes=CANDIDATE, to_candidate=_("You are on your course.")),
    Stage.JOB_READY: Flags(open=True, to_candidate=_("You are ready. We are looking for a job that fits.")),
    Stage.OFFERED: Flags(open=True, visible_to_employer=True, owes=CANDIDATE, to_candidate=_("You have a job offer.")),
    Stage.PRE_START: Flags(
        open=True, visible_to_employer=True, owes=EMPLOYER, to_candidate=_("You have a job. Your first day is being arranged.")
    ),
    Stage.IN_WORK: Flags(open=True, in_work=True, visible_to_employer=True, to_candidate=_("You are in work. We keep in touch.")),
    Stage.LEFT_WORK: Flags(open=True, to_candidate=_("You have left your job. We can look again together.")),
    Stage.SUSTAINED: Flags(open=False, in_work=True, visible_to_employer=True, to_candidate=_("You have been in work for six months.")),
    Stage.NOT_NOW: Flags(open=False, to_candidate=_("We have paused for now. Tell us when you are ready.")),
    Stage.WITHDRAWN: Flags(open=False, to_candidate=_("You asked us to stop. You can come back at any time.")),
    Stage.UNREACHABLE: Flags(open=False, to_candidate=_("We could not reach you. Reply at any time.")),
    Stage.INELIGIBLE: Flags(open=False, to_candidate=_("This was not the right fit. We told you who else can help.")),
    Stage.ENDED: Flags(open=False, to_candidate=_("Our follow-up has ended. You can come back at any time.")),
    Stage.MERGED: Flags(open=False, to_candidate=_("Your two records are now one.")),
    Stage.VOID: Flags(open=False, to_candidate=_("This was entered in error.")),
}

OPEN: tuple[str, ...] = tuple(stage for stage, flags in FLAGS.items() if flags.open)
IN_WORK: tuple[str, ...] = (Stage.IN_WORK, Stage.LEFT_WORK)
OPEN_NOT_IN_WORK = tuple(stage for stage in OPEN if stage != Stage.IN_WORK)
BEFORE_WORK = tuple(stage for stage in OPEN if stage not in IN_WORK)

#: What a closing ends besides: a pause.
PAUSE = ("paused_on", "available_on")

_follows = GET_STATE(lambda self, follows: follows, states=OPEN)


class PathwayChart(models.Model):
    """A person's case in one programme."""

    #: Written by steps, typed by people.
    typed: tuple[str, ...] = ("referred_to",)
    stage = FSMField(default=NEW, choices=Stage.choices, editable=False)

    class Meta:
        abstract = True

    @transition(stage, source=NEW, target=Stage.OUTREACH, custom=step(who=(WORKER,), label="Log a first contact"))
    def log_outreach(self) -> None:
        """A named person was met."""

    @transition(
        stage,
        source=[NEW, *OPEN],
        target=_follows,
        custom=step(who=(CANDIDATE, WORKER), writes=("interested_on", "families", "notice_id"), label="Interested", guard=guards.reachable),
    )
    def express_interest(self, follows: str) -> None:
        """Interest is expressed, with a name and one way to reach the person."""

    @transition(
        stage,
        source=[Stage.INTERESTED, Stage.CHAT_BOOKED, Stage.CHATTED, Stage.TRAINING_BOOKED, Stage.IN_TRAINING],
        target=_follows,
        custom=step(who=(WORKER,), writes=("ready_on",), label="Mark ready for a job", reason_kinds=("skip_training", "skip_chat")),
    )
    def mark_ready(self, follows: str) -> None:
        """Ready for a job. Somebody on a course stays on it, and is ready when it ends."""

    @transition(stage, source=list(OPEN), target=_follows, custom=step(who=(WORKER,), writes=("ready_on",), label="Not ready after all"))
    def unmark_ready(self, follows: str) -> None:
        """Not ready for a job after all."""

    @transition(
        stage,
        source=Stage.LEFT_WORK,
        target=_follows,
        custom=step(who=(WORKER,), writes=("looked_past", "ready_on"), label="Look for work again"),
    )
    def restart_search(self, follows: str) -> None:
        """After leaving a job: a conversation, and the search goes on."""

    @transition(
        stage,
        source=list(OPEN_NOT_IN_WORK),
        target=Stage.NOT_NOW,
        custom=step(
            who=(CANDIDATE, WORKER),
            writes=("closed_on", "close_reason", "revisit_on", "do_not_contact", *PAUSE),
            label="Not now",
            reason_kinds=("not_now",),
        ),
    )
    def set_not_now(self) -> None:
        """Not now, with a day to ask again, or "please do not contact"."""

    @transition(
        stage,
        source=list(OPEN_NOT_IN_WORK),
        target=Stage.WITHDRAWN,
        custom=step(who=(CANDIDATE, WORKER), writes=("closed_on", "close_reason", *PAUSE), label="Withdraw", reason_kinds=("withdrawn",)),
    )
    def withdraw(self) -> None:
        """The person no longer wants this."""

    @transition(
        stage,
        source=[stage for stage in BEFORE_WORK if stage not in {Stage.OFFERED, Stage.PRE_START}] + [Stage.LEFT_WORK],
        target=Stage.UNREACHABLE,
        custom=step(who=(WORKER,), writes=("closed_on", *PAUSE), label="Close: could not be reached", guard=guards.unreachable),
    )
    def close_unreachable(self) -> None:
        """Three attempts over ten days on two channels, and no answer."""

    @transition(
        stage,
        source=list(BEFORE_WORK),
        target=Stage.INELIGIBLE,
        custom=step(
            who=(WORKER,),
            writes=("closed_on", "close_reason", "referred_to", *PAUSE),
            label="Close: not eligible",
            reason_kinds=("ineligible",),
        ),
    )
    def close_ineligible(self) -> None:
        """A rule stands in the way; the person is referred to somebody who can help."""

    @transition(
        stage,
        source=[Stage.IN_WORK, Stage.LEFT_WORK],
        target=Stage.ENDED,
        custom=step(who=(WORKER,), writes=("closed_on", *PAUSE), label="End follow-up", guard=guards.checks_settled),
    )
    def end_follow_up(self) -> None:
        """Every check is settled; nothing more is owed."""

    @transition(
        stage,
        source=list(OPEN),
        target=Stage.ENDED,
        custom=step(writes=("closed_on", "close_reason", *PAUSE), label="Record a death", child=True),
    )
    def end_by_death(self) -> None:
        """The person has died. Recorded on the person, and brought about here."""

    @transition(
        stage,
        source=[each for each in Stage if each not in {Stage.MERGED, Stage.VOID}],
        target=Stage.VOID,
        custom=step(who=(LEAD,), writes=("closed_on", *PAUSE), label="Entered in error"),
    )
    def void(self) -> None:
        """Entered in error: out of every count, kept in the log."""

    @transition(
        stage,
        source=[Stage.NOT_NOW, Stage.WITHDRAWN, Stage.UNREACHABLE, Stage.INELIGIBLE],
        target=_follows,
        custom=step(who=(WORKER,), writes=("closed_on", "close_reason", "revisit_on", "do_not_contact", "owner_id"), label="Reopen"),
    )
    def reopen(self, follows: str) -> None:
        """Back within 90 days of closing, or of the day agreed."""

    @transition(
        stage,
        source=NEW,
        target=_follows,
        custom=step(who=(CANDIDATE, WORKER), writes=("interested_on",), label="Start again", name="return"),
    )
    def come_back(self, follows: str) -> None:
        """A new attempt, linked to the one before."""

    @transition(
        stage,
        source=list(OPEN),
        target=_follows,
        custom=step(who=(CANDIDATE, WORKER), writes=PAUSE, label="Pause", reason_kinds=("pause",)),
    )
    def pause(self, follows: str) -> None:
        """Nothing is asked of the person for a while. Where they stand does not change."""

    @transition(stage, source=list(OPEN), target=_follows, custom=step(who=(CANDIDATE, WORKER), writes=PAUSE, label="The pause is over"))
    def resume(self, follows: str) -> None:
        """The pause is over: clocks go on from where they stopped."""

    @transition(
        stage,
        source=list(OPEN),
        target=_follows,
        custom=step(who=(LEAD, WORKER), writes=("owner_id", "organisation_id"), label="Hand over", reason_kinds=("hand_over",)),
    )
    def hand_over(self, follows: str) -> None:
        """Another worker holds the case. Where the person stands does not change."""

    @transition(
        stage, source=[NEW, *OPEN], target=_follows, custom=step(writes=("imported_stage",), child=True, label="Stage from a register")
    )
    def import_stage(self, follows: str) -> None:
        """A register said so; it holds until the first later fact."""
