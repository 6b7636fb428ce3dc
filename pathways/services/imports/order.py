"""The order in which a register's facts are taken."""

from datetime import date
from typing import Any

from pathways.backends.register.order import USUAL


def in_order(facts: list[dict[str, Any]], *, today: date) -> list[dict[str, Any]]:
    """By day, then as steps usually come; the first contact opens the case, unless interest is known to have come before it.

    A fact without a day comes when what is before it has come, and so does a plan: when it was made is not told.
    A month is as long as a month: what is known to have come before, in the same month, came before.
    """
    first = min((day for fact in facts if (day := _day(fact)) is not None), default=today)
    dated = []
    latest = None
    for fact in sorted(facts, key=_usual):
        day = _day(fact)
        if day is not None and fact["quality"] == "month" and latest is not None and _same_month(day, latest):
            day = max(day, latest)
        if day is not None and (latest is None or day > latest):
            latest = min(day, today)
        dated.append({**fact, "day": min(day or latest or first, today), "dateless": day is None})
    ordered = sorted(dated, key=lambda each: (each["day"], _usual(each)))
    return _contact_first(ordered)


def _contact_first(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    met = next((fact for fact in facts if fact["step"] == "pathway.log_outreach"), None)
    interested = next((fact for fact in facts if fact["step"] == "pathway.express_interest"), None)
    if met is None or (interested is not None and interested["day"] < met["day"]):
        return facts
    return [met, *(fact for fact in facts if fact is not met)]


def _day(fact: dict[str, Any]) -> date | None:
    """The day on which it happened; of a plan, nobody says."""
    return date.fromisoformat(fact["on"]) if fact["on"] and not fact.get("planned") else None


def _usual(fact: dict[str, Any]) -> int:
    return USUAL.get(fact["step"], len(USUAL))


def _same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)
