"""The terminal under a command: when it goes, the command goes. Standard library only.

A hang-up is signalled to the leader of the session alone. Where that is make (`ssh -t host make demo`), make waits for
its child and says nothing: so the child watches the line itself.
"""

import contextlib
import os
import select
import signal
import stat
import sys
import threading


def watch() -> None:
    """Send this process SIGHUP when the terminal that it was started on is gone, unless it was told not to mind (nohup)."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return
    lines = [number for number in (0, 1) if _is_terminal(number)]
    if lines:
        threading.Thread(target=_wait_for_the_end, args=(lines,), daemon=True).start()


def _is_terminal(number: int) -> bool:
    try:
        return os.isatty(number)
    except OSError:
        return False


def _wait_for_the_end(lines: list[int]) -> None:
    poll = select.poll()
    for number in lines:
        poll.register(number, 0)  # only that it hung up: what is typed there is nobody's business here
    while not any(event & (select.POLLHUP | select.POLLNVAL) for _, event in poll.poll()):
        pass
    be_silent()
    os.kill(os.getpid(), signal.SIGHUP)


def be_silent() -> None:
    """Words said from now on go nowhere: writing to a line that hung up is an error."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (sys.stdout, sys.stderr):
            if _was_terminal(stream.fileno()):
                os.dup2(nowhere, stream.fileno())


def _was_terminal(number: int) -> bool:
    """A terminal that hung up is none any more to the system: a character device it still is."""
    try:
        return stat.S_ISCHR(os.fstat(number).st_mode)
    except OSError:
        return False
