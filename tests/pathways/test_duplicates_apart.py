"""Said once that two are two people, it holds by whichever of their records; and whoever decides takes people before their pair."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from candidates.models import Merge, MergeProposal, NotSame, SuggestedPair
from ground.door import Refused
from ground.once import new_once
from pathways.models import Pathway
from pathways.services import duplicates
from pathways.services.merging import merge
from tests.factories import actor
from tests.pathways.duplicate_scene import Twice
from tests.pathways.test_duplicates import LIST, page_of, say, shown
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


class Told(Twice):
    """A, B and X share a number: X and B were proposed to be one, A and B told apart; then A was merged into X."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.x = (self.record(last=name, phone="+447700900777") for name in ("Yusuf", "Yusof", "Yousuf"))
        self.told, self.merged, self.asked = (self.compared(*two) for two in ((self.a, self.b), (self.a, self.x), (self.x, self.b)))
        lead = signed_in(self.lead)
        say(signed_in(self.worker), self.asked, "propose", kept=self.x.candidate.uuid)
        say(lead, self.told, "apart")
        assert say(lead, self.merged, "same", kept=self.x.candidate.uuid).status_code == 302
        self.asked.refresh_from_db()


def test_told_apart_once_two_are_not_made_one_by_way_of_a_third() -> None:
    scene = Told()
    lead = signed_in(scene.lead)
    answer = say(lead, scene.asked, "same", kept=scene.x.candidate.uuid)
    assert answer.status_code == 422
    assert "Amina Yusuf and Amina Yusof are two people. Take that back first." in answer.content.decode()
    with pytest.raises(Refused, match="two people"):
        merge(kept=scene.b.candidate, absorbed=scene.a.candidate, by=actor(scene.lead), at=scene.at)
    assert Merge.objects.count() == 1
    assert Pathway.objects.values("person_key").distinct().count() == 2


def test_what_was_proposed_stays_in_the_list_until_a_lead_declines_it_or_takes_back_that_they_are_two() -> None:
    scene = Told()
    scene.compare()
    lead = signed_in(scene.lead)
    for address in (LIST, f"{LIST}?show=proposed", f"{LIST}?show=apart"):
        assert shown(lead, address) == [page_of(scene.asked)], address
    page = lead.get(page_of(scene.asked)).content.decode()
    assert f"{scene.lead.name} said today that they are two people" in page
    assert 'value="same"' not in page
    assert 'value="apart"' in page
    again = f"{page_of(scene.told)}ask-again/"
    assert f'action="{again}"' in page
    assert lead.post(again, {"once": new_once()}, follow=True).redirect_chain[-1][0] == page_of(scene.asked)
    assert NotSame.objects.filter(ended_at__isnull=True).count() == 0
    assert say(lead, scene.asked, "same", kept=scene.x.candidate.uuid).status_code == 302
    assert Pathway.objects.values("person_key").distinct().count() == 1


def test_a_proposal_by_way_of_a_third_is_declined() -> None:
    scene = Told()
    lead = signed_in(scene.lead)
    assert say(lead, scene.asked, "apart").status_code == 302
    assert MergeProposal.objects.get().outcome == "not_same"
    assert shown(lead) == []
    assert shown(lead, f"{LIST}?show=apart") == [page_of(scene.asked)]


def locks_of(act: Any) -> list[str]:
    """In which order an act takes people and pairs."""
    with CaptureQueriesContext(connection) as asked:
        act()
    tables = {"candidates_candidate": "people", "candidates_suggestedpair": "pair"}
    found = [
        word
        for query in asked.captured_queries
        for table, word in tables.items()
        if (f'FROM "{table}"' in query["sql"] and "FOR NO KEY UPDATE" in query["sql"]) or f'UPDATE "{table}"' in query["sql"]
    ]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("verb", ["same_person", "propose_same", "take_back_proposal", "not_same"])
def test_people_are_locked_before_their_pair(verb: str) -> None:
    scene = Twice()
    pair, by = scene.pair(), actor(scene.worker)
    if verb == "take_back_proposal":
        duplicates.propose_same(pair=pair, kept=pair.one, version=pair.version, by=by, at=scene.at)
        pair = SuggestedPair.objects.select_related("one", "other").get()
    more = {"kept": pair.one} if verb in {"same_person", "propose_same"} else {}
    act = getattr(duplicates, verb)
    assert locks_of(lambda: act(pair=pair, version=pair.version, by=by, at=scene.at, **more)) == ["people", "pair"]
