"""`make bench`: a table on the screen and bench/results.json. SIZE=10000 (or a comma list) chooses the sizes."""

import json
import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["PATHWAYS_TESTING"] = "1"


def main() -> int:
    """Load each size, measure, print, write."""
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ROOT_URLCONF = "bench.floor.urls"
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "floor" / "templates")
    call_command("migrate", verbosity=0)
    from bench import imports, suite

    sizes = [int(size) for size in os.environ.get("SIZE", "10000,100000").lower().replace("1m", "1000000").split(",")]
    found = []
    for size in sizes:
        world = suite.laid_out(size)
        for part in (suite.pages, suite.steps, suite.files, imports.imports):
            for row in part(world, size):
                found.append(row)
                verdict = "met" if row.ratio <= row.goal else "not met"
                print(
                    f"{row.name:<14} {row.size:>8,} {row.who:<7} ours {row.ours * 1000:>10.1f} ms  floor {row.floor * 1000:>9.1f} ms"
                    f"  ratio {row.ratio:>8.2f} ({row.spread})  goal {row.goal:g}: {verdict} {row.remark}",
                    flush=True,
                )
    (Path(__file__).parent / "results.json").write_text(json.dumps([row.as_json() for row in found], indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
