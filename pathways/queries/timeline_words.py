"""What each step is called once it has happened: the timeline reads like a letter, and a list says what was just done."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from accounts.models import Reason
from ground.clock import today_london
from pathways.models import StageChange
from pathways.services.door import chart_steps

#: machine.step -> what has happened, in words.
HAPPENED: Mapping[str, str] = {
    "pathway.log_outreach": "First contact",
    "pathway.express_interest": "Said they are interested",
    "pathway.mark_ready": "Ready for a job",
    "pathway.unmark_ready": "Not ready after all",
    "pathway.restart_search": "Looking for work again",
    "pathway.set_not_now": "Not now",
    "pathway.withdraw": "No longer wants this",
    "pathway.close_unreachable": "Closed: could not be reached",
    "pathway.close_ineligible": "Closed: not eligible",
    "pathway.end_follow_up": "Follow-up ended",
    "pathway.end_by_death": "Has died",
    "pathway.void": "Case entered in error",
    "pathway.reopen": "Reopened",
    "pathway.return": "Started again",
    "pathway.pause": "Paused",
    "pathway.resume": "The pause ended",
    "pathway.hand_over": "Handed over",
    "pathway.import_stage": "Stage from a register",
    "pathway.merge": "Read with another case of the same person",
    "pathway.unmerge": "A case of its own again",
    "pathway.follow": "Moved on",
    "interview.book": "Chat booked",
    "interview.move": "Chat moved",
    "interview.miss": "Chat missed",
    "interview.cancel": "Chat cancelled",
    "interview.hold": "Chat held",
    "interview.void": "Chat entered in error",
    "training_place.join_waiting": "Joined a waiting list",
    "training_place.book": "Seat booked",
    "training_place.start": "Started the course",
    "training_place.finish": "Finished the course",
    "training_place.leave": "Left the course",
    "training_place.cancel": "Place on the course cancelled",
    "training_place.void": "Seat entered in error",
    "introduction.draft": "Chosen to be put forward",
    "introduction.send": "Put forward",
    "introduction.consider": "Being considered",
    "introduction.go_stale": "No answer yet",
    "introduction.invite": "Invited to meet",
    "introduction.reserve": "Kept in reserve",
    "introduction.offer": "Offered the job",
    "introduction.accept": "Accepted the offer",
    "introduction.decline_by_candidate": "Said no to this one",
    "introduction.withdraw": "Introduction withdrawn",
    "introduction.decline_by_employer": "Not taken further by the employer",
    "introduction.withdraw_offer": "Offer withdrawn by the employer",
    "introduction.supersede": "Closed: another job was taken",
    "introduction.revive": "Put forward again",
    "introduction.close_heading": "Closed: the opening closed",
    "introduction.void": "Introduction entered in error",
    "placement.record": "Job made from the offer",
    "placement.record_own_job": "Found a job",
    "placement.agree_start": "First day agreed",
    "placement.start": "First day in work",
    "placement.fall_through": "Job fell through",
    "placement.leave": "Left the job",
    "placement.tell_leaving": "More is known of the leaving",
    "placement.stay_on": "Had not left after all",
    "placement.move_role": "Another role with the same employer",
    "placement.move_employer": "Moved to another employer",
    "placement.record_moved": "Job with the next employer",
    "placement.correct_start": "First day put right",
    "placement.complete": "Job reached its end",
    "placement.void": "Job entered in error",
    "pre_employment_check.plan": "Check planned",
    "pre_employment_check.ask": "Check asked for",
    "pre_employment_check.receive": "Check received",
    "pre_employment_check.clear": "Check cleared",
    "pre_employment_check.not_clear": "Check not cleared",
    "pre_employment_check.not_require": "Check not required",
    "pre_employment_check.void": "Check gone with its job",
    "retention_check.plan": "Check on the job planned",
    "retention_check.open_window": "Time to ask: still in work?",
    "retention_check.chase": "Asked again: still in work?",
    "retention_check.confirm": "Still in work",
    "retention_check.deny": "No longer in work there",
    "retention_check.ask_call": "Asked for a call",
    "retention_check.answer_again": "Another answer",
    "retention_check.dispute": "Answers disagree",
    "retention_check.settle_still": "Settled: still in work there",
    "retention_check.settle_gone": "Settled: had left",
    "retention_check.say_any_work": "Asked about any paid work",
    "retention_check.supersede": "Check replaced",
    "retention_check.settle_left": "Not asked: had already left",
    "retention_check.settle_in_post": "Not asked: known to be in work",
    "retention_check.lapse": "Nobody said: not known",
    "retention_check.exempt": "No answer needed",
    "retention_check.void": "Check on the job entered in error",
}
#: Steps of the clock that a reader wants to see; the rest of what the system does is folded.
TOLD = frozenset(
    {
        "introduction.go_stale",
        "retention_check.lapse",
        "retention_check.settle_left",
        "retention_check.settle_in_post",
        "retention_check.dispute",
        "placement.stay_on",
        "pathway.end_by_death",
    }
)


def title_of(change: StageChange) -> str:
    """A log row's step, as something that has happened."""
    key = f"{change.machine}.{change.step}"
    if key in HAPPENED:
        return HAPPENED[key]
    declared = chart_steps(change.machine).get(change.step)
    return declared.label if declared is not None else "Taken back" if change.undoes_id else change.step.replace("_", " ").capitalize()


def is_noise(change: Any) -> bool:
    """Whether a row is folded: the case that followed, what the system planned, the undoing of consequences."""
    if change.undoes_id is not None:
        return change.cause_id is not None
    if change.step in {"follow", "plan"}:
        return True
    return change.actor_kind == "system" and f"{change.machine}.{change.step}" not in TOLD


def reasons_given(programme: int | None, codes: Iterable[str]) -> dict[tuple[str, str], list[tuple[date, str]]]:
    """The words of these reasons and since when they held, the programme's own after everybody's."""
    rows = Reason.objects.of(programme).filter(code__in=set(codes)).last_word()
    found: dict[tuple[str, str], list[tuple[date, str]]] = {}
    for kind, code, since, label in rows.values_list("kind", "code", "valid_from", "label"):
        found.setdefault((kind, code), []).append((since, label))
    return found


def said_then(words: Sequence[tuple[date, str]], change: StageChange) -> str:
    """The reason in the words of the day it was given: said otherwise since, it stays as it was meant."""
    then = [label for since, label in words if since <= today_london(change.recorded_at)]
    return (then or [label for _, label in words[:1]] or [""])[-1]


def words_of(change: StageChange, reasons: Mapping[tuple[str, str], Sequence[tuple[date, str]]]) -> Sequence[tuple[date, str]]:
    """The words of a change's reason, from the first of its step's lists that has it."""
    declared = chart_steps(change.machine).get(change.step)
    kinds = declared.reason_kinds if declared is not None else ()
    return next((reasons[kind, change.reason] for kind in kinds if (kind, change.reason) in reasons), ())
