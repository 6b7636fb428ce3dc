"""The caseload as a file: how fast, how soon it begins, and whether memory stays flat."""

import csv
import io
import time
import tracemalloc
from collections.abc import Iterator
from functools import partial

from bench.pairs import Measured, counted, pair
from bench.world import browser, fetch, lead_of
from pathways.models import Pathway
from pathways.queries.caseload import as_file
from pathways.simulation.world import World

ADDRESS = "/caseload.csv?whose=all"
FIRST_BYTE, MEMORY = 0.5, 64


def files(world: World, size: int) -> Iterator[Measured]:
    """The caseload as seen, beside the same columns from the database straight into a csv writer."""
    client = browser(lead_of(world))

    def floor() -> None:
        writer = csv.writer(io.StringIO())
        for row in as_file(Pathway.objects.open().filter(programme=world.programme)).iterator():
            writer.writerow(row)

    yield pair("export.csv", size=size, who="lead", goal=5, ours=partial(fetch, client, ADDRESS), floor=floor, times=1)
    began = time.perf_counter()
    answer = client.get(ADDRESS)
    lines = iter(answer.streaming_content)  # type: ignore[attr-defined]  # a file is streamed
    next(lines)
    yield _wait("first byte", began, size=size)
    begun = next(lines)
    yield _wait("first row", began, size=size)
    tracemalloc.start()
    rows = begun.count(b"\n") + sum(piece.count(b"\n") for piece in lines)
    peak = tracemalloc.get_traced_memory()[1] / 1_048_576
    tracemalloc.stop()
    yield counted("export.csv memory", peak, size=size, who="lead", goal=MEMORY, unit="MiB", remark=f"at most, over {rows:,} rows")


def _wait(until: str, began: float, *, size: int) -> Measured:
    waited = (time.perf_counter() - began) * 1000
    return counted(f"export.csv {until}", waited, size=size, who="lead", goal=FIRST_BYTE * 1000, unit="ms")
