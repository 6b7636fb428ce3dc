"""The commands that others rely on, and what CI calls."""

import os
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = ["beat", "bench", "demo", "demo-reset", "help", "install", "screenshots", "test", "test-slow", "web", "worker"]


def test_help_has_one_line_for_each_command():
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # as if not under `make test`
    said = subprocess.run(["make", "help"], cwd=ROOT, env=outside, capture_output=True, text=True, check=True).stdout.splitlines()
    assert sorted(line.split()[1] for line in said) == COMMANDS
    assert [line for line in said if not line.startswith("make ") or len(line.split()) < 4] == []


def test_ci_runs_what_a_developer_runs():
    script = (ROOT / ".ci" / "run").read_text().splitlines()
    assert script[0] == "#!/usr/bin/env bash"
    assert script[-1] == "exec make test"


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
