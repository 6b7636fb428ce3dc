"""A job that goes on in another way: another role, another employer, a first day put right; and what was not known of a leaving."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from accounts.models import Organisation
from accounts.services.audit import service
from ground.actor import SYSTEM, Actor
from ground.clock import today_london
from ground.door import Conflict, Refused
from pathways.models import Evidence, Placement, RetentionCheck, StageChange
from pathways.services.door import TODAY, Taken, change_stage
from pathways.services.last_day import NOT_KNOWN, find_out, settle_by_last_day
from pathways.services.placement import first_day_in_order, last_day_in_order, plan_checks
from pathways.workflow.placement import PlacementStage
from pathways.workflow.retention_check import STANDING, RetentionStage


@service("placement.move_role")
def move_role(*, placement: Placement, role: Mapping[str, Any], by: Actor, at: datetime, taken: Taken = TODAY) -> Placement:
    """Another role with the same employer. The first day and the checks stay as they are."""
    _term_in_order(role, since=placement.first_day)
    change_stage(subject=placement, step="move_role", by=by, at=at, values=role, taken=taken)
    return placement


def _term_in_order(role: Mapping[str, Any], *, since: date | None) -> None:
    """A term ends after it began. Raises Refused at the field."""
    end = role.get("ends_on")
    if end is not None and since is not None and end < since:
        raise Refused("The end of the term cannot be before the first day.", field="ends_on")


@service("placement.move_employer")
def move_employer(
    *, placement: Placement, employer: Organisation, role: Mapping[str, Any], first_day: date, by: Actor, at: datetime, taken: Taken = TODAY
) -> Placement:
    """To another employer of the programme. The next job goes on from the first one, whose checks ask about both.

    `first_day` is the first day there: the last day here is the same, as far as anybody counts. Gives the next job.
    """
    if first_day > today_london(at):
        raise Refused("The first day is still to come.", field="first_day")
    if placement.first_day is not None and first_day < placement.first_day:
        raise Refused("That is before their first day in the job they move from.", field="first_day")
    last_day_in_order(placement, first_day, at=at)
    _term_in_order(role, since=first_day)
    following = Placement(pathway_id=placement.pathway_id, employer=employer, continues_id=placement.continues_id or placement.pk, **role)

    def consequences(change: StageChange) -> None:
        values = {"first_day": first_day}
        change_stage(subject=following, step="record_moved", by=SYSTEM, at=at, values=values, taken=Taken(cause=change))

    change_stage(subject=placement, step="move_employer", by=by, at=at, values={"last_day": first_day}, taken=taken, then=consequences)
    return following


@service("placement.correct_start")
def correct_start(*, placement: Placement, first_day: date, by: Actor, at: datetime, taken: Taken = TODAY) -> Placement:
    """The first day was another one. Its checks are replaced; answers known on or after the new dates are judged again."""
    placement.refresh_from_db()
    if placement.continues_id is not None:
        raise Conflict("This job goes on from another one: put the first day of that one right.")
    if placement.first_day == first_day:
        raise Refused("That is the first day already.", field="first_day")
    if first_day < placement.pathway.opened_on:
        raise Refused("This job would have begun before we met.", field="first_day")
    if placement.last_day is not None and first_day > placement.last_day:
        raise Refused("The first day cannot be after the last day.", field="first_day")
    first_day_in_order(placement, first_day, at=at)
    old = list(RetentionCheck.objects.filter(placement=placement, stage__in=STANDING).order_by("due_on", "id"))
    change_stage(
        subject=placement,
        step="correct_start",
        by=by,
        at=at,
        values={"first_day": first_day},
        taken=taken,
        then=partial(_replace_checks, placement=placement, old=old, first_day=first_day, at=at),
    )
    return placement


def _replace_checks(change: StageChange, *, placement: Placement, old: list[RetentionCheck], first_day: date, at: datetime) -> None:
    for check in old:
        change_stage(subject=check, step="supersede", by=SYSTEM, at=at, taken=Taken(cause=change))
    plan_checks(change, placement=placement, first_day=first_day, at=at)
    for check in RetentionCheck.objects.filter(placement=placement, stage=RetentionStage.SCHEDULED).order_by("due_on", "id"):
        known = [row for row in _answers(old, check) if row.known_on >= check.due_on]
        if known and check.due_on <= today_london(at):
            _judge_again(change, check=check, known=known, at=at)


def _answers(old: list[RetentionCheck], check: RetentionCheck) -> list[Evidence]:
    same = [each.pk for each in old if each.milestone == check.milestone]
    return list(Evidence.objects.filter(check_row__in=same, voided_at__isnull=True).order_by("known_on", "id"))


def _judge_again(change: StageChange, *, check: RetentionCheck, known: list[Evidence], at: datetime) -> None:
    """The answers of the check that this one replaces, as if they had been given to it."""
    cause = Taken(cause=change)
    change_stage(subject=check, step="open_window", by=SYSTEM, at=at, values={"window_ends": today_london(at)}, taken=cause)
    first = known[0]
    values = {"known_on": first.known_on, "grade": first.grade}
    judged = change_stage(subject=check, step="confirm" if first.in_post else "deny", by=SYSTEM, at=at, values=values, taken=cause)
    for row in known:
        Evidence.objects.create(check_row=check, in_post=row.in_post, known_on=row.known_on, grade=row.grade, opened_by=judged)
    if any(row.in_post != first.in_post for row in known):
        change_stage(subject=check, step="dispute", by=SYSTEM, at=at, taken=Taken(cause=judged))


@service("placement.tell_leaving")
def tell_leaving(
    *,
    placement: Placement,
    last_day: date | None,
    leave_reason: str = "",
    destination: str = "",
    by: Actor,
    at: datetime,
    taken: Taken = TODAY,
) -> Placement:
    """What was not known of a leaving: the last day, why, where to. What is known already is not written over by nothing."""
    placement.refresh_from_db()
    if not may_tell_leaving(placement):
        raise Conflict("All is known of this leaving already.")
    last_day_in_order(placement, last_day, at=at)
    values = {
        "last_day": last_day or placement.last_day,
        "leave_reason": leave_reason or placement.leave_reason,
        "destination": destination or placement.destination,
    }

    def consequences(change: StageChange) -> None:
        find_out(change, job=placement, at=at)
        settle_by_last_day(change, job=placement, by=by, at=at)

    change_stage(subject=placement, step="tell_leaving", by=by, at=at, values=values, taken=taken, then=consequences)
    return placement


def may_tell_leaving(placement: Placement) -> bool:
    """Whether something about a leaving is not known yet."""
    missing = placement.last_day is None or not placement.destination or placement.leave_reason in {"", NOT_KNOWN}
    return placement.stage == PlacementStage.LEFT and missing
