"""The public form: a new person, their case and thanks, beside a bare POST that inserts three rows. Nothing of either is kept."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.pairs import Measured, counted, pair
from ground.clock import read_clock
from pathways.forms.stamp import FASTEST, new_stamp
from pathways.simulation.world import World

_next = count(1)


def form(world: World, size: int) -> Iterator[Measured]:
    """A post of somebody new, and how many statements it takes."""
    mine, bare = partial(_rolled_back, _somebody_new), partial(_rolled_back, _three_rows)
    yield pair("form.interest", size=size, who="public", goal=3, ours=mine, floor=bare, remark="a new person")
    with CaptureQueriesContext(connection) as asked:
        mine()
    yield counted("form statements", len(asked), size=size, who="public", goal=80)


def _somebody_new(client: Client) -> object:
    n = next(_next)
    body = {
        "name": f"Bench Person{n}",
        "way": "email",
        "reach": f"bench{n}@example.org",
        "once": new_stamp(at=read_clock() - 2 * FASTEST),
        "website": "",
    }
    # Each from an address of its own: nobody here is over a limit.
    return client.post("/interest/", body, REMOTE_ADDR=f"2001:db8::{n:x}").status_code


def _three_rows(client: Client) -> object:
    return client.post("/floor/form/", {"name": f"Bench Person{next(_next)}"}).status_code


def _rolled_back(act: Callable[[Client], object]) -> None:
    with transaction.atomic():
        status = act(Client())
        transaction.set_rollback(True)
    if status != 200:
        raise RuntimeError(f"The form answered {status}")
