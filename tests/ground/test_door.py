"""A service is one transaction, tried once more when another stood in the way."""

import threading

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from ground.door import Busy, Conflict, declared, open_to, transact
from ground.models import KeyProof


@pytest.fixture
def proofs(transactional_db):
    KeyProof.objects.bulk_create([KeyProof(name="a", proof="0"), KeyProof(name="b", proof="0")])


def test_a_service_that_fails_leaves_nothing(db):
    @transact
    def half() -> None:
        KeyProof.objects.create(name="half", proof="")
        raise Conflict("no")

    with pytest.raises(Conflict):
        half()
    assert not KeyProof.objects.filter(name="half").exists()


def test_of_two_that_lock_crosswise_both_are_done_at_last(proofs):
    met = threading.Barrier(2, timeout=10)
    tries = {"ab": 0, "ba": 0}
    faults: list[Exception] = []

    @transact
    def write(order: str) -> None:
        tries[order] += 1
        for place, name in enumerate(order):
            KeyProof.objects.select_for_update().get(name=name)
            if place == 0 and tries[order] == 1:
                met.wait()
        KeyProof.objects.filter(name__in=order).update(proof=order)

    def person(order: str) -> None:
        try:
            write(order)
        except Exception as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=person, args=(order,)) for order in ("ab", "ba")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert faults == []
    assert sorted(tries.values()) == [1, 2]
    assert len(set(KeyProof.objects.filter(name__in="ab").values_list("proof", flat=True))) == 1


def hold(name: str, held: threading.Event, let_go: threading.Event) -> None:
    """Another person's open transaction on a row."""
    with transaction.atomic():
        KeyProof.objects.select_for_update().get(name=name)
        held.set()
        let_go.wait(20)
    connections.close_all()


@pytest.fixture
def held_row(proofs):
    held, let_go = threading.Event(), threading.Event()
    thread = threading.Thread(target=hold, args=("a", held, let_go))
    thread.start()
    assert held.wait(10)
    yield let_go
    let_go.set()
    thread.join(10)


def short_patience() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '100ms'")


def test_a_lock_that_stays_is_busy_after_one_more_try(held_row):
    tries = []

    @transact
    def write() -> None:
        tries.append(1)
        short_patience()
        KeyProof.objects.select_for_update().get(name="a")

    with pytest.raises(Busy):
        write()
    assert len(tries) == 2


def test_only_the_outermost_tries_again(held_row):
    outer_tries, inner_tries = [], []

    @transact
    def inner() -> None:
        inner_tries.append(1)
        KeyProof.objects.select_for_update().get(name="a")

    @transact
    def outer() -> None:
        outer_tries.append(1)
        short_patience()
        KeyProof.objects.filter(name="b").update(proof=str(len(outer_tries)))
        if len(outer_tries) == 2:
            held_row.set()
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5s'")
        inner()

    outer()
    assert (len(outer_tries), len(inner_tries)) == (2, 2)
    assert KeyProof.objects.get(name="b").proof == "2"


def test_another_fault_of_the_database_is_not_tried_again(transactional_db):
    tries = []

    @transact
    def slow() -> None:
        tries.append(1)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '50ms'")
            cursor.execute("SELECT pg_sleep(5)")

    with pytest.raises(OperationalError):
        slow()
    assert len(tries) == 1


def test_a_view_declares_who_and_how():
    @open_to("trainer", "programme_lead", methods=("get", "post"), kinds=("own",), sample={"uuid": "1"})
    def view(request):
        return HttpResponse("in")

    said = declared(view)
    assert said is not None
    assert (said.roles, said.methods, said.kinds, said.sample) == (
        frozenset({"trainer", "programme_lead"}),
        ("GET", "POST"),
        ("own",),
        {"uuid": "1"},
    )
    make = RequestFactory()
    assert [view(make.generic(method, "/")).status_code for method in ("GET", "HEAD", "POST", "PUT", "DELETE")] == [200, 200, 200, 405, 405]


def test_a_view_that_declares_nothing_is_nobodys():
    assert declared(lambda request: None) is None


@pytest.mark.parametrize("roles", [(), ("boss",)])
def test_an_unknown_role_cannot_be_declared(roles):
    with pytest.raises(ValueError, match="names no known role"):
        open_to(*roles)
