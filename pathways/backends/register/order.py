"""The order of what happened: what cannot be within one child, and what cannot be across them.

A course ends after it begins, work is left after it was begun: otherwise the row is in error. An offer follows the
interest, a start the offer: otherwise a person decides. Days known only as months are compared as the month.
"""

from dataclasses import dataclass
from datetime import date

from ground.clock import add_months
from pathways.backends.register.proposals import Fact

#: step, step that must come first, what to say. Within one child: an error of the row.
WITHIN = (
    ("training_place.finish", "training_place.start", "The course ends before it begins"),
    ("training_place.leave", "training_place.start", "The course was left before it began"),
    ("placement.leave", "placement.start", "The job was left before its first day"),
    ("retention_check.confirm", "placement.start", "The six-month check is before the first day"),
    ("retention_check.confirm", "introduction.offer", "The six-month check is before the job was offered"),
    ("placement.leave", "introduction.offer", "The job was left before it was offered"),
)
#: Across children: for a person to decide.
ACROSS = (
    ("introduction.offer", "pathway.express_interest", "The offer is dated before the interest"),
    ("introduction.accept", "introduction.offer", "The offer was accepted before it was made"),
    ("placement.start", "introduction.offer", "The job began before it was offered"),
    ("placement.agree_start", "introduction.offer", "The start was agreed before the job was offered"),
    ("placement.start", "pathway.express_interest", "The job began before the interest"),
)
#: Steps so far along that a day long before the first contact is a slip of the pen.
LATE = (
    "introduction.offer",
    "introduction.accept",
    "placement.start",
    "placement.leave",
    "retention_check.confirm",
    "training_place.finish",
)
LONG_BEFORE_DAYS = 60
#: The order in which steps usually come; no rule above asks for another.
USUAL = {
    step: place
    for place, step in enumerate(
        (
            "pathway.log_outreach",
            "pathway.express_interest",
            "interview.book",
            "interview.hold",
            "training_place.book",
            "training_place.start",
            "training_place.finish",
            "introduction.offer",
            "introduction.accept",
            "placement.agree_start",
            "placement.start",
            "retention_check.confirm",
            "placement.leave",
        )
    )
}


@dataclass(frozen=True)
class Disorder:
    """Two facts in an order that cannot be. `late` is the fact at fault: it is dated too early for what it is."""

    late: Fact
    early: Fact
    sentence: str
    within: bool


def disorders(facts: list[Fact]) -> list[Disorder]:
    """Every pair that is out of order, errors first."""
    found: list[Disorder] = []
    if _in_order(facts):
        return found
    by_step: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.on:
            by_step.setdefault(fact.step, []).append(fact)
    for rules, within in ((WITHIN, True), (ACROSS, False)):
        for step, first, sentence in rules:
            if step in by_step and first in by_step:
                early = min(by_step[first], key=_begins)
                found += [
                    Disorder(late, early, sentence, within) for late in by_step[step] if late.latest and early.on and late.latest < early.on
                ]
    met = by_step.get("pathway.log_outreach")
    if met:
        early = min(met, key=_begins)
        for step in LATE:
            for late in by_step.get(step, ()):
                if late.on and early.on and (early.on - late.on).days > LONG_BEFORE_DAYS and not any(each.late is late for each in found):
                    found.append(Disorder(late, early, "It is dated long before the first contact", within=False))
    return found


def _in_order(facts: list[Fact]) -> bool:
    """The usual case, quickly: each step comes after the ones before it in the usual order of steps, and so do the days."""
    place, day = -1, date.min
    for fact in facts:
        if fact.on is None:
            continue
        here = USUAL.get(fact.step, -1)
        if here <= place or fact.on < day:
            return False
        place, day = here, fact.on
    return True


def too_soon(facts: list[Fact]) -> Fact | None:
    """A six-month check dated before six months in work can be over: evidence counts only from the due day on."""
    starts = [fact for fact in facts if fact.step == "placement.start" and fact.on]
    checks = [fact for fact in facts if fact.step == "retention_check.confirm" and fact.on]
    if not starts or not checks:
        return None
    due = add_months(_begins(min(starts, key=_begins)), 6)
    return next((check for check in checks if check.latest and _begins(min(starts, key=_begins)) <= check.latest < due), None)


def _begins(fact: Fact) -> date:
    return fact.on or date.max
