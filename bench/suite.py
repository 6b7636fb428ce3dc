"""What is measured: the parts in their order, and the import."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

from django.db import connection, transaction

from bench.files import files
from bench.pages import pages
from bench.pairs import Measured, pair
from bench.steps import steps
from bench.world import lead_actor, lead_of
from ground.clock import read_clock
from pathways.backends.register.files import open_register
from pathways.backends.register.reading import read_register
from pathways.services.imports.applying import apply_run
from pathways.services.imports.deciding import approve_run
from pathways.services.imports.reading import read_run
from pathways.services.imports.receive import receive_register
from pathways.simulation.world import World

#: Rows of the register that is read and applied: the door takes each of its steps, so this is the small row of the table.
REGISTER = 200


def register_of(rows: int) -> bytes:
    """An invented register; one row in twenty holds an impossible day."""
    lines = ["Ref,First name,Surname,Mobile,Date contacted,Interested on,Chat"]
    for n in range(rows):
        chat = "31.02.2026" if n % 20 == 19 else "10/06/2026"
        lines.append(f"R{n},Bench{n},Person{n},07700 900{n % 1000:03d},01/06/2026,03/06/2026,{chat}")
    return "\n".join(lines).encode()


def imports(world: World, size: int) -> Iterator[Measured]:
    """A register read, laid out and applied through the door, beside COPY of the same lines into a bare table."""
    lead = lead_of(world)
    content = register_of(REGISTER)
    at = read_clock()
    by = lead_actor(lead)

    def ours() -> None:
        with transaction.atomic():
            run = receive_register(
                chunks=[content], file_name="bench.csv", programme=world.programme, organisation=world.delivery[0], user=lead, by=by, at=at
            )
            apply_run(run=approve_run(run=read_run(run=run, at=at), by=by, at=at), at=at)
            transaction.set_rollback(True)

    def floor() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE bare (line text) ON COMMIT DROP")
            with cursor.copy("COPY bare FROM STDIN") as copy:
                for line in content.decode().splitlines():
                    copy.write_row([line])

    yield pair(
        "import",
        size=REGISTER,
        who="lead",
        goal=12,
        ours=ours,
        floor=floor,
        times=1,
        remark="each row through the door",
    )
    yield reading(size)


def reading(size: int) -> Measured:
    """Reading alone, at the size asked for: the child process, headings, dates, people."""
    content = register_of(size)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.csv"
        path.write_bytes(content)

        def floor() -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("CREATE TEMP TABLE bare (line text) ON COMMIT DROP")
                with cursor.copy("COPY bare FROM STDIN") as copy:
                    for line in content.decode().splitlines():
                        copy.write_row([line])

        return pair(
            "import.read",
            size=size,
            who="lead",
            goal=12,
            times=1,
            floor=floor,
            ours=lambda: read_register(open_register(path), today=date(2026, 11, 23)),
        )


#: What `make bench ONLY=...` chooses among.
PARTS: Mapping[str, Callable[[World, int], Iterator[Measured]]] = {"pages": pages, "steps": steps, "files": files, "imports": imports}
