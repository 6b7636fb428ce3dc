"""One worker at one run: who imports, what many rows ask, and the sheets on which new people are written."""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Q

from accounts.choices import RuleCode
from accounts.models import Membership, User
from accounts.services.audit import current_route
from ground.actor import Actor
from ground.clock import today_london
from pathways.ledger.taking import Ledger
from pathways.models import ImportRow, ImportRun
from pathways.models.imports import RunState
from pathways.services.imports.asked_once import AskedOnce
from pathways.services.imports.known import Arrivals, newcomers

#: Parts of a staging row that say nothing of the person.
NOT_TOLD = frozenset({"rows", "questions", "of", "stage", "stage_in_register"})
#: What everybody of a register is known by, when it dates nothing: somebody met them, nobody knows when.
MET: dict[str, Any] = {"step": "pathway.log_outreach", "on": "", "quality": "unknown"}


def importer(run: ImportRun) -> Actor:
    """The person who sent the file, as the log knows them when it came from a file."""
    seat = Membership.objects.unscoped("the importer's own seat").filter(user=run.by_id, organisation=run.organisation_id).first()
    return Actor(kind="import", user_id=run.by_id, membership_id=seat.pk if seat else None, organisation_id=run.organisation_id)


def told_fields(row: ImportRow) -> Iterator[str]:
    """Names of what a row says of its person."""
    return (name for name, value in row.fields.items() if value and name not in NOT_TOLD)


class Work:
    """One stretch of work at one run."""

    def __init__(self, run: ImportRun, *, at: datetime) -> None:
        self.run, self.by, self.at = run, importer(run), at
        self.arrivals: Arrivals = newcomers(run)
        self._sure = True

    @cached_property
    def asked(self) -> AskedOnce:
        """What many rows ask the same."""
        return AskedOnce(self.run, today=today_london(self.at))

    @cached_property
    def ledger(self) -> Ledger:
        """The sheets of rows that are told in memory. A register texts nobody."""
        return Ledger(
            holidays=self.asked.holidays,
            import_run=self.run.pk,
            route=current_route(),
            days_of=lambda rule, day: self.asked.rule(RuleCode(rule), day),
        )

    def begin_anew(self) -> None:
        """Clean sheets; and what a transaction made that came to nothing is asked for again."""
        self.ledger.sheets.back_to({})
        if not self._sure:
            del self.asked
        self._sure = False

    def all_kept(self) -> None:
        """What was asked and made stands."""
        self._sure = True

    @cached_property
    def _workers(self) -> dict[str, set[User]]:
        seats = Membership.objects.unscoped("workers of the importing organisation").filter(
            organisation=self.run.organisation_id, role__in=["outreach_worker", "programme_lead"], ends_on__isnull=True
        )
        found: dict[str, set[User]] = {}
        for seat in seats.select_related("user"):
            found.setdefault(seat.user.name.casefold(), set()).add(seat.user)
        return found

    def owner_named(self, words: str) -> User | None:
        """The one worker of that name; nobody where there are two, or none."""
        found = self._workers.get(words.strip().casefold(), set()) if words.strip() else set()
        return next(iter(found)) if len(found) == 1 else None

    def others_apply(self) -> bool:
        """Whether another register went in since this one was read, or is going in now."""
        others = ImportRun.objects.filter(organisation=self.run.organisation_id, programme=self.run.programme_id).exclude(pk=self.run.pk)
        since = self.run.started_at or self.at
        return others.filter(Q(state=RunState.APPROVED) | Q(finished_at__gte=since)).exists()
