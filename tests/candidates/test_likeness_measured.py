"""What the comparison finds and misses, counted anew, is what docs/duplicates.md says of it."""

import os
import re
from pathlib import Path

import pytest

from bench.duplicates import SETS, THRESHOLDS, measure, name_of

DOCS = Path(__file__).resolve().parents[2] / "docs" / "duplicates.md"
ROW = re.compile(r"^\| (.+?) \| (\d+) \| ([\d,]+) \| [\d,]+ \| [\d,]+ \| ([\d.]+) \| ([\d.]+) \|$", re.MULTILINE)
#: So far a figure may be from the page: a tie that is broken otherwise, no more.
NEAR = 0.002


@pytest.fixture
def folder() -> Path:
    """The reference data. In CI they must be there."""
    root = os.environ.get("PATHWAYS_REFERENCE_DATA", "")
    if not root:
        if os.environ.get("CI", "").lower() in {"1", "true"}:
            pytest.fail("PATHWAYS_REFERENCE_DATA is not set")
        pytest.skip("PATHWAYS_REFERENCE_DATA is not set: the labelled sets are not here")
    return Path(root)


def on_the_page(name: str) -> dict[int, tuple[int, float, float]]:
    """Threshold -> true pairs, precision, recall, as they are written down."""
    rows = (found.groups() for found in ROW.finditer(DOCS.read_text(encoding="utf-8")))
    return {
        int(points): (int(true.replace(",", "")), float(right), float(all_of)) for said, points, true, right, all_of in rows if said == name
    }


@pytest.mark.parametrize("chosen_on", [False, True], ids=["reported", "chosen on"])
@pytest.mark.parametrize("key", [pytest.param(key, marks=[pytest.mark.slow("scale")] if "historical" in key else []) for key in SETS])
def test_precision_and_recall_are_as_written_down(folder: Path, key: str, chosen_on: bool) -> None:
    said = on_the_page(name_of(key, chosen_on=chosen_on))
    assert set(said) == ({10} if chosen_on else set(THRESHOLDS))
    found = measure(SETS[key][0 if chosen_on else 1](folder))
    for points, (true, precision, recall) in said.items():
        one = found[points]
        assert one.true == true
        assert abs(one.precision - precision) <= NEAR, (points, one.precision, precision)
        assert abs(one.recall - recall) <= NEAR, (points, one.recall, recall)


def test_no_person_is_in_both_halves(folder: Path) -> None:
    chosen, reported = (SETS["splink_fake_1000"][part](folder) for part in (0, 1))
    assert not set(chosen.person.values()) & set(reported.person.values())
    assert len(chosen.known) + len(reported.known) == 1_000
