"""A conflict of interest: a named user must never see a named person."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import F

from accounts.models import ConflictBlock, User
from accounts.services.audit import note, service
from candidates.models import Candidate
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, NotYours, Refused
from pathways.models import Interview, Ownership, Pathway, Task
from pathways.models.task import TaskState
from pathways.queries.block import kept_from, standing_of, what_they_do_for
from pathways.queries.company import cases_of, uuids_with
from pathways.rules import is_theirs
from pathways.workflow.interview import InterviewStage


@service("person.block")
def block_user(*, candidate: Candidate, user: User, reason: str, by: Actor, at: datetime, to_on: date | None = None) -> ConflictBlock:
    """From now on `user` sees nothing of the person, to the last day or until a lead ends it. By a lead of the person's programme.

    Raises Refused while the user holds the person or has something to do for them, NotYours.
    """
    today = today_london(at)
    _refuse_others(candidate, by)
    words = reason.strip()
    if not words:
        raise Refused("Say why: whoever ends it later must know.", field="reason")
    if to_on is not None and to_on < today:
        raise Refused("That day is over: choose today or a day to come, or leave it empty.", field="to_on")
    cases = cases_of(candidate).select_for_update(no_key=True, of=("self",))
    list(cases.order_by("id"))  # so that nobody hands the person over to them meanwhile
    held = what_they_do_for(user, candidate)
    if held:
        raise Refused(held, field="user")
    if standing_of(candidate, today=today).filter(user=user).exists():
        raise Refused(f"{user.name} is kept from this person already.", field="user")
    note(fields=["user", "reason", "to_on"], reason=words, person=candidate.uuid)
    return ConflictBlock.objects.create(
        user=user, person=candidate.uuid, reason=words, from_on=today, to_on=to_on, set_by_id=by.user_id, created_at=at
    )


@service("person.unblock")
def end_block(*, block: ConflictBlock, candidate: Candidate, version: int, by: Actor, at: datetime) -> ConflictBlock:
    """It ends now: from the next request the user sees of the person what their seat shows. Raises Conflict when it has ended, NotYours."""
    _refuse_others(candidate, by)
    if block.ended_at is not None:
        raise Conflict("This has ended already.")
    block.change(version=version, ended_at=at, ended_by_id=by.user_id)
    note(fields=["ended_at", "ended_by"], person=candidate.uuid)
    return block


def _refuse_others(candidate: Candidate, by: Actor) -> None:
    cases = cases_of(candidate).select_related("programme")
    if by.kind != "lead" or not any(is_theirs(by, on=None, pathway=case) for case in cases):
        raise NotYours("A lead of the programme says who must not see a person.")


def refuse_blocked(user: User, *, case: Pathway, at: datetime, field: str) -> None:
    """Nobody is given a person whom they must not see."""
    if is_blocked(user.pk, case=case, at=at):
        raise Refused("They cannot take this person. Choose somebody from the list.", field=field)


def is_blocked(user_id: int | None, *, case: Pathway, at: datetime) -> bool:
    """Whether somebody must not see the person of this case."""
    return user_id is not None and kept_from(uuids_with(case.person_key), today=today_london(at)).filter(user=user_id).exists()


def let_go_of_blocked(*, cases: Collection[int], at: datetime) -> None:
    """What came back to somebody who must not see the person by now is nobody's: the case, a booked chat's host, what they were to do.

    It is not refused: what was wrong is still taken back, and the person stands where every worker looks for whom nobody holds.
    """
    today = today_london(at)
    for case in Pathway.objects.filter(pk__in=cases).select_related("candidate").order_by("id"):
        blocked = kept_from(uuids_with(case.person_key), today=today)
        if case.is_open and Pathway.objects.filter(pk=case.pk, owner__in=blocked).update(owner=None, version=F("version") + 1):
            Ownership.objects.filter(pathway=case, to_on__isnull=True, voided_at__isnull=True).update(to_on=today)
        chats = Interview.objects.filter(pathway=case, stage=InterviewStage.BOOKED, host__in=blocked)
        chats.update(host=None, version=F("version") + 1)
        tasks = Task.objects.filter(pathway=case, state=TaskState.OPEN, assignee__in=blocked)
        tasks.update(assignee=None, assigned_under=None, version=F("version") + 1)
