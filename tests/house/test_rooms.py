"""Where things live: short files, rooms with a noun, and a ground floor that does not grow by itself."""

import ast
import subprocess
from pathlib import Path

import pytest

from config.launcher.checks import APPS

ROOT = Path(__file__).resolve().parents[2]
NAMELESS = {"util", "utils", "helper", "helpers", "common", "core", "shared", "base", "mixin", "mixins", "misc", "lib", "stuff"}
#: The words of a room, the same in every app.
ROOMS = {
    "__init__", "apps", "migrations", "urls", "views", "webhooks", "api", "tasks", "admin", "management", "forms", "services", "queries",
    "delivery", "backends", "models", "workflow", "rules", "scope", "middleware", "templatetags", "choices",
}  # fmt: skip
#: Rooms that one app has and no other, each a noun of its own.
OWN_ROOMS = {
    "accounts": {"desk", "standard"},
    "analytics": {"figures"},
    "candidates": {"likeness"},
    "pathways": {"texts", "simulation", "ledger", "facts"},
    "places": {"postcodes"},
}
TEXTS = {".py", ".html", ".md", ".toml", ".txt", ".json", ".js", ".scss", ".css", ".yml", ".yaml", ".cfg", ".ini", ".sh", ".svg", ""}


def files() -> list[Path]:
    """Everything that is committed or about to be."""
    said = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [path for name in said.split("\0") if name and (path := ROOT / name).is_file()]


def named(paths: list[Path]) -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in paths)


def test_no_file_is_longer_than_400_lines():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files()
        if path.suffix in {".py", ".html", ".js", ".scss"} and "migrations" not in path.parts
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_no_room_is_without_a_noun():
    assert named([path for path in files() if NAMELESS & {*path.relative_to(ROOT).parent.parts, path.stem}]) == []


@pytest.mark.parametrize("app", [app for app in APPS if app not in {"config", "ground"}])
def test_an_app_has_only_the_rooms_that_every_app_has_and_its_own(app: str):
    rooms = {path.relative_to(ROOT / app).parts[0].removesuffix(".py") for path in files() if ROOT / app in path.parents}
    assert rooms - ROOMS - OWN_ROOMS.get(app, set()) == set()


def test_equality_answers_are_opened_by_the_few_who_may():
    """No caseworker's page, filter, sort or export reaches them: outside these files nobody names the model."""
    allowed = ("candidates/", "analytics/", "pathways/simulation", "tests/")
    openers = [
        path
        for path in files()
        if path.suffix == ".py" and not str(path.relative_to(ROOT)).startswith(allowed)
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Name) and node.id == "EqualityAnswer")
        or (isinstance(node, ast.alias) and node.name.rpartition(".")[2] == "EqualityAnswer")
    ]
    assert named(openers) == []


def test_no_file_names_a_package_registry_or_a_place_on_somebodys_machine():
    hosts = ["py" + "pi.org", "python" + "hosted", "npm" + "js.", "deb." + "debian.org", "/wo" + "rk/", "/tmp/" + "plan"]
    guilty = {
        str(path.relative_to(ROOT)): found
        for path in files()
        if path.suffix in TEXTS
        if (found := [host for host in hosts if host in path.read_text(errors="replace")])
    }
    assert guilty == {}


def test_lock_files_hold_no_address():
    locks = [*sorted((ROOT / "requirements").glob("*.txt")), ROOT / "package-lock.json"]
    assert len(locks) == 6
    assert [path.name for path in locks if path.suffix == ".txt" and "://" in path.read_text()] == []
    assert '"resolved"' not in locks[-1].read_text()  # its other addresses are those of packages' sponsors


def test_no_third_partys_built_file_is_committed():
    tracked = named(files())
    assert [name for name in tracked if name.endswith((".min.js", ".min.css", ".map", ".woff", ".woff2", ".whl"))] == []
    assert [name for name in tracked if name.startswith(("static/built/", "node_modules/", "var/", ".venv/"))] == []


def test_nothing_is_left_for_later():
    words = ["TO" + "DO", "FIX" + "ME", "XX" + "X ", "raise Not" + "ImplementedError"]
    left = [path for path in files() if path.suffix in {".py", ".html"} and any(word in path.read_text() for word in words)]
    assert named(left) == []
