"""The environment: everything that is read is written down, and each wrong value is one sentence."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.launcher.checks import APPS

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {"PATH", "HOME", "DEBIAN_FRONTEND", "DJANGO_SETTINGS_MODULE"}
GOOD = {
    "DATABASE_URL": "postgres://web@/pathways?host=/nowhere",
    "SECRET_KEY": "k9" * 32 + "Zq!x7Lm",
    "FIELD_KEYS": "k1:" + "A" * 43 + "=",
    "SMS_LINE_KEY": "another key of some length",
    "PUBLIC_BASE_URL": "https://pathways.example.org",
}


def read_settings(question: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Ask the settings something, with only these variables."""
    return subprocess.run(
        [sys.executable, "-c", f"import config.settings as s; print({question})"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **{name: value for name, value in environment.items() if value}},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_variable_that_is_read_is_written_down():
    pattern = re.compile(r"""(?:environ(?:\.get)?[(\[]|\bflag\(|\bnumber\(|\bwords\()["']([A-Z_]+)["']""")
    read = {name for app in APPS for path in (ROOT / app).rglob("*.py") for name in pattern.findall(path.read_text())}
    written = set(re.findall(r"`([A-Z_]{4,})`", (ROOT / "docs" / "settings.md").read_text()))
    assert read - NOT_OURS - written == set()
    assert written - read == set()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set: start through `make`, or point it at a PostgreSQL database."),
        ({"DATABASE_URL": "sqlite:///x"}, "DATABASE_URL must be a PostgreSQL address: Pathways runs on nothing else."),
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set: give at least 50 random characters."),
        ({"FIELD_KEYS": ""}, "FIELD_KEYS is not set: without a sealing key nothing private can be stored."),
        ({"FIELD_KEYS": "k1:short"}, "FIELD_KEYS must read k2:<base64 of 32 bytes>,k1:... ; one of its parts does not."),
        ({"SMS_LINE_KEY": ""}, "SMS_LINE_KEY is not set: opt-outs are kept under it."),
        ({"PUBLIC_BASE_URL": "http://pathways.example.org"}, "PUBLIC_BASE_URL must be https, except on this machine itself."),
        (
            {"PUBLIC_BASE_URL": "https://pathways.example.org/app"},
            "PUBLIC_BASE_URL must be an origin such as https://pathways.example.org, without a path.",
        ),
        ({"DEMO": "1"}, "DEBUG, DEMO and PATHWAYS_TESTING are for this machine only: PUBLIC_BASE_URL names a public host."),
        ({"PATHWAYS_TESTING": "1"}, "DEBUG, DEMO and PATHWAYS_TESTING are for this machine only: PUBLIC_BASE_URL names a public host."),
        (
            {"DEMO": "1", "PUBLIC_BASE_URL": "", "ALLOWED_HOSTS": "pathways.example.org"},
            "DEBUG and DEMO are for this machine only: ALLOWED_HOSTS names another host.",
        ),
        ({"SECRET_KEY": "changeme"}, "SECRET_KEY can be guessed: give at least 50 random characters."),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY can be guessed: give at least 50 random characters."),
        ({"FIELD_KEYS": "k1:é"}, "FIELD_KEYS must read k2:<base64 of 32 bytes>,k1:... ; one of its parts does not."),
        ({"PORT": "http"}, "PORT must be a whole number, not 'http'."),
        ({"WEB_WORKERS": "abc"}, "WEB_WORKERS must be a whole number, not 'abc'."),
        ({"WEB_WORKERS": "0"}, "WEB_WORKERS must be at least 1, not 0."),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, not 'LOUD'."),
        ({"EMAIL_URL": "smtp://mail:abc"}, "EMAIL_URL must read smtp://user:password@host:587?tls=1: its port is no number."),
        (
            {"DATABASE_URL": "postgres://a@h:p/x"},
            "DATABASE_URL must read postgres://user:password@host:5432/name: its port is no number.",
        ),
        ({"EMAIL_URL": "pigeon://loft"}, "EMAIL_URL must start with smtp://, smtps://, file:// or console:."),
    ],
)
def test_a_wrong_value_is_one_sentence(change: dict[str, str], sentence: str):
    done = read_settings("1", **GOOD | change)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == f"django.core.exceptions.ImproperlyConfigured: {sentence}"


def test_a_site_is_strict_and_this_machine_may_speak_plainly():
    strict = read_settings("s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS, s.DEBUG, s.SECOND_FACTOR_REQUIRED", **GOOD)
    assert strict.stdout.strip() == "__Host-session True 31536000 False True"
    plain = read_settings("s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS", **GOOD | {"PUBLIC_BASE_URL": ""})
    assert plain.stdout.strip() == "session False 0"


@pytest.mark.parametrize(("proxies", "led"), [("", "False"), ("1", "True")])
def test_http_is_led_to_https_only_where_a_proxy_says_which_it_was(proxies: str, led: str):
    assert read_settings("s.SECURE_SSL_REDIRECT", **GOOD | {"TRUSTED_PROXIES": proxies}).stdout.strip() == led


def test_a_socket_and_the_limits_of_a_statement_reach_the_connection():
    done = read_settings("s.DATABASES['default']['HOST'], s.DATABASES['default']['OPTIONS']['options']", **GOOD)
    host, options = done.stdout.strip().split(" ", 1)
    assert host == "/nowhere"
    assert "-c lock_timeout=5s" in options
    assert "-c statement_timeout=300s" in options
    assert "-c jit=off" in options
