"""What every installation starts with: `load_shipped`. Safe to run again, and after each upgrade."""

from typing import Any

from django.core.management.base import BaseCommand

from ground.clock import read_clock
from pathways.services.shipped import load_shipped


class Command(BaseCommand):
    """Milestones, reasons, bank holidays, job families, pay rates, wordings of texts, ward codes and names."""

    help = "Add the rows that every installation starts with, where they are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Add what is missing and say how much it was."""
        added = load_shipped(at=read_clock())
        self.stdout.write(f"{added} rows added." if added else "Nothing was missing.")
