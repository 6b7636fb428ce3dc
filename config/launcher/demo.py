"""The demo: everything in the foreground, one Ctrl-C away from gone, data kept until `demo-reset`."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from celery import Celery
from celery.exceptions import OperationalError

from config.launcher import folders, house, install, processes, surroundings
from config.launcher.processes import Trouble

STAMP = folders.VAR / "demo-state.json"
#: Written on a database that was given, so that the next start knows it for a demo's.
MARKED = "Pathways demo"
HEARTBEAT = folders.VAR / "demo-beat"


class Ended(Exception):
    """Ctrl-C, or the terminal went away."""


@dataclass
class Kept:
    """A process that is started again when it ends, unless it cannot stand at all."""

    name: str
    command: list[str]
    env: dict[str, str]
    patience: float
    child: subprocess.Popen = field(init=False)
    started: float = 0.0
    falls: int = 0

    def start(self) -> None:
        """Start it, its words into var/log."""
        self.started = time.monotonic()
        with self.log.open("ab") as out:
            self.child = processes.start(self.command, env=self.env, out=out, farewell=signal.SIGKILL, cwd=folders.ROOT)

    @property
    def log(self) -> Path:
        """Where its words go."""
        return folders.VAR / "log" / f"demo-{self.name}.log"

    def look_after(self) -> None:
        """Start it again if it ended; give up when it falls three times within a moment of its start."""
        code = self.child.poll()
        if code is None:
            return
        processes.stop(self.child)
        self.falls = self.falls + 1 if time.monotonic() - self.started < 10 else 0
        if self.falls >= 3:
            raise Trouble(f"{self.name} does not stay up: its own words are at the end of {self.log}.")
        print(f"{self.name} ended ({code}) and is started again.", flush=True)
        self.start()


def demo() -> None:
    """From whatever is there to READY, then on until it is told to stop."""
    surroundings.refuse_public_host()
    with folders.alone("demo", "The demo of this folder is running already: stop it first.") as lock:
        _free(surroundings.port())
        install.everything()
        with house.servers("demo", alone=True) as (database, queue):
            try:
                _serve(surroundings.demo(database, queue) | {"BEAT_HEARTBEAT": str(HEARTBEAT)})
            finally:
                folders.stopping(lock)


def _serve(env: dict[str, str]) -> None:
    prepare_database(env)
    HEARTBEAT.unlink(missing_ok=True)
    kept = [
        Kept("web", [str(surroundings.path_of("gunicorn")), "-c", "config/gunicorn.py"], env, 10),
        Kept("worker", [str(surroundings.path_of("celery")), *WORKER], env, 5),
        Kept("beat", [str(surroundings.path_of("celery")), *BEAT], env, 3),
    ]
    try:
        for each in kept:
            each.start()
        sign_ins = load(env)
        _wait(kept, env)
        print(
            f"\nPathways is at {base_url(env)}\n\n{sign_ins}\nCtrl-C stops it; the data are kept until `make demo-reset`.\n\nREADY",
            flush=True,
        )
        while True:
            time.sleep(0.5)
            for each in kept:
                each.look_after()
    finally:
        _stop(kept)


WORKER = ["-A", "config", "worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle"]
BEAT = ["-A", "config", "beat", "--loglevel", "INFO", "--pidfile="]


def base_url(env: dict[str, str]) -> str:
    """Where the demo is."""
    return env.get("PUBLIC_BASE_URL") or f"http://127.0.0.1:{env['PORT']}"


def _free(port: int) -> None:
    """Say so when somebody else is on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Trouble(f"Port {port} is taken: stop what uses it, or choose another with PORT={port + 1} make demo.") from None


def _state() -> dict[str, str]:
    try:
        kept: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return kept


def _ours() -> bool:
    """Whether the database is the launcher's own, so that what was done to it can be remembered beside it."""
    return not os.environ.get("DATABASE_URL")


