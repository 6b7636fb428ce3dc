"""Jobs: made by an accepted offer or found, agreed, begun, left."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from accounts.choices import CheckKind, RuleCode
from accounts.models import Milestone, ProgrammeRule
from accounts.services.audit import service
from ground.actor import SYSTEM, Actor
from ground.clock import add_months, today_london
from ground.door import Conflict, Refused
from pathways.models import Introduction, Pathway, Placement, PreEmploymentCheck, RetentionCheck, StageChange
from pathways.services.door import TODAY, Taken, change_stage
from pathways.services.last_day import find_out, settle_by_last_day
from pathways.workflow.retention_check import STANDING

EARLIEST = date(2000, 1, 1)
BEFORE_WE_MET = "This job began before we met: note it as work at the time of the chat instead."


def make_placement(*, introduction: Introduction, cause: StageChange, by: Actor, at: datetime) -> Placement:
    """The job that an accepted offer makes, with the checks on its programme's list."""
    job = Placement(
        pathway_id=introduction.pathway_id,
        introduction=introduction,
        employer_id=introduction.employer_id,
        title=introduction.heading.title,
        kind=introduction.offer_kind or "permanent",
        hours_a_week=introduction.offer_hours,
        pay=introduction.offer_pay,
        pay_unit=introduction.offer_pay_unit,
    )
    made = change_stage(subject=job, step="record", by=SYSTEM, at=at, taken=Taken(cause=cause))
    for kind in checks_on(introduction.pathway.programme_id, made.happened_on):
        check = PreEmploymentCheck(placement=job, pathway_id=job.pathway_id, kind=kind)
        change_stage(subject=check, step="plan", by=SYSTEM, at=at, taken=Taken(cause=made))
    return job


@service("placement.record_own_job")
def record_own_job(
    *, case: Pathway, employer_words: str, job: Mapping[str, Any], start_on: date, by: Actor, at: datetime, taken: Taken = TODAY
) -> Placement:
    """A job the person found: no offer, no NHS checks. A first day that has come starts it at once."""
    if start_on < case.opened_on:
        raise Refused(BEFORE_WE_MET, field="start_on")
    placement = Placement(pathway=case, employer_words=employer_words, **job)
    today = today_london(at)
    begun = start_on <= today
    stood = Taken(
        happened_on=taken.happened_on or (start_on if begun else None),
        quality=taken.quality,
        reason=taken.reason,
        version=taken.version,
        import_run=taken.import_run,
    )

    def consequences(change: StageChange) -> None:
        if begun:
            as_sure = Taken(cause=change, happened_on=start_on, quality=taken.quality)
            _start(placement=placement, first_day=start_on, by=by, at=at, taken=as_sure)

    change_stage(subject=placement, step="record_own_job", by=by, at=at, values={"start_on": start_on}, taken=stood, then=consequences)
    return placement


@service("placement.agree_start")
def agree_start(
    *,
    placement: Placement,
    start_on: date,
    start_at: str = "",
    report_to: str = "",
    ends_on: date | None = None,
    by: Actor,
    at: datetime,
    taken: Taken = TODAY,
) -> Placement:
    """A first day is agreed, or moved."""
    if start_on < EARLIEST:
        raise Refused("That day is too long ago.", field="start_on")
    _not_before_offer(placement, start_on, field="start_on")
    if ends_on is not None and ends_on < start_on:
        raise Refused("The end of the term cannot be before the first day.", field="ends_on")
    values = {"start_on": start_on, "start_at": start_at, "report_to": report_to}
    if ends_on is not None:
        values["ends_on"] = ends_on
    change_stage(subject=placement, step="agree_start", by=by, at=at, values=values, taken=taken)
    return placement


@service("placement.start")
def start_placement(*, placement: Placement, first_day: date, by: Actor, at: datetime, taken: Taken = TODAY) -> Placement:
    """Record the first day in work and plan the retention checks."""
    return _start(placement=placement, first_day=first_day, by=by, at=at, taken=taken)


def _start(*, placement: Placement, first_day: date, by: Actor, at: datetime, taken: Taken) -> Placement:
    first_day_in_order(placement, first_day, at=at)
    if taken.happened_on is None and taken.cause is None:
        taken = Taken(happened_on=first_day, quality=taken.quality, reason=taken.reason, version=taken.version, import_run=taken.import_run)
    taken = _not_before_agreement(placement, taken, at=at)
    change_stage(
        subject=placement,
        step="start",
        by=by,
        at=at,
        values={"first_day": first_day},
        taken=taken,
        then=partial(plan_checks, placement=placement, first_day=first_day, at=at),
    )
    return placement


def first_day_in_order(placement: Placement, first_day: date, *, at: datetime) -> None:
    """Refuse a first day that is to come, before the offer, or before we met."""
    if first_day > today_london(at):
        raise Refused("The first day is still to come: agree the start instead.", field="first_day")
    _not_before_offer(placement, first_day, field="first_day")


def _not_before_offer(placement: Placement, day: date, *, field: str) -> None:
    """A first day is not before the offer, nor that of a job which the person found before the case opened."""
    offered = placement.introduction.offered_on if placement.introduction else None
    if offered and day < offered:
        raise Refused("The first day cannot be before the offer.", field=field)
    if placement.is_own_job and day < placement.pathway.opened_on:
        raise Refused(BEFORE_WE_MET, field=field)


