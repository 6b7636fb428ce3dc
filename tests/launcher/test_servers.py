"""The launcher's own PostgreSQL and broker: private, kept, and with the roles that the house needs."""

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.launcher import broker, folders, postgres
from config.launcher.processes import Trouble

NAME = "try"


@pytest.fixture
def nothing_kept() -> Iterator[None]:
    """No data of an earlier try, before and after."""

    folders.forget(NAME)
    yield
    folders.forget(NAME)


def test_postgres_starts_with_two_roles_and_keeps_its_data(nothing_kept: None):
    server = postgres.start(NAME, quick=True)
    try:
        with psycopg.connect(server.url(postgres.OWNER), autocommit=True) as owner:
            owner.execute("CREATE TABLE kept (word text)")
            owner.execute("INSERT INTO kept VALUES ('still here')")
        with psycopg.connect(server.url(postgres.APPLICATION), autocommit=True) as application:
            row = application.execute(
                "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            assert row == (False, False, False, False)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute("CREATE TABLE own (word text)")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                application.execute("SELECT * FROM kept")
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(server.url(postgres.READER))
    finally:
        server.stop()
    again = postgres.start(NAME, quick=True)
    try:
        with psycopg.connect(again.url(postgres.OWNER)) as owner:
            assert owner.execute("SELECT word FROM kept").fetchall() == [("still here",)]
            assert owner.execute("SHOW server_encoding").fetchone() == ("UTF8",)
            assert owner.execute("SHOW listen_addresses").fetchone() == ("",)
    finally:
        again.stop()
    assert not postgres.answers(again.folder)


def test_the_socket_lies_in_a_folder_that_nobody_else_opens(nothing_kept: None):
    server = postgres.start(NAME, quick=True)
    try:
        mode = server.folder.stat()
        assert stat.S_IMODE(mode.st_mode) == 0o700
        assert mode.st_uid == (folders.servers_user() or (os.getuid(),))[0]
        assert len(str(server.folder)) < 80
    finally:
        server.stop()


def test_a_second_start_uses_the_server_that_runs(nothing_kept: None):
    first = postgres.start(NAME, quick=True)
    try:
        second = postgres.start(NAME, quick=True)
        assert (second.folder, second.process) == (first.folder, None)
        second.stop()
        assert postgres.answers(first.folder)
    finally:
        first.stop()


def test_data_of_a_version_that_is_gone_are_told_apart(tmp_path: Path):
    (tmp_path / "PG_VERSION").write_text("9\n")
    with pytest.raises(Trouble, match=r"^PostgreSQL 9 made the data in .* and is gone: install it, or forget the data with"):
        postgres.choose(tmp_path, None)


def test_the_broker_answers_on_a_private_socket_and_keeps_a_log(nothing_kept: None):
    line = broker.start(NAME)
    try:
        assert line.url == f"redis+socket://{line.path}"
        with socket.socket(socket.AF_UNIX) as talk:
            talk.connect(str(line.path))
            talk.sendall(b"CONFIG GET appendonly\r\n")
            assert b"yes" in talk.recv(200)
        assert stat.S_IMODE(line.path.parent.stat().st_mode) == 0o700
    finally:
        line.stop()
    assert not broker.answers(line.path)
