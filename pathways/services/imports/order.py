"""The order in which a register's facts are taken."""

from datetime import date
from typing import Any

from pathways.backends.register.order import USUAL

#: Steps whose day may lie ahead: bookings and plans.
MAY_BE_AHEAD = frozenset({"interview.book", "training_place.book", "placement.agree_start"})


def in_order(facts: list[dict[str, Any]], *, today: date) -> list[dict[str, Any]]:
    """By day, then as steps usually come; a fact without a day comes when what is before it has come.

    A month is as long as a month: what is known to have come before, in the same month, came before.
    """
    dated = []
    latest = None
    for fact in sorted(facts, key=_usual):
        day = date.fromisoformat(fact["on"]) if fact["on"] else None
        if day is not None and fact["quality"] == "month" and latest is not None and _same_month(day, latest):
            day = max(day, latest)
        if day is not None and (latest is None or day > latest):
            latest = min(day, today)
        settled = day or latest or today
        if settled > today and fact["step"] not in MAY_BE_AHEAD:
            settled = today
        dated.append({**fact, "day": settled, "dateless": day is None})
    return sorted(dated, key=lambda each: (min(each["day"], today), each["dateless"], _usual(each)))


def _usual(fact: dict[str, Any]) -> int:
    return USUAL.get(fact["step"], len(USUAL))


def _same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)
