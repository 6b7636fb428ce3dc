"""The demo from its first start to its end: READY, nothing left behind however it ends, data kept, forgotten on request."""

import fcntl
import functools
import os
import re
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import termios
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.launcher import processes

ROOT = Path(__file__).resolve().parents[2]
MARK = "PATHWAYS_DEMO_UNDER_TEST"


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """This project as it stands, in another folder, with this environment and what was built already."""
    folder = tmp_path / "pathways"
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    said = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, said.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
    if (ROOT / "static" / "built").exists():
        shutil.copytree(ROOT / "static" / "built", folder / "static" / "built")
    yield folder
    for number in left(folder):
        os.kill(number, signal.SIGKILL)
    launch(folder, "demo-reset")


def left(folder: Path) -> list[int]:
    """Processes that the demo in that folder started, or its launcher."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes()
            ours = f"{MARK}={folder}\0".encode() in (process / "environ").read_bytes() + b"\0"
        except OSError:
            continue
        if words and (ours or str(folder).encode() in words or (b"demo-postgres" in words and folder_mark(folder) in words)):
            found.append(int(process.name))
    return found


@functools.cache
def folder_mark(folder: Path) -> bytes:
    """How the launcher names the folder where only a short name fits."""
    command = [sys.executable, "-c", "from config.launcher.folders import MARK; print(MARK)"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout.strip()


def launch(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Another command of the launcher in that folder, to its end."""
    words = [sys.executable, "-m", "config.launcher", command]
    return subprocess.run(words, cwd=folder, env=environment(0), capture_output=True, text=True, check=False, timeout=60)


def environment(port: int) -> dict[str, str]:
    """A bare environment, as in a clone on a fresh machine."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PORT": str(port or 8000)}


class Demo:
    """A running `make demo`."""

    def __init__(self, folder: Path) -> None:
        self.port = self.free_port()
        self.folder, self.log = folder, folder / "said.txt"
        began = time.monotonic()
        with self.log.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.launcher", "demo"],
                cwd=folder,
                env=environment(self.port) | {MARK: str(folder)},
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # as a script's `make demo &`
            )
        processes.wait_until(lambda: "READY" in self.said() or self.process.poll() is not None, within=300)
        self.seconds = time.monotonic() - began
        assert self.said().rstrip().endswith("READY"), self.said()

    @staticmethod
    def free_port() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    def said(self) -> str:
        return self.log.read_text()

    def answer(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
            return answer.status

    def socket_folder(self) -> str:
        words = [Path(f"/proc/{number}/cmdline").read_bytes().decode() for number in left(self.folder)]
        return next(found[1] for each in words if (found := re.search(r"unix_socket_directories=([^\0]+)", each)))


class Terminal:
    """`make demo` as the first command of a terminal; leaving the block takes the terminal away."""

    def __init__(self, folder: Path) -> None:
        self.line, far = os.openpty()
        # Not the Makefile itself: its first step would put this environment in order for a demo, that is without its tests.
        (folder / "session.mk").write_text(f"demo:\n\t@{sys.executable} -m config.launcher demo\n")
        words = ["make", "-f", "session.mk", "demo"]
        self.process = subprocess.Popen(
            words,
            cwd=folder,
            env=environment(Demo.free_port()) | {MARK: str(folder)},
            stdin=far,
            stdout=far,
            stderr=far,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(far)
        self.heard = ""

    def __enter__(self) -> "Terminal":
        return self

    def says(self, word: str, *, within: float) -> bool:
        """Read until the word comes, or the time is over."""
        until = time.monotonic() + within
        while word not in self.heard and time.monotonic() < until:
            if select.select([self.line], [], [], 1)[0]:
                self.heard += os.read(self.line, 4096).decode()
        return word in self.heard

    def __exit__(self, *_: object) -> None:
        os.close(self.line)


def test_a_demo_from_its_first_start_to_its_end(copy: Path):
    first = Demo(copy)
    assert first.answer("/readyz") == 200
    assert f"Pathways is at http://127.0.0.1:{first.port}" in first.said()
    assert stat.S_IMODE((copy / "var" / "demo-keys.json").stat().st_mode) == 0o600
    with psycopg.connect(host=first.socket_folder(), user="pathways_owner", dbname="pathways", autocommit=True) as owner:
        owner.execute("CREATE TABLE kept (word text)")
        assert owner.execute("SELECT count(*) FROM ground_jobrun").fetchone() != (0,)  # beat nudged and the worker worked
        owned = owner.execute("SELECT count(*) FROM pg_tables WHERE tableowner = 'pathways_app'").fetchone()
        assert owned == (0,)

    # a second one in the same folder is told so
    again = launch(copy, "demo")
    assert (again.returncode, again.stderr) == (1, "The demo of this folder is running already: stop it first.\n")

    # killed without a word: nothing stays behind
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait(10)
    assert processes.wait_until(lambda: left(copy) == [], within=15), left(copy)

    # started again: in seconds, data kept; Ctrl-C ends it, also where a script started it with Ctrl-C ignored
    second = Demo(copy)
    assert second.seconds < 30  # ten on a machine that does nothing else
    with psycopg.connect(host=second.socket_folder(), user="pathways_owner", dbname="pathways") as owner:
        assert owner.execute("SELECT to_regclass('kept') IS NOT NULL").fetchone() == (True,)
    os.kill(second.process.pid, signal.SIGINT)
    assert second.process.wait(30) == 0
    assert left(copy) == []

    # as `ssh -t host make demo` starts it: make leads the session, and its terminal goes away
    with Terminal(copy) as third:
        assert third.says("READY", within=120), third.heard
    assert processes.wait_until(lambda: left(copy) == [] and third.process.poll() is not None, within=40), left(copy)

    # forgotten: the next start would make everything anew
    assert launch(copy, "demo-reset").returncode == 0
    assert [path.name for path in (copy / "var").glob("demo-*")] == []
