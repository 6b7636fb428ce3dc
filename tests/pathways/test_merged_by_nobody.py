"""Nobody is merged by the clock, by a comparison or by a register: two are one person because somebody said so."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from candidates.models import Candidate, ContactRoute, Merge, MergeProposal, SuggestedPair
from candidates.services.pairs import compare_next, look_again
from candidates.tasks import compare_pairs, compare_people
from pathways.models import Pathway
from tests.factories import AT, World
from tests.pathways.test_imports import taken_in

pytestmark = pytest.mark.django_db
REGISTER = (
    b"First name,Surname,DOB,Mobile,Postcode,Date contacted,EOI\n"
    b"Amina,Yusuf,14/05/1980,07700 900123,B1 1AA,02/03/2026,03/03/2026\n"
    b"Amina,Yusuf,14/05/1980,07700 900123,B1 1AA,09/03/2026,10/03/2026\n"
)


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def written_twice(world: World) -> list[Pathway]:
    """Alike in all that a record can say."""
    born = {"date_of_birth": "1980-05-14", "birth_quality": "exact"}
    return [world.case(first="Amina", last="Yusuf", phone="+447700900123", **born) for _ in range(2)]


def nobody_was_merged(people: int) -> None:
    assert (Merge.objects.count(), MergeProposal.objects.count()) == (0, 0)
    assert Candidate.objects.count() == people
    cases = Pathway.objects.all()
    assert cases.values("person_key").distinct().count() == cases.values("candidate").distinct().count()
    assert not cases.filter(stage="merged").exists()


def test_who_is_certainly_the_same_is_asked_about_and_not_merged() -> None:
    written_twice(World())
    while compare_next(at=AT):
        pass
    pair = SuggestedPair.objects.get()
    assert pair.points >= 10
    nobody_was_merged(2)
    look_again(pairs=[pair.pk], at=AT + timedelta(days=1))
    nobody_was_merged(2)


def test_the_jobs_of_the_night_merge_nobody() -> None:
    written_twice(World())
    for day in range(2):
        compare_people(at=AT + timedelta(days=day), dry_run=False)
        compare_pairs(at=AT + timedelta(days=day), dry_run=False)
    assert SuggestedPair.objects.count() == 1
    nobody_was_merged(2)


def test_a_register_of_people_who_are_here_already_merges_nobody() -> None:
    world = World()
    one, _ = written_twice(world)
    before = Candidate.objects.count()
    for name in ("march.csv", "april.csv"):
        taken_in(world, REGISTER, name)
        while compare_next(at=AT):
            pass
        compare_pairs(at=AT, dry_run=False)
    assert ContactRoute.objects.filter(candidate=one.candidate).exists()
    assert SuggestedPair.objects.exists()
    nobody_was_merged(Candidate.objects.count())
    assert Candidate.objects.count() >= before
