"""`make bench`: a table on the screen and bench/results.json.

`make bench SIZE=10000` (or a comma list, or 1m) chooses the sizes; `ONLY=pages,steps` the parts, and then the other rows stay as they were.
"""

import io
import json
import logging
import os
import sys
import time
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["PATHWAYS_TESTING"] = "1"
RESULTS = Path(__file__).parent / "results.json"


class Nowhere(io.TextIOBase):
    """Where log lines go: they are made all the same, as in service, since that costs what it costs."""

    def write(self, text: str) -> int:
        return len(text)


def main() -> int:
    """Load each size, measure, print, write."""
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ROOT_URLCONF = "bench.floor.urls"
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "floor" / "templates")
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(Nowhere())
    call_command("migrate", verbosity=0)
    from bench.pairs import grown
    from bench.suite import PARTS
    from bench.world import laid_out

    sizes = [int(size) for size in (os.environ.get("SIZE") or "10000,100000").lower().replace("1m", "1000000").split(",")]
    parts = [name for name in PARTS if name in (os.environ.get("ONLY") or ",".join(PARTS)).split(",")]
    found = []
    for size in sizes:
        began = time.monotonic()
        world = laid_out(size)
        print(f"{size:,} people loaded in {time.monotonic() - began:.0f} s, at most {_most_memory():.0f} MiB held", flush=True)
        for part in parts:
            for row in PARTS[part](world, size):
                found.append(row)
                print(row.line(), flush=True)
    for line in grown(found):
        print(line, flush=True)
    rows = [row.as_json() for row in found]
    if len(parts) < len(PARTS) and RESULTS.exists():
        fresh = {(row["name"], row["size"], row["who"], row["remark"]) for row in rows}
        kept = json.loads(RESULTS.read_text(encoding="utf-8"))
        rows = [row for row in kept if (row["name"], row["size"], row["who"], row["remark"]) not in fresh] + rows
    RESULTS.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 0


def _most_memory() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
