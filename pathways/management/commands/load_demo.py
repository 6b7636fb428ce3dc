"""The demo programme: `load_demo` loads it where nobody is; `load_demo --sign-ins` prints who may be tried."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ground.clock import read_clock
from ground.door import Refused
from pathways.simulation.demo import load_demo, sign_ins


class Command(BaseCommand):
    """About 900 invented people over 18 months, dated round today."""

    help = "Load the demo programme into an empty database, or print its sign-ins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--sign-ins`."""
        parser.add_argument("--sign-ins", action="store_true", help="print who may be tried, and load nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, or print."""
        if options["sign_ins"]:
            self.stdout.write(_table())
            return
        try:
            loaded = load_demo(at=read_clock())
        except Refused as no:
            raise CommandError(no.sentence) from no
        self.stdout.write("The demo programme is loaded." if loaded else "The demo programme is there already.")


def _table() -> str:
    rows = [("Role", "Name", "E-mail", "Password")] + [(each.role, each.name, each.email, each.password) for each in sign_ins()]
    if len(rows) == 1:
        raise CommandError("There is no demo programme yet: run load_demo first.")
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = ["  ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[3]]).rstrip() for row in rows]
    more = "Texts arrive at /demo/phone/, e-mails at /demo/mailbox/; /demo/day/ moves the demo's day on."
    return "\n".join([*lines, "", more])
