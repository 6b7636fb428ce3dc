"""A job that goes on in another way: another role, another employer, a first day put right, and what was not known of a leaving."""

from datetime import date, datetime, timedelta

import pytest

from ground.clock import LONDON, add_months
from ground.door import Conflict, Refused
from pathways.models import Evidence, Pathway, Placement, RetentionCheck, StageChange, Task
from pathways.queries.integrity import look_through
from pathways.services import employment, placement, retention
from pathways.services.undo import undo_step
from tests.factories import World, organisation, partner
from tests.pathways.walk import snapshot

pytestmark = pytest.mark.django_db
STARTED = date(2026, 1, 5)
ROLE = {"title": "Ward clerk", "kind": "permanent", "hours_a_week": None, "ends_on": None}


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=LONDON)


def at_work(world: World) -> Placement:
    case = world.case(day=STARTED - timedelta(days=30), at=noon(STARTED - timedelta(days=30)))
    job = {"employer_words": "A bakery", "job": {"title": "Baker"}, "start_on": STARTED}
    return placement.record_own_job(case=case, **job, by=world.by, at=noon(STARTED))


def night(day: date) -> None:
    for pk in retention.due_checks(today=day):
        retention.move_with_the_clock(check=RetentionCheck.objects.get(pk=pk), at=noon(day))


def answer(job: Placement, milestone: str, day: date, world: World, *, in_post: bool = True, **more: object) -> RetentionCheck:
    check = RetentionCheck.objects.get(placement=job, milestone=milestone, stage__in=["open", "chasing", "unknown", "confirmed"])
    return retention.answer_check(check=check, in_post=in_post, known_on=day, grade="self", by=world.by, at=noon(day), **more)


def stages(job: Placement) -> dict[str, str]:
    rows = RetentionCheck.objects.filter(placement=job).exclude(stage__in=["superseded", "void"])
    return dict(rows.values_list("milestone", "stage"))


def where(job: Placement) -> str:
    return Pathway.objects.values_list("stage", flat=True).get(pk=job.pathway_id)


def found(day: date) -> list[str]:
    return [each.words for _, more in look_through(at=noon(day)) for each in more if each.kind != "text_stuck"]


def owed(job: Placement) -> list[str]:
    return sorted(Task.objects.filter(pathway=job.pathway_id, state="open").values_list("kind", flat=True))


def move(job: Placement, world: World, day: date) -> Placement:
    trust = partner(world.programme, organisation("employer"))
    return employment.move_employer(placement=job, employer=trust, role=ROLE, first_day=day, by=world.by, at=noon(day))


def test_another_role_keeps_the_clock() -> None:
    world = World()
    job = at_work(world)
    checks = list(RetentionCheck.objects.values_list("pk", "due_on", "stage"))
    day = STARTED + timedelta(days=60)
    before = snapshot([job.pathway_id])
    change = StageChange.objects.latest("id").pk
    employment.move_role(placement=job, role=ROLE, by=world.by, at=noon(day))
    assert (job.title, job.stage, job.first_day) == ("Ward clerk", "in_post", STARTED)
    assert list(RetentionCheck.objects.values_list("pk", "due_on", "stage")) == checks
    logged = StageChange.objects.get(pk__gt=change)
    assert "Baker" not in str(logged.before)
    undo_step(change=logged, by=world.by, at=noon(day))
    assert snapshot([job.pathway_id]) == before


def test_who_moves_to_another_employer_goes_on_and_six_months_are_asked_of_both_jobs() -> None:
    world = World()
    job = at_work(world)
    day = STARTED + timedelta(days=60)
    following = move(job, world, day)
    job.refresh_from_db()
    assert (job.stage, job.last_day, following.stage, following.first_day) == ("moved", day, "in_post", day)
    assert (following.continues, RetentionCheck.objects.filter(placement=following).count()) == (job, 0)
    assert where(job) == "in_work"
    six = add_months(STARTED, 6)
    night(six)
    answer(job, "six_months", six, world)
    assert (where(job), found(six)) == ("sustained", [])


