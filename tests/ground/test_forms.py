"""A form cleans, says what to do at the field, keeps what was typed, and writes nothing."""

from datetime import date

import pytest
from django import forms

from ground.door import Refused
from ground.forms import HouseForm, LineField, PhoneField, TextField, plain_errors
from tests.ground.pages import Edit, Person

GOOD = {"name": "Ruth", "family": "care"}


def test_a_good_form_is_cleaned():
    form = Person({**GOOD, "name": "  Ruth \t Ann ", "phone": "07700 900123", "born": "21.11.1990"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["name"] == "Ruth Ann"
    assert form.cleaned_data["phone"].e164 == "+447700900123"
    assert form.cleaned_data["born"] == date(1990, 11, 21)


def test_each_form_has_a_token_of_its_own_and_keeps_it_when_sent_back():
    tokens = {str(Person()["once"].value()) for _ in range(3)}
    assert len(tokens) == 3
    assert Person({"once": "kept"})["once"].value() == "kept"


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({}, "name", "Enter name"),
        ({"name": "x" * 10_000}, "name", "Use 200 characters or fewer: this has 10000."),
        ({"name": "a\0b"}, "name", "Take out the characters that cannot be read."),
        ({"family": ""}, "family", "Choose job family"),
        ({"family": "astronaut"}, "family", "Choose one of the answers in the list"),
        ({"phone": "07700 900123 (mum)"}, "phone", "Enter the number only, without words, such as 07700 900123"),
        ({"phone": "1" * 61}, "phone", "Use 60 characters or fewer: this has 61."),
        ({"born": "31.02.1990"}, "born", "31 February 1990 is not a day."),
        ({"born": "21.11.9999"}, "born", "9999 is not a year. Write it in full, for example 2026."),
        ({"born": "x" * 10_000}, "born", "The date needs a month and a year too."),
    ],
)
def test_bad_input_is_answered_at_its_field(typed, field, words):
    assert Person(typed).errors[field] == [words]


@pytest.mark.parametrize("version", [None, "", "0", "-1", "x", "9" * 30])
def test_an_edit_needs_the_version_it_was_opened_with(version):
    form = Edit({**GOOD, **({} if version is None else {"version": version})}, version=3)
    assert form.non_field_errors() == ["This page is out of date. Open it again and send it from there."]
    assert set(form.errors) == {"__all__"}


def test_an_edit_hands_its_version_on():
    form = Edit({**GOOD, "version": "3"}, version=4)
    assert form.is_valid()
    assert form.cleaned_data["version"] == 3
    assert Edit(version=4)["version"].value() == 4
    assert "version" not in Person().fields


def test_a_services_no_stands_at_its_field_or_in_the_summary():
    form = Person(GOOD)
    form.is_valid()
    form.refuse(Refused("This name is taken.", field="name"))
    form.refuse(Refused("The course is full.", field="seat"))
    assert form.errors["name"] == ["This name is taken."]
    assert form.non_field_errors() == ["The course is full."]


def test_a_question_and_an_abbreviation_keep_their_letters():
    class Asked(HouseForm):
        why = TextField(label="Why now?")
        ni = LineField(label="NI number")

    assert Asked({}).errors["why"] == ["Answer the question “Why now?”"]
    assert Asked({}).errors["ni"] == ["Enter NI number"]


def test_what_was_typed_is_said_in_words():
    class Many(HouseForm):
        who = LineField(label="Who")
        days = forms.MultipleChoiceField(label="Days", choices=[("mo", "Monday"), ("tu", "Tuesday")])
        sure = forms.BooleanField(label="Sure", required=False)
        word = forms.CharField(label="Password", widget=forms.PasswordInput)

    form = Many({"who": "Ruth", "days": ["tu", "mo"], "sure": "on", "word": "secret", "once": "x"})
    assert form.typed() == [("who", "Who", "Ruth"), ("days", "Days", "Tuesday, Monday"), ("sure", "Sure", "yes")]
    assert form.shown_values({"days": ["mo"], "sure": False, "who": None, "other": 1}) == {"days": "Monday", "sure": "no", "who": ""}


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        (("1", "1", "2007"), "1 January 2007"),
        (("31", "2", "2007"), "31 2 2007"),
        (("", "", ""), ""),
        (("3 May 2007", "", ""), "3 May 2007"),
    ],
)
def test_a_day_is_said_as_people_say_it_and_one_that_is_none_as_it_was_typed(boxes, said):
    form = Edit(
        {**GOOD, "version": "7", **{f"born_{part}": box for part, box in zip(("day", "month", "year"), boxes, strict=True)}}, version=7
    )
    assert ("born", "Date of birth", said) in form.typed()
    assert form.shown_values({"born": date(2007, 1, 1)}) == {"born": "1 January 2007"}


def test_a_control_names_its_hint_and_its_error():
    form = Person({**GOOD, "phone": "x"})
    assert form["phone"].described_by == "id_phone-hint id_phone-error"
    assert 'aria-describedby="id_phone-hint id_phone-error"' in str(form["phone"])
    assert form["name"].described_by == ""
    assert (form["phone"].kind, form["family"].kind) == ("textinput", "select")


def test_a_kept_number_is_shown_as_people_say_it():
    class Ring(HouseForm):
        phone = PhoneField(label="Phone")

    assert Ring(initial={"phone": "+447700900123"})["phone"].value() == "07700 900123"


def test_a_whole_form_is_drawn_by_the_components():
    drawn = str(Person({"name": ""}))
    assert "Enter name" in drawn
    assert 'name="once"' in drawn


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (date(1990, 11, 21), "21 November 1990"),
        (["2", "3", "1991"], "2 March 1991"),
        (["31", "2", "1990"], "31 2 1990"),
        (["", "", ""], ""),
        (None, ""),
    ],
)
def test_a_day_is_shown_in_words_on_both_sides_of_a_stale_page(value, words):
    assert Person().shown_values({"born": value}) == {"born": words}


def test_no_form_of_ours_speaks_of_values_and_characters_as_its_makers_do():
    number = forms.IntegerField(label="Places", max_value=9, min_value=1)
    pay = forms.DecimalField(label="Pay", max_digits=5, decimal_places=2)
    for field in (number, pay):
        plain_errors(field)
    told = []
    for field, typed in ((number, "10"), (number, "0"), (pay, "1.234"), (pay, "123456.00")):
        with pytest.raises(forms.ValidationError) as no:
            field.clean(typed)
        told += no.value.messages
    assert told == ["Enter 9 or less.", "Enter 1 or more.", "Enter at most 2 digits after the point.", "Enter a smaller number."]
