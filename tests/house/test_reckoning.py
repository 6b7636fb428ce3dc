"""The closing line, and a test that could not run: said always, red in CI."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TESTS = {
    "all": "def test_one(): pass\ndef test_two(): pass\n",
    "skipped": "import pytest\ndef test_one(): pass\ndef test_two(): pytest.skip('no browser')\n",
    "failed": "def test_one(): pass\ndef test_two(): assert 1 == 2\n",
}


def run(tests: str, folder: Path, **environment: str) -> tuple[int, str]:
    """pytest over a file, with nothing but the reckoning; its exit code and last line."""
    (folder / "test_these.py").write_text(tests)
    command = [sys.executable, "-m", "pytest", "-p", "no:django", "-p", "tests.fixtures.reckoning", "-c", "/dev/null", str(folder)]
    outside = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("PYTEST")}
    done = subprocess.run(command, cwd=ROOT, env={**outside, **environment}, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("tests", "ci", "code", "line"),
    [
        ("all", "true", 0, "2 passed, 0 not run"),
        ("skipped", "", 0, "1 passed, 1 not run"),
        ("skipped", "true", 1, "1 passed, 1 not run"),
        ("failed", "", 1, "1 passed, 1 failed, 0 not run"),
    ],
)
def test_the_closing_line(tests: str, ci: str, code: int, line: str, tmp_path: Path):
    assert run(TESTS[tests], tmp_path, CI=ci) == (code, line)
