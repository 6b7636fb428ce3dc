"""An uploaded file, opened: the parent's side of the child process, and the sentence when the child could not."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from pathways.backends.register import limits
from pathways.backends.register.encoding import FileRefused
from pathways.backends.register.sheets import Book, Cell, Sheet, cell_from

ROOT = Path(__file__).resolve().parents[3]
START = "import sys; sys.path.insert(0, sys.argv[1]); from pathways.backends.register.child import main; main()"

KEPT_ONCE = 100_000

TOO_MUCH_MEMORY = "The file was refused, because it needs more memory than any register does. Send it in parts, or save it again as CSV"
TOO_SLOW = "The file was refused, because reading it took too long. Send it in parts, or save it again as CSV"
BROKEN = "The file was refused, because it cannot be read. Open it, save it again as CSV UTF-8 or as .xlsx and send that"


def open_register(path: Path | str, *, wall_seconds: float = limits.CHILD_WALL_SECONDS) -> Book:
    """The sheets of a CSV or XLSX file, read in a child process with limits. Raises FileRefused with a plain sentence."""
    size = os.path.getsize(path)
    if size == 0:
        raise FileRefused("The file is empty")
    if size > limits.FILE_BYTES:
        raise FileRefused(f"The file is larger than {limits.FILE_BYTES // limits.MEGABYTE} MB. Send it in parts")
    with open(path, "rb") as stream:
        child = subprocess.Popen(  # noqa: S603 - our own interpreter and code; the file is only its input
            [sys.executable, "-I", "-c", START, str(ROOT)],
            stdin=stream,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            close_fds=True,
            start_new_session=True,
        )
    try:
        book = _listen(child, time.monotonic() + wall_seconds)
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()
    if book is None:
        raise FileRefused(_why(child.returncode))
    if not any(sheet.rows for sheet in book.sheets):
        raise FileRefused("The file holds no rows")
    return book


def _listen(child: "subprocess.Popen[bytes]", deadline: float) -> Book | None:
    """What the child said, or None when it died before saying that it was done."""
    assembly = _Assembly()
    pipe = child.stdout
    if pipe is None:
        return None
    heard, rest = 0, b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(timeout=left):
                raise FileRefused(TOO_SLOW)
            chunk = os.read(pipe.fileno(), 1 << 18)
            if not chunk:
                break
            heard += len(chunk)
            if heard > limits.CHILD_ANSWER_BYTES:
                raise FileRefused(TOO_MUCH_MEMORY)
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                assembly.add(json.loads(line))
    child.wait(timeout=10)
    return assembly.book if assembly.done else None


class _Assembly:
    """Lines made into a book as they come."""

    def __init__(self) -> None:
        self.book = Book(kind="", sheets=[])
        self.rows: list[Any] = []
        self.texts: dict[str, str] = {}
        self.done = False

    def _kept(self, value: Any) -> Cell:
        """The cell; short texts that stand in many cells are kept once."""
        if isinstance(value, str):
            if len(value) > 40:
                return value
            if len(self.texts) < KEPT_ONCE:
                return self.texts.setdefault(value, value)
            return self.texts.get(value, value)
        return cell_from(value) if isinstance(value, list) else value

    def add(self, line: Any) -> None:
        if isinstance(line, list):
            self.rows.append([self._kept(value) for value in line])
        elif "sheet" in line:
            said = line["sheet"]
            sheet = Sheet(name=said["name"], state=said["state"], merged=[tuple(each) for each in said["merged"]])
            self.rows = sheet.rows
            self.book.sheets.append(sheet)
        elif "book" in line:
            said = line["book"]
            self.book.kind, self.book.encoding, self.book.delimiter = said["kind"], said["encoding"], said["delimiter"]
        elif "done" in line:
            self.done = True
        elif "memory" in line:
            raise FileRefused(TOO_MUCH_MEMORY)
        elif "refused" in line:
            raise FileRefused(line["refused"])


def _why(returncode: int | None) -> str:
    if returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return TOO_SLOW
    if returncode in (-signal.SIGABRT, -signal.SIGSEGV):  # the reader's own allocator gives up by aborting
        return TOO_MUCH_MEMORY
    return BROKEN
