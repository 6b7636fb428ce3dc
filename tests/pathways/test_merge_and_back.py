"""Fifty pairs and ten triples of a simulated programme, merged and told apart again: as if it had not been, but for the log."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.db import connection

from analytics.figures.definition import Cut
from analytics.queries.funnel import journeys
from candidates.models import Candidate, ContactRoute, Merge, SuggestedPair
from candidates.services.pairs import compare_next
from pathways.models import Pathway, StageChange
from pathways.queries.integrity import look_through
from pathways.services.duplicates import same_person, take_apart
from pathways.services.merging import merge, unmerge
from pathways.simulation.bulk import load_in_bulk
from pathways.simulation.rates import Rates
from pathways.simulation.telling import simulate
from pathways.simulation.world import World, found_world
from pathways.workflow.pathway import OPEN
from places.services.invented import load_invented
from tests.factories import actor, user
from tests.pathways.digests import digests, figures, pages
from tests.pathways.walk import broken

pytestmark = [pytest.mark.django_db, pytest.mark.slow("merges")]

AS_OF = datetime(2026, 11, 23, 17, tzinfo=UTC)
DAY = date(2026, 11, 23)
LIVELY = Rates(come_back=0.3, unknown_last_day=0.3, restart=0.6, moves=0.2)
PAIRS, TRIPLES, PEOPLE = 50, 10, 130
#: Which of the fifty is put together and taken apart on the page of its pair.
ASKED = 5


@pytest.fixture
def world() -> World:
    load_invented()
    story = simulate(seed=41, people=PEOPLE, months=14, as_of=AS_OF, rates=LIVELY)
    made = found_world(story, code="merged", name="To be merged", at=AS_OF)
    load_in_bulk(story.people, world=made)
    return made


def cut_of(world: World) -> Cut:
    later = AS_OF + timedelta(days=2)
    return Cut(world.programme.pk, "Merged", None, DAY, DAY, later, later)


def alike(now: dict[str, object], before: dict[str, object]) -> None:
    assert now.keys() == before.keys()
    for name in now:
        assert now[name] == before[name], name


def settle() -> None:
    """What the database would say at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def sound(at: datetime, people: Sequence[Candidate]) -> None:
    """Every rule of the workflow, for these people, and nothing that the nightly look finds in the programme."""
    settle()
    keys = set(Pathway.objects.filter(candidate__in=people).values_list("person_key", flat=True))
    assert [words for key in keys for words in broken(key)] == []
    assert [(each.kind, each.words) for _, found in look_through(at=at) for each in found if each.kind != "text_stuck"] == []


