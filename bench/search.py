"""Finding somebody by a surname as it was heard, as a lead who may see all and as a worker with forty people."""

from collections.abc import Iterator
from functools import partial

from bench.pairs import Measured, pair
from bench.world import browser, case_of, lead_of, misspelt, send
from pathways.simulation.world import World


def search(world: World, size: int) -> Iterator[Measured]:
    """A misspelt surname within scope, from the press to the page of those found; beside it the same asked of the trigrams alone."""
    asked = misspelt(case_of(world).candidate.last_name)
    for who, user in (("lead", lead_of(world)), ("worker", world.workers[0])):
        found = partial(send, browser(user), words=asked)
        ours, floor = partial(found, "/people/find/"), partial(found, "/floor/search/")
        yield pair("search.name", size=size, who=who, goal=2, ours=ours, floor=floor, remark="misspelt; post and page")
