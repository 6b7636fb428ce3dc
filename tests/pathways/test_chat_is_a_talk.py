"""A chat that one of us held was a talk: lists and the person's page say so, and no longer when it is taken back."""

import re
from datetime import date, timedelta

import pytest

from pathways.models import Interview, Pathway, StageChange
from pathways.services import interview
from pathways.services.contact import log_contact
from pathways.services.undo import undo_step
from tests.factories import actor
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def last_talk(chat: Interview) -> date | None:
    return Pathway.objects.get(pk=chat.pathway_id).last_two_way_on


def words(scene: Scene, path: str) -> str:
    return signed_in(scene.worker).get(path).content.decode()


def test_a_chat_held_is_the_last_talk_on_the_list_and_on_the_page() -> None:
    scene = Scene()
    chat = interview.hold_chat(case=scene.open(), outcome={"in_the_way": "Bus times"}, by=scene.by, at=scene.now)
    assert last_talk(chat) == scene.today
    assert "No talk logged yet" not in words(scene, "/caseload/")
    page = words(scene, f"/people/{chat.pathway.candidate.uuid}/")
    assert "Last spoke: " in page
    assert "in their words: Bus times" in page


def test_a_chat_that_an_employer_hosted_is_no_talk_of_ours() -> None:
    scene = Scene()
    chat = scene.hosted()
    interview.hold_chat(case=chat.pathway, chat=chat, by=actor(scene.employer), at=scene.now)
    assert last_talk(chat) is None


def test_a_talk_after_the_chat_stays_the_last() -> None:
    scene = Scene()
    case = scene.open()
    log_contact(case=case, channel="call", outcome="spoke", by=scene.by, at=scene.now)
    assert last_talk(interview.hold_chat(case=case, by=scene.by, at=scene.past)) == scene.today


@pytest.mark.parametrize("how", ["undone", "in error"])
def test_a_chat_taken_back_leaves_the_talk_before_it(how: str) -> None:
    scene = Scene()
    case = scene.open()
    before = scene.today - timedelta(days=3)
    log_contact(case=case, channel="call", outcome="spoke", by=scene.by, at=scene.now, day=before)
    chat = interview.hold_chat(case=case, by=scene.by, at=scene.now)
    assert last_talk(chat) == scene.today
    if how == "undone":
        undo_step(change=StageChange.objects.get(machine="interview", step="hold"), by=scene.by, at=scene.now)
    else:
        interview.void_chat(chat=chat, by=scene.lead_by, at=scene.now)
        assert last_talk(chat) == before
        undo_step(change=StageChange.objects.get(machine="interview", step="void"), by=scene.lead_by, at=scene.now)
    assert last_talk(chat) == (before if how == "undone" else scene.today)


def test_who_is_to_be_asked_again_can_be_rung_and_it_is_logged_on_their_page() -> None:
    scene = Scene()
    case = scene.withdrawn()
    assert "Log a contact" not in words(scene, f"/people/{case.candidate.uuid}/")
    later = scene.not_now()
    assert "Log a contact" in words(scene, f"/people/{later.candidate.uuid}/")


def test_what_is_not_known_of_a_leaving_is_said_from_what_is_next() -> None:
    scene = Scene()
    job = scene.left_unsaid()
    nearest = words(scene, f"/people/{job.pathway.candidate.uuid}/").partition('id="next"')[2].partition("</ul>")[0]
    assert f"/placements/{job.uuid}/steps/tell_leaving/" in nearest


def test_once_its_day_has_passed_a_chat_is_ours_to_say_everywhere() -> None:
    scene = Scene()
    chat = scene.chat(to_come=False)
    for path in ("/today/", "/caseload/", f"/people/{chat.pathway.candidate.uuid}/"):
        said = re.sub(r"<[^>]+>|\n", "", words(scene, path))
        assert re.search(r"You, \d+ days overdue", said), path
