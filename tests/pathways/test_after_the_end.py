"""What goes on after a case has ended: the job is still asked about where it ended well, and everything else is silent."""

from datetime import date, datetime, timedelta

import pytest

from accounts.models import Milestone
from candidates.models import Candidate
from ground import jobs
from ground.clock import LONDON, add_months
from outreach.models import Message
from pathways.models import Evidence, Pathway, Placement, RetentionCheck, StageChange, Task
from pathways.queries.integrity import look_through
from pathways.services import case as cases
from pathways.services import interview, placement, retention
from pathways.services.contact import log_contact
from pathways.services.undo import undo_step
from tests.factories import World, actor, organisation, programme, user

pytestmark = pytest.mark.django_db


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=LONDON)


def night(day: date) -> str:
    """The job of that night, and how it ended."""
    at = datetime(day.year, day.month, day.day, 2, 30, tzinfo=LONDON)
    return jobs.run("retention_checks", at=at).state


def found(day: date) -> list[str]:
    return [each.words for _, more in look_through(at=noon(day)) for each in more if each.kind != "text_stuck"]


def owed(case: Pathway) -> list[str]:
    return sorted(Task.objects.filter(pathway=case, state="open").values_list("kind", flat=True))


def at_work(world: World, start: date) -> Pathway:
    """In a job of their own, in a programme whose funder asks after 26 weeks too."""
    Milestone.objects.create(programme=world.programme, code="twenty_six_weeks", weeks=26, window_days=28, valid_from=date(2000, 1, 1))
    case = world.case(day=start, at=noon(start))
    own = {"employer_words": "A bakery", "job": {"title": "Baker"}, "start_on": start}
    placement.record_own_job(case=case, **own, by=world.by, at=noon(start))
    return case


def answer(case: Pathway, milestone: str, day: date, world: World, **more: object) -> RetentionCheck:
    check = RetentionCheck.objects.get(pathway=case, milestone=milestone)
    said = {"in_post": True, "known_on": day, "grade": "self", **more}
    return retention.answer_check(check=check, **said, by=world.by, at=noon(day))


def stage(case: Pathway) -> str:
    return Pathway.objects.values_list("stage", flat=True).get(pk=case.pk)


def check_stage(case: Pathway, milestone: str) -> str:
    return RetentionCheck.objects.values_list("stage", flat=True).get(pathway=case, milestone=milestone)


#: 26 weeks after the first of September are a day after six months; after the second of March two days before.
SIX_FIRST, WEEKS_FIRST = date(2025, 9, 1), date(2026, 3, 2)


def test_after_six_months_the_funders_26_weeks_are_asked_and_lapse_on_the_case_that_ended_well() -> None:
    world = World()
    case = at_work(world, SIX_FIRST)
    six, weeks = add_months(SIX_FIRST, 6), SIX_FIRST + timedelta(weeks=26)
    assert six < weeks
    assert night(six) == "done"
    answer(case, "six_months", six, world)
    assert stage(case) == "sustained"
    for days in range((weeks - six).days, 40):
        assert night(six + timedelta(days=days)) == "done"
        assert stage(case) == "sustained"
        assert found(six + timedelta(days=days)) == []
        if days == 10:
            assert (check_stage(case, "twenty_six_weeks"), owed(case)) == ("chasing", ["retention"])
    assert (check_stage(case, "twenty_six_weeks"), owed(case)) == ("unknown", [])


@pytest.mark.parametrize(("last_day", "then"), [(None, "not_in_post"), (0, "confirmed"), (-1, "not_in_post")])
def test_26_weeks_may_be_answered_left_after_six_months_and_the_case_stays_where_it_ended(last_day: int | None, then: str) -> None:
    world = World()
    case = at_work(world, SIX_FIRST)
    six, weeks = add_months(SIX_FIRST, 6), SIX_FIRST + timedelta(weeks=26)
    night(six)
    answer(case, "six_months", six, world)
    night(weeks)
    day = None if last_day is None else weeks + timedelta(days=last_day)
    answer(case, "twenty_six_weeks", weeks, world, in_post=False, last_day=day)
    assert (stage(case), check_stage(case, "twenty_six_weeks")) == ("sustained", then)
    assert Placement.objects.get(pathway=case).stage == "left"
    assert owed(case) == (["last_day", "leaving"] if last_day is None else ["leaving"])
    assert (night(weeks + timedelta(days=60)), found(weeks)) == ("done", [])


def test_26_weeks_that_fall_due_first_stay_asked_when_six_months_are_confirmed() -> None:
    world = World()
    case = at_work(world, WEEKS_FIRST)
    six, weeks = add_months(WEEKS_FIRST, 6), WEEKS_FIRST + timedelta(weeks=26)
    assert weeks < six
    night(weeks)
    night(six)
    answer(case, "six_months", six, world)
    assert (stage(case), check_stage(case, "twenty_six_weeks")) == ("sustained", "open")
    assert "retention" in owed(case)
    answer(case, "twenty_six_weeks", six, world)
    assert Evidence.objects.filter(check_row__milestone="twenty_six_weeks", in_post=True).count() == 1
    assert (stage(case), found(six)) == ("sustained", [])


def test_the_check_of_a_case_given_up_is_settled_by_the_clock_and_asks_nobody() -> None:
    world = World()
    case = at_work(world, SIX_FIRST)
    job = Placement.objects.get(pathway=case)
    day = SIX_FIRST + timedelta(days=7)
    placement.leave_job(placement=job, last_day=None, by=world.by, at=noon(day))
    cases.withdraw(case=case, by=world.by, at=noon(day))
    texts = Message.objects.count()
    for days in range(28, 60):
        assert night(SIX_FIRST + timedelta(days=days)) == "done"
    assert (check_stage(case, "four_weeks"), owed(case), Message.objects.count(), found(day)) == ("unknown", [], texts, [])