def _not_before_agreement(placement: Placement, taken: Taken, *, at: datetime) -> Taken:
    """People learn on the 5th that she started on the 1st: the log keeps the later day, the row the first day itself."""
    rows = StageChange.objects.filter(machine="placement", subject_id=placement.pk, undoes__isnull=True, undone_by__isnull=True)
    last = rows.order_by("-happened_on").values_list("happened_on", flat=True).first() if placement.pk else None
    if last is None or taken.happened_on is None or taken.happened_on >= last:
        return taken
    return Taken(
        happened_on=last, quality=taken.quality, reason=taken.reason, version=taken.version, cause=taken.cause, import_run=taken.import_run
    )


def due_on(milestone: Milestone, first_day: date) -> date:
    """Weeks from the first day, or the corresponding day so many calendar months on."""
    return add_months(first_day, milestone.months) if milestone.months else first_day + timedelta(weeks=milestone.weeks or 0)


def milestones_on(programme: int, day: date) -> list[Milestone]:
    """The milestones of a job that begins that day: the programme's own before everybody's."""
    return Milestone.objects.standing(programme, day)


def checks_on(programme: int, day: date) -> list[CheckKind]:
    """The checks before a first day that are opened with a job made that day, in their usual order."""
    asked = ProgrammeRule.objects.value(RuleCode.CHECK_LIST, programme=programme, day=day)
    return [kind for kind in CheckKind if kind in asked]


def plan_checks(change: StageChange, *, placement: Placement, first_day: date, at: datetime) -> None:
    """Make the retention checks of a job that began that day."""
    case = Pathway.objects.get(pk=placement.pathway_id)
    for milestone in milestones_on(case.programme_id, first_day):
        check = RetentionCheck(
            placement=placement,
            pathway_id=placement.pathway_id,
            milestone=milestone.code,
            due_on=due_on(milestone, first_day),
            window_days=milestone.window_days,
        )
        change_stage(subject=check, step="plan", by=SYSTEM, at=at, taken=Taken(cause=change))


@service("placement.fall_through")
def fall_through(*, placement: Placement, by: Actor, at: datetime, taken: Taken = TODAY) -> Placement:
    """The job did not go ahead; its introduction stays accepted."""
    change_stage(subject=placement, step="fall_through", by=by, at=at, taken=taken)
    return placement


@service("placement.leave")
def leave_job(
    *,
    placement: Placement,
    last_day: date | None,
    leave_reason: str = "",
    destination: str = "",
    by: Actor,
    at: datetime,
    taken: Taken = TODAY,
) -> Placement:
    """Left: the last day, why and where to, each knowable later."""
    last_day_in_order(placement, last_day, at=at)
    values = {"last_day": last_day, "leave_reason": leave_reason, "destination": destination}

    def consequences(change: StageChange) -> None:
        find_out(change, job=placement, at=at)
        settle_by_last_day(change, job=placement, by=by, at=at)

    change_stage(subject=placement, step="leave", by=by, at=at, values=values, taken=taken, then=consequences)
    return placement


def last_day_in_order(placement: Placement, last_day: date | None, *, at: datetime) -> None:
    """A last day is not to come and not before the first. Raises Refused at the field; nothing happens without one."""
    if last_day is None:
        return
    if last_day > today_london(at):
        raise Refused("The last day is still to come.", field="last_day")
    if placement.first_day and last_day < placement.first_day:
        raise Refused("The last day cannot be before the first day.", field="last_day")


@service("placement.complete")
def complete_job(*, placement: Placement, last_day: date, by: Actor, at: datetime, taken: Taken = TODAY) -> Placement:
    """A fixed term or an apprenticeship reached its end."""
    if placement.kind not in {"fixed_term", "apprenticeship"}:
        raise Conflict("Only a fixed term or an apprenticeship reaches an end of its own.")
    last_day_in_order(placement, last_day, at=at)
    then = partial(settle_by_last_day, job=placement, by=by, at=at)
    change_stage(subject=placement, step="complete", by=by, at=at, values={"last_day": last_day}, taken=taken, then=then)
    return placement


@service("placement.void")
def void_job(*, placement: Placement, by: Actor, at: datetime, taken: Taken = TODAY) -> Placement:
    """Entered in error; its checks are exempt."""

    def consequences(change: StageChange) -> None:
        for check in RetentionCheck.objects.filter(placement=placement, stage__in=STANDING).order_by("id"):
            change_stage(subject=check, step="exempt", by=SYSTEM, at=at, taken=Taken(cause=change))

    change_stage(subject=placement, step="void", by=by, at=at, taken=taken, then=consequences)
    return placement


@service("check.step")
def move_check(
    *, check: PreEmploymentCheck, step: str, values: Mapping[str, Any], by: Actor, at: datetime, taken: Taken = TODAY
) -> PreEmploymentCheck:
    """Ask, receive, clear, not clear, not require."""
    settled = values.get("settled_on")
    if step in {"clear", "not_clear"} and check.asked_on and settled and settled < check.asked_on:
        raise Refused("It cannot be cleared before it was asked for.", field="happened_on")
    change_stage(subject=check, step=step, by=by, at=at, values=values, taken=taken)
    return check
