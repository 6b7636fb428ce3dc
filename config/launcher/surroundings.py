"""The environment variables of a demo and of a test run, and the keys that a demo keeps."""

import base64
import json
import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from config.launcher import folders
from config.launcher.processes import Trouble


def keys() -> dict[str, str]:
    """Secrets of this folder's demo: made once, kept where only their owner reads them."""
    path = folders.VAR / "demo-keys.json"
    if not path.exists():
        folders.VAR.mkdir(exist_ok=True)
        made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "FIELD_KEYS": "demo:" + base64.b64encode(secrets.token_bytes(32)).decode(),
            "SMS_LINE_KEY": secrets.token_urlsafe(32),
        }
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(made, file)
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


def port() -> int:
    """PORT, or 8000."""
    given = os.environ.get("PORT", "").strip() or "8000"
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise Trouble(f"PORT must be a number from 1 to 65535, not {given}.")
    return int(given)


def refuse_public_host() -> None:
    """A demo has known passwords: it stays on this machine."""
    host = urlsplit(os.environ.get("PUBLIC_BASE_URL", "") or "http://127.0.0.1").hostname
    if host not in {"127.0.0.1", "localhost", "::1"}:
        raise Trouble(f"The demo has known passwords and PUBLIC_BASE_URL names a public host, {host}: unset it, or run `make web`.")


def demo(database: dict[str, str], broker: str) -> dict[str, str]:
    """What the demo's processes are told; what the caller gave goes first."""
    fixed = {**database, "REDIS_URL": broker, "DEMO": "1", "PORT": str(port()), "PYTHONUNBUFFERED": "1"}
    usual = {**keys(), "EMAIL_URL": f"file://{folders.VAR / 'demo-mail'}", "MEDIA_ROOT": str(folders.VAR / "demo-media")}
    given = {name: value for name, value in os.environ.items() if value}
    return {**usual, **given, **fixed}


def tests(database: dict[str, str], broker: str) -> dict[str, str]:
    """What the tests are told. They read the reference data beside this folder where they lie there."""
    beside = folders.ROOT.parent / "shared" / "data"
    reference = {"PATHWAYS_REFERENCE_DATA": str(beside)} if beside.is_dir() else {}
    unwanted = {"DEBUG", "DEMO", "PUBLIC_BASE_URL", "PORT", "SMS_BACKEND", "EMAIL_URL", "ALLOWED_HOSTS", "FIELD_KEYS", "SECRET_KEY"}
    given = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**reference, **given, **database, "REDIS_URL": broker, "PATHWAYS_TESTING": "1"}


def path_of(program: str) -> Path:
    """A program of the environment, by name."""
    return folders.ROOT / ".venv" / "bin" / program