def test_a_job_known_to_have_ended_settles_an_open_check_the_next_night() -> None:
    world = World()
    case = at_work(world, SIX_FIRST)
    due = SIX_FIRST + timedelta(weeks=4)
    night(due)
    placement.leave_job(placement=Placement.objects.get(pathway=case), last_day=due, by=world.by, at=noon(due))
    assert check_stage(case, "four_weeks") == "open"
    night(due + timedelta(days=1))
    assert check_stage(case, "four_weeks") == "confirmed"


def test_a_case_entered_in_error_owes_nothing_not_even_the_day_to_ask_again() -> None:
    world = World()
    day = date(2026, 3, 2)
    case = world.case(at=noon(day))
    cases.set_not_now(case=case, revisit_on=day + timedelta(days=30), by=world.by, at=noon(day))
    assert owed(case) == ["revisit"]
    cases.void_case(case=case, by=actor(world.lead), at=noon(day))
    assert (owed(case), found(day)) == ([], [])


def test_a_case_reopened_is_told_of_its_chat_again() -> None:
    world = World()
    day = date(2026, 3, 2)
    case = world.case(at=noon(day))
    cases.set_not_now(case=case, do_not_contact=True, by=world.by, at=noon(day))
    cases.reopen(case=case, by=world.by, at=noon(day))
    interview.book_chat(case=case, when=noon(day) + timedelta(days=2), place="Library", host=None, by=world.by, at=noon(day))
    assert Message.objects.filter(candidate=case.candidate, state="ready").count() == 1
    undo_step(change=StageChange.objects.get(step="book"), by=world.by, at=noon(day))
    undo_step(change=StageChange.objects.get(step="reopen"), by=world.by, at=noon(day))
    case.refresh_from_db()
    assert (case.stage, case.do_not_contact) == ("not_now", True)


def chat_called_off(world: World, day: date) -> tuple[Pathway, Message]:
    """A chat was called off, and the text that says so waits."""
    case = world.case(at=noon(day))
    chat = interview.book_chat(case=case, when=noon(day) + timedelta(days=2), place="Library", host=None, by=world.by, at=noon(day))
    Message.objects.filter(candidate=case.candidate).update(state="delivered")
    interview.cancel_chat(chat=chat, by=world.by, at=noon(day))
    return case, Message.objects.get(candidate=case.candidate, state="ready")


def test_closing_a_case_stops_its_texts_and_undo_lets_them_go() -> None:
    world = World()
    day = date(2026, 3, 2)
    case, text = chat_called_off(world, day)
    _, other = chat_called_off(world, day)
    cases.withdraw(case=case, by=world.by, at=noon(day))
    text.refresh_from_db()
    other.refresh_from_db()
    assert (text.state, other.state) == ("cancelled", "ready")
    undo_step(change=StageChange.objects.get(step="withdraw"), by=world.by, at=noon(day) + timedelta(minutes=5))
    text.refresh_from_db()
    assert (text.state, text.final_at, text.reason) == ("ready", None, "")


def test_a_death_stops_every_text_and_every_question_in_every_programme() -> None:
    world = World()
    start = SIX_FIRST
    case = at_work(world, start)
    six = add_months(start, 6)
    night(six)
    answer(case, "six_months", six, world)
    person = Candidate.objects.get(pk=case.candidate_id)
    other = organisation("delivery")
    elsewhere = programme(other)
    colleague = user("outreach_worker", other, elsewhere)
    second = cases.new_case(candidate=person, programme=elsewhere, organisation=other, owner=colleague, opened_on=six)
    cases.express_interest(case=second, by=actor(colleague), at=noon(six))
    interview.book_chat(case=second, when=noon(six) + timedelta(days=9), place="Hub", host=None, by=actor(colleague), at=noon(six))
    day = six + timedelta(days=1)
    cases.record_death(candidate=person, died_on=six, by=world.by, at=noon(day))
    job = Placement.objects.get(pathway=case)
    assert (stage(case), stage(second), job.stage, job.leave_reason, job.last_day) == ("sustained", "ended", "left", "death", six)
    assert check_stage(case, "twenty_six_weeks") == "exempt"
    assert not Message.objects.filter(candidate=person, state="ready").exists()
    assert owed(case) + owed(second) == []
    ended = StageChange.objects.get(step="end_by_death")
    assert (ended.pathway_id, ended.happened_on) == (second.pk, six)
    assert (night(day + timedelta(days=30)), found(day)) == ("done", [])


def test_who_had_asked_to_be_asked_again_is_not_after_a_death_and_checks_of_a_job_left_are_exempt() -> None:
    world = World()
    case = at_work(world, SIX_FIRST)
    job = Placement.objects.get(pathway=case)
    day = SIX_FIRST + timedelta(days=7)
    placement.leave_job(placement=job, last_day=day, by=world.by, at=noon(day))
    cases.set_not_now(case=case, revisit_on=day + timedelta(days=30), by=world.by, at=noon(day))
    log_contact(case=case, channel="call", outcome="no_answer", by=world.by, at=noon(day))
    cases.record_death(candidate=case.candidate, died_on=day, by=world.by, at=noon(day))
    assert (stage(case), owed(case)) == ("not_now", [])
    assert set(RetentionCheck.objects.values_list("stage", flat=True)) == {"exempt"}
