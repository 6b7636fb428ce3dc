"""More than one answer to "still in work there?": each is kept, two that disagree are settled by a person."""

from datetime import date, datetime, timedelta

import pytest

from accounts.services.rule import set_rule
from ground.clock import LONDON, add_months
from ground.door import Conflict, Refused
from pathways.models import Evidence, Pathway, Placement, RetentionCheck, StageChange, Task
from pathways.queries.integrity import look_through
from pathways.services import case as cases
from pathways.services import placement, retention
from pathways.services.employment import correct_start
from pathways.services.undo import undo_step
from tests.factories import World
from tests.pathways.walk import snapshot

pytestmark = pytest.mark.django_db
STARTED = date(2026, 1, 5)
SIX = add_months(STARTED, 6)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=LONDON)


def at_work(world: World) -> Placement:
    case = world.case(day=STARTED, at=noon(STARTED))
    job = {"employer_words": "A bakery", "job": {"title": "Baker"}, "start_on": STARTED}
    return placement.record_own_job(case=case, **job, by=world.by, at=noon(STARTED))


def night(day: date) -> None:
    for pk in retention.due_checks(today=day):
        retention.move_with_the_clock(check=RetentionCheck.objects.get(pk=pk), at=noon(day))


def say(world: World, *, in_post: bool, grade: str = "self", day: date = SIX, **more: object) -> RetentionCheck:
    check = RetentionCheck.objects.get(milestone="six_months")
    return retention.answer_check(check=check, in_post=in_post, known_on=day, grade=grade, by=world.by, at=noon(day), **more)


def settle(world: World, *, in_post: bool, **more: object) -> RetentionCheck:
    check = RetentionCheck.objects.get(milestone="six_months")
    return retention.settle_check(check=check, in_post=in_post, by=world.by, at=noon(SIX), **more)


def stands() -> tuple[str, str, str]:
    return (
        RetentionCheck.objects.get(milestone="six_months").stage,
        Placement.objects.get().stage,
        Pathway.objects.get().stage,
    )


def owed() -> set[str]:
    return set(Task.objects.filter(state="open").values_list("kind", flat=True))


def found() -> list[str]:
    return [each.words for _, more in look_through(at=noon(SIX)) for each in more if each.kind != "text_stuck"]


def test_a_second_answer_that_says_the_same_is_kept_with_the_better_grade() -> None:
    world = World()
    at_work(world)
    night(SIX)
    say(world, in_post=True)
    check = say(world, in_post=True, grade="payroll")
    assert (check.grade, stands()) == ("payroll", ("confirmed", "in_post", "sustained"))
    say(world, in_post=True, grade="employer")
    assert RetentionCheck.objects.get(milestone="six_months").grade == "payroll"
    assert list(Evidence.objects.order_by("id").values_list("grade", flat=True)) == ["self", "payroll", "employer"]


@pytest.mark.parametrize("first", [True, False])
def test_two_answers_that_disagree_open_a_task_and_a_case_that_had_ended_well(first: bool) -> None:
    world = World()
    at_work(world)
    night(SIX)
    say(world, in_post=first)
    before = snapshot(list(Pathway.objects.values_list("pk", flat=True)))
    say(world, in_post=not first, grade="employer")
    assert stands() == ("disputed", "in_post" if first else "left", "in_work" if first else "left_work")
    assert "settle" in owed()
    assert found() == []
    undo_step(change=StageChange.objects.get(step="answer_again"), by=world.by, at=noon(SIX))
    assert snapshot(list(Pathway.objects.values_list("pk", flat=True))) == before
    assert list(Evidence.objects.filter(voided_at=None).values_list("in_post", flat=True)) == [first]


@pytest.mark.parametrize(("first", "right"), [(True, True), (True, False), (False, True), (False, False)])
def test_settled_the_check_the_job_and_the_case_agree(first: bool, right: bool) -> None:
    world = World()
    at_work(world)
    night(SIX)
    say(world, in_post=first)
    say(world, in_post=not first, grade="employer")
    disputed = snapshot(list(Pathway.objects.values_list("pk", flat=True)))
    settle(world, in_post=right)
    assert stands() == (("confirmed", "in_post", "sustained") if right else ("not_in_post", "left", "left_work"))
    assert "settle" not in owed()
    assert found() == []
    step = "settle_still" if right else "settle_gone"
    undo_step(change=StageChange.objects.get(step=step), by=world.by, at=noon(SIX))
    assert snapshot(list(Pathway.objects.values_list("pk", flat=True))) == disputed


