"""A programme with known true rates: `simulate --seed N --people N --months N [--json]`. Prints the rates that it drew with."""

import json
from argparse import ArgumentParser
from datetime import date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Programme
from ground.clock import LONDON, read_clock
from ground.door import Refused
from pathways.simulation.programmes import simulate_programme
from pathways.simulation.rates import EVEN_HANDED, SILENT_LEAVERS, Bias, Rates

MODES = {"usual": Rates(), "even-handed": EVEN_HANDED, "silent-leavers": SILENT_LEAVERS}
GROUPS = ("White", "Mixed", "Asian", "Black", "Other")


class Command(BaseCommand):
    """The truth is what was drawn with, never a count of the rows."""

    help = "Make a programme of invented people with known true rates, and print them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Seed, size, and what is planted."""
        parser.add_argument("--seed", type=int, required=True)
        parser.add_argument("--people", type=int, required=True)
        parser.add_argument("--months", type=int, required=True)
        parser.add_argument("--mode", choices=sorted(MODES), default="usual", help="which rates to draw with")
        parser.add_argument("--bias", metavar="GROUP:POINTS", help="one broad ethnic group is offered jobs less often, e.g. Asian:20")
        parser.add_argument("--as-of", metavar="DATE", help="the day the stories end on; today without it")
        parser.add_argument("--lean", action="store_true", help="only what figures are counted from")
        parser.add_argument("--through-the-door", action="store_true", help="take every step by its service: slow, and the same tables")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the programme, then print what it was drawn with."""
        if not 1 <= options["people"] <= 2_000_000 or not 1 <= options["months"] <= 120:
            raise CommandError("--people is a number from 1 to 2,000,000, --months from 1 to 120.")
        rates = _rates(options["mode"], options["bias"])
        as_of = _moment(options["as_of"])
        try:
            programme = simulate_programme(
                seed=options["seed"],
                people=options["people"],
                months=options["months"],
                as_of=as_of,
                rates=rates,
                lean=options["lean"],
                through_the_door=options["through_the_door"],
            )
        except Refused as no:
            raise CommandError(no.sentence) from no
        self.stdout.write(_told(programme, rates, options))


def _told(programme: Programme, rates: Rates, options: dict[str, Any]) -> str:
    said = {
        "programme": programme.code,
        "seed": options["seed"],
        "people": options["people"],
        "months": options["months"],
        "true": rates.truth(),
    }
    if options["json"]:
        return json.dumps(said)
    return "\n".join(f"{name}: {value}" for name, value in _flat(said))


def _flat(said: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in said.items():
        words = f"{before}{name.replace('_', ' ')}"
        found += _flat(value, f"{words}, ") if isinstance(value, dict) else [(words, "none" if value is None else value)]
    return found


def _rates(mode: str, bias: str | None) -> Rates:
    rates = MODES[mode]
    if not bias:
        return rates
    group, _, points = bias.partition(":")
    if group not in GROUPS or not points.isdigit() or not 0 < int(points) <= 50:
        raise CommandError(f"--bias is one of {', '.join(GROUPS)}, a colon, and points from 1 to 50: Asian:20")
    return rates.biased(Bias(group=group, points=int(points)))


def _moment(day: str | None) -> datetime:
    if not day:
        return read_clock()
    try:
        return datetime.combine(date.fromisoformat(day), time(20), tzinfo=LONDON)
    except ValueError:
        raise CommandError("--as-of is a day like 2026-11-23.") from None
