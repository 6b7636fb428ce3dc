"""Undo on a case that has moved on: what it refuses, and what it leaves where later steps put it."""

from datetime import datetime, timedelta

import pytest

from ground.clock import add_months
from ground.door import Refused
from pathways.models import Pathway, RetentionCheck, StageChange, Task
from pathways.queries.integrity import look_through
from pathways.services import case as cases
from pathways.services import interview, introduction, placement, retention, training
from pathways.services.door import Taken
from pathways.services.heading import close_heading
from pathways.services.undo import undo_step
from tests.factories import AT, DAY, World, actor

pytestmark = pytest.mark.django_db

SIX_MONTHS_ON = AT + (add_months(DAY, 6) - DAY)


def found(at: datetime) -> list[str]:
    return [each.words for _, more in look_through(at=at) for each in more if each.kind != "text_stuck"]


def last(machine: str, step: str) -> StageChange:
    return StageChange.objects.filter(machine=machine, step=step).latest("id")


def at_work(world: World) -> Pathway:
    """In a job of their own since the first day."""
    case = world.case()
    placement.record_own_job(case=case, employer_words="A bakery", job={"title": "Baker"}, start_on=DAY, by=world.by, at=AT)
    return case


def six_months(case: Pathway, world: World) -> None:
    """The six-month check is answered."""
    check = RetentionCheck.objects.get(pathway=case, milestone="six_months")
    retention.move_with_the_clock(check=check, at=SIX_MONTHS_ON)
    answer = {"in_post": True, "known_on": check.due_on, "grade": "self"}
    retention.answer_check(check=check, **answer, by=world.by, at=SIX_MONTHS_ON)


def stage(case: Pathway) -> str:
    return Pathway.objects.values_list("stage", flat=True).get(pk=case.pk)


@pytest.mark.parametrize("what", ["chat", "waiting", "introduction", "job"])
def test_what_was_closed_before_six_months_does_not_come_back_on_a_case_that_ended_well(what: str) -> None:
    world = World()
    case = at_work(world)
    by = world.by
    if what == "chat":
        chat = interview.book_chat(case=case, when=AT + timedelta(days=2), place="Library", host=None, by=by, at=AT)
        interview.cancel_chat(chat=chat, by=by, at=AT)
        change = last("interview", "cancel")
    elif what == "waiting":
        training.cancel_seat(place=training.join_waiting(case=case, course=world.course(), by=by, at=AT), by=by, at=AT)
        change = last("training_place", "cancel")
    elif what == "introduction":
        row = introduction.draft_introduction(case=case, heading=world.heading(), by=by, at=AT)
        introduction.move_introduction(introduction=row, step="withdraw", by=by, at=AT)
        change = last("introduction", "withdraw")
    else:
        later = {"employer_words": "A school", "job": {"title": "Cook"}, "start_on": DAY + timedelta(days=9)}
        placement.fall_through(placement=placement.record_own_job(case=case, **later, by=by, at=AT), by=by, at=AT)
        change = last("placement", "fall_through")
    six_months(case, world)
    assert stage(case) == "sustained"
    rows = StageChange.objects.count()
    with pytest.raises(Refused, match="The case has ended since"):
        undo_step(change=change, by=actor(world.lead), at=SIX_MONTHS_ON)
    assert (stage(case), StageChange.objects.count(), found(SIX_MONTHS_ON)) == ("sustained", rows, [])


def test_the_closing_that_let_a_case_end_well_can_be_undone_and_opens_it_again() -> None:
    world = World()
    case = at_work(world)
    chat = interview.book_chat(case=case, when=SIX_MONTHS_ON + timedelta(days=2), place="Library", host=None, by=world.by, at=AT)
    six_months(case, world)
    owed = Task.objects.filter(pathway=case, kind="finish_live")
    assert (stage(case), [task.state for task in owed]) == ("in_work", ["open"])
    interview.cancel_chat(chat=chat, by=world.by, at=SIX_MONTHS_ON)
    assert (stage(case), [task.state for task in owed.all()]) == ("sustained", ["done"])
    undo_step(change=last("interview", "cancel"), by=world.by, at=SIX_MONTHS_ON)
    assert (stage(case), [task.state for task in owed.all()], found(SIX_MONTHS_ON)) == ("in_work", ["open"], [])
    retention.void_check(check=RetentionCheck.objects.get(milestone="six_months"), by=actor(world.lead), at=SIX_MONTHS_ON)
    assert [task.state for task in owed.all()] == ["done"]


def test_an_introduction_that_closed_with_its_opening_is_not_taken_back_to_before_it_was_sent() -> None:
    world = World()
    case, heading = world.case(), world.heading()
    row = introduction.draft_introduction(case=case, heading=heading, by=world.by, at=AT)
    introduction.send_introduction(introduction=row, consent_how="phone", by=world.by, at=AT)
    close_heading(heading=heading, by=actor(world.employer), at=AT)
    with pytest.raises(Refused, match="undo that first"):
        undo_step(change=last("introduction", "send"), by=world.by, at=AT)
    row.refresh_from_db()
    assert row.stage == "heading_closed"


def test_nothing_from_before_a_death_is_undone() -> None:
    world = World()
    case = world.case()
    cases.mark_ready(case=case, by=world.by, at=AT, taken=Taken(reason="experience"))
    cases.record_death(candidate=case.candidate, died_on=DAY, by=world.by, at=AT)
    with pytest.raises(Refused, match="undo that first"):
        undo_step(change=last("pathway", "mark_ready"), by=world.by, at=AT)
    assert stage(case) == "ended"


def test_a_case_stays_where_a_later_step_put_it_and_since_when() -> None:
    world = World()
    case = world.case()
    interview.hold_chat(case=case, by=world.by, at=AT + timedelta(days=1))
    later = AT + timedelta(days=5)
    training.join_waiting(case=case, course=world.course(), by=world.by, at=later)
    row = introduction.draft_introduction(case=case, heading=world.heading(), by=world.by, at=later)
    introduction.send_introduction(introduction=row, consent_how="phone", by=world.by, at=later)
    introduction.offer_job(introduction=row, offer={}, by=world.by, at=later)
    undo_step(change=last("interview", "hold"), by=world.by, at=later)
    case.refresh_from_db()
    assert (case.stage, case.stage_since) == ("offered", later.date())
    assert found(later) == []


def test_a_mark_taken_back_leaves_the_course_that_began_since() -> None:
    world = World()
    case = world.case()
    cases.mark_ready(case=case, by=world.by, at=AT, taken=Taken(reason="experience"))
    later = AT + timedelta(days=5)
    training.start_training(place=training.book_seat(case=case, course=world.course(), by=world.by, at=later), by=world.by, at=later)
    undo_step(change=last("pathway", "mark_ready"), by=world.by, at=later)
    case.refresh_from_db()
    assert (case.stage, case.stage_since, case.ready_on) == ("in_training", later.date(), None)


def test_another_owner_is_no_new_stage() -> None:
    """Undo counts the days in a stage from when the case came to it, not from when it was handed over."""
    world = World()
    case = world.case()
    cases.hand_over(case=case, to=world.lead, organisation=world.delivery, by=world.by, at=AT + timedelta(days=3))
    later = AT + timedelta(days=5)
    interview.hold_chat(case=case, by=world.by, at=later)
    undo_step(change=last("interview", "hold"), by=world.by, at=later)
    case.refresh_from_db()
    assert (case.stage, case.stage_since) == ("interested", DAY)
