"""The demo programme: who is in it, and that each sign-in finds work of every kind today."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, F, Q

from accounts.models import Programme, ProgrammeRule
from candidates.models import AddressPlace, Candidate, ContactRoute, EqualityAnswer
from employers.models import CareerHeading
from employers.services.pay import grade
from ground.phones import is_drama
from outreach.models import Event, Message
from outreach.rules import is_waking_hour, next_opening
from pathways.models import Attendance, Interview, Introduction, Note, Pathway, PreEmploymentCheck, RetentionCheck, Task, TrainingPlace
from pathways.queries.today import quiet
from pathways.simulation.days import HOLIDAYS
from pathways.simulation.demo import PASSWORD, demo_story, load_demo
from pathways.simulation.world import World
from tests import factories

AT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker) -> Iterator[World]:
    """The demo as it is on a Monday morning, loaded once and taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = load_demo(at=AT)
        assert world is not None
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield world
        transaction.set_rollback(True)


def test_nine_hundred_people_of_whom_305_had_an_offer(demo: World) -> None:
    assert Candidate.objects.count() == 900 + 2  # two people were typed twice
    assert Introduction.objects.filter(offered_on__isnull=False).values("pathway__candidate").distinct().count() == 305
    assert Pathway.objects.order_by("opened_on").values_list("opened_on", flat=True)[0] < date(2025, 6, 30)


def test_the_log_the_facts_and_the_stages_agree(demo: World) -> None:
    out = StringIO()
    call_command("check_integrity", as_of=TODAY, stdout=out)  # on the demo's own day, whatever day the tests run on
    assert out.getvalue().startswith("Nothing disagrees: ")


def test_the_outreach_worker_finds_every_kind_of_work_today(demo: World) -> None:
    mine = Pathway.objects.open().filter(owner=demo.users["samina"])
    assert 25 <= mine.count() <= 50
    due = Task.objects.filter(state="open", pathway__in=mine, due_on__lte=TODAY)
    assert {
        "hold_chat", "start_course", "introduce", "tell", "checks", "retention", "next_contact", "answer", "confirm_start", "last_day",
    } <= set(due.values_list("kind", flat=True))  # fmt: skip
    assert {"decide", "accept", "send", "rebook_chat", "keep_in_touch"} & set(
        Task.objects.filter(state="open", pathway__in=mine).values_list("kind", flat=True)
    ) >= {"decide", "accept", "rebook_chat", "keep_in_touch"}
    today = Interview.objects.filter(stage="booked", host=demo.users["samina"], at__date=TODAY)
    assert sorted(chat.at.strftime("%H:%M") for chat in today) == ["10:30", "15:30"]
    assert Task.objects.filter(kind="revisit", state="open", pathway__owner=demo.users["samina"], due_on=TODAY).exists()


def test_what_is_open_is_dated_around_today(demo: World) -> None:
    owed = Task.objects.filter(state="open")
    assert min(owed.values_list("due_on", flat=True)) >= TODAY - timedelta(weeks=6)
    assert not Pathway.objects.filter(next_due_on__lt=TODAY - timedelta(weeks=6)).exists()
    late, week = owed.filter(due_on__lt=TODAY), owed.filter(due_on__gte=TODAY, due_on__lte=TODAY + timedelta(days=6))
    assert 10 <= late.count() <= 80
    rules = ProgrammeRule.objects.standing(["quiet_days"], day=TODAY)
    assert min(row["since"] for row in quiet(Pathway.objects.filter(owner__isnull=False), TODAY, rules)) >= TODAY - timedelta(days=60)
    assert owed.filter(due_on=TODAY).count() >= 5
    assert week.count() >= 20
    assert set(Task.objects.filter(state="done", closed_by=None).values_list("closed_by_user", flat=True)).isdisjoint({None})


def test_the_trusts_pay_is_legal_today(demo: World) -> None:
    paid = CareerHeading.objects.exclude(pay=None)
    grades = Counter(grade(pay=row.pay, unit=row.pay_unit, on=TODAY) for row in paid)
    assert set(grades) == {"legal", "real"}
    assert set(paid.values_list("pay_grade", flat=True)) == {"legal", "real"}


def test_some_people_are_nobodys_yet(demo: World) -> None:
    assert Pathway.objects.unclaimed().count() >= 3


def test_the_employer_finds_people_checks_and_starts(demo: World) -> None:
    trust = demo.employers[0]
    waiting = Introduction.objects.filter(employer=trust)
    assert {"sent", "considering", "offered"} <= set(waiting.values_list("stage", flat=True))
    assert PreEmploymentCheck.objects.filter(placement__employer=trust, stage="in_progress").exists()
    assert RetentionCheck.objects.filter(placement__employer=trust, stage__in=["open", "chasing"]).exists()
    assert set(CareerHeading.objects.filter(organisation=trust).values_list("stage", flat=True)) == {"open", "stale", "draft", "filled"}


def test_the_trainer_has_a_course_that_begins_today_with_three_people_on_it(demo: World) -> None:
    booked = TrainingPlace.objects.filter(stage="booked", course__starts_on=TODAY, course__organisation=demo.training)
    assert sorted(booked.filter(pathway__owner=demo.users["samina"]).values_list("pathway__candidate__last_name", flat=True)) == [
        "Ellerby",
        "Karimi",
        "Mukasa",
    ]


