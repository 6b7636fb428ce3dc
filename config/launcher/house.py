"""The servers under the product: those that the environment names, else ours. And commands that run over them."""

import contextlib
import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from config.launcher import broker, folders, postgres, processes, surroundings
from config.launcher.processes import Trouble


@contextlib.contextmanager
def servers(name: str, *, quick: bool = False, alone: bool = False) -> Iterator[tuple[dict[str, str], str]]:
    """The two database addresses and the broker's, started where the environment gives none, stopped at the end.

    `alone` waits for the servers of an earlier start to end, where they would end under this one's feet.
    """
    with contextlib.ExitStack() as stack:
        if os.environ.get("DATABASE_URL"):
            database = {key: os.environ[key] for key in ("DATABASE_URL", "DATABASE_OWNER_URL") if os.environ.get(key)}
        else:
            running = postgres.start(name, quick=quick, alone=alone)
            stack.callback(running.stop)
            database = {"DATABASE_URL": running.url(postgres.APPLICATION), "DATABASE_OWNER_URL": running.url(postgres.OWNER)}
        if os.environ.get("REDIS_URL"):
            queue = os.environ["REDIS_URL"]
            broker.refuse_a_dead_one(queue)
        else:
            line = broker.start(name, alone=alone)
            stack.callback(line.stop)
            queue = line.url
        yield database, queue


def run(command: Sequence[str | Path], env: dict[str, str]) -> int:
    """Run a command to its end in the foreground; it does not outlive this process."""
    child = processes.start(command, env=env, cwd=folders.ROOT)
    try:
        return child.wait()
    finally:
        processes.stop(child)


def manage(*arguments: str, env: dict[str, str], quiet: bool = False) -> str:
    """A management command. When it fails, its own last sentence is the trouble; when quiet, what it said is handed back."""
    command = [surroundings.path_of("python"), "manage.py", *arguments]
    child = subprocess.Popen(
        [str(part) for part in command],
        env=env,
        cwd=folders.ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=processes.die_with_parent,
    )
    try:
        said, complaint = child.communicate()
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    if child.returncode:
        lines = [line for line in complaint.strip().splitlines() if line.strip()]
        if len(lines) > 1:
            print("\n".join(lines), flush=True)
        last = (lines or ["it said nothing"])[-1]
        for prefix in ("CommandError: ", "django.core.exceptions.ImproperlyConfigured: "):
            last = last.removeprefix(prefix)
        raise Trouble(f"manage.py {arguments[0]}: {last}")
    return said or ""


def has_command(name: str) -> bool:
    """Whether the product has that management command yet."""
    return any(folders.ROOT.glob(f"*/management/commands/{name}.py"))
