"""Two edits of one row: one is written, the other is told."""

import threading

import pytest
from django.db import connections

from accounts.models import Organisation
from ground.door import Conflict


def one() -> Organisation:
    return Organisation.objects.create(name="Foodbank", kinds=["delivery"])


def test_a_change_moves_the_version_on(db):
    row = one()
    row.change(version=1, name="Food bank")
    assert (row.name, row.version) == ("Food bank", 2)
    row.refresh_from_db()
    assert (row.name, row.version) == ("Food bank", 2)


def test_a_stale_version_changes_nothing(db):
    row = one()
    row.change(version=1, name="First")
    with pytest.raises(Conflict):
        row.change(version=1, name="Second")
    row.refresh_from_db()
    assert (row.name, row.version) == ("First", 2)


def test_of_two_edits_at_once_one_is_written(transactional_db):
    row = one()
    start = threading.Barrier(2, timeout=10)
    outcomes: list[str] = []

    def edit(name: str) -> None:
        mine = Organisation.objects.get(pk=row.pk)
        start.wait()
        try:
            mine.change(version=1, name=name)
            outcomes.append(name)
        except Conflict:
            outcomes.append("conflict")
        connections.close_all()

    threads = [threading.Thread(target=edit, args=(name,)) for name in ("A", "B")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    row.refresh_from_db()
    assert sorted(outcomes) == sorted(["conflict", row.name])
    assert row.version == 2
