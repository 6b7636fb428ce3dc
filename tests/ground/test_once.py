"""A form is taken once, whatever the network does to it."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from ground.clock import real_now
from ground.models import KeyProof, OnceToken
from ground.once import forget_used, lock_number, new_once
from tests.signing_in import sign_in

pytestmark = pytest.mark.urls("tests.ground.pages")
ADDED = {"name": "ruth", "family": "care"}


def rows() -> int:
    return KeyProof.objects.filter(name__in=("ruth", "miriam", "taken", "closed")).count()


def test_a_form_is_taken(db, client):
    answer = client.post("/add/", {**ADDED, "once": new_once()})
    assert (answer.status_code, answer["Location"], rows()) == (302, "/there/ruth/", 1)


def test_the_same_form_again_gets_the_first_answer(db, client):
    posted = {**ADDED, "once": new_once()}
    answers = [client.post("/add/", posted) for _ in range(3)]
    assert [(one.status_code, one["Location"]) for one in answers] == [(302, "/there/ruth/")] * 3
    assert rows() == 1


def test_the_same_token_with_other_words_is_refused(db, client):
    token = new_once()
    client.post("/add/", {**ADDED, "once": token})
    answer = client.post("/add/", {**ADDED, "name": "miriam", "once": token})
    assert answer.status_code == 422
    assert "sent before with other words" in answer.content.decode()
    assert "miriam" in answer.content.decode()
    assert rows() == 1


@pytest.mark.parametrize("token", [None, "", "x" * 65, "ключ"])
def test_a_form_without_its_token_is_refused_and_shown(db, client, token):
    answer = client.post("/add/", {**ADDED, **({} if token is None else {"once": token})})
    assert answer.status_code == 422
    assert "lost its stamp" in answer.content.decode()
    assert "ruth" in answer.content.decode()
    assert rows() == 0


def test_a_form_with_errors_may_be_put_right_under_its_token(db, client):
    token = new_once()
    assert client.post("/add/", {"name": "", "family": "care", "once": token}).status_code == 422
    assert OnceToken.objects.count() == 0
    assert client.post("/add/", {**ADDED, "once": token}).status_code == 302
    assert rows() == 1


@pytest.mark.parametrize(("name", "status"), [("taken", 422), ("closed", 409)])
def test_a_no_leaves_no_token_and_no_row(db, client, name, status):
    answer = client.post("/add/", {**ADDED, "name": name, "once": new_once()})
    assert answer.status_code == status
    assert (rows(), OnceToken.objects.count()) == (0, 0)


def test_two_people_may_hold_the_same_token(db, client, django_user_model):
    token = new_once()
    for person in ("a@example.org", "b@example.org"):
        field = django_user_model.USERNAME_FIELD
        sign_in(client, django_user_model.objects.create(**{field: person}))
        client.post("/add/", {**ADDED, "name": person[0], "once": token})
    assert OnceToken.objects.filter(token=token).count() == 2


def test_a_token_in_use_is_told_to_wait(transactional_db, client):
    token = new_once()
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number("form", token)])
            holding.set()
            done.wait(20)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert holding.wait(10)
    answer = client.post("/add/", {**ADDED, "once": token})
    done.set()
    thread.join(10)
    assert (answer.status_code, answer["Retry-After"], rows()) == (409, "5", 0)
    assert client.post("/add/", {**ADDED, "once": token}).status_code == 302


def test_of_many_at_once_one_is_taken(transactional_db):
    token = new_once()
    start = threading.Barrier(12, timeout=20)
    statuses: list[int] = []

    def press() -> None:
        browser = Client()
        start.wait()
        statuses.append(browser.post("/add/", {**ADDED, "once": token}).status_code)
        connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert rows() == 1
    assert 302 in statuses
    assert set(statuses) <= {302, 409}


def test_a_deadlock_inside_a_form_is_tried_again_from_the_outside(transactional_db, client):
    """The service's own door is a savepoint here; the whole act, token and all, goes round once more."""
    KeyProof.objects.create(name="held", proof="")
    holding, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            KeyProof.objects.create(name="ruth", proof="in the way")
            holding.set()
            release.wait(20)
            transaction.set_rollback(True)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert holding.wait(10)
    threading.Timer(6, release.set).start()
    answer = client.post("/add/", {**ADDED, "once": new_once()})
    thread.join(15)
    assert (answer.status_code, rows()) == (302, 1)


def test_a_users_tokens_are_kept_as_long_as_a_form_may_wait_on_a_device_and_others_two_days(db):
    now = real_now()
    for holder, hours in (("user:1", 31 * 24), ("user:1", 33 * 24), ("form", 47), ("form", 49), ("session:x", 49)):
        OnceToken.objects.create(holder=holder, token=str(hours), digest="", status=302, created_at=now - timedelta(hours=hours))
    assert forget_used(at=now) == 3
    assert set(OnceToken.objects.values_list("holder", "token")) == {("user:1", str(31 * 24)), ("form", "47")}
