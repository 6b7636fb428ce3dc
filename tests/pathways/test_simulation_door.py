"""The same stories through the door and in bulk: equal tables."""

from datetime import UTC, datetime

import pytest

from accounts.models import Audit, Programme
from accounts.services.audit import is_sound
from outreach.models import Message
from pathways.models import Pathway
from pathways.simulation.bulk import load_in_bulk
from pathways.simulation.door import Life as LifeThroughTheDoor
from pathways.simulation.door import let_texts_arrive, load_through_the_door
from pathways.simulation.lives import Life as LifeInBulk
from pathways.simulation.rates import Rates
from pathways.simulation.story import PersonStory, ProgrammeStory
from pathways.simulation.telling import simulate
from pathways.simulation.world import found_world
from places.services.invented import load_invented
from tests.pathways.tables import tables

AS_OF = datetime(2026, 11, 23, 17, tzinfo=UTC)
#: Everything that may happen, happens.
LIVELY = Rates(come_back=0.3, unknown_last_day=0.3, restart=0.6, moves=0.2)


def varied(story: ProgrammeStory, count: int) -> list[PersonStory]:
    """So many people who together did everything, and the most different things after one another."""
    ways = {person.number: _pairs(person) for person in story.people}
    seen: set[tuple[str, ...]] = set()
    chosen: list[PersonStory] = []
    for _ in range(count):
        best = max(story.people, key=lambda person: (sum(_weight(way) for way in ways[person.number] - seen), -len(person.deeds)))
        seen |= ways[best.number]
        chosen.append(best)
        ways[best.number] = set()
    return chosen


def _pairs(person: PersonStory) -> set[tuple[str, ...]]:
    verbs = [deed.verb for deed in person.deeds]
    return {*zip(["", *verbs], [*verbs, ""], strict=True), *((verb,) for verb in verbs)}


def _weight(way: tuple[str, ...]) -> int:
    return 10 if len(way) == 1 else 1


def assert_equal_tables(story: ProgrammeStory, people: list[PersonStory]) -> None:
    load_invented()
    through = found_world(story, code="through", name="Through the door", at=AS_OF, suffix=" one")
    load_through_the_door(people, world=through)
    bulk = found_world(story, code="bulk", name="In bulk", at=AS_OF, suffix=" two")
    load_in_bulk(people, world=bulk, arrived=False)
    first, second = tables(through.programme, suffix=" one"), tables(bulk.programme, suffix=" two")
    assert _people(through.programme) == _people(bulk.programme) == len(people)
    assert len(first) == len(second) == 25
    for name, rows in first.items():
        assert rows == second[name], name
    assert all(is_sound(row) for row in Audit.objects.all())
    waiting = Message.objects.filter(state="ready", candidate__pathways__programme=through.programme).distinct().count()
    assert let_texts_arrive(world=through) == waiting > 20


def _people(programme: Programme) -> int:
    return Pathway.objects.filter(programme=programme).values("candidate").distinct().count()


@pytest.mark.django_db(transaction=True)
def test_people_who_did_everything_are_the_same_through_the_door_and_in_bulk() -> None:
    story = simulate(seed=7, people=500, months=24, as_of=AS_OF, rates=LIVELY)
    people = varied(story, 16)
    assert {deed.verb for person in people for deed in person.deeds} == verbs(LifeThroughTheDoor) == verbs(LifeInBulk)
    assert_equal_tables(story, people)


@pytest.mark.slow("demo")
@pytest.mark.django_db(transaction=True)
def test_three_hundred_people_through_the_door_and_in_bulk_give_equal_tables() -> None:
    story = simulate(seed=11, people=300, months=18, as_of=AS_OF, rates=LIVELY)
    assert_equal_tables(story, story.people)


def verbs(life: type) -> set[str]:
    """What a person may do by one way of loading."""
    inherited = {name for each in life.__mro__ for name, value in vars(each).items() if callable(value) and not name.startswith("_")}
    return inherited - {"live", "audit", "note"} | {"note"}
