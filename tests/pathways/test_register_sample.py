"""The troubled register that a demo offers to try the import with."""

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from candidates.models import Candidate
from pathways.backends.register.files import open_register
from pathways.backends.register.reading import read_register
from pathways.simulation.register import register_sample
from tests.factories import World, organisation, person
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


def known(people: int) -> list[Candidate]:
    """People whom the register will hold again."""
    owner = organisation()
    born = {"birth_quality": "exact"}
    return [
        person(owner, first="Asha", last=f"Fenwicke{n}", phone=f"+447700900{n:03d}", date_of_birth=date(1990, 1, 1 + n), **born)
        for n in range(people)
    ]


def test_it_has_titles_forty_rows_and_a_total() -> None:
    known(8)
    rows = list(csv.reader(io.StringIO(register_sample(today=TODAY).decode("cp1252")), delimiter=";"))
    assert rows[0][0] == "I Can outreach register - Heartwood"
    assert rows[3][:4] == ["Ref", "Name", "DOB", "Mob no"]
    assert len(rows) == 3 + 1 + 40 + 1
    assert rows[-1][:2] == ["Total", "40"]
    assert {len(row) for row in rows} == {17}
    assert register_sample(today=TODAY) == register_sample(today=TODAY)


def test_the_reader_finds_every_kind_of_trouble_in_it(tmp_path: Path) -> None:
    known(8)
    file = tmp_path / "troubled-register.csv"
    file.write_bytes(register_sample(today=TODAY))
    reading = read_register(open_register(file), today=TODAY)
    assert len(reading.people) > 20
    assert {"31.02.2026", "45/01/2026", "21/02/2027", ""} <= {each.at.text for each in reading.rejected}
    assert {"order", "behind"} <= {each.kind for each in reading.decisions}
    assert sorted(each.reason for each in reading.ignored) == ["a total", "the same row as row 24"]
    assert "on hold" in reading.tables[0].words
    assert reading.tables[0].not_understood


def test_people_of_the_demo_stand_in_it_under_another_spelling() -> None:
    known(8)
    text = register_sample(today=TODAY).decode("cp1252")
    assert "07700900007" in text
    assert "ASHA FENWICKE6" in text
    assert "A Fenwicke4" in text


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 12, 31), date(2027, 3, 1)])
def test_it_can_be_made_on_any_day(day: date) -> None:
    assert register_sample(today=day).count(b"\r\n") == 37


@pytest.mark.urls("tests.pathways.demo_addresses")
def test_in_a_demo_a_lead_downloads_it_and_a_worker_may_not() -> None:
    world = World()
    answer = signed_in(world.lead).get("/demo/register/")
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == 'attachment; filename="troubled-register.csv"'
    assert answer.content.startswith(b"I Can outreach register")
    assert signed_in(world.worker).get("/demo/register/").status_code == 403


def test_outside_a_demo_there_is_none() -> None:
    assert signed_in(World().lead).get("/demo/register/").status_code == 404
