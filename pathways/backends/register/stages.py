"""What a person's facts show, and what becomes of the register's own word beside them.

The facts go through the same follow() as every case. The word may add: a stage further on, a closing, a missed chat. It never
moves a person back from what the dates show: a difference is for a person to decide.
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from pathways.backends.register.proposals import Decision, Fact, Person, Spot
from pathways.backends.register.statuses import CLOSED, ORDER, STEP_OF_STAGE, Meaning
from pathways.workflow.follow import CaseFacts, follow

CLOSINGS = {STEP_OF_STAGE[stage]: stage for stage in CLOSED}
WORDS = {
    "outreach": "met",
    "interested": "interest expressed",
    "chat_booked": "chat booked",
    "chatted": "chat held",
    "training_booked": "training booked",
    "in_training": "in training",
    "job_ready": "job ready",
    "offered": "job offered",
    "pre_start": "offer accepted, not begun",
    "in_work": "in work",
    "left_work": "left work",
    "sustained": "six months in work",
    "not_now": "not now",
    "withdrawn": "withdrawn",
    "unreachable": "not reachable",
    "ineligible": "not eligible",
}


_SEAT_OVER = {"seat_booked": False, "seat_begun": False}
_NO_OFFER = {"live_offer": False, "live_introduction": False}
#: What each step leaves standing in a case.
LEAVES: dict[str, dict[str, bool]] = {
    "pathway.express_interest": {"interested": True},
    "interview.book": {"chat_booked": True},
    "interview.hold": {"chat_booked": False, "chat_held": True},
    "interview.miss": {"chat_booked": False},
    "interview.cancel": {"chat_booked": False},
    "training_place.join_waiting": {"awaiting_seat": True},
    "training_place.book": {"awaiting_seat": False, "seat_booked": True},
    "training_place.start": {"awaiting_seat": False, "seat_booked": False, "seat_begun": True},
    "training_place.finish": {**_SEAT_OVER, "marked_ready": True},
    "training_place.leave": _SEAT_OVER,
    "training_place.cancel": _SEAT_OVER,
    "pathway.mark_ready": {"marked_ready": True},
    "introduction.offer": {"live_offer": True, "live_introduction": True, **_SEAT_OVER},
    "introduction.accept": {**_NO_OFFER, "before_start": True},
    "introduction.decline_by_candidate": _NO_OFFER,
    "introduction.decline_by_employer": _NO_OFFER,
    "introduction.withdraw_offer": {**_NO_OFFER, "before_start": False},
    "placement.agree_start": {**_NO_OFFER, "before_start": True},
    "placement.fall_through": {"before_start": False},
    "placement.start": {**_NO_OFFER, "before_start": False, "in_post": True, **_SEAT_OVER},
    "placement.leave": {"in_post": False, "left_since_restart": True},
    "placement.complete": {"in_post": False, "left_since_restart": True},
}


def shown_by(facts: list[Fact]) -> str:
    """The stage that these facts show, taken in this order; "" for none."""
    return _shown(tuple(fact.step for fact in facts))


@lru_cache(maxsize=20_000)
def _shown(steps: tuple[str, ...]) -> str:
    if not steps:
        return ""
    standing: dict[str, Any] = {}
    closed = ""
    for step in steps:
        if step in CLOSINGS:
            closed = CLOSINGS[step]
            continue
        if step != "pathway.log_outreach":
            closed = ""
        standing.update(LEAVES.get(step, {}))
        if step == "retention_check.confirm":
            standing["six_months_confirmed"] = standing.get("in_post", False)
    return closed or str(follow(replace(CaseFacts(), **standing)).value)


def take_word(person: Person, meaning: Meaning, at: Spot | None) -> Decision | None:
    """Put the register's word beside the facts of a row of one person; a decision when it would move them back."""
    person.shown = person.stage = shown_by(person.facts)
    person.stage_in_register = meaning.name
    person.paused = meaning.hint == "pause"
    if at is None or not meaning.known:
        return None
    if meaning.step:
        return _take_step(person, meaning.step, at)
    word, shown = meaning.stage, person.shown
    if word in CLOSED:
        if shown in ("in_work", "sustained") or (word == "unreachable" and shown in ("offered", "pre_start")):
            return _behind(person, at, word)
        person.facts.append(Fact(STEP_OF_STAGE[word], None, "unknown", at))
        person.stage = word
        return None
    if word not in ORDER or not shown:
        person.stage = word
        return None
    if word == "sustained" and shown == "left_work":
        return _behind(person, at, word)
    if ORDER.index(word) < ORDER.index(shown):
        return _behind(person, at, word)
    person.stage = word
    return None


def _take_step(person: Person, step: str, at: Spot) -> Decision | None:
    if step == "interview.miss":
        if any(fact.step == "interview.hold" for fact in person.facts) or ORDER.index(person.shown or "outreach") > ORDER.index("chatted"):
            return _behind(person, at, step)
        if any(fact.step == step for fact in person.facts):
            return None
    person.facts.append(Fact(step, None, "unknown", at))
    person.stage = shown_by(person.facts)
    return None


def _behind(person: Person, at: Spot, word: str) -> Decision:
    person.undecided = True
    said = WORDS.get(word, "a missed chat" if word == "interview.miss" else word)
    question = f"The register says “{at.text}” ({said}), the dates show: {WORDS.get(person.shown, person.shown)}. Which is right?"
    options = (("dates", "What the dates show"), ("word", "What the register says"), ("out", "Leave the row out"))
    return Decision("behind", (at.place,), question, options, at)
