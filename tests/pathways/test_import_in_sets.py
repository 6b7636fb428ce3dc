"""Rows put in many at once and rows put in through the door, one by one: equal tables."""

from pathlib import Path

import pytest

from accounts.models import Audit
from accounts.services.audit import is_sound
from candidates.models import Candidate
from pathways.models import ImportRow, ImportRun, Pathway
from pathways.services.imports.applying import apply_run
from pathways.services.imports.deciding import approve_run
from pathways.services.imports.reading import read_run
from tests.factories import AT, World, actor
from tests.pathways.register.conftest import samples as samples
from tests.pathways.tables import run_tables
from tests.pathways.test_imports import received
from tests.pathways.walk import broken, unlike_the_log

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def put_in(content: bytes, name: str, *, together: bool) -> ImportRun:
    """The file, for an organisation of its own."""
    world = World()
    run = approve_run(run=read_run(run=received(world, content, name), at=AT), by=actor(world.lead), at=AT)
    return apply_run(run=run, at=AT, together=together)


def people_through_the_door(run: ImportRun) -> int:
    """The door leaves it to the database's row to say when it was made; in memory it is the time of the run."""
    return Candidate.objects.filter(pathways__changes__import_run=run).exclude(created_at=AT).distinct().count()


def assert_equal(content: bytes, name: str, *, by_itself: int) -> None:
    """The same file by both ways; how many of its rows the door took while the others went in together."""
    one_by_one = put_in(content, name, together=False)
    at_once = put_in(content, name, together=True)
    first, second = run_tables(one_by_one), run_tables(at_once)
    for table, rows in first.items():
        assert second[table] == rows, table
    assert first.keys() == second.keys()
    assert people_through_the_door(one_by_one) == one_by_one.rows_created
    assert people_through_the_door(at_once) == by_itself
    assert all(is_sound(row) for row in Audit.objects.filter(action="import.row"))
    cases = ImportRow.objects.filter(run=at_once, pathway__isnull=False).values_list("pathway", flat=True)
    assert unlike_the_log(list(cases)) == []
    for person in Pathway.objects.filter(pk__in=cases).values_list("person_key", flat=True):
        assert broken(person) == []


@pytest.mark.parametrize(
    ("name", "by_itself"),
    [
        ("tracker_phases.xlsx", 1),
        ("tracker_contacts.csv", 1),
        ("messy_register.xlsx", 0),
        ("messy_register_utf8bom_crlf.csv", 0),
        ("messy_register_windows1252_semicolon.csv", 0),
    ],
)
def test_a_sample_register_by_either_way_gives_equal_tables(samples: Path, name: str, by_itself: int) -> None:
    assert_equal((samples / "registers" / name).read_bytes(), name, by_itself=by_itself)
