"""Somebody decides about a pair while it is compared: whoever is in the way only delays the comparison."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from candidates.models import SuggestedPair
from candidates.services.pairs import compare_next, look_again
from tests.candidates.test_pairs import person
from tests.factories import AT

pytestmark = pytest.mark.django_db(transaction=True)


def deadlock_once() -> tuple[Callable[..., Any], list[str]]:
    """The first time that pairs are written, the database answers as it does when two wait for each other."""
    met: list[str] = []

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if 'INTO "candidates_suggestedpair"' in sql and not met:
            met.append(sql)
            return execute("DO $$ BEGIN RAISE EXCEPTION 'in the way' USING ERRCODE = '40P01'; END $$", None, False, context)
        return execute(sql, params, many, context)

    return wrapper, met


def test_a_comparison_that_met_somebody_in_its_way_is_done_again() -> None:
    for _ in range(2):
        person(phone="+447700900123")
    wrapper, met = deadlock_once()
    with connection.execute_wrapper(wrapper):
        assert compare_next(at=AT) == 2
    assert (len(met), SuggestedPair.objects.count()) == (1, 1)
    wrapper, met = deadlock_once()
    with connection.execute_wrapper(wrapper):
        assert look_again(pairs=list(SuggestedPair.objects.values_list("pk", flat=True)), at=AT) == 2
    assert (len(met), SuggestedPair.objects.count()) == (1, 1)
