"""Nobody makes a date by a third way: the source is read for the three shortcuts that are wrong some days of the year."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("ground", "accounts", "places", "candidates", "employers", "outreach", "pathways", "analytics", "config")
CAST = re.compile(r"::\s*date\b(?!\s*\[)|\bcast\s*\([^()]*\bas\s+date\s*\)", re.IGNORECASE)


def sources() -> Iterator[Path]:
    for floor in FLOORS:
        yield from sorted((ROOT / floor).rglob("*.py"))


def half_years_in_days(tree: ast.AST) -> list[int]:
    """Lines that take half a year for a number of days."""
    lines = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "timedelta":
            days = [word.value for word in node.keywords if word.arg == "days"] + node.args[:1]
            weeks = [word.value for word in node.keywords if word.arg == "weeks"]
            lines += [node.lineno for one in days if isinstance(one, ast.Constant) and one.value in range(180, 190)]
            lines += [node.lineno for one in weeks if isinstance(one, ast.Constant) and one.value == 26]
    return lines


def dates_of_moments(tree: ast.AST) -> list[int]:
    """Lines that call .date() on something: of an aware moment it is the day somewhere else."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "date"
        and not node.args
        and not node.keywords
    ]


def days_of_this_machine(tree: ast.AST) -> list[int]:
    """Lines that ask the machine for its day: date.today()."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "today" and not node.args
    ]


def casts(text: str) -> list[int]:
    """Lines that cast to a date in SQL: of a timestamp it is the day of the server."""
    return [number for number, line in enumerate(text.splitlines(), start=1) if CAST.search(line)]


def test_the_source_makes_dates_in_two_ways_only():
    found = []
    for source in sources():
        text = source.read_text(encoding="utf-8")
        tree = ast.parse(text)
        for what in (half_years_in_days, dates_of_moments, days_of_this_machine):
            found += [f"{source.relative_to(ROOT)}:{line} {what.__name__}" for line in what(tree)]
        found += [f"{source.relative_to(ROOT)}:{line} casts" for line in casts(text)]
    for source in sorted(ROOT.glob("*/**/*.sql")):
        if source.relative_to(ROOT).parts[0] in FLOORS:
            found += [f"{source.relative_to(ROOT)}:{line} casts" for line in casts(source.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("timedelta(days=182)", half_years_in_days),
        ("timedelta(183)", half_years_in_days),
        ("datetime.timedelta(weeks=26)", half_years_in_days),
        ("at.date()", dates_of_moments),
        ("date.today()", days_of_this_machine),
    ],
)
def test_each_shortcut_is_seen(line, rule):
    assert rule(ast.parse(line)) == [1]


@pytest.mark.parametrize("line", ["SELECT at::date", "SELECT at :: DATE", "SELECT CAST(at AS date)"])
def test_each_cast_is_seen(line):
    assert casts(line) == [1]
