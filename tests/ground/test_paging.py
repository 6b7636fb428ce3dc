"""Long lists, page by page: nothing twice, nothing left out, and as fast at the end as at the beginning."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ground.clock import real_now
from ground.models import JobRun
from ground.paging import keyset

ORDERS = [
    (),
    ("job",),
    ("-job", "period"),
    ("finished_at",),
    ("-finished_at", "job"),
    ("attempt", "-finished_at", "job"),
    ("-attempt", "finished_at", "id"),
    ("-id",),
]


def runs(count: int) -> None:
    chance, now = random.Random(7), real_now()
    JobRun.objects.bulk_create(
        JobRun(
            job=f"job {chance.randrange(4)}",
            period=str(n),
            attempt=chance.randrange(3),
            started_at=now,
            heartbeat_at=now,
            lease_until=now,
            finished_at=None if chance.random() < 0.4 else now + timedelta(minutes=chance.randrange(5)),
        )
        for n in range(count)
    )


def walk(order: tuple[str, ...], size: int) -> tuple[list[list[int]], list[list[int]]]:
    """All pages there, and all pages back from the last."""
    there, place = [], None
    while True:
        page = keyset(JobRun.objects.all(), order=order, after=place, size=size)
        there.append([row.pk for row in page.rows])
        if page.next is None:
            break
        place = page.next
    back = [there[-1]]
    while page.previous is not None:
        page = keyset(JobRun.objects.all(), order=order, after=page.previous, size=size)
        back.append([row.pk for row in page.rows])
    return there, back


def sorted_in_python(order: tuple[str, ...]) -> list[int]:
    rows = sorted(JobRun.objects.all(), key=lambda row: row.pk, reverse=bool(order) and order[-1].startswith("-"))
    for word in reversed(order):
        name, falling = word.removeprefix("-"), word.startswith("-")
        full = [row for row in rows if getattr(row, name) is not None]
        full.sort(key=lambda row: getattr(row, name), reverse=falling)
        rows = full + [row for row in rows if getattr(row, name) is None]
    return [row.pk for row in rows]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 7])
def test_every_row_once_in_order_there_and_back(db, order, size):
    runs(60)
    there, back = walk(order, size)
    assert [pk for page in there for pk in page] == sorted_in_python(order)
    assert [sorted(page) for page in reversed(back)] == [sorted(page) for page in there] or size > 1
    assert sorted(pk for page in back for pk in page) == sorted(pk for page in there for pk in page)


def test_at_the_ends_there_is_no_way_on(db):
    assert keyset(JobRun.objects.all(), order=("job",)) == type(keyset(JobRun.objects.all(), order=("job",)))([], None, None)
    runs(3)
    first = keyset(JobRun.objects.all(), order=("job",), size=2)
    assert (len(first.rows), first.previous is None, first.next is None) == (2, True, False)
    second = keyset(JobRun.objects.all(), order=("job",), after=first.next, size=2)
    assert (len(second.rows), second.previous is None, second.next is None) == (1, False, True)
    again = keyset(JobRun.objects.all(), order=("job",), after=second.previous, size=2)
    assert (again.rows, again.previous, again.next is None) == (first.rows, None, False)


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_is_one_query_for_one_row_and_for_three(db, count):
    runs(count)
    with CaptureQueriesContext(connection) as asked:
        keyset(JobRun.objects.all(), order=("job",), size=25)
    assert len(asked) == 1
    page = keyset(JobRun.objects.all(), order=("job",), size=25)
    assert len(page.rows) == count


def test_a_row_that_comes_in_between_moves_nothing(db):
    runs(20)
    first = keyset(JobRun.objects.all(), order=("period",), size=10)
    JobRun.objects.create(job="new", period="0", started_at=real_now(), heartbeat_at=real_now(), lease_until=real_now())
    second = keyset(JobRun.objects.all(), order=("period",), after=first.next, size=10)
    assert {row.pk for row in first.rows}.isdisjoint(row.pk for row in second.rows)
    assert len(second.rows) == 10


@pytest.mark.parametrize("place", ["", "x", "k1.AAAA", "dev.!!!!", "x" * 5_000, "é", "null"])
def test_a_place_that_cannot_be_read_begins_at_the_beginning(db, place):
    runs(5)
    assert [row.pk for row in keyset(JobRun.objects.all(), order=("-id",), after=place).rows] == sorted_in_python(("-id",))


def test_a_place_in_another_order_begins_at_the_beginning(db):
    runs(5)
    place = keyset(JobRun.objects.all(), order=("job",), size=2).next
    page = keyset(JobRun.objects.all(), order=("-id",), after=place, size=2)
    assert (page.previous, [row.pk for row in page.rows]) == (None, sorted_in_python(("-id",))[:2])


def test_a_place_in_an_address_tells_no_name(db):
    runs(3)
    JobRun.objects.update(job="Miriam")
    place = keyset(JobRun.objects.all(), order=("job",), size=1).next
    assert place is not None
    assert "Miriam" not in place
    assert place.isascii()


def test_deep_in_the_list_the_index_is_entered_at_the_place(db):
    """Judged by what the planner reads, not by time: the condition on the first key stands in the index."""
    with connection.cursor() as cursor:  # before there are rows: an index over rows changed in one's own transaction may not be used in it
        cursor.execute("CREATE INDEX ON ground_jobrun (attempt, id)")
    runs(400)
    JobRun.objects.update(job="x")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("ANALYZE ground_jobrun")
    first = keyset(JobRun.objects.all(), order=("attempt",), size=200)
    with CaptureQueriesContext(connection) as asked:
        keyset(JobRun.objects.all(), order=("attempt",), after=first.next, size=10)
    assert len(asked) == 1
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + asked[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Cond: (attempt >=" in plan
