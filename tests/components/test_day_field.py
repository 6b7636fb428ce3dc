"""A day in three boxes: what people type, and what they are told."""

from datetime import date

import pytest
from django import forms

from ground.fields import DayField


class First(forms.Form):
    day = DayField(label="First day")


class Perhaps(forms.Form):
    day = DayField(label="First day", required=False)


def boxes(day: str, month: str, year: str) -> dict[str, str]:
    return {"day_day": day, "day_month": month, "day_year": year}


@pytest.mark.parametrize(
    "typed",
    [
        ("21", "11", "2026"),
        (" 21 ", "11 ", "2026"),
        ("21", "November", "2026"),
        ("21", "nov", "26"),
        ("21/11/2026", "", ""),
        ("21.11.26", "", ""),
        ("21 Nov 2026", "", ""),
        ("21st November 2026", "", ""),
        ("2026-11-21", "", ""),
        ("", "", "21-11-2026"),
    ],
)
def test_day_is_read_as_people_write_it(typed: tuple[str, str, str]) -> None:
    form = First(boxes(*typed))

    assert form.is_valid(), form.errors
    assert form.cleaned_data["day"] == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("31", "2", "2026"), "31 February 2026 is not a day."),
        (("31.02.2026", "", ""), "31 February 2026 is not a day."),
        (("29", "2", "2027"), "29 February 2027 is not a day."),
        (("0", "1", "2026"), "0 January 2026 is not a day."),
        (("1", "13", "2026"), "1 13 2026 is not a day."),
        (("21", "11", ""), "The date needs a year too."),
        (("", "11", ""), "The date needs a day and a year too."),
        (("21", "11", "1026"), "1026 is not a year. Write it in full, for example 2026."),
        (("21", "11", "62"), "62 is not a year. Write it in full, for example 2026."),
        (("21", "11", "202"), "202 is not a year. Write it in full, for example 2026."),
        (("21", "11", "2" * 5000), f"{'2' * 20} is not a year. Write it in full, for example 2026."),
        (("soon", "11", "2026"), "soon November 2026 is not a date. Write it in numbers, for example 21 11 2026."),
        (("²", "1", "2026"), "² January 2026 is not a date. Write it in numbers, for example 21 11 2026."),
        (("tomorrow", "", ""), "The date needs a month and a year too."),
        (("", "", ""), "Enter the date, for example 21 11 2026."),
    ],
)
def test_day_that_is_none_is_told_in_plain_words(typed: tuple[str, str, str], told: str) -> None:
    form = First(boxes(*typed))

    assert form.errors["day"] == [told]


def test_no_day_is_none_where_it_may_be_left_out() -> None:
    form = Perhaps(boxes("", "", ""))

    assert form.is_valid()
    assert form.cleaned_data["day"] is None


def test_what_was_typed_stands_there_again() -> None:
    html = str(First(boxes("31", "2", "2026"))["day"])

    assert 'value="31"' in html
    assert 'value="2"' in html
    assert 'value="2026"' in html


def test_day_that_is_known_stands_in_the_boxes() -> None:
    html = str(First(initial={"day": date(2026, 11, 1)})["day"])

    assert 'name="day_day" value="1"' in html
    assert 'name="day_month" value="11"' in html
    assert 'name="day_year" value="2026"' in html


def test_whole_day_under_the_fields_own_name_is_taken() -> None:
    form = First({"day": "2026-11-21"})

    assert form.is_valid()
    assert form.cleaned_data["day"] == date(2026, 11, 21)


def test_same_day_typed_otherwise_is_no_change() -> None:
    kept, moved = (
        First(boxes("1", "Nov", "26"), initial={"day": date(2026, 11, 1)}),
        First(boxes("2", "11", "2026"), initial={"day": date(2026, 11, 1)}),
    )

    assert kept.changed_data == []
    assert moved.changed_data == ["day"]
