"""Child processes that never outlive their parent. Standard library only."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1


class Trouble(Exception):
    """Something is missing or taken: one plain sentence that says what and what to do."""


def die_with_parent(number: int = signal.SIGKILL) -> None:
    """Ask the kernel to send `number` to this process when its parent ends, however it ends."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)


class _Preparation:
    """What a child does between fork and exec."""

    def __init__(self, farewell: int, user: tuple[int, int] | None, group: bool) -> None:
        self.farewell, self.user, self.group, self.parent = farewell, user, group, os.getpid()

    def __call__(self) -> None:
        if self.group:
            os.setsid()
        if self.user:
            os.setgroups([])
            os.setgid(self.user[1])
            os.setuid(self.user[0])
        die_with_parent(self.farewell)  # after setuid, which forgets it
        if os.getppid() != self.parent:  # the parent ended before the kernel was asked
            os._exit(1)


def start(
    command: Sequence[str | Path],
    *,
    env: dict[str, str] | None = None,
    out: IO[bytes] | int | None = None,
    farewell: int = signal.SIGTERM,
    user: tuple[int, int] | None = None,
    cwd: str | Path | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen:
    """Start a child in a session of its own, so that Ctrl-C reaches the launcher alone, which stops each in turn.

    `farewell` is the signal that it gets from the kernel when this process ends without a word.
    """
    return subprocess.Popen(
        [str(part) for part in command],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=subprocess.STDOUT if out is not None else None,
        cwd=cwd,
        pass_fds=pass_fds,
        preexec_fn=_Preparation(farewell, user, group=True),
    )


def stop(child: subprocess.Popen, *, first: int = signal.SIGTERM, patience: float = 10.0) -> None:
    """Ask, wait, then end the child and all that it started."""
    if child.poll() is None:
        child.send_signal(first)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    if child.poll() is None:
        child.kill()
        child.wait(5)


def wait_until(answers: Callable[[], bool], *, within: float, pause: float = 0.1) -> bool:
    """Whether `answers()` came true within so many seconds."""
    until = time.monotonic() + within
    while not answers():
        if time.monotonic() > until:
            return False
        time.sleep(pause)
    return True
