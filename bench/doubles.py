"""Who may be the same: a new person looked for among all, the list of pairs, and what one comparison in the background takes."""

import time
from collections.abc import Iterator
from functools import partial

from django.db import connection
from django.test import Client

from bench.pairs import Measured, counted, pair
from bench.world import browser, case_of, fetch, lead_of, misspelt, send
from candidates.models import Address, Candidate, SuggestedPair
from candidates.services.pairs import compare_next
from ground.clock import read_clock
from ground.once import new_once
from pathways.models import Pathway
from pathways.simulation.world import World

#: So many people are compared to tell what one takes.
COMPARED = 400


def doubles(world: World, size: int) -> Iterator[Measured]:
    """Each as a lead who may see all and as a worker with forty people, but for the comparison, which is nobody's."""
    case = case_of(world)
    heard = {
        "first_name": case.candidate.first_name,
        "last_name": misspelt(case.candidate.last_name).capitalize(),
        "postcode": Address.objects.filter(candidate=case.candidate).values_list("postcode", flat=True).first() or "B1 1AA",
        "phone": "07700 900999",
    }
    _pairs()
    for who, user in (("lead", lead_of(world)), ("worker", world.workers[0])):
        mine = browser(user)
        if who == "worker":  # a lead adds nobody
            ours, floor = partial(_warned, mine, heard), partial(send, mine, "/floor/search/", misspelt(case.candidate.last_name))
            yield pair("doubles.entry", size=size, who=who, goal=2, ours=ours, floor=floor, remark="misspelt, to the warning")
            theirs = Pathway.objects.open().filter(owner=user).select_related("candidate").order_by("id")[0]
            person = partial(fetch, mine, f"/people/{theirs.candidate.uuid}/")
            yield pair("doubles.entry", size=size, who=who, goal=1, ours=ours, floor=person, remark="beside a person's page")
        page, bare = partial(fetch, mine, "/duplicates/"), partial(fetch, mine, "/floor/list/")
        yield pair("list.duplicates", size=size, who=who, goal=2, ours=page, floor=bare)
    began = time.perf_counter()
    done = 0
    while done < COMPARED:
        done += compare_next(at=read_clock(), most=100)
    each = (time.perf_counter() - began) / done * 1000
    yield counted("doubles.compared", each, size=size, who="job", goal=50, unit="ms", remark="a person, with the rows")


def _warned(client: Client, told: dict[str, str]) -> bytes:
    """Somebody added who may be known: to the page that says so."""
    answer = client.post("/people/add/", {**told, "source": "bench", "once": new_once()})
    if answer.status_code != 422 or b"Is it one of these?" not in answer.content:
        raise RuntimeError(f"Nobody was found who may be the same: {answer.status_code}")
    return answer.content


def _pairs() -> None:
    """A pair for every twentieth record: a list as long as it may become."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO candidates_suggestedpair (uuid, reporting_id, version, created_at, one_id, other_id, points, agree, found_at) "
            "SELECT gen_random_uuid(), gen_random_uuid(), 1, now(), id, after, 10 + id %% 12, '{name,postcode}', now() FROM "
            "(SELECT id, lead(id) OVER (ORDER BY id) AS after FROM candidates_candidate) rows WHERE after IS NOT NULL AND id %% 20 = 0 "
            "ON CONFLICT DO NOTHING",
            [],
        )
        cursor.execute(f"ANALYZE {SuggestedPair._meta.db_table}, {Candidate._meta.db_table}")
