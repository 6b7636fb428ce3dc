"""How postcodes are read."""

import pytest

from places.choices import Shape
from places.postcodes import normalise, outward, read_postcode


@pytest.mark.parametrize("typed", ["b90 3df", "B903DF", " B90  3DF ", "B90\u00a03DF", "\tB90 3DF\r\n", "B9 0 3 DF", "\ufeffB90\u200b 3DF"])
def test_every_way_of_typing_gives_one_way_of_writing(typed: str) -> None:
    assert normalise(typed) == "B90 3DF"
    assert read_postcode(typed).sentence == ""


@pytest.mark.parametrize("typed", ["M1 1AE", "B33 8TH", "CR2 6XH", "DN55 1PT", "W1A 1HQ", "EC1A 1BB", "IM1 1AD", "B99 9ZZ"])
def test_each_shape_of_postcode_is_taken(typed: str) -> None:
    assert read_postcode(typed).shape == Shape.OK
    assert read_postcode(typed.replace(" ", "").lower()).normalised == typed


@pytest.mark.parametrize(
    "typed",
    [
        "B1",
        "BIRMINGHAM",
        "12345",
        "B900 3DF",
        "B90 3D",
        "QQ1 1AA",
        "B1 1CA",
        "B1 1AK",
        "B1 1IA",
        "B1 1AM",
        "B1 1OA",
        "B1 1AV",
        "1AA B90",
        "IO1 1AA",
    ],
)
def test_what_is_no_postcode_is_refused_in_words(typed: str) -> None:
    reading = read_postcode(typed)
    assert (reading.shape, reading.normalised, reading.suggestion) == (Shape.BAD, "", "")
    assert reading.sentence == "Enter a full postcode, such as B90 3DF, or leave it empty."


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("B1O 0AB", "B10 0AB"),
        ("BIO OAB", "B10 0AB"),
        ("b1i 1aa", "B11 1AA"),
        ("B90 IAD", "B90 1AD"),
        ("0X1 1AA", "OX1 1AA"),
        ("B90-3DF", "B90 3DF"),
        ("B90 3DF.", "B90 3DF"),
    ],
)
def test_a_look_alike_is_suggested_and_never_changed_silently(typed: str, meant: str) -> None:
    reading = read_postcode(typed)
    assert (reading.shape, reading.normalised, reading.suggestion) == (Shape.BAD, "", meant)
    assert reading.sentence == f"{typed} is not a postcode. Did you mean {meant}?"


@pytest.mark.parametrize("typed", ["", "   ", "\u00a0", None])
def test_nothing_typed_is_no_mistake(typed: str | None) -> None:
    reading = read_postcode(typed)
    assert (reading.shape, reading.sentence, normalise(typed)) == (Shape.EMPTY, "", "")


@pytest.mark.parametrize(("typed", "written"), [("zz993vz", "ZZ99 3VZ"), ("ZZ99 3WZ", "ZZ99 3WZ")])
def test_a_code_for_no_fixed_abode_is_not_a_place(typed: str, written: str) -> None:
    reading = read_postcode(typed)
    assert (reading.shape, reading.normalised, normalise(typed)) == (Shape.PSEUDO, written, "")


@pytest.mark.parametrize("typed", ["ß90 3DF", "\uff2290 3DF", "B90 3DF\x00", "B" * 10_000, "O" * 10_000, "１２３"])
def test_odd_input_is_refused_without_harm(typed: str) -> None:
    reading = read_postcode(typed)
    assert (reading.shape, reading.suggestion) == (Shape.BAD, "")
    assert len(reading.sentence) < 200


def test_the_district_is_what_stands_before_the_space() -> None:
    assert outward("B90 3DF") == "B90"


def test_the_published_edge_cases_are_read_as_listed(published, rows) -> None:
    cases = rows(published / "postcodes" / "edge_cases.csv")
    assert len(cases) == 44
    wrong = [
        (case["input"], reading)
        for case in cases
        if ((reading := read_postcode(case["input"])).normalised, reading.shape.value) != (case["normalised"], case["shape"])
        or bool(reading.suggestion) != (case["outcome"] == "suggest")
    ]
    assert wrong == []
