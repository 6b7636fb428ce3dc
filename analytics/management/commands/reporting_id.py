"""A page's id -> the reporting view's id. Each look-up is written down."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from accounts.services.audit import on_route
from analytics.queries.reporting import TABLES
from analytics.services.reporting import reporting_ids
from ground.actor import SYSTEM
from ground.clock import read_clock


class Command(BaseCommand):
    help = "The reporting views' ids of things in pages: reporting_id person UUID..."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(TABLES))
        parser.add_argument("ids", nargs="+", type=UUID, metavar="UUID")

    def handle(self, *args: object, **options: Any) -> None:
        with on_route("command reporting_id"):
            found = reporting_ids(kind=options["kind"], ids=options["ids"], by=SYSTEM, at=read_clock())
        for asked, known in found.items():
            self.stdout.write(f"{asked} {known or 'not here'}")
        if None in found.values():
            raise CommandError("Not all of them are here.")
