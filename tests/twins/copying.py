"""A copy of the product with one thing taken out, and its tests run there."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from xml.etree import ElementTree

from tests.twins.patches import Twin

ROOT = Path(__file__).resolve().parents[2]
#: What is made and not written, and may be looked at from a copy.
MADE = (".venv", "node_modules", "static/built")


def copy_to(folder: Path) -> None:
    """Every file that is committed or about to be, with the environment and the front end beside it."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for name in MADE:
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).symlink_to((ROOT / name).resolve())


def take_out(twin: Twin, folder: Path) -> None:
    """Put each patch in its place. Raises LookupError when a place is not found as often as it should be."""
    for patch in twin.patches:
        path = folder / patch.path
        text = path.read_text()
        if text.count(patch.old) != patch.times:
            raise LookupError(f"{twin.name}: {patch.path} holds {text.count(patch.old)} times, not {patch.times}: {patch.old}")
        path.write_text(text.replace(patch.old, patch.new))


def put_back(twin: Twin, folder: Path) -> None:
    """The copy is whole again."""
    for patch in twin.patches:
        shutil.copy2(ROOT / patch.path, folder / patch.path)


@dataclass(frozen=True)
class Told:
    """What a run of some tests said: how many ran, how many were red, how many could not run."""

    ran: int
    red: int
    broken: int
    said: str


def run(tests: Sequence[str], folder: Path, *, new_database: bool) -> Told:
    """Run these tests in the copy, on a database of its own."""
    report = folder / "told.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "--reuse-db", f"--junitxml={report}"]
    command += ["--create-db"] if new_database else []
    env = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    env["DATABASE_URL"] = beside(os.environ["DATABASE_URL"])
    env.pop("DATABASE_OWNER_URL", None)
    done = subprocess.run([*command, *tests], cwd=folder, env=env, capture_output=True, text=True, check=False)
    if not report.exists():
        return Told(0, 0, len(tests), done.stdout[-3000:] + done.stderr[-3000:])
    suite = next(ElementTree.parse(report).getroot().iter("testsuite"))
    count = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
    return Told(count["tests"], count["failures"], count["errors"] + count["skipped"], done.stdout[-3000:])


def beside(url: str) -> str:
    """The address of a database beside the given one: the twins' own."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path}_twin"))
