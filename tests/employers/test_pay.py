"""Pay as people write it, and how it stands against the rates of the day."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from employers.forms.pay import read_pay
from employers.models import PayRate
from employers.queries import held_against
from employers.services.pay import grade
from tests.factories import rates

ON = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "amount", "unit", "said"),
    [
        ("12.60", "12.60", "hour", "£12.60 an hour"),
        ("£12.60 an hour", "12.60", "hour", "£12.60 an hour"),
        ("12.60ph", "12.60", "hour", "£12.60 an hour"),
        ("£13/h", "13", "hour", "£13.00 an hour"),
        ("24,465", "24465", "year", "£24,465 a year"),
        ("£24,465 a year full time", "24465", "year", "£24,465 a year"),
        ("24465 pa", "24465", "year", "£24,465 a year"),
        ("24465 p.a.", "24465", "year", "£24,465 a year"),
        ("24.5k", "24500.0", "year", "£24,500 a year"),
        ("24k per annum", "24000", "year", "£24,000 a year"),
    ],
)
def test_pay_is_read_as_people_write_it(typed, amount, unit, said):
    pay = read_pay(typed)
    assert (pay.amount, pay.unit, str(pay)) == (Decimal(amount), unit, said)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("competitive", "Enter the pay in numbers, for example £14.20 an hour or £27,690 a year"),
        ("12.60 to 13.20 an hour", "Enter one figure: the lowest that this job pays"),
        ("480 a week", "Say what it pays an hour or a year, for example £14.20 an hour"),
        ("1200", "Is that an hour or a year? Write for example £14.20 an hour"),
        ("12.605", "Enter the pay in pounds and pence, for example £14.20 an hour"),
        ("24465 an hour", "£24,465 an hour cannot be right: look again, or say what it pays a year"),
        ("12.60 a year", "£12.60 a year cannot be right: look again, or say what it pays an hour"),
        ("0", "£0.00 an hour cannot be right: look again, or say what it pays a year"),
        ("-12.60", "Pay cannot be less than nothing"),
    ],
)
def test_pay_that_cannot_be_read_says_what_to_do(typed, sentence):
    with pytest.raises(ValidationError) as refused:
        read_pay(typed)
    assert refused.value.messages == [sentence]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pay", "unit", "graded", "words"),
    [
        ("12.70", "hour", "below", "Under the legal minimum of £12.71 an hour for people of 21 and over."),
        (
            "12.71",
            "hour",
            "legal",
            "Above the legal minimum of £12.71 an hour, and under the real Living Wage of £13.45. That is allowed.",
        ),
        (
            "13.44",
            "hour",
            "legal",
            "Above the legal minimum of £12.71 an hour, and under the real Living Wage of £13.45. That is allowed.",
        ),
        ("13.45", "hour", "real", "At or above the real Living Wage of £13.45 an hour."),
        (
            "24465",
            "year",
            "below",
            "About £12.51 an hour. Under the legal minimum of £12.71 an hour for people of 21 and over.",
        ),
        (
            "25272",
            "year",
            "legal",
            "About £12.92 an hour. Above the legal minimum of £12.71 an hour, and under the real Living Wage of £13.45. That is allowed.",
        ),
    ],
)
def test_pay_is_graded_in_words(pay, unit, graded, words):
    rates()
    assert grade(pay=Decimal(pay), unit=unit, on=ON) == graded
    assert held_against(Decimal(pay), unit, on=ON) == words


@pytest.mark.django_db
def test_without_a_rate_nothing_is_said():
    PayRate.objects.all().delete()
    assert grade(pay=Decimal("9.00"), unit="hour", on=ON) == "unknown"
    assert held_against(Decimal("9.00"), "hour", on=ON) == ""
    assert held_against(None, "hour", on=ON) == ""
