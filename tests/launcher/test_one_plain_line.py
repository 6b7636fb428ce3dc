"""What is missing is named in one line, with what to do about it."""

import importlib.util
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.db import connection

from accounts.models import User
from tests.fixtures.server import application_url

ROOT = Path(__file__).resolve().parents[2]


def launch(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the launcher with only these variables."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-m", "config.launcher", *arguments],
        cwd=ROOT,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def bootstrap() -> ModuleType:
    """The first step, which is run as a file and imported by nobody else."""
    spec = importlib.util.spec_from_file_location("bootstrap_step", ROOT / "config" / "launcher" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_old_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    step = bootstrap()
    monkeypatch.setattr(step.sys, "version_info", (3, 9, 2))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SystemExit) as stopped:
        step.right_python([])
    assert stopped.value.code == 1
    assert capsys.readouterr().err == ("Python 3.11 or newer is missing: install it (on Debian: apt install python3) and run this again.\n")


def test_a_python_without_venv_is_told_the_package(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path):
    step = bootstrap()
    monkeypatch.setattr(step, "VENV", str(tmp_path / "none"))
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit):
        step.make_environment()
    assert capsys.readouterr().err == ("python3-venv is missing: install it (on Debian: apt install python3-venv) and run this again.\n")


ADDRESS = "postgres://pathways_app@127.0.0.1:1/none"


@pytest.mark.parametrize(
    ("command", "environment", "line"),
    [
        ("web", {}, "DATABASE_URL is not set: `make web` takes everything from the environment. `make demo` brings its own."),
        (
            "worker",
            {"DATABASE_URL": ADDRESS},
            "REDIS_URL is not set: `make worker` needs the broker's address, such as redis://127.0.0.1:6379/0.",
        ),
        (
            "beat",
            {"DATABASE_URL": ADDRESS, "REDIS_URL": "redis://127.0.0.1:1/0"},
            "SECRET_KEY is not set: give at least 50 random characters.",
        ),
        (
            "worker",
            {"DATABASE_URL": "mysql://somebody@127.0.0.1/none", "REDIS_URL": "redis://127.0.0.1:1/0", "DEBUG": "1"},
            "DATABASE_URL must be a PostgreSQL address: Pathways runs on nothing else.",
        ),
        (
            "demo",
            {"PUBLIC_BASE_URL": "https://pathways.example.org"},
            "The demo has known passwords and PUBLIC_BASE_URL names a public host, pathways.example.org: unset it, or run `make web`.",
        ),
        ("demo", {"PORT": "eighty"}, "PORT must be a number from 1 to 65535, not eighty."),
        ("dance", {}, "There is no command dance: `make help` lists them."),
    ],
)
def test_what_is_missing_is_one_line(command: str, environment: dict[str, str], line: str):
    done = launch(command, **environment)
    assert (done.returncode, done.stderr, done.stdout) == (1, f"{line}\n", "")


def test_a_database_that_is_away_is_one_line():
    done = launch("beat", DATABASE_URL=ADDRESS, REDIS_URL="redis://127.0.0.1:1/0", DEBUG="1")
    assert done.returncode == 1
    assert done.stderr.startswith("The database that DATABASE_URL names does not answer: ")
    assert done.stderr.count("\n") == 1


def test_a_broker_that_is_away_is_one_line():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    done = launch("demo", PORT=str(port), DATABASE_URL=ADDRESS, REDIS_URL="redis://127.0.0.1:1/0")
    assert done.returncode == 1
    assert done.stderr.startswith("The broker that REDIS_URL names does not answer: ")
    assert done.stderr.count("\n") == 1


def test_a_taken_port_is_one_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = launch("demo", PORT=str(port))
    assert done.returncode == 1
    assert done.stderr == f"Port {port} is taken: stop what uses it, or choose another with PORT={port + 1} make demo.\n"


def test_a_demo_leaves_a_database_with_other_people_alone(transactional_db: None):
    User.objects.create_user(email="somebody@example.org", password="a long enough password", name="Somebody")
    owner = application_url().replace("pathways_app", str(connection.settings_dict["USER"]), 1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    done = launch("demo", PORT=str(port), DATABASE_URL=owner, REDIS_URL=os.environ["REDIS_URL"])
    assert done.returncode == 1
    assert done.stderr == (
        "The database that DATABASE_URL names holds other people: give the demo an empty one, or none and it makes its own.\n"
    )
