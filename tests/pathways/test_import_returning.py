"""What could not go in comes back in its own columns, runs in no spreadsheet, and goes in once it is corrected."""

import csv
import hashlib
import io
from pathlib import Path

import openpyxl
import pytest
from django.test import Client

from accounts.models import Audit, SignIn
from pathways.backends.register.columns import plain
from pathways.models import ImportMapping, ImportRow, ImportRun, Pathway
from tests.factories import World
from tests.pathways.test_imports import taken_in
from tests.signing_in import sign_in, signed_in

pytestmark = pytest.mark.django_db
CONTENT = (
    "Ref,First name,Surname,Mobile,Date,Notes,Date\n"
    "A1,Amara,Okafor,07700 900101,01/06/2026,met at the stall,\n"
    "A2,Ben,Field,07700 900102,31.02.2026,=1+1,\n"
    "A3,Chen,Wu,07700 900103,12/12/2052,@SUM(A1),\n"
)
MAPPING = {"columns": {"Ref": "ref", "First name": "first_name", "Surname": "last_name", "Mobile": "phone", "E": "outreach_on"}}


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def fetch(lead: Client, run: ImportRun, ending: str) -> bytes:
    answer = lead.get(f"/imports/{run.uuid}/to-correct.{ending}")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return b"".join(answer.streaming_content)


def test_the_workbook_holds_the_same_columns_and_the_reason() -> None:
    world = World()
    run = taken_in(world, CONTENT.encode(), mapping=MAPPING)
    assert (run.rows_created, run.rows_rejected) == (1, 2)
    sheet = openpyxl.load_workbook(io.BytesIO(fetch(signed_in(world.lead), run, "xlsx"))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    beside = ["Row", "What to correct", "In column"]
    assert rows[0][:10] == [*beside, "Ref", "First name", "Surname", "Mobile", "Date", "Notes", "Date"]
    assert rows[1][:9] == [3, "There is no such day as 31.02.2026", "Date", "A2", "Ben", "Field", "07700 900102", "31.02.2026", "=1+1"]
    assert rows[2][0:2] == [4, "12 December 2052 is in the future"]
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None} <= {"s", "n"}
    assert Audit.objects.filter(action="import.rejects").values_list("rows", flat=True).get() == 2


def test_the_csv_is_the_same_and_runs_nowhere() -> None:
    world = World()
    run = taken_in(world, CONTENT.encode(), mapping=MAPPING)
    text = fetch(signed_in(world.lead), run, "csv").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[:9] for row in rows] == [
        ["Row", "What to correct", "In column", "Ref", "First name", "Surname", "Mobile", "Date", "Notes"],
        ["3", "There is no such day as 31.02.2026", "Date", "A2", "Ben", "Field", "07700 900102", "31.02.2026", "'=1+1"],
        ["4", "12 December 2052 is in the future", "Date", "A3", "Chen", "Wu", "07700 900103", "12/12/2052", "'@SUM(A1)"],
    ]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_corrected_and_sent_again_only_those_are_added(ending: str) -> None:
    world = World()
    content = CONTENT.replace("Notes,Date\n", "Notes\n").replace(",\n", "\n").replace("Mobile,Date", "Mobile,Date contacted")
    run = taken_in(world, content.encode())
    assert (run.rows_created, run.rows_rejected) == (1, 2)
    file = fetch(signed_in(world.lead), run, ending)
    if ending == "csv":
        fixed = file.replace(b"31.02.2026,", b"28.02.2026,").replace(b"12/12/2052", b"12/12/2025")
    else:
        book = openpyxl.load_workbook(io.BytesIO(file))
        book.active["H2"], book.active["H3"] = "28.02.2026", "12/12/2025"
        kept = io.BytesIO()
        book.save(kept)
        fixed = kept.getvalue()
    again = taken_in(world, fixed, f"fixed.{ending}")
    assert (again.rows_created, again.rows_changed, again.rows_rejected) == (2, 0, 0)
    assert Pathway.objects.count() == 3
    notes = {row.fields["first_name"]: row.fields["notes"] for row in ImportRow.objects.filter(run=again)}
    assert notes["Ben"][0][0] == "=1+1"
    whole = taken_in(world, content.encode())
    assert (whole.rows_created, whole.rows_changed, whole.rows_unchanged) == (0, 0, 1)


def test_what_was_said_of_the_columns_holds_for_the_rows_sent_back() -> None:
    world = World()
    run = taken_in(world, CONTENT.encode(), mapping=MAPPING)
    ImportMapping.objects.create(
        organisation=world.delivery, fingerprint=_layout(CONTENT.splitlines()[0]), mapping=MAPPING, remembered_at=run.finished_at
    )
    file = fetch(signed_in(world.lead), run, "csv").replace(b"31.02.2026,", b"28.02.2026,").replace(b"12/12/2052", b"12/12/2025")
    again = taken_in(world, file, "fixed.csv")
    assert again.mapping[0]["columns"]["H"] == "outreach_on"
    assert (again.rows_created, again.rows_rejected) == (2, 0)


def _layout(line: str) -> str:
    """The digest that a mapping is kept under."""
    return hashlib.sha256("\t".join(plain(f" {heading}") for heading in line.split(",")).encode()).hexdigest()


def test_many_rows_leave_after_a_second_factor_only() -> None:
    world = World()
    bad = "".join(f"B{n},Ann{n},Lee,,31.02.2026\n" for n in range(51))
    run = taken_in(world, f"Ref,First name,Surname,Mobile,Date contacted\nA1,Amara,Okafor,07700 900101,01/06/2026\n{bad}".encode())
    assert run.rows_rejected == 51
    lately, password = Client(), Client()
    sign_in(lately, world.lead)
    assert lately.get(f"/imports/{run.uuid}/to-correct.xlsx").status_code == 200
    begun = sign_in(password, world.lead)
    SignIn.objects.filter(pk=begun.pk).update(proved_at=None)
    answer = password.get(f"/imports/{run.uuid}/to-correct.xlsx")
    assert answer.status_code == 302
    assert "code" in answer.headers["Location"] or "factor" in answer.headers["Location"]


def test_a_register_without_errors_has_nothing_to_send_back() -> None:
    world = World()
    run = taken_in(world, b"First name,Surname,Date contacted\nAmara,Okafor,01/06/2026\n")
    lead = signed_in(world.lead)
    assert {lead.get(f"/imports/{run.uuid}/to-correct.{ending}").status_code for ending in ("xlsx", "csv")} == {404}
