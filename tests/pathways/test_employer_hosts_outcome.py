"""How a chat went, said by the employer who hosted it: kinds of work and a note; and what ends with the person's yes."""

import re
from datetime import timedelta

import pytest

from ground.actor import Actor
from ground.door import NotYours
from ground.once import new_once
from pathways import scope
from pathways.models import Consent, Interview, Note, Pathway, StageChange, Task
from pathways.services import interview
from pathways.services.contact import withdraw_consent
from tests.factories import actor, user
from tests.pathways.digest import digest, unlike
from tests.pathways.hosting import Hosts, booking, post
from tests.pathways.test_employer_pages import RANDOM, names, page, without_nonce
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


# -- how it went -------------------------------------------------------------------------------------------------------------------


def test_the_employer_says_how_it_went_in_families_and_a_note_and_takes_it_back():
    scene = Hosts()
    chat = scene.chat(first="Zuleika", last="Marvell", days=-2)
    client, browser = signed_in(scene.employer), signed_in(scene.worker)
    path = f"/interviews/{chat.uuid}/steps/hold/"
    shown = page(client, path)
    asked = set(re.findall(r'name="([a-z_]+)"', shown)) - {"csrfmiddlewaretoken", "once", "version", "press", "viewport"}
    assert {each for each in asked if not each.startswith(("theme", "color"))} == {"families", "note"}
    before = digest()
    typed = {
        "families": scene.family.code,
        "note": "Good with people",
        "in_the_way": "x",
        "work_status": "working",
        "adjustments_wanted": "on",
    }
    answer = post(client, f"{path}?back=/chats/%3Frow=1", chat, **typed)
    assert answer["Location"].startswith("/chats/")
    chat.refresh_from_db()
    change = StageChange.objects.get(machine="interview", step="hold")
    assert (chat.stage, chat.held_on, chat.families, chat.in_the_way, chat.work_status, chat.adjustments_wanted) == (
        "held",
        scene.today - timedelta(days=2),
        [scene.family.code],
        "",
        "",
        False,
    )
    assert (change.actor_kind, change.actor, change.organisation, change.said_by, change.happened_on) == (
        "employer",
        scene.employer,
        scene.trust,
        "",
        chat.held_on,
    )
    note = Note.objects.get()
    assert (note.text, note.visibility, note.author, note.organisation, note.employer, note.opened_by) == (
        "Good with people",
        "employer",
        scene.employer,
        scene.trust,
        scene.trust,
        change,
    )
    assert Task.objects.filter(pathway=chat.pathway, kind="decide", state="open").exists()
    shown = page(client, answer["Location"])
    assert "Zuleika Marvell: Chat held, " in shown
    own = page(client, f"/interviews/{chat.uuid}/")
    assert ("Good with people" in own, "Looking after buildings" in own, path in own) == (True, True, False)
    told = page(browser, f"/people/{chat.pathway.candidate.uuid}/")
    assert (f"Note from {scene.trust.name}" in told, "Good with people" in told) == (True, True)
    undo = re.search(r'action="(/changes/[^"]+/undo/[^"]*)"', shown).group(1)
    assert client.post(undo, {"once": new_once()})["Location"].startswith("/chats/")
    assert unlike(before, digest()) == []
    assert "Good with people" not in page(client, f"/interviews/{chat.uuid}/")
    assert "Good with people" not in page(browser, f"/people/{chat.pathway.candidate.uuid}/")


def test_a_note_of_the_host_is_read_by_no_other_employer_who_knows_the_person():
    scene = Hosts()
    chat = scene.chat(days=-1)
    interview.hold_chat(case=chat.pathway, chat=chat, note="Good with people", by=scene.dawn, at=scene.at)
    later = scene.chat(case=Pathway.objects.get(pk=chat.pathway_id), employer=scene.rival)
    client = signed_in(scene.rivals)
    assert "Good with people" not in page(client, f"/interviews/{later.uuid}/")
    assert scope.notes(client.get("/account/").wsgi_request.user).count() == 0
    colleague = signed_in(user("employer", scene.trust, scene.programme))
    assert "Good with people" in page(colleague, f"/interviews/{chat.uuid}/")


def test_told_before_its_day_it_was_today():
    scene = Hosts()
    chat = scene.chat(days=2)
    held = interview.hold_chat(case=chat.pathway, chat=chat, by=scene.dawn, at=scene.at)
    assert (held.held_on, StageChange.objects.get(step="hold").happened_on) == (scene.today, scene.today)


def test_the_host_holds_and_takes_no_other_step():
    scene = Hosts()
    chat = scene.chat(days=-1)
    client = signed_in(scene.employer)
    assert set(re.findall(rf"/interviews/{chat.uuid}/steps/([a-z]+)/", page(client, f"/interviews/{chat.uuid}/"))) == {"hold"}
    for step in ("miss", "move", "cancel", "void"):
        assert post(client, f"/interviews/{chat.uuid}/steps/{step}/", chat, missed_by="candidate").status_code == 403
    assert post(client, f"/pathways/{chat.pathway.uuid}/steps/interview.hold/", chat).status_code == 403
    assert post(client, f"/interviews/{chat.uuid}/steps/hold/", chat).status_code == 302
    chat.refresh_from_db()
    again = post(client, f"/interviews/{chat.uuid}/steps/hold/", chat)
    assert (again.status_code, Interview.objects.get().version) == (409, chat.version)


