"""What the other tests stand on does what it says."""

import socket
import urllib.request
from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from playwright.sync_api import Page

from accounts.models import User
from ground.clock import real_now
from ground.models import JobRun
from pathways.models import DeviceKey
from tests.factories import organisation, user
from tests.fixtures.database import APPLICATION
from tests.fixtures.network import LeftTheMachine
from tests.fixtures.server import Server


def current_role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return cursor.fetchone()[0]


def one_run() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ground_jobrun (job, period, state, attempt, started_at, heartbeat_at, lease_until, result)"
            " VALUES ('x', 'y', 'done', 1, now(), now(), now(), '')"
        )


@pytest.mark.django_db
def test_a_test_works_as_the_owner_unless_it_says_otherwise():
    assert current_role() != APPLICATION


def test_as_application_has_the_applications_rights(as_application: None):
    assert current_role() == APPLICATION
    one_run()
    assert JobRun.objects.count() == 1
    for statement in (
        "DROP TABLE ground_jobrun",
        "ALTER TABLE ground_jobrun DISABLE TRIGGER ALL",
        "TRUNCATE ground_jobrun",
        "CREATE TABLE mine (word text)",
        "UPDATE accounts_audit SET action = 'x'",
        "DELETE FROM accounts_audit",
    ):
        with pytest.raises(DatabaseError, match=r"must be owner|permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_committed_rows_are_gone_in_the_next_test_and_first_rows_are_back(turn: int):
    assert JobRun.objects.count() == 0
    assert ContentType.objects.filter(app_label="accounts", model="user").count() == 1
    one_run()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_append_only_rows_are_emptied_between_tests_and_stay_guarded(turn: int):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_audit")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'")
        assert cursor.fetchone() == (0,)


def test_the_web_server_works_as_the_application(server: Server):
    with urllib.request.urlopen(f"{server.url}/readyz", timeout=10) as answer:
        assert answer.status == HTTPStatus.OK
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name = 'pathways web' AND datname = current_database()"
        )
        assert cursor.fetchall() == [(APPLICATION,)]


def test_the_browser_is_real(server: Server, page: Page):
    answer = page.goto(f"{server.url}/healthz")
    assert answer is not None
    assert answer.status == HTTPStatus.OK
    assert '"ok"' in page.content()


@pytest.mark.parametrize("connect", [socket.socket.connect, socket.socket.connect_ex])
def test_no_test_leaves_the_machine(connect: Callable):
    with socket.socket() as line, pytest.raises(LeftTheMachine):
        line.connect(("192.0.2.1", 80))


@pytest.mark.django_db(transaction=True)
def test_what_was_written_while_the_rows_go_goes_with_them():
    person = user("outreach_worker", organisation())
    planned = connection.ops.sql_flush(no_style(), connection.introspection.django_table_names(only_existing=True, include_views=False))
    DeviceKey.objects.create(user=person, private="x", public="y", made_at=real_now())
    connection.ops.execute_sql_flush(planned)
    assert (DeviceKey.objects.count(), User.objects.unscoped("whether anybody is left").count()) == (0, 0)
