"""Where the launcher keeps things, and whether the servers' user can get there."""

import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from config.launcher.processes import Trouble, wait_until

ROOT = Path(__file__).resolve().parents[2]
VAR = ROOT / "var"
SERVERS = ROOT / ".venv" / "servers"
#: One name for this folder, where only a short one fits.
MARK = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
STOPPING = "stopping"
#: Used when this folder lies where the servers' user may not go, such as root's home.
ELSEWHERE = Path("/var/lib") / f"pathways-{MARK}"


def servers_user() -> tuple[int, int] | None:
    """PostgreSQL does not run as root: then as nobody, who owns nothing else. Otherwise as oneself."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def reaches(path: Path, user: tuple[int, int] | None) -> bool:
    """Whether that user can enter the folder; asked of the kernel, by a child that becomes the user."""
    if user is None:
        return os.access(path, os.R_OK | os.X_OK)
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(user[1])
            os.setuid(user[0])
            os._exit(0 if os.access(path, os.R_OK | os.X_OK) else 1)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def data_folder(name: str, user: tuple[int, int] | None) -> Path:
    """The parent of a server's data: var/ where its user gets there, else a folder of the system's."""
    VAR.mkdir(exist_ok=True)
    base = VAR if reaches(VAR, user) else ELSEWHERE
    base.mkdir(exist_ok=True)
    return base / name


def socket_folder(name: str, user: tuple[int, int] | None) -> Path:
    """A short private folder for a socket, the same at each start; another name if someone else holds it."""
    base = Path("/tmp") if os.access("/tmp", os.W_OK) else Path(tempfile.gettempdir())  # noqa: S108 -- a socket's path must be short
    folder = base / f"pathways-{MARK}-{name}"
    owner = user[0] if user else os.geteuid()
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        if user:
            os.chown(folder, *user)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        folder = Path(tempfile.mkdtemp(prefix="pathways-", dir=base))
        if user:
            os.chown(folder, *user)
    return folder


@contextlib.contextmanager
def alone(name: str, sentence: str) -> Iterator[IO[str]]:
    """Only one of a kind at a time in this folder; the kernel frees the lock however the holder ends.

    Whoever holds it writes into it when it begins to stop: the next one then waits a moment.
    """
    VAR.mkdir(exist_ok=True)
    path = VAR / f"{name}.lock"
    with path.open("a+") as file:

        def taken() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
            return True

        if not taken() and not (path.read_text() == STOPPING and wait_until(taken, within=30)):
            raise Trouble(sentence)
        file.truncate(0)
        yield file


def stopping(lock: IO[str]) -> None:
    """Tell the next one that this one is on its way out."""
    lock.write(STOPPING)
    lock.flush()


def digest(*paths: Path) -> str:
    """One digest over files and all files in folders, by name and content."""
    total = hashlib.sha256()
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                total.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return total.hexdigest()


def remove(*paths: Path) -> None:
    """Forget folders, present or not."""
    for path in paths:
        shutil.rmtree(path, ignore_errors=True)


def forget(name: str) -> None:
    """Remove all that was kept under one name, here and elsewhere; its lock is somebody's and stays."""
    for path in [*VAR.glob(f"{name}-*"), *ELSEWHERE.glob(f"{name}-*")]:
        if path.is_dir():
            remove(path)
        else:
            path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # not there, or not empty
        ELSEWHERE.rmdir()
