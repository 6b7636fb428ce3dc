"""A step's form is an opening of somebody's record, and a stale one tells what happened meanwhile."""

from datetime import timedelta

import pytest

from accounts.models import Audit
from ground.once import new_once
from pathways.models import StageChange
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def test_opening_the_form_of_a_step_and_of_an_undo_is_written_down() -> None:
    scene = Scene()
    chat = scene.chat()
    change = StageChange.objects.get(machine="interview", step="book")
    browser = signed_in(scene.colleague)
    for path in (f"/interviews/{chat.uuid}/steps/move/", f"/pathways/{chat.pathway.uuid}/steps/interview.book/"):
        assert browser.get(path).status_code == 200
    opened = Audit.objects.filter(action="person.open", person=chat.pathway.candidate.uuid, actor=scene.colleague)
    assert opened.count() == 2
    assert signed_in(scene.worker).get(f"/changes/{change.uuid}/undo/").status_code == 200
    assert Audit.objects.filter(action="person.open", person=chat.pathway.candidate.uuid, actor=scene.worker).count() == 1


def test_a_stale_step_is_told_what_was_done_meanwhile_and_by_whom() -> None:
    scene = Scene()
    chat = scene.chat()
    version = chat.version
    day = (scene.today + timedelta(days=3)).isoformat()
    moved = {"day": day, "hour": "9:15", "place": "The café", "version": version}
    path = f"/interviews/{chat.uuid}/steps/move/"
    assert signed_in(scene.colleague).post(path, {**moved, "once": new_once()}).status_code == 302
    stale = signed_in(scene.worker).post(path, {**moved, "place": "The library", "once": new_once()})
    words = stale.content.decode()
    assert stale.status_code == 409
    assert f"Last: Chat moved, by {scene.colleague.name}, " in words
    assert "The library" in words
