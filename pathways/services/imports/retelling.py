"""One case of one file while its past is told: who tells it, when, from which file, and what could not be taken."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import connection

from ground.actor import Actor
from pathways.models import ImportRun, Pathway
from pathways.models.log import Quality
from pathways.services import case as cases
from pathways.services.door import Taken

NOT_RECORDED = "Employer not recorded"
Fact = dict[str, Any]


@dataclass
class Retelling:
    """One case, one file, and what was told so far."""

    case: Pathway
    run: ImportRun
    by: Actor
    at: datetime
    untaken: list[str] = field(default_factory=list)

    def taken(self, fact: Fact) -> Taken:
        """When, how sure, and from which file. When a plan was made is not told."""
        quality = Quality.UNKNOWN if fact["dateless"] else fact["quality"]
        return Taken(happened_on=fact["day"], quality=quality, import_run=self.run)

    @property
    def who(self) -> dict[str, Any]:
        """The importer, at the time of the run."""
        return {"by": self.by, "at": self.at}


Act = Callable[[Retelling, date, Taken, Fact], None]


def implied(taken: Taken) -> Taken:
    """Something that must have come before, of which the file says nothing: on that day or earlier, nobody knows when."""
    return replace(taken, quality=Quality.UNKNOWN)


def open_case(told: Retelling, day: date, taken: Taken) -> None:
    """The first contact opens the case."""
    if told.case.pk is None:
        told.case.opened_on = told.case.stage_since = day
        cases.log_outreach(case=told.case, taken=taken, **told.who)


def begun(told: Retelling, day: date, taken: Taken) -> Pathway:
    """Whatever came later was preceded by a first contact: where the file says nothing of it, by the day of the first thing it knows."""
    open_case(told, day, implied(taken))
    return told.case


def one_at_a_time(*words: object, beside: bool = False) -> None:
    """Until the transaction ends, nobody else is at this: what two imports would both make is made once.

    `beside`: others who say so too may be at it, and those who do not wait.
    """
    name = hashlib.sha256(" ".join(str(word) for word in ("import", *words)).encode()).digest()[:8]
    lock = "pg_advisory_xact_lock_shared" if beside else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(%s)", [int.from_bytes(name, "big", signed=True)])
