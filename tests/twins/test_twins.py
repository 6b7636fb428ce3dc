"""The suite goes red when something that matters is taken out, one thing at a time. All of it: `make test-slow PART=twins`."""

import os
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tests.twins.copying import ROOT, beside, copy_to, put_back, run, take_out
from tests.twins.patches import TWINS, Twin

TAKEN_OUT = {"row_lock", "follow", "scope", "once_token", "unknown", "log_trigger", "stage_trigger"}


def test_each_of_the_things_that_matter_has_a_twin() -> None:
    assert {twin.name for twin in TWINS} == TAKEN_OUT


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_what_a_twin_takes_out_still_stands_and_its_tests_are_there(twin: Twin) -> None:
    for patch in twin.patches:
        assert (ROOT / patch.path).read_text().count(patch.old) == patch.times, patch.old
        assert patch.new != patch.old
    for test in twin.red:
        path, name = test.split("::")
        assert f"def {name}(" in (ROOT / path).read_text()


def test_the_twins_have_a_database_of_their_own() -> None:
    assert beside("postgres://owner@/pathways?host=/run") == "postgres://owner@/pathways_twin?host=/run"
    assert beside("postgres://owner:x@db:5432/pathways") == "postgres://owner:x@db:5432/pathways_twin"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory, django_db_blocker) -> Iterator[Path]:
    """The product, whole, beside a database that is dropped at the end."""
    folder = tmp_path_factory.mktemp("twins")
    copy_to(folder)
    yield folder
    name = urlsplit(beside(os.environ["DATABASE_URL"])).path.lstrip("/")
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "test_{name}" WITH (FORCE)')


@pytest.mark.slow("twins")
def test_the_suite_goes_red_for_each_of_them(copy: Path, capsys: pytest.CaptureFixture) -> None:
    every = sorted({test for twin in TWINS for test in twin.red})
    whole = run(every, copy, new_database=True)
    assert (whole.ran, whole.red, whole.broken) == (len(every), 0, 0), whole.said
    stayed_green = []
    for twin in TWINS:
        began = monotonic()
        take_out(twin, copy)
        told = run(twin.red, copy, new_database=twin.new_database)
        put_back(twin, copy)
        red = (told.ran, told.red, told.broken) == (len(twin.red), len(twin.red), 0)
        with capsys.disabled():
            print(f"\ntwin.{twin.name} {told.red} of {len(twin.red)} red, {monotonic() - began:.0f} s {'PASS' if red else 'FAIL'}", end="")
        if not red:
            stayed_green.append(f"without {twin.without}: {told.said}")
    assert stayed_green == []
