"""What figures read from the log: as at a day, as known by a moment, undone and voided rows out once that was recorded."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.choices import Phase
from analytics.figures.definition import Cut
from analytics.queries.funnel import journeys
from analytics.queries.retention import starts
from ground.clock import add_months
from pathways.models import Placement, RetentionCheck, StageChange
from pathways.services import case as cases
from pathways.services import employment, interview, introduction, placement, retention, training
from pathways.services.door import Taken
from pathways.services.undo import undo_step
from tests.factories import AT, DAY, World, person

pytestmark = pytest.mark.django_db

OFFER = {"offer_hours": Decimal("37.5"), "offer_pay": Decimal("12.90"), "offer_pay_unit": "hour", "offer_kind": "permanent"}


def cut(world, as_at=DAY, known_by=AT):
    return Cut(world.programme.pk, "I Can", None, as_at, as_at, known_by, known_by)


def one(world, **when):
    (found,) = journeys(cut=cut(world, **when))
    return found


def days(journey):
    return {phase: (reach.on, reach.exact) for phase, reach in journey.reached.items()}


def offered(world, case):
    row = introduction.draft_introduction(case=case, heading=world.heading(), by=world.by, at=AT)
    introduction.send_introduction(introduction=row, consent_how="phone", by=world.by, at=AT)
    return introduction.offer_job(introduction=row, offer=OFFER, by=world.by, at=AT)


def test_each_phase_is_reached_by_what_happened_and_dated_by_it():
    world = World()
    case = world.case(interested=False, day=DAY - timedelta(days=40))
    cases.express_interest(case=case, by=world.by, at=AT, taken=Taken(happened_on=DAY - timedelta(days=30)))
    interview.hold_chat(case=case, by=world.by, at=AT, taken=Taken(happened_on=DAY - timedelta(days=20), quality="month"))
    seat = training.book_seat(
        case=case,
        course=world.course(starts_on=DAY - timedelta(days=10)),
        by=world.by,
        at=AT,
        taken=Taken(happened_on=DAY - timedelta(days=15)),
    )
    training.start_training(place=seat, by=world.by, at=AT, taken=Taken(happened_on=DAY - timedelta(days=10)))
    row = offered(world, case)
    introduction.accept_offer(introduction=row, by=world.by, at=AT)
    job = Placement.objects.get(introduction=row)
    placement.start_placement(placement=job, first_day=DAY, by=world.by, at=AT)
    later = AT + (add_months(DAY, 6) - DAY) + timedelta(days=3)
    check = RetentionCheck.objects.get(placement=job, milestone="six_months")
    retention.move_with_the_clock(check=check, at=later)
    check.refresh_from_db()
    retention.answer_check(check=check, in_post=True, known_on=later.date(), grade="self", by=world.by, at=later)
    assert days(one(world, as_at=later.date(), known_by=later)) == {
        Phase.OUTREACH: (date(2026, 10, 14), True),
        Phase.INTEREST: (date(2026, 10, 24), True),
        Phase.INTERVIEW: (date(2026, 11, 3), False),
        Phase.TRAINING: (date(2026, 11, 13), True),
        Phase.OFFER: (DAY, True),
        Phase.RETENTION: (DAY, True),
        Phase.SUSTAINED: (date(2027, 5, 23), True),
    }


def test_as_at_an_earlier_day_later_things_have_not_happened():
    world = World()
    case = world.case(day=DAY - timedelta(days=30))
    interview.hold_chat(case=case, by=world.by, at=AT, taken=Taken(happened_on=DAY - timedelta(days=5)))
    assert one(world).now == "chatted"
    before = one(world, as_at=DAY - timedelta(days=6))
    assert (before.now, set(before.reached)) == ("interested", {Phase.INTEREST})
    assert journeys(cut=cut(world, as_at=DAY - timedelta(days=31))) == []


def test_what_was_learned_later_was_not_known_then():
    world = World()
    case = world.case(day=DAY - timedelta(days=30))
    later = AT + timedelta(days=2)
    interview.hold_chat(case=case, by=world.by, at=later, taken=Taken(happened_on=DAY - timedelta(days=5)))
    assert Phase.INTERVIEW not in one(world, known_by=later - timedelta(seconds=1)).reached
    assert one(world, known_by=later).reached[Phase.INTERVIEW].on == DAY - timedelta(days=5)


def test_an_undo_counts_from_the_moment_it_was_recorded():
    world = World()
    case = world.case()
    interview.hold_chat(case=case, by=world.by, at=AT)
    change = StageChange.objects.get(machine="interview", step="hold")
    later = AT + timedelta(days=3)
    undo_step(change=change, by=world.by, at=later)
    before, after = one(world, known_by=later - timedelta(seconds=1)), one(world, known_by=later)
    assert (before.now, Phase.INTERVIEW in before.reached) == ("chatted", True)
    assert (after.now, Phase.INTERVIEW in after.reached) == ("interested", False)


def test_what_was_entered_in_error_is_out_of_every_count():
    world = World()
    case = world.case()
    chat = interview.hold_chat(case=case, by=world.by, at=AT)
    lead = replace(world.by, kind="lead")
    interview.void_chat(chat=chat, by=lead, at=AT)
    assert Phase.INTERVIEW not in one(world).reached
    cases.void_case(case=case, by=lead, at=AT)
    assert journeys(cut=cut(world)) == []


def test_own_jobs_are_work_and_no_offer_and_stand_on_a_line_of_their_own_before_their_start():
    world = World()
    case = world.case(day=DAY - timedelta(days=30))
    placement.record_own_job(
        case=case, employer_words="Corner bakery", job={"title": "Baker"}, start_on=DAY + timedelta(days=9), by=world.by, at=AT
    )
    assert one(world).now == "own_job_to_start"
    another = World()
    case = another.case(day=DAY - timedelta(days=30))
    placement.record_own_job(
        case=case, employer_words="Corner bakery", job={"title": "Baker"}, start_on=DAY - timedelta(days=9), by=another.by, at=AT
    )
    found = one(another)
    assert Phase.OFFER not in found.reached
    assert found.reached[Phase.RETENTION].on == DAY - timedelta(days=9)
    (start,) = starts(cut=cut(another))
    assert (start.first_day, start.own_job, start.ended) == (DAY - timedelta(days=9), True, "")
    assert [check.milestone for check in start.checks] == ["four_weeks", "thirteen_weeks", "six_months"]


def test_moves_of_role_and_employer_are_read_until_they_are_undone():
    world = World()
    started = DAY - timedelta(days=9)
    job = placement.record_own_job(
        case=world.case(day=started), employer_words="A bakery", job={"title": "Baker"}, start_on=started, by=world.by, at=AT
    )
    role = {"title": "Cook", "kind": "permanent", "hours_a_week": None, "ends_on": None}
    employment.move_role(placement=job, role=role, by=world.by, at=AT, taken=Taken(happened_on=DAY - timedelta(days=5)))
    (start,) = starts(cut=cut(world))
    assert (start.new_role, start.new_employer) == (DAY - timedelta(days=5), None)
    undo_step(change=StageChange.objects.get(step="move_role"), by=world.by, at=AT)
    (start,) = starts(cut=cut(world))
    assert (start.new_role, start.new_employer) == (None, None)


def test_two_attempts_of_one_person_are_one_journey():
    world = World()
    asha = person(world.delivery)
    first = world.case(candidate=asha, day=DAY - timedelta(days=60))
    cases.withdraw(case=first, by=world.by, at=AT, taken=Taken(happened_on=DAY - timedelta(days=50), reason="other"))
    assert one(world).now == "withdrawn"
    cases.start_again(previous=first, owner=None, by=world.by, at=AT)
    found = one(world)
    assert (found.now, found.reached[Phase.INTEREST].on) == ("interested", DAY - timedelta(days=60))


def test_a_job_that_ended_is_known_by_its_last_day():
    world = World()
    case = world.case(day=DAY - timedelta(days=90))
    placement.record_own_job(
        case=case, employer_words="Corner bakery", job={"title": "Baker"}, start_on=DAY - timedelta(days=60), by=world.by, at=AT
    )
    job = Placement.objects.get(pathway=case)
    placement.leave_job(placement=job, last_day=DAY - timedelta(days=3), leave_reason="hours", by=world.by, at=AT)
    (start,) = starts(cut=cut(world))
    assert (start.ended, start.last_day, start.reason) == ("left", DAY - timedelta(days=3), "hours")
    (earlier,) = starts(cut=cut(world, as_at=DAY - timedelta(days=4)))
    assert (earlier.ended, earlier.last_day) == ("", None)


def test_a_move_to_another_employer_is_one_start_that_ends_with_the_last_job():
    world = World()
    case = world.case(day=DAY - timedelta(days=90))
    job = {"employer_words": "Corner bakery", "job": {"title": "Baker"}, "start_on": DAY - timedelta(days=60)}
    first = placement.record_own_job(case=case, **job, by=world.by, at=AT)
    role = {"title": "Porter", "kind": "permanent", "hours_a_week": None, "ends_on": None}
    moved = DAY - timedelta(days=20)
    following = employment.move_employer(placement=first, employer=world.trust, role=role, first_day=moved, by=world.by, at=AT)
    (start,) = starts(cut=cut(world))
    assert (start.placement, start.first_day, start.ended, start.last_day) == (first.pk, DAY - timedelta(days=60), "", None)
    assert start.another_job is False
    placement.leave_job(placement=following, last_day=DAY - timedelta(days=3), leave_reason="hours", by=world.by, at=AT)
    (start,) = starts(cut=cut(world))
    assert (start.placement, start.ended, start.last_day, start.reason) == (first.pk, "left", DAY - timedelta(days=3), "hours")


@pytest.mark.parametrize("people", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_people(people):
    world = World()
    for _ in range(people):
        case = world.case(day=DAY - timedelta(days=20))
        interview.hold_chat(case=case, by=world.by, at=AT)
    with CaptureQueriesContext(connection) as asked:
        assert len(journeys(cut=cut(world))) == people
        starts(cut=cut(world))
    assert len(asked) == 13


def test_another_programmes_people_are_not_counted():
    world, other = World(), World()
    world.case()
    other.case()
    assert len(journeys(cut=cut(world))) == 1


def test_a_pause_is_read_from_the_log_as_it_was_known_then():
    world = World()
    case = world.case(day=DAY - timedelta(days=40), at=AT - timedelta(days=40))
    begun, over = DAY - timedelta(days=30), DAY - timedelta(days=10)
    pausing = {"review_on": DAY + timedelta(days=1), "by": world.by, "at": AT - timedelta(days=10)}
    cases.pause_case(case=case, taken=Taken(happened_on=begun, reason="childcare"), **pausing)
    case.refresh_from_db()
    cases.resume_case(case=case, by=world.by, at=AT, taken=Taken(happened_on=over))
    assert one(world).paused == ((begun, over),)
    assert one(world, known_by=AT - timedelta(seconds=1)).paused == ((begun, None),)
    assert one(world, as_at=begun - timedelta(days=1)).paused == ()
    undo_step(change=StageChange.objects.get(step="resume"), by=world.by, at=AT + timedelta(hours=1))
    assert one(world, known_by=AT + timedelta(hours=2)).paused == ((begun, None),)
    case.refresh_from_db()
    cases.withdraw(case=case, by=world.by, at=AT + timedelta(hours=3), taken=Taken(reason="health"))
    assert one(world, known_by=AT + timedelta(hours=4)).paused == ((begun, DAY),)
    undo_step(change=StageChange.objects.get(step="withdraw"), by=world.by, at=AT + timedelta(hours=5))
    undo_step(change=StageChange.objects.get(step="pause"), by=world.by, at=AT + timedelta(hours=6))
    assert one(world, known_by=AT + timedelta(hours=7)).paused == ()
