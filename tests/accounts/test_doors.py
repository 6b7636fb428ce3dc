"""A view that declares nothing is opened to nobody; production settings hold."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from config.urls import urlpatterns as ours
from ground.door import open_to
from tests import factories
from tests.signing_in import signed_in


def undeclared(request: HttpRequest) -> HttpResponse:
    return HttpResponse("open to nobody")


@open_to("trainer")
def for_trainers(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{request.user.desk.roles}")


urlpatterns = [*ours, path("undeclared/", undeclared), path("for-trainers/", for_trainers), path("api/v1/thing", for_trainers)]
pytestmark = pytest.mark.urls(__name__)


@pytest.mark.parametrize("role", ["administrator", "programme_lead", "outreach_worker", "trainer", "employer"])
def test_an_undeclared_view_is_open_to_nobody(db, role):
    assert Client().get("/undeclared/").status_code == 403
    assert signed_in(factories.user(role, factories.organisation())).get("/undeclared/").status_code == 403


@pytest.mark.parametrize(("role", "status"), [("trainer", 200), ("administrator", 403), ("employer", 403)])
def test_a_role_that_could_never_use_a_page_is_told_403(db, role, status):
    assert signed_in(factories.user(role, factories.organisation())).get("/for-trainers/").status_code == status


def test_nobody_signed_in_is_asked_to_sign_in_and_the_api_says_401(db):
    assert Client().get("/for-trainers/?a=b")["Location"] == "/sign-in/?next=%2Ffor-trainers%2F%3Fa%3Db"
    assert Client().get("/api/v1/thing").status_code == 401


def test_somebody_without_a_membership_may_only_see_their_account(db):
    person = factories.user("trainer", factories.organisation())
    person.memberships.update(ends_on=factories.DAY.replace(year=2025))
    client = signed_in(person)
    assert (client.get("/for-trainers/").status_code, client.get("/account/").status_code) == (403, 200)


@pytest.mark.parametrize(
    ("starts", "ends", "status"), [("2026-11-23", None, 200), ("2026-11-24", None, 403), ("2024-01-01", "2026-11-22", 403)]
)
def test_memberships_hold_on_their_london_days(db, monkeypatch, starts, ends, status):
    person = factories.user("trainer", factories.organisation())
    person.memberships.update(starts_on=starts, ends_on=ends)
    client = signed_in(person)
    monkeypatch.setattr("accounts.middleware.read_clock", lambda: factories.AT)
    assert client.get("/for-trainers/").status_code == status


def test_a_menu_shows_what_the_role_can_open(db):
    page = (
        signed_in(factories.user("administrator", factories.organisation(name="Ladywood Trust"))).get("/settings/users/").content.decode()
    )
    assert "Ladywood Trust" in page
    assert 'href="/settings/users/"' in page
    assert 'href="/caseload/"' not in page


def test_check_deploy_is_clean_with_production_settings():
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": "postgres://web@/pathways?host=/nowhere",
        "DATABASE_OWNER_URL": "postgres://owner@/pathways?host=/nowhere",
        "SECRET_KEY": "k9" * 32 + "Zq!x7Lm",
        "FIELD_KEYS": "k1:" + base64.b64encode(bytes(range(32))).decode(),
        "SMS_LINE_KEY": "another key of some length",
        "SMS_BACKEND": "console",
        "SMS_OFF_OK": "1",
        "PUBLIC_BASE_URL": "https://pathways.example.org",
        "TRUSTED_PROXIES": "1",
        "REDIS_URL": "redis://broker.example.org/0",
        "EMAIL_URL": "smtp://mail.example.org",
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=Path(__file__).resolve().parents[2],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "System check identified no issues (0 silenced)."), done.stderr
