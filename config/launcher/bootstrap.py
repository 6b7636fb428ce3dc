"""The first step, on the system's bare Python: make .venv, install the locked packages, hand over to the launcher.

Standard library only, and readable by an older Python, which is told in one line what it lacks.
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
OLDEST = (3, 11)
#: What each command needs installed; all others live on what the product itself needs.
NEEDS_TESTS = {"test", "test-slow", "screenshots", "bench", "pytest", "run"}


def give_up(sentence: str) -> None:
    """One plain line, and out."""
    sys.stderr.write(sentence + "\n")
    sys.exit(1)


def right_python(arguments: list) -> None:
    """Go on with a Python that is new enough, or say which one is missing."""
    if sys.version_info >= OLDEST:
        return
    for name in ("python3.13", "python3.12", "python3.11"):
        found = shutil.which(name)
        if found:
            os.execv(found, [found, os.path.abspath(__file__), *arguments])  # noqa: S606
    give_up("Python 3.11 or newer is missing: install it (on Debian: apt install python3) and run this again.")


def make_environment() -> None:
    """A virtual environment of this very folder; one that was moved or broken is made anew."""
    place = os.path.join(VENV, "pathways-place")
    try:
        with open(place, encoding="utf-8") as file:
            fits = file.read() == ROOT
    except OSError:
        fits = False
    if fits and subprocess.call([PYTHON, "-c", "import pip"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
        return
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        give_up("python3-venv is missing: install it (on Debian: apt install python3-venv) and run this again.")
    say("Making the environment in .venv ...")
    try:
        venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(VENV)
    except (OSError, subprocess.CalledProcessError) as fault:
        give_up(f"The environment could not be made in {VENV}: {fault}. On Debian: apt install python3-venv.")
    with open(place, "w", encoding="utf-8") as file:
        file.write(ROOT)


def say(sentence: str) -> None:
    """A line for the one who waits."""
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


def install(lock: str) -> None:
    """Install one lock file unless exactly it is installed already."""
    path = os.path.join(ROOT, "requirements", lock + ".txt")
    with open(path, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    stamp = os.path.join(VENV, "installed-" + lock)
    try:
        with open(stamp, encoding="utf-8") as file:
            if file.read() == digest:
                return
    except OSError:
        pass
    say(f"Installing what requirements/{lock}.txt locks (a minute or so, once) ...")
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes", "-r", path]
    if subprocess.call(command, cwd=ROOT) != 0:
        give_up(f"pip could not install requirements/{lock}.txt: its own words are above. A package index must be within reach.")
    with open(stamp, "w", encoding="utf-8") as file:
        file.write(digest)


def main(arguments: list) -> None:
    """Prepare, then become the launcher."""
    right_python(arguments)
    make_environment()
    command = arguments[0] if arguments else "help"
    # The lock of the tests holds everything of the product's own at the same versions.
    install("test" if command in NEEDS_TESTS else "run")
    os.chdir(ROOT)
    os.execv(PYTHON, [PYTHON, "-m", "config.launcher", *arguments])  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1:])
