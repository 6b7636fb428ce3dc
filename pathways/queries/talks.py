"""Talks with one person, as their page counts them."""

from collections.abc import Iterable, Sequence
from typing import Any

from ground.templatetags.said import day
from outreach.choices import ContactOutcome
from outreach.models import Contact
from pathways.models import Pathway
from pathways.models.case import Barrier
from pathways.workflow.interview import InterviewStage


def is_talk(row: Any) -> bool:
    """Whether a row of a case is a chat that one of us held."""
    return row.machine == "interview" and row.stage == InterviewStage.HELD and row.host_employer_id is None


def last_spoke(logged: Iterable[Contact], children: Iterable[Any], cases: Sequence[Pathway]) -> str:
    """10 November, Grace Lee: the last talk that somebody logged in a programme in sight, or the chat that one of us held."""
    programmes = {case.programme_id for case in cases}
    contacts = (each for each in logged if each.outcome == ContactOutcome.SPOKE and each.voided_at is None)
    talks = [(each.day, each.by) for each in contacts if each.programme_id in programmes]
    talks += [(each.held_on, each.host) for each in children if is_talk(each)]
    if not talks:
        return ""
    last, by = max(talks, key=lambda talk: talk[0])
    on = day(last).rpartition(" ")[0]
    return f"{on}, {by.name}" if by is not None else on


def in_the_way(case: Pathway, children: Iterable[Any]) -> str:
    """What gets in the way: what was ticked, and what they said of it in the last chat that says anything."""
    ticked = ", ".join(str(Barrier(code).label) for code in case.barriers)
    told = [each for each in children if is_talk(each) and each.pathway_id in case.ids and each.in_the_way]
    said = max(told, key=lambda chat: (chat.held_on, chat.pk)).in_the_way if told else ""
    return "; ".join(part for part in (ticked, f"in their words: {said}" if said else "") if part)


def counted(logged: Iterable[Contact], case: Pathway, *, wanted: int) -> str:
    """Talks that moved something on: 2 of the 3 wanted. Those of this case, against the programme's rule of the day it was opened."""
    number = sum(
        row.meaningful and row.voided_at is None and row.programme_id == case.programme_id and row.day >= case.opened_on for row in logged
    )
    return f"Talks that moved something on: {number} of the {wanted} wanted"
