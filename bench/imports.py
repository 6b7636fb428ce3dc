"""A register of invented people, whole: sent in, read, laid out, let in, put in and committed; beside COPY of its lines into staging."""

import csv
import gc
import io
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.db import connection, transaction
from django.test import override_settings

from accounts.models import User
from bench.pairs import Measured, seconds
from bench.world import lead_of
from ground.actor import Actor
from ground.clock import read_clock, today_london
from pathways.backends.register.files import open_register
from pathways.backends.register.reading import read_register
from pathways.models import ImportRow, ImportRun
from pathways.services.imports.applying import apply_run
from pathways.services.imports.deciding import approve_run
from pathways.services.imports.reading import read_run
from pathways.services.imports.receive import receive_register
from pathways.simulation.world import World

HEADINGS = "Ref,First name,Surname,Mobile,Email,Date contacted,Interested on,Chat"
#: Paired rounds; a whole import of this many rows or more is taken once, for it takes minutes.
ROUNDS, LARGE = 5, 50_000
#: There are a thousand numbers for drama: so many people have one, the others an address at example.org.
NUMBERS = 1_000
MEGABYTE = 1 << 20


def register_of(rows: int, *, series: str = "") -> bytes:
    """An invented register; one row in twenty holds an impossible day. Another series is other people."""
    lines = [HEADINGS]
    for n in range(rows):
        chat = "31.02.2026" if n % 20 == 19 else "10/06/2026"
        phone = f"07700 900{n:03d}" if n < NUMBERS else ""
        email = "" if phone else f"bench{series}{n}@example.org"
        lines.append(f"R{series}{n},Bench{series}{n},Person{n},{phone},{email},01/06/2026,03/06/2026,{chat}")
    return "\n".join(lines).encode()


@dataclass
class Importer:
    """Who sends registers in, and where to."""

    world: World
    lead: User
    at: datetime

    @property
    def by(self) -> Actor:
        """The lead, as the log knows them."""
        seat = self.lead.memberships.get()
        return Actor(kind="lead", user_id=self.lead.pk, membership_id=seat.pk, organisation_id=seat.organisation_id)

    def receive(self, content: bytes) -> ImportRun:
        """The file is kept."""
        return receive_register(
            chunks=[content],
            file_name="bench.csv",
            programme=self.world.programme,
            organisation=self.world.delivery[0],
            user=self.lead,
            by=self.by,
            at=self.at,
        )

    def whole(self, content: bytes) -> dict[str, float]:
        """Everything, from the file to the last row; seconds of each part."""
        took: dict[str, float] = {}

        def part(name: str, act: Callable[[], ImportRun]) -> ImportRun:
            began = time.perf_counter()
            run = act()
            took[name] = time.perf_counter() - began
            return run

        run = part("receive", lambda: self.receive(content))
        run = part("preview", lambda: read_run(run=run, at=self.at))
        run = part("approve", lambda: approve_run(run=run, by=self.by, at=self.at))
        run = part("apply", lambda: apply_run(run=run, at=self.at))
        rows = content.count(b"\n")
        if (run.state, run.rows_created, run.rows_rejected) != ("done", rows - rows // 20, rows // 20):
            raise RuntimeError(f"{run.rows_created} went in and {run.rows_rejected} were rejected, of {rows}: this measures nothing")
        return took

    def floor(self, content: bytes) -> float:
        """COPY of the same lines into the staging table, as they stand: no check, no person. Taken away again afterwards."""
        run = self.receive(content)
        began = time.perf_counter()
        with transaction.atomic(), connection.cursor() as cursor:
            table = ImportRow._meta.db_table
            names = "run_id, number, sheet, key, verdict, decision, cells, fields, facts, changes, problems, candidates"
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                lines = csv.reader(io.StringIO(content.decode()))
                headings = next(lines)
                for number, cells in enumerate(lines, start=2):
                    key = sha256("\t".join(cells).encode()).hexdigest()
                    fields = json.dumps(dict(zip(headings, cells, strict=True)))
                    copy.write_row((run.pk, number, "", key, "create", "", json.dumps([[number, cells]]), fields, "[]", "{}", "[]", "{}"))
        took = time.perf_counter() - began
        run.delete()
        return took


def imports(world: World, size: int) -> Iterator[Measured]:
    """Reading alone, and the whole of it, at the size asked for."""
    with tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
        importer = Importer(world, lead_of(world), read_clock())
        importer.whole(register_of(1_000, series=f"w{size}x"))
        importer.floor(register_of(1_000))
        yield _reading(importer, size, folder)
        yield _whole(importer, size)


def _measured(name: str, size: int, pairs: list[tuple[float, float]], remark: str = "") -> Measured:
    ratios = sorted(ours / floor for ours, floor in pairs)
    return Measured(
        name=name,
        size=size,
        who="lead",
        ours=statistics.median(ours for ours, _ in pairs),
        floor=statistics.median(floor for _, floor in pairs),
        ratio=statistics.median(ratios),
        goal=12,
        rounds=len(pairs),
        spread=f"{ratios[0]:.2f}-{ratios[-1]:.2f}",
        remark=remark,
    )


def _rounds(size: int) -> int:
    return 1 if size >= LARGE else ROUNDS


def _reading(importer: Importer, size: int, folder: str) -> Measured:
    """The child process, headings, dates, people."""
    content = register_of(size)
    path = Path(folder) / "bench.csv"
    path.write_bytes(content)
    today = today_london(importer.at)

    def ours() -> None:
        read_register(open_register(path), today=today)

    return _measured("import.read", size, [(seconds(ours, 1), importer.floor(content)) for _ in range(_rounds(size))])


def _whole(importer: Importer, size: int) -> Measured:
    """Each round is other people, and everything is committed: what the database asks at a commit is part of it."""
    taken: list[dict[str, float]] = []
    pairs: list[tuple[float, float]] = []
    grown = 0
    for number in range(_rounds(size)):
        content = register_of(size, series=f"{size}x{number}x")
        before = _begin_peak()
        taken.append(importer.whole(content))
        grown = max(grown, _peak() - before)
        pairs.append((sum(taken[-1].values()), importer.floor(content)))
    parts = ", ".join(f"{name} {statistics.median(each[name] for each in taken):.1f} s" for name in taken[0])
    a_row = statistics.median(ours for ours, _ in pairs) / size * 1000
    return _measured("import", size, pairs, f"{parts}; {a_row:.2f} ms a row; {grown / MEGABYTE:.0f} MB more at the peak")


def _begin_peak() -> int:
    """From here on the highest use of memory is counted anew (Linux); the use now, in bytes."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"This machine does not say {name}.")
