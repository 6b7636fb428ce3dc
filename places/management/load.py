"""What the commands that take in a published file have in common."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ground.actor import SYSTEM
from ground.clock import read_clock
from ground.door import No
from places.choices import HOME_AUTHORITIES
from places.services import Loaded
from places.services.loading import sentence


class LoadCommand(BaseCommand):
    """Load one file: columns are known by pattern; an unknown layout is refused and changes nothing."""

    #: The service that takes in one file.
    load: Callable[..., Loaded]

    def add_arguments(self, parser: ArgumentParser) -> None:
        home = ", ".join(HOME_AUTHORITIES)
        parser.add_argument("file", type=Path, metavar="FILE", help="a CSV file, unpacked")
        parser.add_argument("--edition", default="", metavar="NAME", help="what to call this edition; by default its file or headings say")
        parser.add_argument(
            "--authority", action="append", metavar="CODE", help=f"keep this authority; may be repeated; all keeps all (default: {home})"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        wanted = [code for word in options["authority"] or [] for code in word.replace(",", " ").split()]
        try:
            done = type(self).load(
                path=path, by=SYSTEM, at=read_clock(), authorities=wanted or HOME_AUTHORITIES, edition=options["edition"], tell=self._tell
            )
        except No as no:
            raise CommandError(no.sentence) from no
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        for remark in (*done.remarks, sentence(done)):
            self.stdout.write(remark)

    def _tell(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()
