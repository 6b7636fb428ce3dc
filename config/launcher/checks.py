"""`make test`: every check there is, then every test, on real servers; red says what was red in its last lines."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from config.launcher import folders, house, install, surroundings
from config.launcher.processes import Trouble

APPS = ("accounts", "analytics", "candidates", "config", "employers", "ground", "outreach", "pathways", "places")
#: pytest's exit code when it has nothing to run.
NOTHING_FOUND = 5
#: What mypy reads in full: the rooms where a wrong type is a wrong decision.
TYPED = ("services", "rules", "figures", "workflow")


def typed_rooms() -> list[str]:
    """Every service, rule, figure and chart, as a file or a folder."""
    found = [path for app in APPS for room in TYPED for path in (folders.ROOT / app / f"{room}.py", folders.ROOT / app / room)]
    return [str(path.relative_to(folders.ROOT)) for path in found if path.exists()]


def linters() -> list[tuple[str, list[str]]]:
    """Name and command of each check that needs no test."""
    return [
        ("ruff", ["ruff", "check", "--output-format", "concise", "."]),
        ("ruff format", ["ruff", "format", "--check", "."]),
        ("import contracts", ["lint-imports"]),
        ("mypy", ["mypy", *typed_rooms(), "config/launcher"]),
        ("djlint", ["djlint", "templates", "--lint", "--quiet"]),
        ("deptry", ["deptry", "."]),
        ("missing migrations", ["python", "manage.py", "makemigrations", "--check", "--dry-run"]),
    ]


def production() -> dict[str, str]:
    """Settings as they would be on a real site, for `check --deploy`."""
    return {
        "PATHWAYS_TESTING": "",
        "PUBLIC_BASE_URL": "https://pathways.example.org",
        "SECRET_KEY": "k7!" * 5 + "abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEFGHIJ",
        "FIELD_KEYS": "k1:" + "A" * 43 + "=",
        "SMS_LINE_KEY": "a line key for this check",
        "TRUSTED_PROXIES": "1",
        "SMS_BACKEND": "console",
        "SMS_OFF_OK": "1",
        "EMAIL_URL": "smtp://mail.example.org:587?tls=1",
    }


def _one(name: str, command: Sequence[str], env: dict[str, str]) -> bool:
    """Run one check, quiet when green."""
    began = time.monotonic()
    done = subprocess.run(
        [str(surroundings.path_of(command[0])), *command[1:]], cwd=folders.ROOT, env=env, capture_output=True, text=True, check=False
    )
    green = done.returncode == 0
    print(f"{name:<20} {'ok' if green else 'RED'}  {time.monotonic() - began:.1f} s", flush=True)
    if not green:
        print("\n".join((done.stdout + done.stderr).splitlines()[-60:]), flush=True)
    return green


def side_by_side() -> list[str]:
    """Two processes share the tests where there are two cores: each has a database, web servers and a browser of its own."""
    return ["-n", "2", "--dist", "loadscope", "--no-loadscope-reorder"] if (os.cpu_count() or 1) > 1 else []


def test(arguments: Sequence[str]) -> int:
    """All checks and all tests; the exit code is 0 only when everything ran and was green."""
    with _surroundings("test") as env:
        red = [name for name, command in linters() if not _one(name, command, env)]
        if not _one("check --deploy", ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"], env | production()):
            red.append("check --deploy")
        code = house.run([surroundings.path_of("pytest"), *side_by_side(), *arguments], env)
    if red:
        print(f"Red: {', '.join(red)}.", flush=True)
    return code or int(bool(red))


def slow(part: str) -> int:
    """The slow lane, whole or one part of it."""
    with _surroundings("test") as env:
        code = house.run([surroundings.path_of("pytest"), "-m", "slow", *([f"--part={part}"] if part else [])], env)
    if code == NOTHING_FOUND:
        raise Trouble(f"There is no slow test of the part {part}." if part else "There is no slow test.")
    return code


def screenshots() -> int:
    """A picture of every page as each role at both widths, over a fresh demo; the folder is emptied first."""
    folder = folders.VAR / "screenshots"
    shutil.rmtree(folder, ignore_errors=True)
    with _surroundings("test") as env:
        code = house.run([surroundings.path_of("pytest"), "-q", "-m", "slow", "--part=screenshots"], env | {"PATHWAYS_SHOTS": str(folder)})
    pictures = len(list(folder.rglob("*.png")))
    print(f"{pictures:,} pictures in {folder.relative_to(folders.ROOT)}, a folder for each role and width.", flush=True)
    return code


def pytest(arguments: Sequence[str]) -> int:
    """Some tests, for whoever writes them."""
    with _surroundings("test") as env:
        return house.run([surroundings.path_of("pytest"), *arguments], env)


def module(arguments: Sequence[str]) -> int:
    """A module of the tests that is a command of its own, such as the one that takes screenshots."""
    with _surroundings("test") as env:
        return house.run([surroundings.path_of("python"), "-m", *arguments], env)


def bench(arguments: Sequence[str]) -> int:
    """The benchmark suite on servers of its own."""
    if not (folders.ROOT / "bench" / "__main__.py").exists():
        raise Trouble("There is nothing to measure yet: bench/ holds no suite.")
    with _surroundings("bench") as env:
        # As the owner, like the tests: the suite makes the tables that it fills, and reads their statistics afresh.
        env |= {"DATABASE_URL": env.get("DATABASE_OWNER_URL") or env["DATABASE_URL"]}
        return house.run([surroundings.path_of("python"), "-m", "bench", *arguments], env)


@contextlib.contextmanager
def _surroundings(name: str) -> Iterator[dict[str, str]]:
    """Fresh servers under a test run or a benchmark, gone afterwards; the environment that leads to them."""
    with folders.alone(name, f"Another `make {name}` is running in this folder: wait for it."), contextlib.ExitStack() as stack:
        install.everything()
        find_chromium()
        folders.forget(name)
        stack.callback(folders.forget, name)
        database, queue = stack.enter_context(house.servers(name, quick=name == "test"))
        if name != "test":
            yield surroundings.tests(database, queue)
            return
        # The tests make a database of their own as the owner, and put on the application's role where it matters.
        owner = database.get("DATABASE_OWNER_URL", database["DATABASE_URL"])
        role = urlsplit(database["DATABASE_URL"])
        apart = {"PATHWAYS_APPLICATION_ROLE": role.username or "", "PATHWAYS_APPLICATION_PASSWORD": role.password or ""}
        given = apart if "DATABASE_OWNER_URL" in database else {}
        yield surroundings.tests({"DATABASE_URL": owner, "DATABASE_OWNER_URL": owner}, queue) | given


def find_chromium() -> None:
    """The browser of the browser tests: on the PATH, or by Debian's package when we may install it."""
    names = ("chromium", "chromium-browser", "google-chrome")
    if os.environ.get("CHROMIUM") or any(map(shutil.which, names)):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests ...", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"],
        ):
            subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False)
    if not any(map(shutil.which, names)):
        print("Chromium is missing: the browser tests cannot run. Install it (on Debian: apt install chromium).", flush=True)
