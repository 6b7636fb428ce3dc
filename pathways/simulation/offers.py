"""What both ways of loading say alike: the offer that goes with an opening, the day to ask again."""

from datetime import date, datetime, timedelta
from typing import Any

from employers.models import CareerHeading
from ground.clock import today_london


def offer_of(heading: CareerHeading) -> dict[str, Any]:
    """The offer that an opening leads to."""
    return {
        "offer_hours": heading.hours_a_week,
        "offer_pay": heading.pay,
        "offer_pay_unit": heading.pay_unit,
        "offer_site": heading.site,
        "offer_kind": "permanent",
    }


def revisit(at: datetime, days: int) -> date:
    """The day to ask again."""
    return today_london(at) + timedelta(days=days)
