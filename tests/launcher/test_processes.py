"""Children end with their parent, however it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.launcher import processes

ROOT = Path(__file__).resolve().parents[2]
PARENT = """
import sys, time
from config.launcher import processes
child = processes.start(["sleep", "120"])
print(child.pid, flush=True)
time.sleep(120)
"""


def alive(number: int) -> bool:
    """Whether a process runs; one that only waits to be counted does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_a_child_ends_when_its_parent_is_ended(number: int):
    with subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.send_signal(number)
        parent.wait(10)
    assert processes.wait_until(lambda: not alive(child), within=5)


def test_stopping_a_child_ends_what_it_started():
    child = processes.start(["bash", "-c", "trap '' TERM; sleep 120 & echo $!; wait"], out=subprocess.PIPE)
    assert child.stdout is not None
    grandchild = int(child.stdout.readline())
    began = time.monotonic()
    processes.stop(child, patience=0.5)
    assert child.returncode is not None
    assert processes.wait_until(lambda: not alive(grandchild), within=5)
    assert time.monotonic() - began < 10


def test_ctrl_c_reaches_only_the_launcher():
    child = processes.start(["sleep", "120"])
    try:
        assert os.getpgid(child.pid) == child.pid != os.getpgid(0)
    finally:
        processes.stop(child)


def test_waiting_has_an_end():
    assert processes.wait_until(lambda: False, within=0.2, pause=0.05) is False
    assert processes.wait_until(lambda: True, within=0.2) is True
