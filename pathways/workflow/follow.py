"""The case follows its facts: one pure function, and the facts it reads."""

from dataclasses import dataclass

from pathways.workflow.pathway import Stage


@dataclass(frozen=True)
class CaseFacts:
    """What stands in a case's rows, as filled by one query (pathways.queries.facts)."""

    interested: bool = False
    marked_ready: bool = False
    chat_booked: bool = False
    chat_held: bool = False
    awaiting_seat: bool = False
    seat_booked: bool = False
    seat_begun: bool = False
    live_introduction: bool = False
    live_offer: bool = False
    before_start: bool = False
    in_post: bool = False
    left_since_restart: bool = False
    six_months_confirmed: bool = False
    six_months_stands: bool = False
    unsettled_checks: bool = False
    imported_stage: str = ""
    attempts: int = 0
    attempt_days: int = 0
    attempt_channels: int = 0
    channels_held: int = 0
    can_be_reached: bool = True

    @property
    def anything_live(self) -> bool:
        """A chat, a seat, an open introduction or another job before its start: what keeps a case from ending well."""
        return self.chat_booked or self.awaiting_seat or self.seat_booked or self.seat_begun or self.live_introduction or self.before_start


def follow(facts: CaseFacts) -> Stage:
    """The stage of an open case: the first of these that holds."""
    if facts.imported_stage:
        return Stage(facts.imported_stage)
    order = (
        (facts.six_months_confirmed and not facts.anything_live, Stage.SUSTAINED),
        (facts.in_post, Stage.IN_WORK),
        (facts.before_start, Stage.PRE_START),
        (facts.live_offer, Stage.OFFERED),
        (facts.left_since_restart, Stage.LEFT_WORK),
        (facts.seat_begun, Stage.IN_TRAINING),
        (facts.seat_booked, Stage.TRAINING_BOOKED),
        (facts.marked_ready, Stage.JOB_READY),
        (facts.chat_held, Stage.CHATTED),
        (facts.chat_booked, Stage.CHAT_BOOKED),
        (facts.interested, Stage.INTERESTED),
    )
    return next((stage for holds, stage in order if holds), Stage.OUTREACH)
