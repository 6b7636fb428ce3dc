"""Registers made up for these tests, and the way to the sample registers where they are."""

import csv
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pathways.backends.register.files import open_register
from pathways.backends.register.reading import Reading, read_register

TODAY = date(2026, 11, 21)


@pytest.fixture
def samples() -> Path:
    """The folder of the sample registers. In CI they must be there."""
    root = os.environ.get("PATHWAYS_REFERENCE_DATA", "")
    if not root:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail("PATHWAYS_REFERENCE_DATA is not set")
        pytest.skip("PATHWAYS_REFERENCE_DATA is not set: the sample registers are not here")
    return Path(root, "samples")


@pytest.fixture
def read_csv(tmp_path: Path) -> Callable[..., Reading]:
    """Write rows as a CSV, and read it as a register."""

    def read(*rows: list[str], mapping: Any = None, delimiter: str = ",", encoding: str = "utf-8", today: date = TODAY) -> Reading:
        path = tmp_path / "register.csv"
        with path.open("w", encoding=encoding, newline="") as stream:
            csv.writer(stream, delimiter=delimiter).writerows(rows)
        return read_register(open_register(path), today=today, mapping=mapping)

    return read