def people_of(world: World, chance: Random) -> list[Candidate]:
    """Everybody in a chance order, but those with an open case in turns: of every other pair both have one."""
    cases = Pathway.objects.filter(programme=world.programme)
    busy = set(cases.filter(stage__in=OPEN).values_list("candidate", flat=True))
    died = set(Candidate.objects.filter(died_on__isnull=False).values_list("pk", flat=True))
    everybody = [pk for pk in sorted(set(cases.values_list("candidate", flat=True))) if pk not in died]
    chance.shuffle(everybody)
    first = [pk for pk in everybody if pk in busy]
    rest = [pk for pk in everybody if pk not in busy]
    both = first[: len(first) // 2]
    mixed = first[len(first) // 2 :] + rest
    chance.shuffle(mixed)
    known = Candidate.objects.in_bulk(everybody)
    return [known[pk] for pk in [*both, *mixed]]


def compare() -> None:
    """Everybody who waits, as of the day of the programme: what it wrote is written alike each time."""
    while compare_next(at=AS_OF):
        pass


def made_alike(kept: Candidate, absorbed: Candidate) -> SuggestedPair:
    """The second is written down as the first is, with their number: the two stand in the list, as everybody who is alike."""
    names = {"first_name": kept.first_name, "last_name": kept.last_name}
    born = {"date_of_birth": kept.date_of_birth, "birth_quality": kept.birth_quality}
    Candidate.objects.filter(pk=absorbed.pk).update(**names, **born)
    for who in (kept, absorbed):
        ContactRoute.objects.create(candidate=who, kind="email", value="found.twice@example.org", typed="found.twice@example.org")
    Candidate.objects.update(compared_at=None)
    compare()
    one, other = sorted((kept.pk, absorbed.pk))
    return SuggestedPair.objects.select_related("one", "other").get(one=one, other=other)


def test_fifty_pairs_merged_and_told_apart_leave_the_log_and_nothing_else(world: World) -> None:
    chance = Random(7)
    lead = user("programme_lead", world.programme.organisation, world.programme)
    by = actor(lead)
    people = people_of(world, chance)[: 2 * PAIRS]
    shown = people[:6]
    pair = made_alike(*people[2 * ASKED : 2 * ASKED + 2])
    cut = cut_of(world)
    rows, counted, read = digests(), figures(cut), pages(lead, shown)
    alone = len(journeys(cut=cut))
    both_open = 0
    merges: list[Merge] = []
    at = AS_OF + timedelta(hours=1)
    for place in range(PAIRS):
        kept, absorbed = people[2 * place : 2 * place + 2]
        at += timedelta(minutes=1)
        if place == ASKED:  # by the page of the pair, as everybody does it
            merges.append(same_person(pair=pair, kept=kept, version=pair.version, by=by, at=at))
        else:
            merges.append(merge(kept=kept, absorbed=absorbed, by=by, at=at))
        both_open += Pathway.objects.filter(candidate__in=[kept, absorbed], stage="merged").count()
        if place == 2:
            sound(at, people)
            assert len(journeys(cut=cut)) == alone - 3
            assert pages(lead, shown) != read
    assert both_open >= 12
    sound(at, people)
    one_each, merges_over = journeys(cut=cut), at
    assert len(one_each) == alone - PAIRS
    assert {each.person for each in one_each} == set(Pathway.objects.filter(programme=world.programme).values_list("person_key", flat=True))
    chance.shuffle(merges)
    compare()
    for row in merges:
        at += timedelta(minutes=1)
        if row.kept_id in {pair.one_id, pair.other_id}:
            take_apart(row=row, version=row.version, by=by, at=at)
        else:
            unmerge(merge=row, by=by, at=at)
    compare()
    sound(at, people)
    alike(digests(), rows)
    alike(figures(cut), counted)
    alike(pages(lead, shown), read)
    # What was known at each moment is what was known then: nobody merged yet, everybody, half of them told apart again.
    for moment, fewer in ((AS_OF + timedelta(minutes=59), 0), (merges_over, PAIRS), (merges_over + timedelta(minutes=25), PAIRS - 25)):
        assert len(journeys(cut=replace(cut, known_by=moment))) == alone - fewer
    steps = Counter(StageChange.objects.filter(recorded_at__gt=AS_OF + timedelta(hours=1)).values_list("step", flat=True))
    assert steps["merge"] == steps["unmerge"] == both_open


def test_ten_triples_come_apart_in_any_order(world: World) -> None:
    chance = Random(11)
    lead = user("programme_lead", world.programme.organisation, world.programme)
    by = actor(lead)
    people = people_of(world, chance)[: 3 * TRIPLES]
    shown = people[:3]
    cut = cut_of(world)
    rows, counted, read = digests(), figures(cut), pages(lead, shown)
    at = AS_OF + timedelta(hours=1)
    shapes: Counter[str] = Counter()
    for place in range(TRIPLES):
        one, other, third = chance.sample(people[3 * place : 3 * place + 3], 3)
        at += timedelta(minutes=1)
        first = merge(kept=one, absorbed=other, by=by, at=at)
        again = chance.choice([(one, third), (third, other), (other, third)])  # whoever is named: it is the roots that become one
        second = merge(kept=again[0], absorbed=again[1], by=by, at=at + timedelta(seconds=9))
        shapes[f"{second.kept_id == third.pk}"] += 1
        key = (third if second.kept_id == third.pk else one).uuid
        assert set(Pathway.objects.filter(candidate__in=[one, other, third]).values_list("person_key", flat=True)) == {key}
        sound(at, [one, other, third])
        order = [first, second]
        chance.shuffle(order)
        for row in order:
            at += timedelta(minutes=1)
            unmerge(merge=row, by=by, at=at)
            assert [words for each in (one, other, third) for words in broken(Pathway.objects.filter(candidate=each)[0].person_key)] == []
        settle()
        alike(digests(), rows)
    sound(at, people)
    assert len(shapes) == 2
    alike(figures(cut), counted)
    alike(pages(lead, shown), read)
