"""Do the log, the facts and the stages agree? `check_integrity`, at any time, on live data."""

import sys
from argparse import ArgumentParser
from datetime import date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand

from ground.clock import LONDON, read_clock
from pathways.models import FindingKind
from pathways.queries.integrity import look_through


class Command(BaseCommand):
    """Exit 1 and a list when something disagrees; ids and stages, no names."""

    help = "Look through the log, the facts and the stages; exit 1 and a list when they disagree."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What is late depends on the day: it may be said."""
        parser.add_argument("--as-of", type=date.fromisoformat, help="the London day to look on, at noon")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line for each thing found, or one line that says all is well."""
        number = 0
        at = datetime.combine(options["as_of"], time(12), LONDON) if options["as_of"] else read_clock()
        for kind, found in look_through(at=at):
            number += len(found)
            for each in found:
                where = f"{each.machine} {each.subject}" if each.subject else "-"
                self.stdout.write(f"{kind}\t{where}\t{each.words}")
        if number:
            self.stdout.write(f"{number} found.")
            sys.exit(1)
        self.stdout.write(f"Nothing disagrees: {len(FindingKind.values)} looks.")
