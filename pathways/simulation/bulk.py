"""Stories loaded in bulk: the same deeds as through the door, worked out in memory and written by COPY."""

import gc
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import islice

from django.db import transaction

from accounts.models import Milestone
from employers.models import PayRate
from employers.services.pay import grade
from ground.clock import today_london
from pathways.ledger.taking import Ledger
from pathways.services.placement import due_on, milestones_on
from pathways.simulation.days import HOLIDAYS
from pathways.simulation.lives import Life
from pathways.simulation.story import PersonStory
from pathways.simulation.tellings import Tellings
from pathways.simulation.world import World
from places.models import Postcode, Ward
from places.queries import Geography, look_up_many

#: People worked out and written at once.
CHUNK = 1000
EARLIEST = date(1990, 1, 1)


class Lookups:
    """What services ask the database again and again, asked once between two days on which the answer may change."""

    def __init__(self, world: World) -> None:
        self.programme = world.programme.pk
        dated = [*PayRate.objects.values_list("valid_from", "valid_to"), *Milestone.objects.values_list("valid_from", "valid_to")]
        wards = Ward.objects.values_list("valid_from", "valid_to")
        ended = Postcode.objects.filter(terminated__isnull=False).values_list("terminated", flat=True).distinct()
        self.changes = _borders(day for pair in dated for day in pair)
        self.borders = _borders([*ended, *(first for first, _ in wards), *(last + timedelta(days=1) for _, last in wards if last)])
        self.milestones_since = cache(self._milestones)
        self.grade_since = cache(self._grade)
        self.places: dict[tuple[str, date], Geography] = {}

    def milestones(self, first_day: date) -> list[tuple[str, date, int]]:
        """Code, due date and days to answer of each check of a job that begins that day."""
        return [(row.code, due_on(row, first_day), row.window_days) for row in self.milestones_since(_before(self.changes, first_day))]

    def _milestones(self, since: date) -> list[Milestone]:
        return milestones_on(self.programme, since)

    def grade(self, pay: Decimal | None, unit: str, on: date) -> str:
        """How pay stood that day against the rates in force."""
        return self.grade_since(pay, unit, _before(self.changes, on))

    @staticmethod
    def _grade(pay: Decimal | None, unit: str, since: date) -> str:
        return grade(pay=pay, unit=unit, on=since)

    def place(self, postcode: str, on: date) -> Geography:
        """Where a postcode lay that day."""
        return self.places[postcode, _before(self.borders, on)]

    def look_up(self, stories: Sequence[PersonStory]) -> None:
        """Where these people live on the day we learned of it: a few queries, however many people."""
        asked: dict[date, set[str]] = {}
        for story in stories:
            for on, postcode in _addresses(story):
                day = _before(self.borders, on)
                if (postcode, day) not in self.places:
                    asked.setdefault(day, set()).add(postcode)
        for day, postcodes in asked.items():
            for postcode, found in look_up_many(sorted(postcodes), on=day).items():
                self.places[str(postcode), day] = found


def _borders(days: Iterable[date | None]) -> list[date]:
    return sorted({EARLIEST, *(day for day in days if day is not None)})


def _before(borders: list[date], day: date) -> date:
    return borders[bisect_right(borders, day) - 1]


@contextmanager
def _no_sweeping() -> Iterator[None]:
    """A chunk's rows all live until they are written: looking for garbage among them costs a quarter of the time."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()
            gc.collect()


def _addresses(story: PersonStory) -> Iterator[tuple[date, str]]:
    if story.deeds and story.postcode:
        yield today_london(story.deeds[0].at), story.postcode
    for deed in story.deeds:
        if deed.verb == "move_home":
            yield today_london(deed.at), deed.how["postcode"]


def load_in_bulk(stories: Iterable[PersonStory], *, world: World, lean: bool = False, arrived: bool = True, ids: str | None = None) -> int:
    """Write people with their whole log, tasks, texts and audit; how many rows it was.

    `lean` leaves out what no figure is counted from: tasks, texts, audit, contacts, homes, checks before a start.
    `arrived`: texts count as delivered when texts might first go; without it they wait in the outbox, as through the door.
    `ids`: a seed for public ids. Each thousand people is one transaction of its own, unless one is open.
    """
    tellings = Tellings(arrived=arrived, until=world.at)
    ledger = Ledger(holidays=HOLIDAYS, lean=lean, tellings=None if lean else tellings)
    lookups = Lookups(world)
    waiting = iter(stories)
    written = 0
    while chunk := list(islice(waiting, CHUNK)):
        with transaction.atomic(), _no_sweeping():
            if not lean:
                lookups.look_up(chunk)
            for story in chunk:
                ledger.sheets.begin(f"{ids}:{story.number}" if ids else None)
                Life(story, world, ledger, lookups).live()
            written += ledger.sheets.write()
        tellings.forget()
    return written
