"""Bank holidays: shipped as gov.uk has published them; what is proclaimed later is added here."""

from __future__ import annotations

from datetime import date, datetime

from accounts.models import BankHoliday
from accounts.services.audit import note, service
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, Refused


@service("holiday.add")
def add_holiday(*, day: date, name: str, by: Actor, at: datetime) -> BankHoliday:
    """From now on no working day is counted and no text goes out on this day; one that was taken off the list comes back."""
    if day <= today_london(at):
        raise Refused("Choose a day to come: what was counted already stays as it was.", field="day")
    there = BankHoliday._base_manager.filter(day=day).first()
    if there is None:
        return BankHoliday.objects.create(day=day, name=name, created_at=at)
    if there.taken_off_at is None:
        raise Refused(f"That day is on the list already: {there.name}.", field="day")
    there.change(version=there.version, name=name, taken_off_at=None)
    return there


@service("holiday.take_off")
def take_off_holiday(*, holiday: BankHoliday, version: int, by: Actor, at: datetime) -> BankHoliday:
    """It was added in error, or moved: a day to come only. The row stays, and counts no more."""
    if holiday.taken_off_at is not None:
        raise Conflict("This was taken off the list already.")
    if holiday.day <= today_london(at):
        raise Refused("That day is past: what was counted with it stays as it was.")
    holiday.change(version=version, taken_off_at=at)
    note(fields=["taken_off_at"])
    return holiday
