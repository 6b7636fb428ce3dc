"""A programme, and the organisations that take part in it: what a new installation needs after its first administrator."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, datetime

from django.core.management.base import BaseCommand, CommandError

from accounts.choices import OrganisationKind
from accounts.models import Organisation, Programme
from accounts.services.audit import on_route
from accounts.services.organisation import add_organisation
from accounts.services.programme import add_partner, add_programme
from ground.actor import SYSTEM
from ground.clock import read_clock, today_london
from ground.door import Refused, transact


class Command(BaseCommand):
    help = "Begin a programme, or let an organisation take part in one: programme add | programme partner"

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        add = what.add_parser("add", help="begin a programme of an organisation that is there")
        add.add_argument("--name", required=True)
        add.add_argument("--code", required=True, help="short, for files and commands")
        add.add_argument("--organisation", required=True, help="the name of the one that is accountable for it")
        add.add_argument("--starts-on", type=date.fromisoformat, help="2026-01-05; today, unless said")
        partner = what.add_parser("partner", help="an organisation takes part; it is added when there is none of that name")
        partner.add_argument("--code", required=True)
        partner.add_argument("--organisation", required=True)
        partner.add_argument("--kind", action="append", choices=OrganisationKind.values, help="for a new one; may be repeated")

    def handle(self, *args: object, what: str, **options: object) -> None:
        at = read_clock()
        with on_route("command programme"):
            try:
                said = self._add(at=at, **options) if what == "add" else self._partner(at=at, **options)
            except Refused as refused:
                raise CommandError(refused.sentence) from refused
        self.stdout.write(said)

    def _add(self, *, at: datetime, name: str, code: str, organisation: str, starts_on: date | None, **_: object) -> str:
        owner = _organisation(organisation)
        if owner is None:
            raise CommandError("There is no organisation of that name. First make its administrator: first_administrator.")
        made = add_programme(name=name, code=code, organisation=owner, starts_on=starts_on or today_london(at), by=SYSTEM, at=at)
        return f"{made.name} has begun. Its administrator can now invite leads and workers under Users."

    @transact
    def _partner(self, *, at: datetime, code: str, organisation: str, kind: list[str] | None, **_: object) -> str:
        programme = Programme.objects.unscoped("named in full by whoever has the shell").filter(code__iexact=code.strip()).first()
        if programme is None:
            raise CommandError("There is no programme with that code.")
        joining = _organisation(organisation) or add_organisation(name=organisation, kinds=kind or [], by=SYSTEM, at=at)
        add_partner(programme=programme, organisation=joining, by=SYSTEM, at=at)
        return f"{joining.name} takes part in {programme.name}."


def _organisation(name: str) -> Organisation | None:
    return Organisation.objects.unscoped("named in full by whoever has the shell").filter(name__iexact=name.strip()).first()
