"""Each periodic job, once, now: `job NAME [--as-of DATE] [--dry-run]`; `job --list --json`; `job --list --cron`."""

import json
from argparse import ArgumentParser
from datetime import date, datetime, time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ground import jobs
from ground.clock import LONDON, read_clock


class Command(BaseCommand):
    """Exit 0 when done, 3 when another process holds the job."""

    help = "Run one periodic job now, or list them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?")
        parser.add_argument("--as-of", type=date.fromisoformat, help="the London day to run it for, at noon")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--list", action="store_true", dest="listed")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--cron", action="store_true", help="the list as a crontab, for those who run no beat")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["listed"]:
            if options["cron"]:
                self.stdout.write(crontab(), ending="")
            else:
                self.write_list(as_json=options["json"])
            return
        if not options["name"]:
            raise CommandError("Name a job, or ask for the list with --list.")
        as_of = options["as_of"]
        at = datetime.combine(as_of, time(12), LONDON) if as_of else read_clock()
        try:
            outcome = jobs.run(options["name"], at=at, dry_run=options["dry_run"], again=True)
        except jobs.NoSuchJob as error:
            raise CommandError(str(error)) from None
        except jobs.Held as error:
            raise CommandError(str(error), returncode=3) from None
        if options["json"]:
            self.stdout.write(json.dumps({"job": options["name"], "state": outcome.state, "result": outcome.result}))
        else:
            self.stdout.write(f"{options['name']}: {outcome.state}. {outcome.result}")

    def write_list(self, *, as_json: bool) -> None:
        """Every job with its period in seconds."""
        rows = [
            {"job": name, "every_seconds": int(one.every.total_seconds()), "not_before": one.not_before, "does": _does(one)}
            for name, one in jobs.all_jobs().items()
        ]
        if as_json:
            self.stdout.write(json.dumps(rows))
            return
        for row in rows:
            self.stdout.write(f"{row['job']:<20} every {row['every_seconds']} s  {row['does']}")


CRON_HEAD = """# Every periodic job by cron, for an installation without beat. Made by: manage.py job --list --cron
# Times are London's. A job that has nothing due does nothing, so asking too often is harmless.
CRON_TZ=Europe/London
"""


def crontab() -> str:
    """One line a job: each minute for those that come round within one, at their hour for daily ones."""
    lines = []
    for name, one in jobs.all_jobs().items():
        minutes = int(one.every.total_seconds()) // 60
        if one.every >= jobs.DAY:
            when = f"7 {one.not_before} * * *"
        elif minutes >= 60:
            when = f"7 */{minutes // 60} * * *"
        else:
            when = f"*/{minutes} * * * *" if minutes > 1 else "* * * * *"
        lines.append(f"{when}  python manage.py job {name}\n")
    return CRON_HEAD + "".join(lines)


def _does(one: jobs.Job) -> str:
    lines = (one.work.__doc__ or "").strip().splitlines()
    return lines[0] if lines else ""
