"""A small fixed world for checks from outside: `seed_demo --seed N [--people N] --json`. Same seed, same JSON."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ground.clock import read_clock
from ground.door import Refused
from pathways.simulation.planted import seed_world


class Command(BaseCommand):
    """Three delivery organisations, three employers, every role, people with marks; only where nobody is yet."""

    help = "Make a small fixed world in an empty database and print it as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Seed and number of people."""
        parser.add_argument("--seed", type=int, required=True)
        parser.add_argument("--people", type=int, default=200)
        parser.add_argument("--json", action="store_true", help="on one line; without it, for reading")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the world and print it."""
        if not 1 <= options["people"] <= 100_000:
            raise CommandError("--people is a number from 1 to 100,000.")
        try:
            world = seed_world(seed=options["seed"], people=options["people"], at=read_clock())
        except Refused as no:
            raise CommandError(no.sentence) from no
        self.stdout.write(json.dumps(world, indent=None if options["json"] else 2))
