"""Entered in error: a job takes its checks out of the count with it, also those that were answered."""

from datetime import datetime

import pytest

from ground.clock import add_months
from pathways.models import Pathway, Placement, RetentionCheck, StageChange
from pathways.queries.integrity import look_through
from pathways.services import case as cases
from pathways.services import introduction, placement, retention
from pathways.services.undo import undo_step
from tests.factories import AT, DAY, World, actor

pytestmark = pytest.mark.django_db

OFFER = {"offer_hours": 37, "offer_pay": 13, "offer_pay_unit": "hour", "offer_kind": "permanent"}
SIX_MONTHS_ON = AT + (add_months(DAY, 6) - DAY)


def sustained(world: World) -> tuple[Pathway, Placement]:
    """A person whose three checks are confirmed."""
    case = world.case()
    row = introduction.draft_introduction(case=case, heading=world.heading(), by=world.by, at=AT)
    introduction.send_introduction(introduction=row, consent_how="phone", by=world.by, at=AT)
    introduction.offer_job(introduction=row, offer=OFFER, by=world.by, at=AT)
    introduction.accept_offer(introduction=row, by=world.by, at=AT)
    job = Placement.objects.get(introduction=row)
    placement.start_placement(placement=job, first_day=DAY, by=world.by, at=AT)
    for check in RetentionCheck.objects.filter(placement=job).order_by("due_on"):
        retention.move_with_the_clock(check=check, at=SIX_MONTHS_ON)
        check.refresh_from_db()
        retention.answer_check(check=check, in_post=True, known_on=add_months(DAY, 6), grade="self", by=world.by, at=SIX_MONTHS_ON)
    job.refresh_from_db()
    return case, job


def stands(case: Pathway, job: Placement) -> tuple[str, str, set[str]]:
    case.refresh_from_db()
    job.refresh_from_db()
    return case.stage, job.stage, set(RetentionCheck.objects.filter(placement=job).values_list("stage", flat=True))


def disagreements(at: datetime) -> list[str]:
    return [each.kind for _, found in look_through(at=at) for each in found if each.kind != "text_stuck"]


def test_a_job_entered_in_error_takes_answered_checks_with_it_and_a_sustained_case_reopens() -> None:
    world = World()
    case, job = sustained(world)
    assert stands(case, job) == ("sustained", "in_post", {"confirmed"})
    placement.void_job(placement=job, by=actor(world.lead), at=SIX_MONTHS_ON)
    assert stands(case, job) == ("interested", "void", {"exempt"})
    assert disagreements(SIX_MONTHS_ON) == []
    change = StageChange.objects.get(machine="placement", step="void")
    undo_step(change=change, by=actor(world.lead), at=SIX_MONTHS_ON)
    assert stands(case, job) == ("sustained", "in_post", {"confirmed"})
    assert disagreements(SIX_MONTHS_ON) == []


def test_a_case_entered_in_error_takes_answered_checks_with_it() -> None:
    world = World()
    case, job = sustained(world)
    cases.void_case(case=case, by=actor(world.lead), at=SIX_MONTHS_ON)
    assert stands(case, job) == ("void", "void", {"exempt"})
    assert disagreements(SIX_MONTHS_ON) == []
