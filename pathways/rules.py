"""Who may take which step. Rows are narrowed first, by pathways.scope; this asks about the verb."""

from collections.abc import Collection, Sequence
from typing import Any

from accounts.desk import Desk
from accounts.models import Cover
from ground.actor import Actor
from ground.door import NotYours
from ground.rows import Row
from pathways.models import Interview
from pathways.workflow.steps import CANDIDATE, EMPLOYER, LEAD, SYSTEM, TRAINER, WORKER, Step

#: For which parties each kind of actor may speak. A worker may pass on a candidate's or an employer's word.
SPEAKS_FOR: dict[str, frozenset[str]] = {
    "worker": frozenset({WORKER, CANDIDATE, EMPLOYER}),
    "lead": frozenset({LEAD, WORKER, CANDIDATE, EMPLOYER, TRAINER}),
    "employer": frozenset({EMPLOYER}),
    "trainer": frozenset({TRAINER}),
    "candidate": frozenset({CANDIDATE}),
    "system": frozenset({SYSTEM}),
    "import": frozenset({WORKER, CANDIDATE, EMPLOYER, TRAINER, SYSTEM}),
}
#: Roles that lay out courses and keep registers.
KEEPERS = ("trainer", "programme_lead")


def may_take(by: Actor, step: Step, *, on: Row | None, pathway: Any) -> bool:
    """Whether this actor may take this step on this row. Says no when handed nobody and nothing."""
    if by.kind in {"system", "import"}:
        return step.child or bool(SPEAKS_FOR[by.kind] & set(step.who))
    if step.child or not SPEAKS_FOR.get(by.kind, frozenset()) & set(step.who):
        return False
    return is_theirs(by, on=on, pathway=pathway)


def is_theirs(by: Actor, *, on: Row | None, pathway: Any) -> bool:
    """Whether the row lies on the actor's side of the house: a lead's programmes, a worker's organisation in theirs."""
    if by.organisation_id is None:
        return False
    if by.kind == "employer":
        return _employer_of(on) == by.organisation_id
    if by.kind == "trainer":
        course = getattr(on, "course", None)
        return course is not None and course.organisation_id == by.organisation_id and by.programme_id in {None, course.programme_id}
    if pathway is None or by.programme_id not in {None, pathway.programme_id}:
        return False
    if by.kind == "candidate" and by.person_key is not None:
        return pathway.person_key == by.person_key
    if by.kind == "lead":
        return _reaches(by, pathway)
    return by.organisation_id == pathway.organisation_id or (pathway.owner_id is None and _reaches(by, pathway))


def _reaches(by: Actor, pathway: Any) -> bool:
    """Whether the membership reaches the programme: it is for that one, or its organisation works in it."""
    if by.programme_id is not None or by.organisation_id in {pathway.organisation_id, pathway.programme.organisation_id}:
        return True
    return by.organisation_id in pathway.programme.taking_part


def holds(by: Actor, *, on: Row | None, pathway: Any) -> bool:
    """Whether the membership that the actor acts by is one that gives the row, as pathways.scope does: cover is no more than that."""
    narrow = by.kind == "worker" and pathway is not None and pathway.owner_id is not None and pathway.programme.caseload_only
    return is_theirs(by, on=on, pathway=pathway) and (not narrow or pathway.owner_id in {by.user_id, *by.covers})


def may_set_cover(by: Actor, *, holder: int, organisation: int, programmes: Collection[int]) -> bool:
    """Whether this actor may say who looks after a desk: its holder, or a lead of each programme in which people are on it."""
    if by.organisation_id is None or by.organisation_id != organisation or by.kind not in {"worker", "lead"}:
        return False
    leads = by.kind == "lead" and (by.programme_id is None or set(programmes) <= {by.programme_id})
    return leads or (by.user_id is not None and by.user_id == holder)


def may_end_cover(by: Actor, *, cover: Cover | None) -> bool:
    """Whether this actor may end a cover: whose desk it is, who covers it, or a lead of the organisation."""
    if cover is None or by.organisation_id is None or by.organisation_id != cover.organisation_id:
        return False
    return by.kind == "lead" or (by.kind == "worker" and by.user_id in {cover.holder_id, cover.coverer_id})


def holder(actors: Sequence[Actor], *, pathway: Any) -> Actor:
    """The first of somebody's seats that holds the case. Raises NotYours when none does."""
    for by in actors:
        if holds(by, on=None, pathway=pathway):
            return by
    raise NotYours()


def course_actor(desk: Desk, course: Any) -> Actor:
    """Who keeps a course and its register: a trainer of the organisation that runs it, or a lead of its programme.

    Raises NotYours when no seat is one of these.
    """
    for seat in desk.seats_as(*KEEPERS):
        runs_it = seat.role == "programme_lead" or seat.organisation_id == course.organisation_id
        if runs_it and seat.programmes_of().filter(pk=course.programme_id).exists():
            return desk.actor_of(seat)
    raise NotYours()


def _employer_of(row: Row | None) -> int | None:
    if row is None:
        return None
    if isinstance(row, Interview):
        return row.host_employer_id if row.consent is not None and row.consent.stands else None
    placement = getattr(row, "placement", None)
    return getattr(placement if placement is not None else row, "employer_id", None)
