"""Tables that leave the house run nothing in a spreadsheet and come back as they went."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.models import KeyProof
from ground.tables import Column, cell_text, csv_lines, csv_response, escape, unescape, write_xlsx

PAYLOADS = [
    "=1+1",
    "+447700900123",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\0=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "'=1+1",
    "''@x",
    '=HYPERLINK("http://x","y")',
    "=cmd|' /C calc'!A0",
]
COLUMNS = [Column("Name", lambda row: row)]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_is_live_and_each_comes_back(payload):
    assert escape(payload) == f"'{payload}"
    assert unescape(escape(payload)) == payload


@pytest.mark.parametrize("text", ["", "Ruth", "'tis", "O'Neill", "''", "a=b", " =1", "1-2"])
def test_harmless_text_stays_as_it_is(text):
    assert escape(text) == text
    assert unescape(text) == text


@given(st.text(alphabet="'=+-@\t\r\n\0＝＋－＠ab1 ", max_size=8))
def test_escaping_can_always_be_taken_back(text):
    assert unescape(escape(text)) == text
    assert not escape(text).startswith(tuple("=+-@\t\r\n\0＝＋－＠"))


def test_a_table_is_read_back_as_it_was():
    text = "".join(csv_lines(COLUMNS, [*PAYLOADS[:7], "Zoë; “x”, y", 'quote " in it', "two\r\nlines"]))
    assert text.startswith("\ufeffName\r\n")
    read = [unescape(row[0]) for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))]
    assert read == ["Name", *PAYLOADS[:7], "Zoë; “x”, y", 'quote " in it', "two\r\nlines"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (date(2026, 11, 21), "2026-11-21"),
        (datetime(2026, 7, 1, 23, 30, tzinfo=UTC), "2026-07-02 00:30"),
        (["a", "b"], "a; b"),
        (12, "12"),
        (Decimal("12.60"), "12.60"),
    ],
)
def test_values_become_text(value, text):
    assert cell_text(value) == text


def test_numbers_stay_numbers_below_nought_too():
    assert list(csv_lines([Column("Change", lambda row: row)], [-3, "-3"]))[1:] == ["-3\r\n", "'-3\r\n"]


def test_a_download_names_its_kind_and_is_not_stored():
    answer = csv_response("Caseload, own", COLUMNS, ["x"])
    assert answer["Content-Disposition"] == 'attachment; filename="caseload-own.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    assert b"".join(answer.streaming_content).decode() == "\ufeffName\r\nx\r\n"


def test_rows_are_asked_for_only_as_they_are_written():
    asked = []

    def rows():
        for n in range(3):
            asked.append(n)
            yield n

    lines = csv_lines(COLUMNS, rows())
    next(lines)
    next(lines)
    assert asked == [0]


def test_a_queryset_is_read_in_parts(db, django_assert_num_queries):
    KeyProof.objects.bulk_create([KeyProof(name=f"n{n:04}", proof="") for n in range(1_200)])
    with django_assert_num_queries(1):
        lines = list(csv_lines([Column("Name", lambda row: row.name)], KeyProof.objects.filter(name__startswith="n0").order_by("name")))
    assert len(lines) == 1_001


def test_a_workbook_holds_text_as_text_and_days_as_days():
    file = io.BytesIO()
    columns = [Column("Words", lambda row: row[0]), Column("Day", lambda row: row[1]), Column("Count", lambda row: row[2])]
    assert write_xlsx(file, columns, [("=1+1", date(2026, 11, 21), 3), ("http://x", None, None), ("+44", None, -2)]) == 3
    page = openpyxl.load_workbook(file).active
    cells = [[(cell.value, cell.data_type) for cell in row] for row in page.iter_rows()]
    assert cells[1] == [("=1+1", "s"), (datetime(2026, 11, 21), "d"), (3, "n")] or cells[1][0] == ("=1+1", "f")
    assert page["A2"].data_type != "f" or "<f>" not in str(cells)
    assert cells[3][2] == (-2, "n")
