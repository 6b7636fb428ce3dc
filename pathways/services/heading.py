"""Closing or filling an opening: the one step on a career heading that reaches people's cases."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from accounts.services.audit import service
from employers.models import CareerHeading
from employers.services.heading import lock_heading, move_heading
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, NotYours, Refused
from pathways.models import Introduction, Pathway, StageChange
from pathways.services.case import on_its_own
from pathways.services.door import Taken, as_json, change_stage, let_follow
from pathways.services.task import show_next
from pathways.services.undo import effects_of, may_undo, restore_company, take_back
from pathways.workflow.introduction import LIVE, IntroductionStage
from pathways.workflow.pathway import OPEN

MACHINE = "career_heading"


@service("heading.close")
def close_heading(*, heading: CareerHeading, version: int | None = None, by: Actor, at: datetime) -> CareerHeading:
    """The employer withdraws the opening: introductions to it close, each with a task to tell the person. Live offers stay."""
    return _end(heading, "close", version=version, by=by, at=at)


@service("heading.fill")
def fill_heading(*, heading: CareerHeading, version: int | None = None, by: Actor, at: datetime) -> CareerHeading:
    """All places are taken: introductions to it close as when it is closed. Jobs are untouched."""
    return _end(heading, "fill", version=version, by=by, at=at)


def _end(heading: CareerHeading, step: str, *, version: int | None, by: Actor, at: datetime) -> CareerHeading:
    """Cases are locked before the opening, as every door does; the change has no case of its own and is the cause of the others."""
    _lock_cases(_closing(heading).values_list("pathway", flat=True))
    was = lock_heading(heading, version=version)
    ended = move_heading(heading=was, step=step, ended_on=today_london(at))
    change = StageChange.objects.create(
        machine=MACHINE,
        subject_id=ended.pk,
        step=step,
        from_stage=was.stage,
        to_stage=ended.stage,
        actor_kind=by.kind,
        actor_id=by.user_id,
        organisation_id=by.organisation_id,
        said_by=by.said_by,
        said_how=by.said_how,
        happened_on=today_london(at),
        recorded_at=at,
        before={"ended_on": as_json(was.ended_on)},
    )
    for each in _closing(ended):
        change_stage(subject=each, step="close_heading", by=on_its_own(by), at=at, taken=Taken(cause=change))
    return ended


def _closing(heading: CareerHeading) -> QuerySet[Introduction]:
    """Introductions that end with the opening: all live ones but offers, which are withdrawn one by one."""
    stages = [stage for stage in LIVE if stage != IntroductionStage.OFFERED]
    return Introduction.objects.filter(heading=heading, stage__in=stages).order_by("pathway_id", "id")


def _lock_cases(ids: Iterable[int]) -> list[Pathway]:
    return list(Pathway.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=list(ids)).order_by("id"))


def last_ending(heading: CareerHeading) -> StageChange | None:
    """The closing or filling that still stands, when the opening has ended by one."""
    rows = StageChange.objects.filter(machine=MACHINE, subject_id=heading.pk, undoes__isnull=True).order_by("-id")
    last = rows.select_related("undone_by").first()
    if last is None or hasattr(last, "undone_by") or last.to_stage != heading.stage:
        return None
    return last


@service("heading.undo")
def undo_ending(*, heading: CareerHeading, version: int | None = None, by: Actor, at: datetime) -> CareerHeading:
    """Take the closing back, with the introductions that it closed, as if it had not been.

    Refuses when one of those has moved on since: then the opening can only be opened again.
    """
    change = last_ending(CareerHeading.objects.get(pk=heading.pk))
    if change is None:
        raise Conflict("This has been undone already, or the opening was changed since.")
    if not may_undo(change=change, by=by, at=at):
        raise NotYours("You may undo your own steps for 14 days; after that a lead may.")
    effects = [each for each in effects_of(change) if each.pk != change.pk]
    cases = _lock_cases({each.pathway_id for each in effects if each.pathway_id is not None})
    held = lock_heading(heading, version=version)
    if held.stage != change.to_stage:
        raise Conflict("The opening was changed since: nothing can be undone.")
    _refuse_moved_on(effects, cases)
    undone = _log_undo(change, by=by, at=at)
    for each in sorted(effects, key=lambda one: one.pk, reverse=True):
        take_back(each, by=by, at=at, cause=undone)
    restore_company(effects, at=at)
    for case in cases:
        case.refresh_from_db()
        let_follow(case=case, cause=undone)
        show_next(pathway_id=case.pk)
    held.stage = change.from_stage
    held.ended_on = None
    held.version += 1
    held.save()
    return held


def _refuse_moved_on(effects: list[StageChange], cases: list[Pathway]) -> None:
    followed = {each.pathway_id: each.pk for each in effects if each.machine == "pathway"}
    closed = [each.subject_id for each in effects if each.machine == "introduction"]
    still = Introduction.objects.filter(pk__in=closed, stage=IntroductionStage.HEADING_CLOSED).count()
    for case in cases:
        last = StageChange.objects.filter(machine="pathway", subject_id=case.pk).order_by("-id").values_list("pk", flat=True).first()
        stands = last == followed[case.pk] if case.pk in followed else case.stage in OPEN
        if not stands:
            raise Refused("Somebody put forward to it has moved on since: open it again instead.")
    if still != len(closed):
        raise Refused("Somebody put forward to it has moved on since: open it again instead.")


def _log_undo(change: StageChange, *, by: Actor, at: datetime) -> StageChange:
    return StageChange.objects.create(
        machine=MACHINE,
        subject_id=change.subject_id,
        step="undo",
        from_stage=change.to_stage,
        to_stage=change.from_stage,
        actor_kind=by.kind,
        actor_id=by.user_id,
        organisation_id=by.organisation_id,
        happened_on=change.happened_on,
        recorded_at=at,
        undoes=change,
        before={"ended_on": change.happened_on.isoformat()},
    )
