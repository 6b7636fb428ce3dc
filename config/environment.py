"""Reading the environment: each variable of docs/settings.md, once, with a plain sentence when it is wrong."""

import base64
import binascii
import os
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

#: Commands that change the schema or need the whole database: they sign in as the owner of the tables.
OWNER_COMMANDS = {"migrate", "grant", "backup", "restore_drill", "flush", "sqlflush", "makemigrations", "test"}


def flag(name: str, default: bool = False) -> bool:
    """A yes/no variable: 1, true, yes, on in any case; empty or unset is the default."""
    value = os.environ.get(name, "").strip().lower()
    return default if not value else value in {"1", "true", "yes", "on"}


def number(name: str, default: int, *, least: int = 0) -> int:
    """A whole number of at least so much, or a sentence that names the variable."""
    value = os.environ.get(name, "").strip()
    try:
        found = int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None
    if found < least:
        raise ImproperlyConfigured(f"{name} must be at least {least}, not {found}.")
    return found


def words(name: str, default: str = "") -> list[str]:
    """A comma list, empty parts left out."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def log_level() -> str:
    """LOG_LEVEL as logging knows it."""
    name = os.environ.get("LOG_LEVEL", "").strip().upper() or "INFO"
    levels = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
    if name not in levels:
        raise ImproperlyConfigured(f"LOG_LEVEL must be one of {', '.join(levels)}, not {name!r}.")
    return name


def secret_key() -> str:
    """SECRET_KEY, refused when it can be guessed."""
    key = os.environ.get("SECRET_KEY", "")
    if key and (len(key) < 50 or len(set(key)) < 5):
        raise ImproperlyConfigured("SECRET_KEY can be guessed: give at least 50 random characters.")
    return key


def as_owner() -> bool:
    """Whether this process is one of the few that sign in as the owner of the tables."""
    return len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS


def databases(*, relaxed: bool) -> dict:
    """DATABASE_URL for web and worker; DATABASE_OWNER_URL for the commands that need it.

    `relaxed` (demo and tests) lets the owner's default to the application's.
    """
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        raise ImproperlyConfigured("DATABASE_URL is not set: start through `make`, or point it at a PostgreSQL database.")
    owner = os.environ.get("DATABASE_OWNER_URL", "")
    if as_owner():
        if not owner and not relaxed:
            raise ImproperlyConfigured("DATABASE_OWNER_URL is not set: it names the role that owns the tables.")
        url = owner or url
    if not url.startswith(("postgres:", "postgresql:", "pgsql:")):
        raise ImproperlyConfigured("DATABASE_URL must be a PostgreSQL address: Pathways runs on nothing else.")
    try:
        config = dj_database_url.parse(url, conn_health_checks=True)
    except ValueError:
        raise ImproperlyConfigured("DATABASE_URL must read postgres://user:password@host:5432/name: its port is no number.") from None
    # A long statement is a fault: ten seconds for a page. Jobs and commands raise it for themselves.
    limits = {
        "statement_timeout": os.environ.get("PATHWAYS_STATEMENT_TIMEOUT", "10s" if _serving() else "300s"),
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "30s" if _serving() else "0",
        "jit": "off",
        "TimeZone": "UTC",
    }
    options = dict(config.get("OPTIONS", {}))
    # ?host=/folder is how an address names a Unix socket: Django knows the place by another name.
    config["HOST"] = options.pop("host", config["HOST"])
    options.setdefault("application_name", "pathways web" if _serving() else "pathways")
    options["options"] = " ".join(f"-c {key}={value}" for key, value in limits.items())
    if _serving() or flag("PATHWAYS_POOL"):
        options["pool"] = {"min_size": 1, "max_size": number("DATABASE_POOL", 8), "timeout": 5}
        config["CONN_MAX_AGE"] = 0
    config["OPTIONS"] = options
    return {"default": config}


def is_command() -> bool:
    """Whether this process is one of manage.py's commands."""
    return Path(sys.argv[0]).name == "manage.py"


def _serving() -> bool:
    return "gunicorn" in Path(sys.argv[0]).name


def field_keys() -> dict[str, bytes]:
    """FIELD_KEYS as name -> 32 bytes, in order: the first seals, all open."""
    keys: dict[str, bytes] = {}
    for part in words("FIELD_KEYS"):
        name, _, encoded = part.partition(":")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):  # also a letter that no ASCII has
            raw = b""
        if not name or len(raw) != 32:
            raise ImproperlyConfigured("FIELD_KEYS must read k2:<base64 of 32 bytes>,k1:... ; one of its parts does not.")
        keys[name] = raw
    return keys


def mail(*, default: str) -> dict[str, object]:
    """EMAIL_URL (smtp://user:password@host:port?tls=1, file:///dir, console:) as Django's settings."""
    parts = urlsplit(os.environ.get("EMAIL_URL", "") or default)
    try:
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured("EMAIL_URL must read smtp://user:password@host:587?tls=1: its port is no number.") from None
    if parts.scheme == "console":
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    if parts.scheme == "locmem":
        return {"EMAIL_BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
    if parts.scheme == "file":
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": unquote(parts.path),
        }
    if parts.scheme in {"smtp", "smtps"}:
        query = parse_qs(parts.query)
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": parts.hostname or "localhost",
            "EMAIL_PORT": port or (465 if parts.scheme == "smtps" else 25),
            "EMAIL_HOST_USER": unquote(parts.username or ""),
            "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
            "EMAIL_USE_SSL": parts.scheme == "smtps",
            "EMAIL_USE_TLS": query.get("tls", ["0"])[0] == "1",
            "EMAIL_TIMEOUT": 20,
        }
    raise ImproperlyConfigured("EMAIL_URL must start with smtp://, smtps://, file:// or console:.")
