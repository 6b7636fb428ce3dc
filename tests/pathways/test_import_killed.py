"""A worker is killed while a register goes in: what is in stands whole, another goes on, and what never gets on is given up."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now

from candidates.models import Address, Candidate
from pathways.models import ImportRow, ImportRun, Pathway
from pathways.services.imports.deciding import approve_run
from pathways.services.imports.in_sets import TOGETHER
from pathways.services.imports.leasing import MOST_LEASES, claim_run
from pathways.services.imports.reading import read_run
from pathways.services.imports.working import work_once
from tests.factories import AT, World, actor
from tests.fixtures.server import ROOT, application_environment
from tests.pathways.test_import_again import register, written
from tests.pathways.test_imports import received, taken_in
from tests.pathways.walk import unlike_the_log


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


KILLED = """
import django; django.setup()
from datetime import datetime, UTC
from pathways.services.imports.working import work_once
work_once(at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC), seconds=600)
"""


def killed_when(run: ImportRun, rows: int, media: Path) -> None:
    """A worker begins at the run, and is killed as soon as so many rows are in; its lease still stands, then runs out."""
    worker = subprocess.Popen([sys.executable, "-c", KILLED], cwd=ROOT, env=application_environment(MEDIA_ROOT=str(media)))
    until = time.monotonic() + 120
    while ImportRow.objects.filter(run=run, applied_at__isnull=False).count() < rows and time.monotonic() < until:
        time.sleep(0.02)
    os.kill(worker.pid, signal.SIGKILL)
    assert worker.wait() == -signal.SIGKILL
    assert claim_run(at=AT) is None
    ImportRun.objects.filter(pk=run.pk).update(lease_until=Now() - timedelta(seconds=1))


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_among_new_people_is_followed_by_another(tmp_path: Path) -> None:
    world, many = World(), 3 * TOGETHER - 100
    run = approve_run(run=read_run(run=received(world, written(register(many))), at=AT), by=actor(world.lead), at=AT)
    for number in range(2):
        killed_when(run, TOGETHER * (number + 1), tmp_path)
        half = ImportRow.objects.filter(run=run, applied_at__isnull=False).count()
        assert half % TOGETHER == 0  # a thousand went in whole, or not at all
        assert 0 < half < many
        assert Pathway.objects.count() == Candidate.objects.count() == half
    work_once(at=AT, seconds=600)
    run.refresh_from_db()
    new = many - run.rows_undecided  # so many invented people have some who may be one: those are asked about
    assert 0.95 * many < new
    assert (run.state, run.rows_created, Pathway.objects.count(), Candidate.objects.count()) == ("done", new, new, new)
    assert unlike_the_log(list(Pathway.objects.values_list("pk", flat=True))) == []


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_among_changes_is_followed_by_another(tmp_path: Path) -> None:
    world, lines = World(), register(60)
    taken_in(world, written(lines))
    moved = written([line.replace("B1 1AA", "B2 2BB") for line in lines])
    run = approve_run(run=read_run(run=received(world, moved), at=AT), by=actor(world.lead), at=AT)
    for number in range(3):
        killed_when(run, 8 * (number + 1), tmp_path)
    half = ImportRow.objects.filter(run=run, applied_at__isnull=False).count()
    assert 24 <= half < 60
    assert Address.objects.filter(postcode="B2 2BB").count() == half
    work_once(at=AT, seconds=600)
    run.refresh_from_db()
    assert (run.state, run.rows_changed, Address.objects.filter(postcode="B2 2BB").count()) == ("done", 60, 60)


@pytest.mark.django_db
def test_a_register_that_stops_at_one_place_is_given_up_and_says_so() -> None:
    world = World()
    run = approve_run(run=read_run(run=received(world, written(register(1))), at=AT), by=actor(world.lead), at=AT)
    for _ in range(MOST_LEASES):
        assert claim_run(at=AT) is not None
        ImportRun.objects.filter(pk=run.pk).update(lease_until=Now() - timedelta(seconds=1))
    assert claim_run(at=AT) is None
    run.refresh_from_db()
    assert (run.state, run.refusal) == (
        "failed",
        "It stopped three times at the same place. What went in stays in; the rest can be sent again.",
    )