def test_settled_with_a_last_day_it_must_say_the_same() -> None:
    world = World()
    at_work(world)
    night(SIX)
    say(world, in_post=True)
    say(world, in_post=False, grade="employer")
    with pytest.raises(Refused, match="says the contrary"):
        settle(world, in_post=True, last_day=SIX - timedelta(days=1))
    settle(world, in_post=False, last_day=SIX - timedelta(days=1))
    assert Placement.objects.get().last_day == SIX - timedelta(days=1)
    with pytest.raises(Conflict, match="no longer open"):
        settle(world, in_post=True)


def test_who_had_left_is_asked_about_any_paid_work_on_the_later_dates() -> None:
    world = World()
    job = at_work(world)
    left = STARTED + timedelta(days=20)
    placement.leave_job(placement=job, last_day=left, leave_reason="health", destination="not_working", by=world.by, at=noon(left))
    night(STARTED + timedelta(weeks=4))
    check = RetentionCheck.objects.get(milestone="four_weeks")
    assert (check.stage, check.any_work) == ("not_in_post", None)
    assert Task.objects.get(kind="any_work").subject == f"retention_check:{check.pk}"
    retention.say_any_work(check=check, any_work=True, by=world.by, at=noon(STARTED + timedelta(weeks=4)))
    assert (check.any_work, check.stage, owed() & {"any_work"}) == (True, "not_in_post", set())


def test_a_programme_may_leave_the_question_out_from_a_day_on() -> None:
    world = World()
    job = at_work(world)
    left, due = STARTED + timedelta(days=20), STARTED + timedelta(weeks=4)
    since = {"code": "any_work", "valid_from": due + timedelta(days=1), "version": 1}
    set_rule(programme=world.programme, value="no", **since, by=world.by, at=noon(STARTED))
    placement.leave_job(placement=job, last_day=left, by=world.by, at=noon(left))
    night(due)
    assert "any_work" in owed()
    retention.say_any_work(check=RetentionCheck.objects.get(milestone="four_weeks"), any_work=False, by=world.by, at=noon(due))
    night(STARTED + timedelta(weeks=13))
    assert RetentionCheck.objects.get(milestone="thirteen_weeks").stage == "not_in_post"
    assert "any_work" not in owed()


def test_who_is_in_another_job_of_ours_is_not_asked() -> None:
    world = World()
    job = at_work(world)
    left = STARTED + timedelta(days=20)
    placement.leave_job(placement=job, last_day=left, by=world.by, at=noon(left))
    other = {"employer_words": "A school", "job": {"title": "Cook"}, "start_on": left}
    placement.record_own_job(case=job.pathway, **other, by=world.by, at=noon(left))
    night(STARTED + timedelta(weeks=4))
    assert "any_work" not in owed()


def test_once_every_check_is_settled_somebody_is_asked_to_end_the_follow_up() -> None:
    world = World()
    at_work(world)
    for days in range((SIX - STARTED).days + 30):
        night(STARTED + timedelta(days=days))
    assert set(RetentionCheck.objects.values_list("stage", flat=True)) == {"unknown"}
    assert "end_follow_up" in owed()
    day = SIX + timedelta(days=40)
    case = cases.end_follow_up(case=Pathway.objects.get(), by=world.by, at=noon(day))
    assert (case.stage, owed()) == ("ended", set())
    say(world, in_post=True, day=day)
    assert Pathway.objects.get().stage == "sustained"


def all_unknown(world: World) -> tuple[Placement, date]:
    """A job after which nobody could be asked any more, and a day on which the follow-up is to be ended."""
    job = at_work(world)
    for days in range((SIX - STARTED).days + 30):
        night(STARTED + timedelta(days=days))
    assert "end_follow_up" in owed()
    return Placement.objects.get(pk=job.pk), SIX + timedelta(days=40)


def test_who_looks_for_work_again_has_no_follow_up_to_be_ended() -> None:
    world = World()
    job, day = all_unknown(world)
    placement.leave_job(placement=job, last_day=day, by=world.by, at=noon(day))
    assert "end_follow_up" in owed()
    cases.restart_search(case=Pathway.objects.get(), ready=True, by=world.by, at=noon(day))
    assert "end_follow_up" not in owed()


def test_a_follow_up_is_not_to_be_ended_once_something_is_asked_again() -> None:
    world = World()
    job, day = all_unknown(world)
    correct_start(placement=job, first_day=STARTED + timedelta(days=90), by=world.by, at=noon(day))
    assert "end_follow_up" not in owed()


def test_nobody_is_asked_to_end_a_follow_up_that_goes_on() -> None:
    world = World()
    at_work(world)
    night(STARTED + timedelta(weeks=4))
    check = RetentionCheck.objects.get(milestone="four_weeks")
    day = STARTED + timedelta(weeks=4)
    retention.answer_check(check=check, in_post=True, known_on=day, grade="self", by=world.by, at=noon(day))
    assert "end_follow_up" not in owed()
