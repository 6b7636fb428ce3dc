"""Where the published sets lie that the figures are checked against."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

Rows = list[dict[str, str]]


@pytest.fixture
def published() -> Callable[[str], Rows]:
    """Read a published sample by its name under samples/."""

    def read(name: str) -> Rows:
        if not settings.REFERENCE_DATA:
            pytest.skip("PATHWAYS_REFERENCE_DATA is not set: the published sets are not here")
        with Path(settings.REFERENCE_DATA, "samples", name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read
