"""One person's way through the services: the log, the stages and the tasks agree at each step."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from ground.clock import add_months
from pathways.models import Consent, Introduction, Pathway, Placement, PreEmploymentCheck, RetentionCheck, StageChange, Task
from pathways.services import case as cases
from pathways.services import interview, introduction, placement, retention, training
from pathways.services.door import Taken
from pathways.services.undo import undo_step
from tests.factories import AT, DAY, World, rates

pytestmark = pytest.mark.django_db

OFFER = {"offer_hours": Decimal("37.5"), "offer_pay": Decimal("12.90"), "offer_pay_unit": "hour", "offer_kind": "permanent"}


def stage(case: Pathway) -> str:
    case.refresh_from_db()
    return case.stage


def test_one_person_goes_all_the_way_and_the_log_tells_it() -> None:
    rates()
    world = World()
    case = world.case(interested=False)
    assert stage(case) == "outreach"
    cases.express_interest(case=case, by=world.by, at=AT)
    assert stage(case) == "interested"
    chat = interview.book_chat(case=case, when=AT + timedelta(hours=2), place="Library", host=world.worker, by=world.by, at=AT)
    assert stage(case) == "chat_booked"
    interview.hold_chat(case=case, chat=chat, by=world.by, at=AT)
    assert stage(case) == "chatted"
    seat = training.book_seat(case=case, course=world.course(), by=world.by, at=AT)
    assert stage(case) == "training_booked"
    training.start_training(place=seat, by=world.by, at=AT)
    assert stage(case) == "in_training"
    training.finish_training(place=seat, by=world.by, at=AT)
    assert stage(case) == "job_ready"
    row = introduction.draft_introduction(case=case, heading=world.heading(), by=world.by, at=AT)
    introduction.send_introduction(introduction=row, consent_how="phone", by=world.by, at=AT)
    introduction.offer_job(introduction=row, offer=OFFER, by=world.by, at=AT)
    assert stage(case) == "offered"
    row.refresh_from_db()
    assert row.offer_grade == "legal"
    introduction.accept_offer(introduction=row, by=world.by, at=AT)
    assert stage(case) == "pre_start"
    job = Placement.objects.get(introduction=row)
    assert PreEmploymentCheck.objects.filter(placement=job).count() == 6
    placement.start_placement(placement=job, first_day=DAY, by=world.by, at=AT)
    assert stage(case) == "in_work"
    checks = dict(RetentionCheck.objects.filter(placement=job).values_list("milestone", "due_on"))
    assert checks == {"four_weeks": date(2026, 12, 21), "thirteen_weeks": date(2027, 2, 22), "six_months": date(2027, 5, 23)}
    later = AT + (add_months(DAY, 6) - DAY)
    for check in RetentionCheck.objects.filter(placement=job).order_by("due_on"):
        assert retention.move_with_the_clock(check=check, at=later)
        check.refresh_from_db()
        retention.answer_check(check=check, in_post=True, known_on=later.date(), grade="self", by=world.by, at=later)
    assert stage(case) == "sustained"
    told = list(StageChange.objects.filter(pathway=case, machine="pathway").order_by("id").values_list("step", "to_stage"))
    assert told == [
        ("log_outreach", "outreach"),
        ("express_interest", "interested"),
        ("follow", "chat_booked"),
        ("follow", "chatted"),
        ("follow", "training_booked"),
        ("follow", "in_training"),
        ("mark_ready", "job_ready"),
        ("follow", "offered"),
        ("follow", "pre_start"),
        ("follow", "in_work"),
        ("follow", "sustained"),
    ]


def test_accepting_undone_gives_everything_back_and_may_be_taken_again() -> None:
    world = World()
    case = world.case()
    first = introduction.draft_introduction(case=case, heading=world.heading(), by=world.by, at=AT)
    second = introduction.draft_introduction(case=case, heading=world.heading(title="Porter"), by=world.by, at=AT)
    introduction.send_introduction(introduction=first, consent_how="phone", by=world.by, at=AT)
    introduction.offer_job(introduction=first, offer=OFFER, by=world.by, at=AT)
    open_before = sorted(Task.objects.filter(pathway=case, state="open").values_list("kind", "subject"))
    introduction.accept_offer(introduction=first, by=world.by, at=AT)
    second.refresh_from_db()
    assert second.stage == "superseded"
    accept = StageChange.objects.get(pathway=case, step="accept")
    undo_step(change=accept, by=world.by, at=AT)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.stage, second.stage, stage(case)) == ("offered", "draft", "offered")
    assert list(Placement.objects.filter(pathway=case).values_list("stage", flat=True)) == ["void"]
    assert set(PreEmploymentCheck.objects.filter(pathway=case).values_list("stage", flat=True)) == {"void"}
    assert sorted(Task.objects.filter(pathway=case, state="open").values_list("kind", "subject")) == open_before
    introduction.accept_offer(introduction=first, by=world.by, at=AT)
    assert stage(case) == "pre_start"
    assert sorted(Placement.objects.filter(pathway=case).values_list("stage", flat=True)) == ["checks_in_progress", "void"]


def test_an_own_job_in_the_past_starts_at_once_and_makes_no_offer() -> None:
    world = World()
    case = world.case(day=DAY - timedelta(days=30))
    placement.record_own_job(
        case=case, employer_words="Corner bakery", job={"title": "Baker"}, start_on=DAY - timedelta(days=10), by=world.by, at=AT
    )
    assert stage(case) == "in_work"
    assert Introduction.objects.filter(pathway=case).count() == 0
    assert StageChange.objects.get(machine="placement", step="start").happened_on == DAY - timedelta(days=10)


def test_closing_a_case_closes_what_is_live_and_undo_brings_it_back() -> None:
    world = World()
    case = world.case()
    interview.book_chat(case=case, when=AT + timedelta(days=1), place="Library", host=None, by=world.by, at=AT)
    row = introduction.draft_introduction(case=case, heading=world.heading(), by=world.by, at=AT)
    introduction.send_introduction(introduction=row, consent_how="in_person", by=world.by, at=AT)
    cases.withdraw(case=case, by=world.by, at=AT, taken=Taken(reason="other"))
    row.refresh_from_db()
    assert (row.stage, stage(case)) == ("withdrawn", "withdrawn")
    assert Task.objects.filter(pathway=case, state="open").count() == 0
    undo_step(change=StageChange.objects.get(pathway=case, step="withdraw", machine="pathway"), by=world.by, at=AT)
    row.refresh_from_db()
    assert (row.stage, stage(case)) == ("sent", "chat_booked")
    assert Consent.objects.filter(voided_at__isnull=True).count() == 1
