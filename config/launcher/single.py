"""`make web`, `make worker`, `make beat`: one process each, from the environment alone, for several machines."""

import os
import sys
from urllib.parse import urlsplit

import django
import psycopg
from django.core.checks import run_checks

from config.launcher import catalogues, demo, folders, install, node, surroundings
from config.launcher.processes import Trouble

COMMANDS = {
    "web": ("gunicorn", ["-c", "config/gunicorn.py"]),
    "worker": ("celery", demo.WORKER),
    "beat": ("celery", demo.BEAT),
}


def run(name: str) -> None:
    """Check what can be checked in one line, then become the process."""
    os.chdir(folders.ROOT)
    if not os.environ.get("DATABASE_URL"):
        raise Trouble(f"DATABASE_URL is not set: `make {name}` takes everything from the environment. `make demo` brings its own.")
    if name != "web" and not os.environ.get("REDIS_URL"):
        raise Trouble(f"REDIS_URL is not set: `make {name}` needs the broker's address, such as redis://127.0.0.1:6379/0.")
    _settings_are_right()
    _database_is_right()
    if name == "web":
        node.build()
        catalogues.build()
        install.collect()
    public = urlsplit(os.environ.get("PUBLIC_BASE_URL", "")).hostname or "127.0.0.1"
    os.environ.setdefault("WEB_BIND", "127.0.0.1" if public in {"127.0.0.1", "localhost"} else "0.0.0.0")  # noqa: S104 -- behind a proxy
    program, arguments = COMMANDS[name]
    path = surroundings.path_of(program)
    sys.stdout.flush()
    os.execv(path, [str(path), *arguments])  # noqa: S606


def _settings_are_right() -> None:
    from django.core.exceptions import ImproperlyConfigured

    try:
        import config.settings  # noqa: F401
    except ImproperlyConfigured as fault:
        raise Trouble(str(fault)) from None
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    serious = [each for each in run_checks() if each.is_serious()]
    if serious:
        raise Trouble(serious[0].msg)


def _database_is_right() -> None:
    """Reachable; and in production its role owns nothing, or grants and append-only logs would not bind it."""
    from django.conf import settings
    from django.db import connection

    from config.role import OWNS, SENTENCE  # needs the settings

    try:
        with psycopg.connect(**_parameters(connection.get_connection_params())) as line:
            owns = line.execute(OWNS).fetchone()
    except psycopg.OperationalError as fault:
        raise Trouble(f"The database that DATABASE_URL names does not answer: {str(fault).strip().splitlines()[0]}") from None
    if owns and owns[0] and not settings.RELAXED:
        raise Trouble(SENTENCE)


def _parameters(given: dict) -> dict:
    """Django's connection parameters without what only Django understands."""
    own = {"cursor_factory", "context", "prepare_threshold", "pool", "client_encoding"}
    return {key: value for key, value in given.items() if key not in own}
