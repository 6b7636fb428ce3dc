"""Pay as people say it, in one box: 12.60 an hour, £24,465 a year."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from employers.choices import PayUnit
from ground.templatetags.said import money

NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
BY_YEAR = re.compile(r"\b(?:years?|yearly|annum|annual|annually|p\.?a\.?|salary)(?![a-z])", re.IGNORECASE)
BY_HOUR = re.compile(r"\b(?:hours?|hourly|hr|hrs|p\.?h\.?)(?![a-z])|/\s*h", re.IGNORECASE)
OTHERWISE = re.compile(r"\b(?:days?|daily|weeks?|weekly|months?|monthly|p\.?w\.?|p\.?c\.?m\.?)(?![a-z])", re.IGNORECASE)
THOUSANDS = re.compile(r"\d\s*k\b", re.IGNORECASE)
#: Without a word beside it, a number up to the first is an hour's pay, from the second on a year's.
MOST_AN_HOUR, LEAST_A_YEAR = Decimal(250), Decimal(5_000)
MOST_A_YEAR = Decimal(500_000)


@dataclass(frozen=True)
class Pay:
    """Pounds, and for how long."""

    amount: Decimal
    unit: str

    def __str__(self) -> str:
        return f"{money(self.amount)} {'a year' if self.unit == PayUnit.YEAR else 'an hour'}"


def read_pay(text: str) -> Pay:
    """The pay that somebody wrote. Raises ValidationError with what to do."""
    found = NUMBER.findall(text)
    if not found:
        raise ValidationError("Enter the pay in numbers, for example £14.20 an hour or £27,690 a year", code="invalid")
    if len(found) > 1:
        raise ValidationError("Enter one figure: the lowest that this job pays", code="several")
    if "-" in text[: text.index(found[0])]:
        raise ValidationError("Pay cannot be less than nothing", code="invalid")
    amount = Decimal(found[0].replace(",", "")) * (1_000 if THOUSANDS.search(text) else 1)
    if amount != amount.quantize(Decimal("0.01")):
        raise ValidationError("Enter the pay in pounds and pence, for example £14.20 an hour", code="invalid")
    return Pay(amount, _unit(text, amount))


def _unit(text: str, amount: Decimal) -> str:
    year, hour = BY_YEAR.search(text), BY_HOUR.search(text)
    if OTHERWISE.search(text) or (year and hour):
        raise ValidationError("Say what it pays an hour or a year, for example £14.20 an hour", code="unit")
    if year or (not hour and amount >= LEAST_A_YEAR):
        if not LEAST_A_YEAR <= amount <= MOST_A_YEAR:
            raise ValidationError(f"{money(amount)} a year cannot be right: look again, or say what it pays an hour", code="range")
        return PayUnit.YEAR
    if hour or amount <= MOST_AN_HOUR:
        if not 0 < amount <= MOST_AN_HOUR:
            raise ValidationError(f"{money(amount)} an hour cannot be right: look again, or say what it pays a year", code="range")
        return PayUnit.HOUR
    raise ValidationError("Is that an hour or a year? Write for example £14.20 an hour", code="unit")


class PayField(forms.CharField):
    """One box for pay; cleaned to a Pay."""

    def __init__(self, *, max_length: int = 60, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def clean(self, value: Any) -> Pay | None:
        """The pay, or None when nothing was written and nothing need be."""
        typed = super().clean(value)
        return read_pay(typed) if typed else None
