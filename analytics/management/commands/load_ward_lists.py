"""Target wards and earlier hires of a programme, from CSV files; `--invented` gives the demo its own."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Programme
from accounts.services.audit import on_route
from analytics.services.invented import load_invented_lists
from analytics.services.wards import freeze_target_wards, read_hires, read_targets, record_earlier_hires
from ground.actor import SYSTEM
from ground.clock import read_clock, today_london
from ground.door import Refused


class Command(BaseCommand):
    """Freeze a list of target wards, record a baseline of earlier hires, or both."""

    help = "Load target wards (CSV: ward_code) and earlier hires (CSV: ward_code,count,period) of a programme."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The programme's code, the files, and what each is called."""
        parser.add_argument("programme", help="the programme's code")
        parser.add_argument("--targets", type=Path, help="CSV with the heading ward_code")
        parser.add_argument("--frozen-on", type=date.fromisoformat, help="the day the list was frozen; today unless told")
        parser.add_argument("--name", default="Target wards", help="what the list of target wards is called")
        parser.add_argument("--method", default="", help="how the wards were chosen")
        parser.add_argument("--edition", default="", help="the deprivation edition used")
        parser.add_argument("--hires", type=Path, help="CSV with the headings ward_code,count,period")
        parser.add_argument("--baseline", default="Earlier hires", help="what the baseline is called")
        parser.add_argument("--source", default="", help="who says so")
        parser.add_argument("--invented", action="store_true", help="the demo's own lists, once")

    def handle(self, *args: object, **options: Any) -> None:
        """Load what is named."""
        programme = Programme.objects.unscoped("a command names the programme").filter(code=options["programme"]).first()
        if programme is None:
            raise CommandError("There is no programme with that code.")
        try:
            with on_route("command load_ward_lists"):
                self._load(programme, options)
        except Refused as no:
            raise CommandError(no.sentence) from no

    def _load(self, programme: Programme, options: dict[str, Any]) -> None:
        at = read_clock()
        if options["invented"]:
            made = load_invented_lists(programme=programme, by=SYSTEM, at=at)
            self.stdout.write("The invented lists are loaded." if made else "There is a list of target wards already.")
            return
        if options["targets"] is None and options["hires"] is None:
            raise CommandError("Name a file: --targets FILE, --hires FILE, or both.")
        codes = read_targets(options["targets"]) if options["targets"] else []
        hires = read_hires(options["hires"]) if options["hires"] else None
        if codes and not options["method"]:
            raise CommandError("Say how the wards were chosen: --method.")
        if hires and not options["source"]:
            raise CommandError("Say where the earlier hires come from: --source.")
        if codes:
            frozen = freeze_target_wards(
                programme=programme,
                name=options["name"],
                method=options["method"],
                edition=options["edition"],
                frozen_on=options["frozen_on"] or today_london(at),
                codes=codes,
                by=SYSTEM,
                at=at,
            )
            self.stdout.write(f"Target wards: {len(frozen.codes)}.")
        if hires:
            record_earlier_hires(
                programme=programme,
                name=options["baseline"],
                source=options["source"],
                since=hires.since,
                until=hires.until,
                counts=hires.counts,
                by=SYSTEM,
                at=at,
            )
            self.stdout.write(f"Wards with earlier hires: {len(hires.counts)}.")
