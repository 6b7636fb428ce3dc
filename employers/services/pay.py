"""Pay held against the rates in force on a day."""

from datetime import date
from decimal import Decimal

from django.db.models import Q

from employers.choices import PayGrade, PayUnit, RateCode
from employers.models import PayRate

#: Weeks in a year and the NHS full-time week: hourly = annual / weeks / hours.
WEEKS = Decimal("52.142857")
FULL_TIME = Decimal("37.5")


def hourly(*, pay: Decimal, unit: str, hours: Decimal | None = None) -> Decimal:
    """Pounds an hour; a year's pay is of a full-time week of 37.5 hours unless told."""
    return pay if unit == PayUnit.HOUR else pay / WEEKS / (hours or FULL_TIME)


def rates_on(day: date) -> dict[str, Decimal]:
    """The rates in force that day, in pounds an hour."""
    rows = PayRate.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day).order_by("valid_from")
    return {row.code: row.amount for row in rows}


def grade(*, pay: Decimal | None, unit: str, on: date) -> str:
    """How pay stands that day against the legal minimum for 21 and over and the real Living Wage."""
    rates = rates_on(on)
    if pay is None or RateCode.NATIONAL not in rates:
        return PayGrade.UNKNOWN
    rate = hourly(pay=pay, unit=unit)
    if rate < rates[RateCode.NATIONAL]:
        return PayGrade.BELOW
    if RateCode.REAL_UK in rates and rate >= rates[RateCode.REAL_UK]:
        return PayGrade.REAL
    return PayGrade.LEGAL
