"""Which steps this user may take on a row now: exactly those that the door would allow, no more and no fewer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ground.actor import Actor
from ground.clock import today_london
from ground.rows import Row
from pathways.models import MACHINES, Interview, Introduction, Pathway, Placement
from pathways.queries.company import going_on
from pathways.queries.facts import conduct_of, facts_of, marks_of
from pathways.rules import may_take
from pathways.services.case import reopen_days
from pathways.services.door import chart_steps
from pathways.services.employment import may_tell_leaving
from pathways.services.introduction import may_revive
from pathways.workflow.follow import CaseFacts
from pathways.workflow.pathway import Stage
from pathways.workflow.steps import EMPLOYER, NEW, WORKER, Step

#: Machine -> the folder of its pages.
FOLDERS = {
    "pathway": "pathways",
    "interview": "interviews",
    "training_place": "training-places",
    "introduction": "introductions",
    "placement": "placements",
    "pre_employment_check": "pre-employment-checks",
    "retention_check": "retention-checks",
}
MACHINE_OF = {folder: machine for machine, folder in FOLDERS.items()}
#: Machines whose rows are made on the case by people.
MADE_ON_CASE = ("interview", "training_place", "introduction", "placement")


@dataclass(frozen=True)
class OpenStep:
    """A step on offer: its words and where it is taken."""

    name: str
    machine: str
    label: str
    href: str
    #: Whether it is the employer's to press, and staff only pass on what the employer said.
    told: bool = False


def steps_on(row: Row, *, case: Pathway, by: Actor, conduct: CaseFacts | None = None, at: datetime | None = None) -> list[OpenStep]:
    """Steps of the row's own chart that are open from its stage to this actor; with `at`, at this moment.

    `conduct` is what guards are asked by, where it has been read already.
    """
    known = [each for each in chart_steps(row.machine).values() if row.stage in each.sources and allowed(each, row, case=case, by=by)]
    if at is not None:
        known = [each for each in known if timely(each.name, row, at=at)]
    guarded = [each for each in known if each.guard]
    if guarded and isinstance(row, Pathway):
        conduct = conduct if conduct is not None else conduct_of(row, facts_of(row))
        known = [each for each in known if not each.guard or each.guard(conduct) is None]
    folder = FOLDERS[row.machine]
    return [
        OpenStep(each.name, row.machine, each.label, f"/{folder}/{row.uuid}/steps/{each.name}/", told=_told(row, each)) for each in known
    ]


def _told(row: Row, each: Step) -> bool:
    """A chat is as a rule held by staff, and then it is nobody else's word; one that an employer hosts is that employer's to tell of."""
    hosted = not isinstance(row, Interview) or row.host_employer_id is not None
    return set(each.who) == {EMPLOYER, WORKER} and hosted


def allowed(each: Step, row: Row | None, *, case: Pathway, by: Actor) -> bool:
    """Whether the rule lets this actor take the step, and the row's own state does not speak against it."""
    if not each.by_people or not may_take(by, each, on=row, pathway=case):
        return False
    if isinstance(row, Pathway):
        return _case_allows(each.name, row)
    return each.name != "revive" or going_on(case).is_open


def timely(name: str, row: Row, *, at: datetime) -> bool:
    """Whether the step's time has come and is not over, and the row is of the kind it is for."""
    if isinstance(row, Interview) and name == "miss":
        return row.at is None or row.at <= at
    if isinstance(row, Placement) and name == "complete":
        return row.kind in {"fixed_term", "apprenticeship"}
    if isinstance(row, Placement) and name == "tell_leaving":
        return may_tell_leaving(row)
    if isinstance(row, Placement) and name == "correct_start":
        return row.continues_id is None
    if isinstance(row, Introduction) and name == "withdraw_offer":
        return not any(job.first_day is not None and job.stage not in {"fell_through", "void"} for job in row.placements.all())
    if isinstance(row, Introduction) and name == "revive":
        return row.heading.is_open and may_revive(row)
    if isinstance(row, Pathway) and name == "reopen":
        last = max((day for day in (row.closed_on, row.revisit_on) if day), default=None)
        return last is not None and (today_london(at) - last).days <= reopen_days(row) and row.candidate.died_on is None
    return True


def _case_allows(name: str, case: Pathway) -> bool:
    if name == "express_interest":
        return not marks_of(case)["interested"]
    if name in {"mark_ready", "unmark_ready"}:
        return marks_of(case)["marked_ready"] == (name == "unmark_ready")
    if name in {"pause", "resume"}:
        return (case.paused_on is not None) == (name == "resume")
    return True


def steps_made_on(case: Pathway, *, by: Actor) -> list[OpenStep]:
    """Steps that make a new chat, seat, introduction or job on an open case."""
    if not case.is_open:
        return []
    return [
        OpenStep(each.name, machine, each.label, f"/pathways/{case.uuid}/steps/{machine}.{each.name}/")
        for machine, each in making_steps()
        if may_take(by, each, on=MACHINES[machine](pathway=case), pathway=case)
    ]


def making_steps() -> Iterable[tuple[str, Step]]:
    """Every step of every chart that a person may begin a row with, on a case."""
    for machine in MADE_ON_CASE:
        for each in chart_steps(machine).values():
            if NEW in each.sources and each.by_people:
                yield machine, each


def may_return(case: Pathway, *, by: Actor) -> bool:
    """Whether a new attempt may begin after this one."""
    over = not case.is_open and case.stage not in {Stage.MERGED, Stage.VOID} and case.candidate.died_on is None
    return over and may_take(by, chart_steps("pathway")["return"], on=case, pathway=case)
