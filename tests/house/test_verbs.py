"""Who does what: verbs are handed the time, doors read it; the queue is rows; nothing is hidden in a function or a signal."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.launcher.checks import APPS

ROOT = Path(__file__).resolve().parents[2]
HANDED_THE_TIME = ("services", "rules", "queries", "models", "workflow", "scope", "figures", "forms")
READS_THE_CLOCK = {"read_clock", "real_now"}
#: A function may import only what must not be there before it runs; the reason stands beside each import.
LATE_IMPORTS = {
    "config/celery.py",
    "config/launcher/bootstrap.py",
    "config/launcher/single.py",
    "ground/apps.py",
    "pathways/backends/register/child.py",
}


def sources(*rooms: str) -> Iterator[tuple[str, ast.Module]]:
    """Name and tree of every source file of ours, or of those in some rooms."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            parts = path.relative_to(ROOT / app).with_suffix("").parts
            if "migrations" not in parts and (not rooms or parts[0] in rooms):
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name that is used, attributes included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr


def test_verbs_rules_and_questions_are_handed_the_time():
    found = [f"{name}:{line} {word}" for name, tree in sources(*HANDED_THE_TIME) for line, word in names(tree) if word in READS_THE_CLOCK]
    assert found == []


def test_verbs_call_no_queue():
    found = [f"{name}:{line}" for name, tree in sources(*HANDED_THE_TIME) for line, word in names(tree) if word in {"delay", "apply_async"}]
    assert found == []


def test_no_signals_of_ours():
    signals = {"receiver", "post_save", "pre_save", "post_delete", "pre_delete", "m2m_changed", "Signal"}
    found = [
        f"{name}:{line} {word}"
        for name, tree in sources()
        for node in ast.walk(tree)
        for line, word in ([(node.lineno, alias.name) for alias in node.names] if isinstance(node, ast.ImportFrom) else [])
        if word in signals
    ]
    assert found == []


def test_no_import_hides_inside_a_function():
    hidden = {
        name
        for name, tree in sources()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert hidden - LATE_IMPORTS == set()


def test_a_stage_is_written_by_one_door():
    """Nobody sets a stage in bulk; the database would refuse it too."""
    found = [
        f"{name}:{node.lineno}"
        for name, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "update"
        and "stage" in {word.arg for word in node.keywords}
        and name != "pathways/services/door.py"
    ]
    assert found == []


@pytest.mark.parametrize("app", [app for app in APPS if app != "config"])
def test_every_module_says_what_it_is_for(app: str):
    silent = [
        name
        for name, tree in sources()
        if name.startswith(f"{app}/") and not name.endswith("/apps.py") and tree.body and ast.get_docstring(tree) is None
    ]
    assert silent == []
