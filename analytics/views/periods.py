"""The periods that people usually ask for, each a link that keeps the rest of the question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from analytics.figures.definition import last_quarter_ended, quarter_begins
from analytics.forms import DAYS
from ground.clock import add_months

if TYPE_CHECKING:
    from analytics.views.asking import Asked


@dataclass(frozen=True)
class Period:
    """A period by its name, its address, and whether it is the one shown."""

    words: str
    href: str
    chosen: bool


def financial_year_begins(day: date) -> date:
    """The first of April that a day's financial year begins with."""
    return date(day.year if day.month >= 4 else day.year - 1, 4, 1)


def periods(asked: Asked) -> list[Period]:
    """The usual periods as at today; the last closed quarter as at its own end, so that it may be compared with what was printed."""
    today = asked.today
    closed = last_quarter_ended(today)
    usual: list[tuple[str, dict[str, date]]] = [
        ("From the beginning", {}),
        ("Last 12 months", {"start": add_months(today, -12) + timedelta(days=1), "end": today}),
        ("This financial year", {"start": financial_year_begins(today), "end": today}),
        ("Last closed quarter", {"start": quarter_begins(closed), "end": closed, "as_at": closed}),
    ]
    begun = asked.readable and asked.cut.start is None and not asked.form.cleaned_data.get("end")  # also as at another day
    said = {name: asked.form.cleaned_data.get(name) for name in DAYS} if asked.readable else None
    return [
        Period(
            words,
            asked.link(*DAYS, **{name: day.isoformat() for name, day in days.items()}) or "?",
            said == {name: days.get(name) for name in DAYS} or (not days and begun),
        )
        for words, days in usual
    ]