def test_an_old_form_is_a_conflict_and_keeps_the_note_that_was_typed():
    scene = Hosts()
    chat = scene.chat(days=-1)
    version = chat.version
    interview.move_chat(chat=chat, when=scene.time(1), place="Ward 3", host=None, employer=scene.trust, by=scene.by, at=scene.at)
    chat.version = version
    answer = post(signed_in(scene.employer), f"/interviews/{chat.uuid}/steps/hold/", chat, note="Good with people")
    assert (answer.status_code, "Good with people" in answer.content.decode()) == (409, True)
    assert Note.objects.count() == 0


def test_the_service_lets_an_employer_fill_no_more_and_hold_no_chat_of_ours():
    scene = Hosts()
    chat = scene.chat(days=-1)
    with pytest.raises(NotYours):
        interview.hold_chat(case=chat.pathway, chat=chat, outcome={"in_the_way": "x"}, by=scene.dawn, at=scene.at)
    ours = interview.book_chat(case=scene.open(), when=scene.time(0, 23), place="", host=scene.worker, by=scene.by, at=scene.at)
    for by in (scene.dawn, actor(scene.rivals)):
        with pytest.raises(NotYours):
            interview.hold_chat(case=ours.pathway, chat=ours, by=by, at=scene.at)
        with pytest.raises(NotYours):
            interview.hold_chat(case=scene.open(), by=by, at=scene.at)
    with pytest.raises(NotYours):
        interview.hold_chat(case=chat.pathway, chat=chat, by=actor(scene.rivals), at=scene.at)


def test_a_worker_tells_of_it_on_the_employers_word():
    scene = Hosts()
    chat = scene.chat(days=-1)
    browser = signed_in(scene.worker)
    assert "The employer told me" in page(browser, f"/people/{chat.pathway.candidate.uuid}/")
    typed = {"said_by": "employer", "said_how": "phone", "work_status": "not_working"}
    assert post(browser, f"/interviews/{chat.uuid}/steps/hold/", chat, **typed).status_code == 302
    change = StageChange.objects.get(step="hold")
    assert (change.actor_kind, change.actor, change.said_by, change.said_how) == ("worker", scene.worker, "employer", "phone")


# -- the yes taken back ------------------------------------------------------------------------------------------------------------


def test_the_yes_taken_back_ends_sight_and_asks_the_worker_for_another_host():
    scene = Hosts()
    chat = scene.chat(days=2)
    client, browser = signed_in(scene.employer), signed_in(scene.worker)
    assert client.get(f"/interviews/{chat.uuid}/").status_code == 200
    path = f"/consents/{chat.consent.uuid}/withdraw/"
    assert "that chat then needs another host" in page(browser, path)
    assert post(browser, path, chat.consent).status_code == 302
    assert names(page(client, "/chats/")) == []
    never = client.get(f"/interviews/{RANDOM}/")
    for answer in (client.get(f"/interviews/{chat.uuid}/"), post(client, f"/interviews/{chat.uuid}/steps/hold/", chat)):
        assert (answer.status_code, without_nonce(answer) == without_nonce(never)) == (404, True)
    with pytest.raises(NotYours):
        interview.hold_chat(case=chat.pathway, chat=Interview.objects.get(), by=scene.dawn, at=scene.at)
    owed = Task.objects.get(kind="free")
    assert (owed.state, owed.owed_by, owed.pathway_id) == ("open", "worker", chat.pathway_id)
    shown = page(browser, f"/people/{chat.pathway.candidate.uuid}/")
    assert f"{scene.trust.name} sees nothing of the chat any more: move it to another host, or call it off" in shown
    assert f"{scene.trust.name} was to host it and sees it no more: the permission is withdrawn." in shown
    assert f"Permission withdrawn: share with an employer: {scene.trust.name}" in shown
    move = f"/interviews/{chat.uuid}/steps/move/"
    assert post(browser, move, chat, **booking(scene, host=str(scene.trust.uuid))).status_code == 422
    assert post(browser, move, chat, **booking(scene)).status_code == 302
    owed.refresh_from_db()
    assert owed.state == "done"


def test_a_yes_taken_back_after_the_chat_ends_sight_and_asks_for_nothing():
    scene = Hosts()
    chat = scene.chat(days=-1)
    interview.hold_chat(case=chat.pathway, chat=chat, note="Good with people", by=scene.dawn, at=scene.at)
    client = signed_in(scene.employer)
    change = StageChange.objects.get(step="hold")
    withdraw_consent(consent=chat.consent, by=scene.by, at=scene.at)
    assert [client.get(path).status_code for path in (f"/interviews/{chat.uuid}/", f"/changes/{change.uuid}/undo/")] == [404, 404]
    assert names(page(client, "/chats/?show=held")) == []
    assert scope.notes(client.get("/account/").wsgi_request.user).count() == 0
    assert not Task.objects.filter(kind="free").exists()


def test_a_yes_taken_back_while_the_form_is_open_is_no_yes():
    scene = Hosts()
    scene.chat(days=-1)
    opened = Interview.objects.select_related("consent").get()
    withdraw_consent(consent=Consent.objects.get(), by=scene.by, at=scene.at)
    with pytest.raises(NotYours):
        interview.hold_chat(case=opened.pathway, chat=opened, by=scene.dawn, at=scene.at)
    assert Interview.objects.get().stage == "booked"


def test_an_actor_of_no_organisation_holds_no_chat():
    scene = Hosts()
    chat = scene.chat(days=-1)
    with pytest.raises(NotYours):
        interview.hold_chat(case=chat.pathway, chat=chat, by=Actor(kind="employer", organisation_id=None), at=scene.at)
