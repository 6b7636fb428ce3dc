"""`make web`, `make worker` and `make beat`: production settings, from the environment alone, each gone with its parent."""

import base64
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from config.launcher import broker, folders, processes
from ground.models import JobRun
from ground.sealing import prove_keys
from tests.fixtures.server import application_url

ROOT = Path(__file__).resolve().parents[2]
#: A parent that starts one command and waits, as make does.
PARENT = "import subprocess, sys; child = subprocess.Popen(sys.argv[1:]); print(child.pid, flush=True); child.wait()"


def environment(port: int, queue: str, **more: str) -> dict[str, str]:
    """All that a real site sets, and nothing that loosens anything."""
    name, key = next(iter(settings.FIELD_KEYS.items()))
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "DATABASE_URL": application_url(),
        "REDIS_URL": queue,
        "SECRET_KEY": "k9" * 32 + "Zq!x7Lm",
        "FIELD_KEYS": f"{name}:{base64.b64encode(key).decode()}",
        "SMS_LINE_KEY": "another key of some length",
        "SMS_BACKEND": "console",
        "SMS_OFF_OK": "1",
        "PORT": str(port),
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "WEB_WORKERS": "1",
        **more,
    }


class Running:
    """A command under a parent of its own."""

    def __init__(self, command: str, env: dict[str, str], log: Path) -> None:
        self.log = log
        with log.open("wb") as out:
            words = [sys.executable, "-c", PARENT, sys.executable, "-m", "config.launcher", command]
            self.parent = subprocess.Popen(words, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=out, text=True)
        assert self.parent.stdout is not None
        self.number = int(self.parent.stdout.readline())

    def alive(self) -> bool:
        try:
            return Path(f"/proc/{self.number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except FileNotFoundError:
            return False

    def end(self) -> None:
        """End the parent without a word, and take away what might have stayed."""
        self.parent.kill()
        self.parent.communicate()
        if not processes.wait_until(lambda: not self.alive(), within=20):
            os.kill(self.number, signal.SIGKILL)
            raise AssertionError(f"stayed behind its parent: {self.log.read_text()[-2000:]}")


@pytest.fixture
def queue() -> Iterator[str]:
    """A broker of this test's own."""
    folders.forget("single")
    line = broker.start("single")
    yield line.url
    line.stop()
    folders.forget("single")


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def test_each_runs_from_the_environment_alone_and_ends_with_its_parent(transactional_db: None, queue: str, port: int, tmp_path: Path):
    env = environment(port, queue, BEAT_HEARTBEAT=str(tmp_path / "heartbeat"))
    running = [Running(name, env, tmp_path / f"{name}.log") for name in ("web", "worker", "beat")]
    try:
        said = "".join(each.log.read_text()[-2000:] for each in running)
        assert processes.wait_until(lambda: ready(port), within=60), said
        assert processes.wait_until((tmp_path / "heartbeat").exists, within=60), said
        assert processes.wait_until(lambda: JobRun.objects.filter(state="done").exists(), within=60), said
    finally:
        for each in running:
            each.end()


OWNER = "The role in DATABASE_URL owns tables: give web, worker and beat a role of their own, and the owner's to migrate."
TOOLS = Path(sys.executable).parent


def started(words: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """A command that is expected to refuse."""
    return subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60)


def test_production_refuses_a_role_that_owns_tables(db: None, port: int):
    owner = application_url().replace("pathways_app", str(connection.settings_dict["USER"]), 1)
    env = environment(port, "redis://127.0.0.1:1/0", DATABASE_URL=owner)
    done = started([sys.executable, "-m", "config.launcher", "web"], env)
    assert (done.returncode, done.stderr) == (1, f"{OWNER}\n")
    for words in (["gunicorn", "-c", "config/gunicorn.py"], ["celery", "-A", "config", "worker"]):
        done = started([str(TOOLS / words[0]), *words[1:]], env)
        assert done.returncode != 0
        assert OWNER in done.stdout + done.stderr


def test_web_and_worker_refuse_another_sealing_key_than_the_database_knows(transactional_db: None, port: int):
    prove_keys()
    other = base64.b64encode(b"another key, of thirty-two bytes").decode()
    name = next(iter(settings.FIELD_KEYS))
    env = environment(port, "redis://127.0.0.1:1/0", FIELD_KEYS=f"{name}:{other}")
    for words in (["gunicorn", "-c", "config/gunicorn.py"], ["celery", "-A", "config", "worker"]):
        done = started([str(TOOLS / words[0]), *words[1:]], env)
        assert done.returncode != 0
        assert f"FIELD_KEYS: {name} is not the key that this database was sealed with." in done.stdout + done.stderr


def test_a_backend_of_texts_that_there_is_not_is_one_line(db: None, port: int):
    done = started([sys.executable, "-m", "config.launcher", "web"], environment(port, "redis://127.0.0.1:1/0", SMS_BACKEND="pigeon"))
    assert done.returncode == 1
    assert done.stderr.startswith("SMS_BACKEND names 'pigeon'; there are ")
    assert done.stderr.count("\n") == 1
