"""1,461 first days against a literal table of the days on which people are asked; each check is opened once, whatever the job does."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection, transaction

from accounts.models import Milestone
from ground import jobs
from ground.clock import LONDON
from pathways.models import Pathway, RetentionCheck, StageChange
from pathways.services.placement import due_on, record_own_job
from tests.factories import World, person

#: Typed once by another rule than the product's, and kept: first day, four weeks, thirteen weeks, six calendar months.
FILE = Path(__file__).with_name("due_dates.csv")
MILESTONES = {"four_weeks": Milestone(weeks=4), "thirteen_weeks": Milestone(weeks=13), "six_months": Milestone(months=6)}
#: The job runs every fourth night: what it finds came due that day, or up to three days before.
LATE = timedelta(days=3)
#: Days on which calendars go wrong, typed by hand: month ends, 29 February, both clock changes, the turn of a year.
ODD = """
2024-02-29 2024-03-28 2024-05-30 2024-08-29
2024-08-29 2024-09-26 2024-11-28 2025-02-28
2024-08-31 2024-09-28 2024-11-30 2025-02-28
2025-08-31 2025-09-28 2025-11-30 2026-02-28
2025-10-31 2025-11-28 2026-01-30 2026-04-30
2025-12-31 2026-01-28 2026-04-01 2026-06-30
2026-03-29 2026-04-26 2026-06-28 2026-09-29
2026-03-01 2026-03-29 2026-05-31 2026-09-01
2026-04-25 2026-05-23 2026-07-25 2026-10-25
2026-10-25 2026-11-22 2027-01-24 2027-04-25
2027-08-31 2027-09-28 2027-11-30 2028-02-29
"""


def table() -> dict[date, dict[str, date]]:
    """First day -> milestone -> the day it is asked about."""
    with FILE.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    return {date.fromisoformat(row.pop("start")): {name: date.fromisoformat(day) for name, day in row.items()} for row in rows}


def odd() -> dict[date, dict[str, date]]:
    """The same, for the odd days."""
    rows = [[date.fromisoformat(day) for day in line.split()] for line in ODD.strip().splitlines()]
    return {row[0]: dict(zip(MILESTONES, row[1:], strict=True)) for row in rows}


def test_the_table_has_every_day_of_four_years_and_the_odd_ones_as_typed_by_hand() -> None:
    days = table()
    assert list(days) == [date(2024, 1, 1) + timedelta(days=number) for number in range(1461)]
    assert {start: days[start] for start in odd()} == odd()


def test_every_first_day_of_four_years_is_asked_about_on_the_days_of_the_table() -> None:
    said = {start: {name: due_on(milestone, start) for name, milestone in MILESTONES.items()} for start in table()}
    assert said == table()


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=LONDON)


def night(day: date) -> datetime:
    """Half past one: on the last Sunday of March there is no such time, and on that of October it comes twice."""
    return datetime(day.year, day.month, day.day, 1, 30, tzinfo=LONDON)


@transaction.atomic
def at_work_since(starts: list[date]) -> None:
    """One person for each first day, who found a job of their own and told of it that day."""
    world = World()
    people = [person(world.delivery, phone=None) for _ in starts]
    cases = Pathway.objects.bulk_create(
        Pathway(
            candidate=who,
            person_key=who.uuid,
            programme=world.programme,
            organisation=world.delivery,
            owner=world.worker,
            stage="interested",
            opened_on=start,
            interested_on=start,
            stage_since=start,
        )
        for who, start in zip(people, starts, strict=True)
    )
    StageChange.objects.bulk_create(
        StageChange(
            machine="pathway",
            subject_id=case.pk,
            pathway=case,
            step="express_interest",
            from_stage="new",
            to_stage="interested",
            actor_kind="worker",
            happened_on=case.opened_on,
            recorded_at=noon(case.opened_on),
        )
        for case in cases
    )
    for case in cases:
        job = {"employer_words": "A bakery", "job": {"title": "Baker"}, "start_on": case.opened_on}
        record_own_job(case=case, by=world.by, at=noon(case.opened_on), **job)


def on_two_machines(act: Callable[[], object]) -> None:
    """The same at the same moment, each over a connection of its own, with no lock between them but the rows'."""
    both = Barrier(2)

    def one(_: int) -> None:
        try:
            both.wait(timeout=60)
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as machines:
        list(machines.map(one, range(2)))


def settle_what_is_open() -> None:
    """Somebody answered: past the door and in bulk, so that nothing is asked twice. What opens is looked at here, and nothing else."""
    rows = list(RetentionCheck.objects.exclude(stage__in=["scheduled", "confirmed"]))
    with transaction.atomic():
        StageChange.objects.bulk_create(
            StageChange(
                machine="retention_check",
                subject_id=row.pk,
                pathway_id=row.pathway_id,
                step="confirm",
                from_stage=row.stage,
                to_stage="confirmed",
                actor_kind="worker",
                happened_on=row.due_on,
                recorded_at=night(row.due_on + LATE),
            )
            for row in rows
        )
        RetentionCheck.objects.filter(pk__in=[row.pk for row in rows]).update(stage="confirmed")


def nights(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += LATE + timedelta(days=1)


def opened_once_on_their_days(days: dict[date, dict[str, date]]) -> None:
    at_work_since(list(days))
    planned = RetentionCheck.objects.values_list("placement__first_day", "milestone", "due_on")
    asked = {(start, name, day) for start, row in days.items() for name, day in row.items()}
    assert (set(planned), len(planned)) == (asked, len(asked))
    due = sorted({day for row in days.values() for day in row.values()})
    for day in nights(due[0], due[-1] + LATE):
        if any(day - LATE <= each <= day for each in due):
            on_two_machines(partial(jobs.find("retention_checks").work, at=night(day), dry_run=False))
            assert jobs.run("retention_checks", at=night(day)).state == "done"
            settle_what_is_open()
    opened = StageChange.objects.filter(machine="retention_check", step="open_window").values_list("subject_id", "happened_on")
    assert Counter(Counter(subject for subject, _ in opened).values()) == {1: 3 * len(days)}
    dues = dict(RetentionCheck.objects.values_list("pk", "due_on"))
    assert Counter((happened - dues[subject]).days for subject, happened in opened).keys() <= {0, 1, 2, 3}
    assert StageChange.objects.filter(machine="retention_check", step__in=["chase", "lapse"]).count() == 0
    assert RetentionCheck.objects.exclude(stage="confirmed").count() == 0


@pytest.mark.django_db(transaction=True)
def test_on_odd_days_a_check_is_opened_once_though_the_job_ran_late_twice_and_on_two_machines() -> None:
    opened_once_on_their_days(odd())


@pytest.mark.slow("dates")
@pytest.mark.django_db(transaction=True)
def test_each_check_of_four_years_is_opened_once_though_the_job_ran_late_twice_and_on_two_machines() -> None:
    opened_once_on_their_days(table())