def test_the_registers_of_the_trainers_courses_are_kept_up_to_yesterday(demo: World) -> None:
    marks = Attendance.objects.filter(place__course__organisation=demo.training)
    assert marks.count() > 100
    assert set(marks.values_list("marked_by", flat=True)) == {demo.users["maggie"].pk}
    assert marks.latest("day").day < TODAY
    assert 0 < marks.filter(present=False).count() < marks.count() / 5
    assert not marks.filter(
        Q(day__lt=F("place__begun_on")) | Q(day__gt=F("place__over_on")) | Q(day__gt=F("place__course__ends_on"))
    ).exists()


def test_phones_are_invented_shared_or_missing(demo: World) -> None:
    numbers = ContactRoute.objects.filter(kind__in=["mobile", "landline"])
    assert all(is_drama(number) for number in numbers.values_list("value", flat=True))
    assert numbers.filter(is_shared=True).count() > 30
    alone = numbers.filter(is_shared=False, kind="mobile").values("value").annotate(people=Count("candidate"))
    assert sorted(row["people"] for row in alone)[-3:] == [1, 2, 2]  # two people were typed twice
    assert Candidate.objects.exclude(routes__kind__in=["mobile", "landline"]).count() > 100


def test_homes_lie_in_wards_of_both_editions_and_some_nowhere(demo: World) -> None:
    places = AddressPlace.objects.all()
    assert places.filter(ward_code__startswith="E0501118").exists()
    solihull = Counter(places.filter(authority_code="E08000029").values_list("edition", flat=True))
    assert solihull["Invented"] > 20
    assert solihull["Invented, wards of 2026"] > 20
    assert set(places.values_list("state", flat=True)) == {"found", "pending", "none"}


def test_equality_answers_leave_small_cells_and_silences(demo: World) -> None:
    answers = Counter(EqualityAnswer.objects.filter(question="ethnic_group").values_list("code", flat=True))
    assert len(answers) == 20  # nineteen categories, and no category where nothing was said
    assert any(0 < people < 8 for people in answers.values())
    assert set(EqualityAnswer.objects.values_list("state", flat=True)) == {"value", "prefer_not", "not_known"}


def test_texts_that_were_due_have_arrived_when_people_are_awake(demo: World) -> None:
    arrived = Message.objects.filter(state="delivered")
    assert arrived.count() > 100
    assert all(is_waking_hour(at, HOLIDAYS) for at in arrived.values_list("accepted_at", flat=True))
    waiting = Message.objects.exclude(state="delivered")  # written since Saturday evening: they go on Monday at nine
    assert set(waiting.values_list("state", flat=True)) <= {"ready"}
    assert all(next_opening(at, HOLIDAYS) > AT for at in waiting.values_list("created_at", flat=True))
    assert Note.objects.count() > 100
    assert Event.objects.filter(tally__gt=0).count() > 70
    to_come = Event.objects.filter(day__gte=AT.date())
    assert {event.staff.count() for event in to_come.filter(starts_at__isnull=False)} == {1}
    assert to_come.filter(organisation__in=demo.delivery, starts_at__isnull=False).count() == 2 * len(demo.delivery) + 1  # the open day


def test_sign_ins_are_printed_as_a_plain_table(demo: World) -> None:
    out = StringIO()
    call_command("load_demo", "--sign-ins", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0].split() == ["Role", "Name", "E-mail", "Password"]
    assert lines[1].split("  ")[0] == "Outreach worker"
    assert lines[1].endswith(f"samina@i-can.example.org  {PASSWORD}")
    assert lines[3].split()[:4] == ["Employer", "Dawn", "Whitby", "dawn@i-can.example.org"]
    assert demo.users["samina"].check_password(PASSWORD)
    assert lines[4].split()[:4] == ["Trainer", "Maggie", "Tolland", "maggie@i-can.example.org"]
    assert demo.users["maggie"].check_password(PASSWORD)
    assert not demo.users["joe"].has_usable_password()


def test_loading_again_changes_nothing(demo: World) -> None:
    out = StringIO()
    call_command("load_demo", stdout=out)
    assert out.getvalue() == "The demo programme is there already.\n"
    assert (Programme.objects.count(), Candidate.objects.count()) == (1, 900 + 2)


@pytest.mark.django_db
def test_a_database_that_holds_other_people_is_refused() -> None:
    factories.person(factories.organisation())
    with pytest.raises(CommandError, match="holds other people"):
        call_command("load_demo")
    assert Programme.objects.count() == 0


@pytest.mark.django_db
def test_sign_ins_without_a_demo_say_what_to_do() -> None:
    with pytest.raises(CommandError, match="run load_demo first"):
        call_command("load_demo", "--sign-ins")


@pytest.mark.parametrize("day", [datetime(2026, 12, 26, 3, 0, tzinfo=UTC), datetime(2027, 2, 28, 23, 30, tzinfo=UTC)])
def test_the_story_holds_on_any_day(day: datetime) -> None:
    story = demo_story(as_of=day)
    assert len(story.people) == 900
    assert sum(person.did("offer") for person in story.people) == 305
    assert demo_story(as_of=day) == story


def test_a_stall_stands_today_with_a_code_for_the_public_form(demo: World) -> None:
    stall = Event.objects.get(code="library")
    assert (stall.day, stall.programme, stall.organisation) == (TODAY, demo.programme, demo.delivery[0])
