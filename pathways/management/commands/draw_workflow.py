"""docs/workflow.md from the charts: `draw_workflow`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from pathways.workflow.drawing import page


class Command(BaseCommand):
    """Writes docs/workflow.md anew; run after each change of a chart."""

    help = "Draw docs/workflow.md from the charts."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the page and say where it is."""
        path = Path(settings.BASE_DIR) / "docs" / "workflow.md"
        path.write_text(page())
        self.stdout.write("docs/workflow.md is drawn.")
