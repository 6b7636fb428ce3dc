"""Small invented files, and where the published ones lie."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from places import views

#: A Saturday in November 2026, at noon.
AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

Write = Callable[..., Path]


@pytest.fixture
def at() -> datetime:
    return AT


@pytest.fixture
def published() -> Path:
    """The folder of published reference files."""
    if not settings.REFERENCE_DATA:
        pytest.skip("PATHWAYS_REFERENCE_DATA is not set: the published files are not here")
    folder = Path(settings.REFERENCE_DATA, "reference")
    assert folder.is_dir()
    return folder


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a CSV file: headings, then rows."""

    def write(name: str, headings: list[str], *rows: list[str], end: str = "\n", quoted: bool = False, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        with path.open("w", encoding=encoding, newline="") as file:
            writer = csv.writer(file, lineterminator=end, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
            writer.writerows([headings, *rows])
        return path

    return write


@pytest.fixture
def rows() -> Callable[[Path], list[dict[str, str]]]:
    """A published file as dictionaries."""

    def rows(path: Path) -> list[dict[str, str]]:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return rows


@pytest.fixture
def render_reference(rf: RequestFactory) -> Callable[[], str]:
    """The page of reference data as text, without its frame's sign-in."""

    def render() -> str:
        request = rf.get("/settings/reference/")
        request.user = AnonymousUser()
        return views.reference(request).content.decode()

    return render
