"""The launcher's commands, as the Makefile calls them."""

import os
import signal
import sys

from config.launcher import checks, demo, folders, house, install, processes, single, surroundings, terminal
from config.launcher.processes import Trouble


def command(name: str, arguments: list[str]) -> int:
    """Run one command; its exit code."""
    if name == "demo":
        demo.demo()
    elif name == "demo-reset":
        demo.reset()
    elif name == "install":
        install.everything()
        print("Installed. `make demo` runs it; `make help` lists the rest.")
    elif name in single.COMMANDS:
        single.run(name)
    elif name == "test":
        return checks.test(arguments)
    elif name == "test-slow":
        return checks.slow(arguments[0] if arguments else "")
    elif name == "screenshots":
        return checks.screenshots()
    elif name == "pytest":
        return checks.pytest(arguments)
    elif name == "run" and arguments:
        return checks.module(arguments)
    elif name == "bench":
        return checks.bench(arguments)
    elif name == "manage":
        return manage(arguments)
    else:
        raise Trouble(f"There is no command {name}: `make help` lists them.")
    return 0


def manage(arguments: list[str]) -> int:
    """manage.py over the demo's database, whether the demo runs or not."""
    with house.servers("demo") as (database, queue):
        return house.run([surroundings.path_of("python"), folders.ROOT / "manage.py", *arguments], surroundings.demo(database, queue))


def _end(number: int, frame: object) -> None:
    """The first word to stop; a second one is not heard while the servers close."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    raise demo.Ended(number)


def main() -> int:
    """One plain line for whatever is missing; the usual exit code for a process that was told to stop."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A script's `make demo &` starts with Ctrl-C ignored: it is heard all the same. nohup's word is kept.
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _end)
    processes.die_with_parent(signal.SIGTERM)
    terminal.watch()
    name, arguments = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else ("help", [])
    try:
        return command(name, arguments)
    except Trouble as trouble:
        print(trouble, file=sys.stderr, flush=True)
        return 1
    except demo.Ended as ended:
        if name == "demo":
            print("Stopped.", flush=True)
            return 0
        return 128 + int(ended.args[0])
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
