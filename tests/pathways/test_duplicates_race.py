"""Two who decide about the same two records at once, through the real web server: one wins, the other hears that it was decided."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from candidates.models import Merge, NotSame, SuggestedPair
from ground.clock import real_now
from pathways.models import Pathway
from tests.factories import user
from tests.fixtures.server import Server
from tests.pathways.duplicate_scene import Twice
from tests.pathways.racing import Person, Post, at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


def said(who: Person, pair: SuggestedPair, answer: str, kept: Any) -> Post:
    return who.post(f"/duplicates/{pair.uuid}/", answer=answer, kept=kept.uuid, version=pair.version)


@pytest.mark.parametrize("other", ["same", "apart"])
def test_of_two_leads_who_decide_at_once_one_wins(serve: Callable[..., Server], other: str) -> None:
    """Both put the two together, in opposite directions; or one does and the other says that they are two."""
    server, scene = serve(workers=4), Twice()
    scene.at = real_now() - timedelta(minutes=1)
    first, second = Person(scene.lead), Person(user("programme_lead", scene.delivery, scene.programme))
    for number in range(ROUNDS):
        pair = scene.pair(first=("Bilal", "Chidi", "Dawit", "Esther", "Farid", "Grace")[number], phone=f"+4477009005{number:02d}")
        answers = at_once(server, [said(first, pair, "same", pair.one), said(second, pair, other, pair.other)])
        assert Counter(each.status for each in answers) == Counter({302: 1, 409: 1}), [each.body[:500] for each in answers]
        lost = next(each for each in answers if each.status == 409)
        assert "somebody" in lost.body.lower()
        assert Merge.objects.count() + NotSame.objects.count() == number + 1
    keys = Pathway.objects.values("person_key").distinct().count()
    assert Pathway.objects.count() - keys == Merge.objects.count()


def test_of_three_pairs_of_one_person_decided_at_once_nothing_breaks(serve: Callable[..., Server]) -> None:
    server, scene = serve(workers=4), Twice()
    scene.at = real_now() - timedelta(minutes=1)
    for _ in range(3):
        scene.record(phone="+447700900777")
    scene.compare()
    leads = [Person(user("programme_lead", scene.delivery, scene.programme)) for _ in range(3)]
    pairs = list(SuggestedPair.objects.select_related("one", "other"))
    answers = at_once(server, [said(who, pair, "same", pair.one) for who, pair in zip(leads, pairs, strict=True)])
    assert {each.status for each in answers} <= {302, 409}
    done = sum(each.status == 302 for each in answers)
    assert done == Merge.objects.count() in {1, 2}
    assert Pathway.objects.values("person_key").distinct().count() == 3 - done