def test_the_end_of_the_last_job_of_a_chain_settles_the_checks_of_the_first() -> None:
    world = World()
    job = at_work(world)
    following = move(job, world, STARTED + timedelta(days=60))
    third = move(following, world, STARTED + timedelta(days=90))
    assert third.continues == job
    left = STARTED + timedelta(days=120)
    placement.leave_job(placement=third, last_day=left, by=world.by, at=noon(left))
    assert where(job) == "left_work"
    six = add_months(STARTED, 6)
    night(six)
    assert stages(job)["six_months"] == "not_in_post"
    assert found(six) == []


def test_a_left_told_of_the_first_job_is_the_leaving_of_the_last() -> None:
    world = World()
    job = at_work(world)
    following = move(job, world, STARTED + timedelta(days=60))
    six = add_months(STARTED, 6)
    night(six)
    answer(job, "six_months", six, world, in_post=False, last_day=six - timedelta(days=9))
    following.refresh_from_db()
    assert (following.stage, following.last_day, where(job)) == ("left", six - timedelta(days=9), "left_work")


def test_a_move_is_undone_with_the_job_that_it_made_but_not_once_something_hangs_on_that() -> None:
    world = World()
    job = at_work(world)
    before = snapshot([job.pathway_id])
    day = STARTED + timedelta(days=60)
    following = move(job, world, day)
    change = StageChange.objects.get(step="move_employer")
    undo_step(change=change, by=world.by, at=noon(day))
    assert snapshot([job.pathway_id]) == before
    following = move(job, world, day)
    placement.leave_job(placement=following, last_day=day, by=world.by, at=noon(day))
    with pytest.raises(Refused, match="undo that first"):
        undo_step(change=StageChange.objects.filter(step="move_employer").latest("id"), by=world.by, at=noon(day))


def test_a_first_day_put_right_replaces_the_checks_and_judges_answers_again() -> None:
    world = World()
    job = at_work(world)
    four = STARTED + timedelta(weeks=4)
    night(four)
    answer(job, "four_weeks", four + timedelta(days=6), world)
    before = snapshot([job.pathway_id])
    at = four + timedelta(days=10)
    employment.correct_start(placement=job, first_day=STARTED + timedelta(days=4), by=world.by, at=noon(at))
    assert stages(job) == {"four_weeks": "confirmed", "thirteen_weeks": "scheduled", "six_months": "scheduled"}
    assert RetentionCheck.objects.filter(placement=job, stage="superseded").count() == 3
    again = RetentionCheck.objects.get(placement=job, milestone="four_weeks", stage="confirmed")
    assert (again.due_on, again.known_on) == (four + timedelta(days=4), four + timedelta(days=6))
    assert (Evidence.objects.filter(check_row=again).count(), found(at)) == (1, [])
    undo_step(change=StageChange.objects.get(step="correct_start"), by=world.by, at=noon(at))
    assert snapshot([job.pathway_id]) == before


def test_an_answer_known_before_the_new_date_says_nothing_about_it() -> None:
    world = World()
    job = at_work(world)
    four = STARTED + timedelta(weeks=4)
    night(four)
    answer(job, "four_weeks", four, world)
    at = four + timedelta(days=10)
    employment.correct_start(placement=job, first_day=STARTED + timedelta(days=7), by=world.by, at=noon(at))
    assert stages(job)["four_weeks"] == "scheduled"
    night(at)
    assert stages(job)["four_weeks"] == "open"


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (STARTED - timedelta(days=40), "before we met"),
        (STARTED, "first day already"),
        (STARTED + timedelta(days=30), "after the last day"),
        (date(2027, 1, 1), "after the last day"),
    ],
)
def test_a_first_day_is_put_right_within_reason(day: date, words: str) -> None:
    world = World()
    job = at_work(world)
    left = STARTED + timedelta(days=20)
    placement.leave_job(placement=job, last_day=left, by=world.by, at=noon(left))
    with pytest.raises(Refused, match=words):
        employment.correct_start(placement=job, first_day=day, by=world.by, at=noon(left))


