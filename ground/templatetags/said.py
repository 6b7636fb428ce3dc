"""Values as people say them: days, moments, phones, money, counts. In every template without loading.

Nothing is said as nothing: no filter prints None, an ISO date or a word with an underscore.
"""

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils.translation import pgettext_lazy

from ground.clock import london, page_time, today_london
from ground.languages import ENGLISH, language_now
from ground.phones import show_phone

register = template.Library()

MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
#: The same as a date has them: other languages decline them, and candidates read dates in theirs.
IN_A_DATE = [
    pgettext_lazy("in a date", "January"),
    pgettext_lazy("in a date", "February"),
    pgettext_lazy("in a date", "March"),
    pgettext_lazy("in a date", "April"),
    pgettext_lazy("in a date", "May"),
    pgettext_lazy("in a date", "June"),
    pgettext_lazy("in a date", "July"),
    pgettext_lazy("in a date", "August"),
    pgettext_lazy("in a date", "September"),
    pgettext_lazy("in a date", "October"),
    pgettext_lazy("in a date", "November"),
    pgettext_lazy("in a date", "December"),
]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
#: Words that keep their capitals when a key is turned into words.
CAPITALS = {"cv": "CV", "dbs": "DBS", "nhs": "NHS", "qr": "QR", "dwp": "DWP", "id": "ID", "uk": "UK"}


def _day_of(value: Any) -> date | None:
    if isinstance(value, datetime):
        return today_london(value)
    return value if isinstance(value, date) else None


@register.filter
def day(value: Any) -> str:
    """21 November 2026; a moment is said as its day in London; nothing for nothing."""
    it = _day_of(value)
    return f"{it.day} {IN_A_DATE[it.month - 1]} {it.year}" if it else ""


@register.filter
def short_day(value: Any) -> str:
    """21 Nov 2026: for tables."""
    it = _day_of(value)
    return f"{it.day} {MONTHS[it.month - 1][:3]} {it.year}" if it else ""


@register.filter
def weekday(value: Any) -> str:
    """Monday 7 December 2026."""
    it = _day_of(value)
    return f"{WEEKDAYS[it.weekday()]} {day(it)}" if it else ""


@register.filter
def month(value: Any) -> str:
    """November 2026."""
    it = _day_of(value)
    return f"{MONTHS[it.month - 1]} {it.year}" if it else ""


@register.filter
def time_of_day(value: Any) -> str:
    """8:30am, midday, midnight: on London's clock. In other languages than English 08:30, 12:00, 00:00."""
    if isinstance(value, datetime):
        value = london(value).time()
    if not hasattr(value, "hour"):
        return ""
    if language_now() != ENGLISH:
        return f"{value:%H:%M}"
    if value.minute == 0 and value.hour in (0, 12):
        return "midnight" if value.hour == 0 else "midday"
    minutes = f":{value.minute:02}" if value.minute else ""
    return f"{value.hour % 12 or 12}{minutes}{'am' if value.hour < 12 else 'pm'}"


@register.filter
def when(value: Any) -> str:
    """Monday 7 December 2026 at 8:30am; a day without a time is said as a day."""
    if not isinstance(value, datetime):
        return weekday(value)
    return f"{weekday(value)} at {time_of_day(value)}"


@register.filter
def in_days(value: Any, today: Any = None) -> str:
    """today, tomorrow, in 3 days, yesterday, 3 days ago, in 5 weeks, 4 months ago.

    What is to come is said to the nearest week, month or year; of what is past only whole ones: nobody is said to have waited longer.
    `today` is the day of the page (`at` or a date handed in by the view); without it, what the page's door read.
    """
    it = _day_of(value)
    if it is None:
        return ""
    now = _day_of(today) or today_london(page_time())
    away = (it - now).days
    if away in (0, 1, -1):
        return {0: "today", 1: "tomorrow", -1: "yesterday"}[away]
    return f"in {_stretch(away, nearest=True)}" if away > 0 else f"{_stretch(-away)} ago"


def _stretch(days: int, *, nearest: bool = False) -> str:
    """Days in the largest unit that suits them: as many as are full, or to the nearest."""
    if days < 28:
        return f"{days} days"
    days_of, units, noun = (7, 1, "week") if days < 91 else (365, 12, "month") if days < 730 else (365, 1, "year")
    return counted((days * units + (days_of // 2 if nearest else 0)) // days_of, noun)


@register.filter
def days_waiting(value: Any, today: Any = None) -> str:
    """How long since: today, 1 day, 12 days, 5 weeks."""
    it = _day_of(value)
    if it is None:
        return ""
    days = ((_day_of(today) or today_london(page_time())) - it).days
    if days <= 0:
        return "today"
    return "1 day" if days == 1 else _stretch(days)


@register.filter
def counted(number: Any, noun: str) -> str:
    """1 month, 2 months, 1,204 people: "person,people" for a plural of its own."""
    if number is None or number == "":
        return ""
    one, _, many = noun.partition(",")
    return f"{int(number):,} {one if int(number) == 1 else many or one + 's'}"


@register.filter
def phone(value: Any) -> str:
    """07700 900123, from +447700900123."""
    return show_phone(str(value)) if value else ""


@register.filter
def plain(value: Any) -> str:
    """A key as words: job_ready is said as Job ready; True and False as Yes and No; nothing as nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return when(value)
    if isinstance(value, date):
        return day(value)
    words = re.sub(r"[_.]+", " ", str(value)).strip() if re.fullmatch(r"[a-z0-9_.]+", str(value)) else str(value)
    words = " ".join(CAPITALS.get(word, word) for word in words.split(" "))
    return words[:1].upper() + words[1:]


@register.filter
def or_none(value: Any, words: str = "not known") -> str:
    """The value, or the words that say there is none."""
    return words if value is None or value == "" else str(value)


@register.filter
def money(value: Any) -> str:
    """£12.60, £23,500: pounds, pence only where there are some."""
    try:
        amount = Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    except InvalidOperation:
        return ""
    whole = amount == amount.to_integral_value()
    sign, amount = ("-" if amount < 0 else ""), abs(amount)
    return f"{sign}£{amount:,.0f}" if whole and amount >= 100 else f"{sign}£{amount:,.2f}"


@register.filter
def number(value: Any) -> str:
    """12,040: whole numbers with their commas; nothing for nothing."""
    return f"{int(value):,}" if isinstance(value, int | float | Decimal) else ""


@register.filter
def percent(value: Any, places: int = 0) -> str:
    """A share between 0 and 1 as 63%; nothing for nothing."""
    if not isinstance(value, int | float | Decimal):
        return ""
    step = Decimal(1).scaleb(-int(places))
    return f"{(Decimal(str(value)) * 100).quantize(step, ROUND_HALF_UP)}%"


@register.filter
def lasts(value: Any) -> str:
    """A stretch of time in words: 45 minutes, 3 hours, 2 days."""
    if not isinstance(value, timedelta):
        return ""
    seconds = int(value.total_seconds())
    for size, noun in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return counted(seconds // size, noun)
    return counted(seconds, "second")
