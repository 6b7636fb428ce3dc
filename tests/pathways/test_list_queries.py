"""Every list of the house asks the database as often for a hundred rows as for one."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from candidates.models import MergeProposal, SuggestedPair
from employers.models import CareerHeading
from pathways.models import ImportRun, Pathway
from pathways.services import training
from pathways.services.merging import merge
from tests import factories
from tests.pathways.employer_scene import Scene
from tests.pathways.hosting import Hosts
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

SIZES = (1, 3, 25, 100)
#: No list may ask more often than this; speed.md.
MOST = 15


def asked(browser: Client, method: str, path: str, data: dict[str, str], words: str) -> int:
    """How many queries a page of the list is. The first look fills what a process remembers."""
    if method == "find":  # what is searched for is posted; the page it leads to is the list
        browser.post(path, data)
        method, data = "get", {}
    getattr(browser, method)(path, data)
    with CaptureQueriesContext(connection) as queries:
        answer = getattr(browser, method)(path, data)
    assert answer.status_code == 200, answer.status_code
    assert words in answer.content.decode()
    return len(queries)


def nobodys(scene: Any, number: int) -> None:
    Pathway.objects.filter(pk=scene.case(at=scene.at, last=f"Yusuf{number}").pk).update(owner=None)


def found(scene: Any, number: int) -> None:
    scene.case(at=scene.at - timedelta(days=20), first="Amina", last=f"Yusuf{number}")


def seated(scene: Any, number: int) -> None:
    if not hasattr(scene, "hall"):
        scene.hall = scene.course(capacity=200, starts_on=scene.today, ends_on=scene.today + timedelta(days=14))
    training.book_seat(case=scene.case(at=scene.at), course=scene.hall, by=scene.by, at=scene.at)


def course(scene: Any, number: int) -> None:
    scene.course(name=f"Course {number}", starts_on=scene.today, ends_on=scene.today + timedelta(days=14))


def opening(scene: Any, number: int) -> None:
    CareerHeading.objects.filter(pk=scene.heading(title=f"Porter {number}").pk).update(posted_on=scene.today)


def wide(scene: Any) -> CareerHeading:
    """An opening with room for everybody."""
    if not hasattr(scene, "wide"):
        scene.wide = scene.heading(title="Many places", places=500)
    return scene.wide


def run(scene: Any, number: int) -> None:
    ImportRun.objects.create(
        organisation=scene.delivery,
        programme=scene.programme,
        by=scene.lead,
        file_name=f"register {number}.csv",
        file_digest=f"{number:064x}",
    )


def twice(scene: Any, number: int) -> None:
    """One more pair of two people of whom nobody else is one."""
    one, other = (scene.case(at=scene.at, first="Amina", last=f"Yusuf{number}").candidate for _ in range(2))
    pair = SuggestedPair.objects.create(one=one, other=other, points=12, agree=["name"], found_at=scene.at)
    MergeProposal.objects.create(one=pair.one, other=pair.other, kept=one, proposed_by=scene.worker, proposed_at=scene.at)


def merged(scene: Any, number: int) -> None:
    kept, absorbed = (scene.case(at=scene.at, first="Amina", last=f"Yusuf{number}").candidate for _ in range(2))
    merge(kept=kept, absorbed=absorbed, by=scene.by, at=scene.at)


LISTS: dict[str, tuple[type[Any], Callable[[Any, int], Any], str, str, str, dict[str, str], str]] = {
    "nobody's yet": (Scene, nobodys, "worker", "get", "/unclaimed/", {}, "Yusuf"),
    "search": (Scene, found, "worker", "find", "/people/find/", {"words": "Amina"}, "Yusuf"),
    "digest": (Scene, found, "worker", "get", "/today/digest/", {}, "Amina"),
    "today": (Scene, found, "worker", "get", "/today/?whose=team", {}, "Amina"),
    "today of the team": (Scene, found, "lead", "get", "/today/?whose=team", {}, "Amina"),
    "caseload of a lead": (Scene, found, "lead", "get", "/caseload/", {}, "Amina"),
    "hand over": (Scene, found, "lead", "get", "/caseload/hand-over/?all=1", {}, "Hand over"),
    "courses": (Scene, course, "worker", "get", "/courses/", {}, "Course"),
    "put forward": (Scene, lambda scene, number: scene.sent(), "employer", "get", "/put-forward/", {}, "Asha"),
    "checks and starts": (Scene, lambda scene, number: scene.accepted(heading=wide(scene)), "employer", "get", "/checks/", {}, "Asha"),
    "still here": (Scene, lambda scene, number: scene.asked(heading=wide(scene)), "employer", "get", "/still-here/", {}, "Asha"),
    "chats": (Hosts, lambda scene, number: scene.chat(), "employer", "get", "/chats/", {}, "Asha"),
    "openings": (Scene, opening, "employer", "get", "/headings/", {}, "Porter"),
    "duplicates": (Scene, twice, "worker", "get", "/duplicates/", {}, "Yusuf"),
    "duplicates of a lead": (Scene, twice, "lead", "get", "/duplicates/?show=proposed", {}, "Yusuf"),
    "merges": (Scene, merged, "worker", "get", "/duplicates/merges/", {}, "Yusuf"),
    "imports": (Scene, run, "lead", "get", "/imports/", {}, "register"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_asks_as_often_at_any_length(name: str) -> None:
    kind, build, role, method, path, data, words = LISTS[name]
    factories.rates()
    scene = kind()
    browser = signed_in(getattr(scene, role))
    counts, made = {}, 0
    for size in SIZES:
        for number in range(made, size):
            build(scene, number)
        made = size
        counts[size] = asked(browser, method, path, data, words)
    assert len(set(counts.values())) == 1, counts
    assert counts[1] <= MOST, counts


def test_a_course_and_its_register_ask_as_often_at_any_length() -> None:
    scene = Scene()
    browser, counts, made = signed_in(scene.lead), {}, 0
    for size in SIZES:
        for number in range(made, size):
            seated(scene, number)
        made = size
        day = scene.today.isoformat()
        counts[size] = [
            asked(browser, "get", path, {}, "Asha")
            for path in (f"/courses/{scene.hall.uuid}/", f"/courses/{scene.hall.uuid}/register/{day}/")
        ]
    assert len({tuple(each) for each in counts.values()}) == 1, counts
    page, register = counts[1]
    assert register <= MOST < page <= MOST + 5, counts  # the page is two lists, a card and the days
