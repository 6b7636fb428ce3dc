"""What a file may be, and the sentence when it may not."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.backends.register import files, limits
from pathways.backends.register.encoding import FileRefused, decode, find_delimiter
from pathways.backends.register.files import ROOT, open_register
from pathways.backends.register.sheets import RealDate, TooLong, shown

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def written(tmp_path: Path, content: bytes, name: str = "register.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def workbook(tmp_path: Path, *sheets: str, rows: list[list[object]] | None = None) -> Path:
    path = tmp_path / "register.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in sheets or ("Register",):
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows or [["Name"], ["Ann Other"]]):
                sheet.write_row(number, 0, row)
    return path


def with_entry(path: Path, name: str, content: bytes = b"x") -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty"),
        (b" \r\n\t ", "The file is empty"),
        (PNG, "This is not a register but a picture (PNG). Send a CSV or an Excel workbook (.xlsx)"),
        (b"%PDF-1.7 ...", "This is not a register but a PDF. Send a CSV or an Excel workbook (.xlsx)"),
        (
            b"Name,Tel\nAnn\x00,1\n",
            "The file holds NUL characters, so it is not a CSV. Save it again as CSV UTF-8 or as .xlsx and send that",
        ),
        (b"Name\nAnn \x81\xff\n", "Some characters of this file cannot be read. Save it again as CSV UTF-8 or as .xlsx and send that"),
    ],
)
def test_a_file_that_is_no_register_gets_a_plain_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(FileRefused) as refused:
        open_register(written(tmp_path, content))
    assert str(refused.value) == sentence


def test_a_file_too_large_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILE_BYTES", 2 * limits.MEGABYTE)
    with pytest.raises(FileRefused, match="larger than 2 MB"):
        open_register(written(tmp_path, b"a" * (2 * limits.MEGABYTE + 1)))


def test_a_workbook_of_forty_sheets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        open_register(workbook(tmp_path, *(f"Sheet{number}" for number in range(40))))
    assert str(refused.value) == "The workbook has 40 sheets; at most 20 are read. Send only those that hold the register"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("xl/vbaProject.bin", b"x", "holds macros"),
        ("xl/externalLinks/externalLink1.xml", b"<x/>", "linked to other files"),
        ("xl/embeddings/inner.xlsx", b"x", "holds another file inside it"),
        ("../../outside.xml", b"<x/>", "points outside it"),
        ("xl/more.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>', "defines entities"),
        ("xl/more.bin", b"0" * (8 * limits.MEGABYTE), "more than 100 times its size"),
    ],
)
def test_a_workbook_that_carries_more_than_rows_is_refused(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(FileRefused, match=sentence):
        open_register(with_entry(workbook(tmp_path), name, content))


def test_a_damaged_or_foreign_archive_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path).read_bytes()
    with pytest.raises(FileRefused, match="damaged"):
        open_register(written(tmp_path, whole[: len(whole) // 2], "half.xlsx"))
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(FileRefused, match="not an Excel workbook"):
        open_register(written(tmp_path, other.getvalue(), "letter.docx"))


def test_too_many_rows_or_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="more than 100,000 rows"):
        open_register(written(tmp_path, b"Name\n" + b"Ann Other\n" * 101_001))
    with pytest.raises(FileRefused, match="101 cells; at most 100 columns"):
        open_register(written(tmp_path, b"a" + b",a" * 100 + b"\n"))


def test_a_child_that_takes_too_long_is_ended_and_the_file_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="refused, because reading it took too long"):
        open_register(written(tmp_path, b"Name\nAnn\n"), wall_seconds=0.001)


def test_a_child_that_needs_too_much_is_told_so() -> None:
    assert "refused, because it needs more memory" in files._why(-6)
    assert "refused, because reading it took too long" in files._why(-24)
    assert "refused, because it cannot be read" in files._why(1)


def test_the_child_has_little_memory_and_nothing_of_ours() -> None:
    asks = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathways.backends.register import child; child.confine()\n"
        "import os, resource\n"
        "limit = resource.getrlimit\n"
        "print(sorted(set(os.environ) - {'LC_CTYPE'}), limit(resource.RLIMIT_AS)[0], limit(resource.RLIMIT_CPU)[0])\n"
        "print('django' in sys.modules, os.path.exists('/proc/self/fd/7'))\n"
        "try:\n    bytearray(600 * 1024 * 1024)\nexcept MemoryError:\n    print('no more')\n"
    )
    said = subprocess.run(
        [sys.executable, "-I", "-c", asks, str(ROOT)], env={}, capture_output=True, text=True, check=True, close_fds=True, timeout=30
    ).stdout
    assert said.splitlines() == [f"[] {512 * 1024 * 1024} 60", "False False", "no more"]


def test_a_long_cell_is_named_and_not_kept(tmp_path: Path) -> None:
    book = open_register(written(tmp_path, f"Name,Notes\nAnn,{'n' * 10_001}\n".encode()))
    assert book.sheets[0].rows[1] == ["Ann", TooLong(10_001)]


def test_row_numbers_are_those_a_spreadsheet_shows(tmp_path: Path) -> None:
    book = open_register(written(tmp_path, b"Name\r\n\r\nAnn\r\n"))
    assert book.sheets[0].rows == [["Name"], [], ["Ann"]]


def test_a_workbook_keeps_dates_hidden_sheets_and_months(tmp_path: Path) -> None:
    from datetime import date

    path = tmp_path / "register.xlsx"
    with xlsxwriter.Workbook(path) as book:
        day, month = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "mmm-yy"})
        sheet = book.add_worksheet("Seen")
        sheet.write_row(2, 1, ["Name", "Met", "Started"])
        sheet.write_string(3, 1, "Ann\r\nOther")
        sheet.write_datetime(3, 2, date(2026, 3, 12), day)
        sheet.write_datetime(3, 3, date(2026, 4, 1), month)
        sheet.write_number(4, 1, 7700900123)
        book.add_worksheet("Kept back").hide()
    read = open_register(path)
    assert [(sheet.name, sheet.state) for sheet in read.sheets] == [("Seen", "visible"), ("Kept back", "hidden")]
    rows = read.sheets[0].rows
    assert rows[2] == [None, "Name", "Met", "Started"]
    assert rows[3] == [None, "Ann\nOther", RealDate(date(2026, 3, 12)), RealDate(date(2026, 4, 1), month_only=True)]
    assert shown(rows[3][3]) == "Apr-26"
    assert rows[4] == [None, 7700900123]


CELL = st.text(st.characters(codec="cp1252", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=12).map(lambda text: text.strip("\x85"))
ROWS = st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=3, max_size=8)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]), delimiter=st.sampled_from([",", ";", "\t"]))
def test_every_character_survives_every_encoding(rows: list[list[str]], codec: str, delimiter: str) -> None:
    import csv
    import unicodedata

    rows = [["Ref", "Name", "Café"], *rows]
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    decoded = decode(stream.getvalue().encode(codec))
    found = find_delimiter(decoded.text)
    assert found == delimiter
    read = list(csv.reader(io.StringIO(decoded.text, newline=""), delimiter=found))
    assert read == [[unicodedata.normalize("NFC", cell) for cell in row] for row in rows]


def test_windows_characters_are_what_they_look_like() -> None:
    decoded = decode("Name;Notes\r\nZoë;£4.80 – “very keen” O’Dempsey\r\n".encode("cp1252"))
    assert decoded.encoding == "Windows-1252"
    assert "Zoë;£4.80 – “very keen” O’Dempsey" in decoded.text


def test_accents_typed_as_two_characters_become_one() -> None:
    assert decode("Zoe\u0308\n".encode()).text == "Zoë\n"