def prepare_database(env: dict[str, str]) -> None:
    """Migrate and grant, unless exactly these migrations were applied to our own database before."""
    files = [path for path in sorted(folders.ROOT.glob("*/migrations")) if path.is_dir()]
    digest = folders.digest(*files, folders.ROOT / "requirements" / "run.txt", folders.ROOT / "ground/management/commands/grant.py")
    if _ours() and _state().get("migrations") == digest:
        return
    if not _ours():
        _refuse_other_people(env)
    print("Preparing the database ...", flush=True)
    house.manage("migrate", "--no-input", "--verbosity", "0", env=env)
    house.manage("grant", env=env, quiet=True)
    if house.has_command("load_shipped"):
        house.manage("load_shipped", env=env, quiet=True)
    if _ours():
        STAMP.write_text(json.dumps({**_state(), "migrations": digest}))
    else:
        with psycopg.connect(_owner(env), autocommit=True) as connection:
            connection.execute(f"COMMENT ON TABLE django_migrations IS '{MARKED}'")


def _owner(env: dict[str, str]) -> str:
    return env.get("DATABASE_OWNER_URL") or env["DATABASE_URL"]


def _refuse_other_people(env: dict[str, str]) -> None:
    """A given database is empty, or was a demo's before; anything else is left exactly as it is."""
    try:
        with psycopg.connect(_owner(env), autocommit=True) as connection:
            known = connection.execute("SELECT to_regclass('accounts_user'), to_regclass('django_migrations')").fetchone()
            if known is None or known[0] is None:
                return
            row = connection.execute(
                "SELECT coalesce(obj_description('django_migrations'::regclass), ''), EXISTS (SELECT 1 FROM accounts_user)"
            ).fetchone()
    except psycopg.OperationalError as fault:
        raise Trouble(f"The database that DATABASE_URL names does not answer: {str(fault).strip().splitlines()[0]}") from None
    if row is not None and row[1] and row[0] != MARKED:
        raise Trouble("The database that DATABASE_URL names holds other people: give the demo an empty one, or none and it makes its own.")


def load(env: dict[str, str]) -> str:
    """The demo programme, if the database has none; the sign-ins, as its own command words them."""
    if not house.has_command("load_demo"):
        return "There is no demo programme yet.\n"
    state = _state() if _ours() else {}
    if not state.get("loaded"):
        print("Loading the demo programme ...", flush=True)
        house.manage("load_demo", env=env)
    made_by = folders.digest(*(path for path in (folders.ROOT / "pathways").rglob("*demo*.py")))
    if state.get("loaded") != made_by or "sign_ins" not in state:
        if house.has_command("load_ward_lists"):
            house.manage("load_ward_lists", "i-can", "--invented", env=env, quiet=True)
        state = {"loaded": made_by, "sign_ins": house.manage("load_demo", "--sign-ins", env=env, quiet=True)}
        if _ours():
            STAMP.write_text(json.dumps({**_state(), **state}))
    return state["sign_ins"]


def _wait(kept: list[Kept], env: dict[str, str]) -> None:
    """READY is said when all three have answered: web by /readyz, the worker by a ping, beat by a round of nudges."""
    answers: dict[str, Callable[[], bool]] = {
        "web": lambda: _web_ready(f"http://127.0.0.1:{env['PORT']}/readyz"),
        "worker": lambda: _worker_ready(env),
        "beat": HEARTBEAT.exists,
    }
    for each in kept:

        def up_or_down(each: Kept = each) -> bool:
            return answers[each.name]() or each.child.poll() is not None

        processes.wait_until(up_or_down, within=90)
        if each.child.poll() is not None or not answers[each.name]():
            raise Trouble(f"{each.name} did not answer: its own words are at the end of {each.log}.")


def _web_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 -- our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _worker_ready(env: dict[str, str]) -> bool:
    """A ping through the broker, by a caller that knows the broker's address and nothing of the product."""
    caller = Celery(broker=env["REDIS_URL"], set_as_current=False)
    try:
        return bool(caller.control.ping(timeout=0.5, limit=1))
    except OperationalError:
        return False
    finally:
        caller.close()


def _stop(kept: list[Kept]) -> None:
    """All at once, each with its time to finish what it holds."""
    running = [each for each in kept if hasattr(each, "child")]
    for each in running:
        if each.child.poll() is None:
            each.child.send_signal(signal.SIGTERM)
    for each in running:
        processes.stop(each.child, patience=each.patience)


def reset() -> None:
    """Forget the demo's data, keys and mail; the next start makes new ones."""
    with folders.alone("demo", "The demo is running: stop it first."):
        folders.forget("demo")
    print("The demo's data are gone. `make demo` makes them anew.")
    if os.environ.get("DATABASE_URL"):
        print("The database that DATABASE_URL names was left as it is.")
