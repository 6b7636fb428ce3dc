"""A right ended from the shell, by the same rules as from the page."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from accounts.choices import Role
from accounts.models import Membership
from accounts.services.audit import on_route
from accounts.services.membership import end_membership
from ground.actor import SYSTEM
from ground.clock import read_clock
from ground.door import No


class Command(BaseCommand):
    help = "End somebody's right: membership end --email E --organisation O --role R"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["end"])
        parser.add_argument("--email", required=True)
        parser.add_argument("--organisation", required=True)
        parser.add_argument("--role", required=True, choices=Role.values)

    def handle(self, *args: object, **options: str) -> None:
        rows = Membership.objects.unscoped("named in full by whoever has the shell").filter(
            user__email=options["email"].strip().lower(),
            organisation__name__iexact=options["organisation"].strip(),
            role=options["role"],
            ended_at__isnull=True,
        )
        found = list(rows.order_by("id"))
        if not found:
            raise CommandError("Nobody with that address holds that role there.")
        at = read_clock()
        with on_route("command membership"):
            for membership in found:
                try:
                    end_membership(membership=membership, by=SYSTEM, at=at)
                except No as no:
                    raise CommandError(no.sentence) from no
        self.stdout.write(f"{len(found)} ended.")
