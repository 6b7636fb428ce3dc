"""The nightly job of retention checks: opened on the day, once, however late and however often it runs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier, Event
from time import sleep

import pytest
from django.db import connection, transaction

from ground import jobs
from ground.clock import LONDON
from ground.jobs import Held
from pathways.models import RetentionCheck, StageChange
from pathways.services.placement import record_own_job
from pathways.services.retention import answer_check, due_checks
from tests.factories import World

STARTED = date(2026, 1, 5)
DUE = {"four_weeks": date(2026, 2, 2), "thirteen_weeks": date(2026, 4, 6), "six_months": date(2026, 7, 5)}


def night(day: date) -> datetime:
    """Half past two of that night."""
    return datetime(day.year, day.month, day.day, 2, 30, tzinfo=LONDON)


def at_noon(day: date) -> datetime:
    """Midday."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=LONDON)


@pytest.fixture
def world(db: None) -> World:
    """One person who began a job of their own on 5 January 2026."""
    made = World()
    case = made.case(day=STARTED, at=at_noon(STARTED))
    record_own_job(case=case, employer_words="A bakery", job={"title": "Baker"}, start_on=STARTED, by=made.by, at=at_noon(STARTED))
    return made


def run(day: date, *, again: bool = False) -> str:
    """What came of asking for the job that night."""
    return jobs.run("retention_checks", at=night(day), again=again).state


def stages() -> dict[str, str]:
    """Each check's stage, by its milestone."""
    return dict(RetentionCheck.objects.values_list("milestone", "stage"))


def steps() -> list[tuple[str, date]]:
    """What the clock did to checks, in order."""
    rows = StageChange.objects.filter(machine="retention_check").exclude(step="plan").order_by("id")
    return list(rows.values_list("step", "happened_on"))


def test_nothing_opens_before_its_day(world: World) -> None:
    assert run(date(2026, 2, 1)) == "done"
    assert set(stages().values()) == {"scheduled"}


def test_a_check_opens_on_its_day_once_though_the_job_runs_twice(world: World) -> None:
    assert run(DUE["four_weeks"]) == "done"
    assert run(DUE["four_weeks"]) == "not due"
    assert run(DUE["four_weeks"], again=True) == "done"
    assert steps() == [("open_window", date(2026, 2, 2))]
    check = RetentionCheck.objects.get(milestone="four_weeks")
    assert check.window_ends == date(2026, 2, 16)


def test_three_days_late_it_opens_once_with_the_window_from_its_own_date(world: World) -> None:
    assert run(DUE["four_weeks"] + timedelta(days=3)) == "done"
    assert steps() == [("open_window", date(2026, 2, 5))]
    assert RetentionCheck.objects.get(milestone="four_weeks").window_ends == date(2026, 2, 16)


def test_without_an_answer_it_is_asked_again_and_then_lapses(world: World) -> None:
    for days in range(20):
        run(DUE["four_weeks"] + timedelta(days=days))
    assert steps() == [("open_window", date(2026, 2, 2)), ("chase", date(2026, 2, 7)), ("lapse", date(2026, 2, 17))]
    assert stages()["four_weeks"] == "unknown"


def test_an_answered_check_is_left_alone(world: World) -> None:
    run(DUE["four_weeks"])
    check = RetentionCheck.objects.get(milestone="four_weeks")
    day = date(2026, 2, 4)
    answer_check(check=check, in_post=True, known_on=day, grade="self", by=world.by, at=at_noon(day))
    for days in range(1, 20):
        run(DUE["four_weeks"] + timedelta(days=days))
    assert stages()["four_weeks"] == "confirmed"
    assert due_checks(today=date(2026, 2, 20)) == []


def test_after_a_silence_of_months_each_check_goes_the_whole_way_once(world: World) -> None:
    run(date(2026, 8, 20))
    assert stages() == {"four_weeks": "chasing", "thirteen_weeks": "chasing", "six_months": "chasing"}
    run(date(2026, 8, 21))
    assert set(stages().values()) == {"unknown"}
    assert [step for step, _ in steps()].count("lapse") == 3


def test_a_dry_run_says_how_many_and_does_nothing(world: World) -> None:
    said = jobs.run("retention_checks", at=night(DUE["thirteen_weeks"]), dry_run=True)
    assert said.state == "dry"
    assert "2" in said.result
    assert set(stages().values()) == {"scheduled"}


@pytest.mark.django_db(transaction=True)
def test_an_answer_at_the_same_moment_is_in_nobodys_way() -> None:
    """The clock waits for who is answering, and then has nothing left to do."""
    made = World()
    case = made.case(day=STARTED, at=at_noon(STARTED))
    record_own_job(case=case, employer_words="A bakery", job={"title": "Baker"}, start_on=STARTED, by=made.by, at=at_noon(STARTED))
    due = DUE["four_weeks"]
    run(due)
    check = RetentionCheck.objects.get(milestone="four_weeks")
    answered, late = Event(), due + timedelta(days=5)

    def somebody() -> None:
        try:
            with transaction.atomic():
                mine = RetentionCheck.objects.get(pk=check.pk)
                answer_check(check=mine, in_post=True, known_on=late, grade="self", by=made.by, at=at_noon(late))
                answered.set()
                sleep(1)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        done = other.submit(somebody)
        assert answered.wait(timeout=20)
        assert run(late) == "done"
        done.result(timeout=20)
    assert steps() == [("open_window", due), ("confirm", late)]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_open_it_once() -> None:
    made = World()
    case = made.case(day=STARTED, at=at_noon(STARTED))
    record_own_job(case=case, employer_words="A bakery", job={"title": "Baker"}, start_on=STARTED, by=made.by, at=at_noon(STARTED))
    both = Barrier(2)

    def one(_: int) -> str:
        try:
            both.wait(timeout=20)
            return run(DUE["four_weeks"])
        except Held:
            return "held"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as two:
        outcomes = sorted(two.map(one, range(2)))
    assert outcomes in (["done", "held"], ["done", "not due"])
    assert steps() == [("open_window", date(2026, 2, 2))]