def test_the_first_day_of_a_chain_is_put_right_at_its_first_job() -> None:
    world = World()
    job = at_work(world)
    day = STARTED + timedelta(days=60)
    following = move(job, world, day)
    with pytest.raises(Conflict, match="goes on from another one"):
        employment.correct_start(placement=following, first_day=day - timedelta(days=1), by=world.by, at=noon(day))
    employment.correct_start(placement=job, first_day=STARTED + timedelta(days=1), by=world.by, at=noon(day))
    assert (job.stage, where(job), found(day)) == ("moved", "in_work", [])


def test_what_is_not_known_of_a_leaving_is_asked_for_until_it_is_told() -> None:
    world = World()
    job = at_work(world)
    day = STARTED + timedelta(days=20)
    placement.leave_job(placement=job, last_day=None, by=world.by, at=noon(day))
    assert owed(job) == ["after_leaving", "book_chat", "last_day", "leaving"]
    employment.tell_leaving(placement=job, last_day=day, by=world.by, at=noon(day))
    assert owed(job) == ["after_leaving", "book_chat", "leaving"]
    employment.tell_leaving(placement=job, last_day=None, leave_reason="health", destination="not_working", by=world.by, at=noon(day))
    assert (owed(job), job.last_day, job.leave_reason) == (["after_leaving", "book_chat"], day, "health")
    with pytest.raises(Conflict, match="All is known"):
        employment.tell_leaving(placement=job, last_day=day, by=world.by, at=noon(day))


def test_a_last_day_told_late_settles_what_had_lapsed_and_puts_a_left_right() -> None:
    world = World()
    job = at_work(world)
    for days in range(28, 52):
        night(STARTED + timedelta(days=days))
    assert stages(job)["four_weeks"] == "unknown"
    thirteen = STARTED + timedelta(weeks=13)
    night(thirteen)
    answer(job, "thirteen_weeks", thirteen + timedelta(days=3), world, in_post=False)
    assert stages(job)["thirteen_weeks"] == "not_in_post"
    at = thirteen + timedelta(days=5)
    before = snapshot([job.pathway_id])
    employment.tell_leaving(placement=Placement.objects.get(pk=job.pk), last_day=thirteen, by=world.by, at=noon(at))
    assert stages(job) == {"four_weeks": "confirmed", "thirteen_weeks": "confirmed", "six_months": "scheduled"}
    assert found(at) == []
    undo_step(change=StageChange.objects.get(step="tell_leaving"), by=world.by, at=noon(at))
    assert snapshot([job.pathway_id]) == before


def test_a_last_day_before_an_answer_still_there_disagrees_with_it() -> None:
    world = World()
    job = at_work(world)
    four = STARTED + timedelta(weeks=4)
    night(four)
    answer(job, "four_weeks", four, world)
    at = four + timedelta(days=9)
    placement.leave_job(placement=Placement.objects.get(pk=job.pk), last_day=four - timedelta(days=2), by=world.by, at=noon(at))
    assert stages(job)["four_weeks"] == "disputed"
    assert "settle" in owed(job)


def test_the_end_of_a_term_is_kept_and_not_before_the_first_day() -> None:
    world = World()
    case = world.case(day=STARTED, at=noon(STARTED))
    term = {"title": "Clerk", "kind": "fixed_term", "ends_on": STARTED + timedelta(days=90)}
    job = placement.record_own_job(
        case=case, employer_words="A school", job=term, start_on=STARTED + timedelta(days=9), by=world.by, at=noon(STARTED)
    )
    assert job.ends_on == STARTED + timedelta(days=90)
    with pytest.raises(Refused, match="end of the term"):
        placement.agree_start(placement=job, start_on=STARTED + timedelta(days=9), ends_on=STARTED, by=world.by, at=noon(STARTED))
