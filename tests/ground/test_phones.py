"""Numbers as people type them."""

import csv
import json
import os
from pathlib import Path

import pytest

from ground.phones import PhoneRefused, is_drama, phones_in, read_phone, show_phone

HERE = os.environ.get("PATHWAYS_REFERENCE_DATA", "")


@pytest.fixture
def reference() -> Path:
    """Where the reference data lies: needed in CI, otherwise its tests are left out with this reason."""
    if not HERE:
        if os.environ.get("CI") == "true":
            pytest.fail("PATHWAYS_REFERENCE_DATA is not set")
        pytest.skip("PATHWAYS_REFERENCE_DATA is not set")
    return Path(HERE)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("07700 900123", "+447700900123"),
        ("7700900123", "+447700900123"),
        ("+07700900123", "+447700900123"),
        ("0+447700900123", "+447700900123"),
        ("0044 (0) 7700 900123", "+447700900123"),
        ("7700900123.0", "+447700900123"),
        ("tel: 07700 900123", "+447700900123"),
        ("Mob: 07700 900123", "+447700900123"),
        ("\u202a+44 7700 900123\u202c", "+447700900123"),
        ("٠٧٧٠٠٩٠٠١٢٣", "+447700900123"),
        ("０７７００９００１２３", "+447700900123"),
        ("07700–900–123", "+447700900123"),
        ("+353 85 012 3456", "+353850123456"),
        ("01632 960123", "+441632960123"),
    ],
)
def test_a_number_is_kept_in_one_form(typed, kept):
    assert read_phone(typed).e164 == kept


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter a phone number, such as 07700 900123"),
        ("07700 900123 (mum)", "Enter the number only, without words, such as 07700 900123"),
        ("07700 900123 / 07700 900456", "There seem to be two numbers here. Enter one"),
        ("7.70E+09", "A spreadsheet has cut this number: its last digits are lost. Ask for it again"),
        ("07700 90012", "This number is too short: 10 digits where 11 are needed"),
        ("07700 9001234", "This number is too long: 12 digits where 11 are needed"),
        ("O7700 900123", "There is a letter O in this number. Did you mean 07700 900123?"),
        ("111", "This number is too short: 3 digits where 11 are needed"),
        ("9" * 30, "There seem to be two numbers here. Enter one"),
        ("07700*900123", "Enter the number with digits only, such as 07700 900123"),
    ],
)
def test_what_is_no_number_is_refused_with_what_to_do(typed, words):
    with pytest.raises(PhoneRefused) as refused:
        read_phone(typed)
    assert str(refused.value) == words


@pytest.mark.parametrize("typed", ["x" * 10_000, "+" * 500, "1" * 10_000, "()()", "+44", "00", "²³¹", "0" * 16])
def test_nothing_typed_breaks_the_reader(typed):
    with pytest.raises(PhoneRefused, match=r"[a-z] [a-z]"):
        read_phone(typed)


def test_only_drama_mobiles_are_mobiles_among_the_drama_numbers():
    assert read_phone("07700 900999").kind == "mobile"
    assert read_phone("020 7946 0123").kind == "landline"
    assert read_phone("0306 999 0123").kind == "other"
    assert is_drama("+447700900000")
    assert is_drama("+441214960999")
    assert not is_drama("+447700901000")
    assert not is_drama("+447123456789")


def test_a_number_is_shown_as_people_say_it():
    assert show_phone("+447700900123") == "07700 900123"
    assert show_phone("+441214960123") == "0121 496 0123"
    assert show_phone("+442079460123") == "020 7946 0123"
    assert show_phone("+353850123456") == "+353 85 012 3456"


def test_a_registers_cell_may_hold_two_numbers_and_words():
    held = phones_in("mum 07700900123 or 07700 900456 (evenings)")
    assert [phone.e164 for phone in held.phones] == ["+447700900123", "+447700900456"]
    assert held.words == "mum or evenings"
    assert phones_in("n/k").phones == ()


def test_every_case_of_the_parsers_list(reference):
    cases = json.loads((reference / "sms" / "phones.json").read_text())["cases"]
    assert len(cases) >= 31
    wrong = []
    for case in cases:
        try:
            phone = read_phone(case["raw"])
            got, texted = phone.e164, phone.can_text
        except PhoneRefused:
            got, texted = None, False
        allowed = case["expect"]["e164"] if case["expect"].get("e164") else [None]
        may_text = case["expect"]["decision"] in ("mobile", "mobile_or_refuse", "foreign_mobile", "foreign_maybe_mobile")
        if got not in allowed or got in (case["expect"].get("must_not") or ()) or texted > may_text:
            wrong.append((case["id"], got))
    assert wrong == []


def test_every_case_of_the_registers_list(reference):
    rows = list(csv.DictReader((reference / "samples" / "phones" / "phone_cases.csv").open(encoding="utf-8")))
    assert len(rows) == 23
    wrong = []
    for row in rows:
        try:
            held = phones_in(row["input"])
            got = (held.phones[0].e164, held.phones[0].kind) if held.phones else ("", "empty")
        except PhoneRefused:
            got = ("", "bad")
        if got != (row["e164"], row["kind"]):
            wrong.append((row["input"], got))
    assert wrong == []
