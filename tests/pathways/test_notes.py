"""Notes by who may read them: nobody else, the team, the programme, one employer; fewer for a while, never more without saying so."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Audit, AuditReason, ProgrammeRule
from ground.door import Conflict, NotYours, Refused
from ground.once import new_once
from outreach.models import Contact
from pathways.models import Introduction, Note
from pathways.services import case as cases
from pathways.services.contact import add_note, log_contact, mark_meaningful, withdraw_consent
from pathways.services.note import narrow_note, open_closed_notes, widen_note
from tests.factories import actor, organisation, partner, user
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


class Noted(Scene):
    """Somebody put forward, with a case in another organisation of the programme before, and everybody who may read of them."""

    def __init__(self) -> None:
        super().__init__()
        self.row = self.sent()
        self.theirs = self.row.pathway
        self.home = f"/people/{self.theirs.candidate.uuid}/"
        self.neighbours = partner(self.programme, organisation("delivery"))
        self.neighbour = user("outreach_worker", self.neighbours, self.programme)
        self.other_lead = user("programme_lead", self.neighbours, self.programme)

    def write(self, visibility: str, **more: Any) -> Note:
        told = {"case": self.theirs, "text": f"Read by {visibility}.", "visibility": visibility, "by": self.by, "at": self.now, **more}
        return add_note(**told)

    def reads(self, who: Any, path: str = "") -> list[str]:
        words = signed_in(who).get(path or self.home).content.decode()
        return [each for each in ("me", "team", "programme", "employer") if f"Read by {each}." in words]


def test_each_note_is_read_by_those_it_is_for() -> None:
    scene = Noted()
    for visibility in ("me", "team", "programme"):
        scene.write(visibility)
    scene.write("employer", employer=scene.trust)
    assert scene.reads(scene.worker) == ["me", "team", "programme", "employer"]
    assert scene.reads(scene.colleague) == ["team", "programme", "employer"]
    assert scene.reads(scene.lead) == ["team", "programme", "employer"]
    assert scene.reads(scene.other_lead) == ["programme", "employer"]
    assert signed_in(scene.neighbour).get(scene.home).status_code == 404


def test_a_note_for_the_programme_is_read_by_staff_of_another_organisation_who_have_the_person_too() -> None:
    scene = Noted()
    before = scene.withdrawn()
    for visibility in ("me", "team", "programme"):
        scene.write(visibility, case=before)
    told = {"candidate": before.candidate, "programme": scene.programme, "opened_on": scene.today}
    again = cases.new_case(organisation=scene.neighbours, owner=scene.neighbour, **told)
    cases.log_outreach(case=again, by=actor(scene.neighbour), at=scene.now)
    scene.home = f"/people/{before.candidate.uuid}/"
    assert scene.reads(scene.neighbour) == ["programme"]


def test_an_employer_reads_what_was_shared_with_it_while_the_permission_stands_and_no_other_employer_does() -> None:
    scene = Noted()
    for visibility in ("me", "team", "programme"):
        scene.write(visibility)
    path = f"/introductions/{scene.row.uuid}/"
    assert scene.reads(scene.employer, path) == []
    scene.write("employer", employer=scene.trust)
    assert scene.reads(scene.employer, path) == ["employer"]
    with pytest.raises(Refused, match="not agreed to share"):
        scene.write("employer", employer=partner(scene.programme, organisation("employer")))
    withdraw_consent(consent=Introduction.objects.get(pk=scene.row.pk).consent, by=scene.by, at=scene.now)
    assert signed_in(scene.employer).get(path).status_code == 404
    with pytest.raises(Refused, match="not agreed to share"):
        scene.write("employer", employer=scene.trust)


def test_its_author_takes_a_note_back_from_some_readers_for_fourteen_days() -> None:
    scene = Noted()
    note = scene.write("programme")
    browser = signed_in(scene.worker)
    path = f"/notes/{note.uuid}/readers/"
    assert path in browser.get(scene.home).content.decode()
    assert path not in signed_in(scene.colleague).get(scene.home).content.decode()
    assert browser.get(path).status_code == 200
    for who in (scene.colleague, scene.lead):
        assert signed_in(who).get(path).status_code == 404
    data = {"visibility": "team", "version": note.version, "once": new_once()}
    assert browser.post(path, data).status_code == 302
    note.refresh_from_db()
    assert (note.visibility, Note.objects.count()) == ("team", 1)
    with pytest.raises(Conflict):
        narrow_note(note=note, version=1, visibility="me", by=scene.by, at=scene.now)
    with pytest.raises(NotYours):
        narrow_note(note=note, version=2, visibility="me", by=scene.lead_by, at=scene.now)
    narrow_note(note=note, version=2, visibility="me", by=scene.by, at=scene.now + timedelta(days=14))
    old = scene.write("team")
    with pytest.raises(Refused, match="more than 14 days ago"):
        narrow_note(note=old, version=1, visibility="me", by=scene.by, at=scene.now + timedelta(days=15))


def test_more_readers_get_a_new_note_and_the_first_stays_as_it_is() -> None:
    scene = Noted()
    note = scene.write("me")
    browser = signed_in(scene.worker)
    data = {"visibility": "programme", "version": note.version, "once": new_once()}
    assert browser.post(f"/notes/{note.uuid}/readers/", data).status_code == 302
    assert sorted(Note.objects.values_list("visibility", "text")) == [("me", "Read by me."), ("programme", "Read by me.")]
    same = browser.post(f"/notes/{note.uuid}/readers/", {**data, "visibility": "me", "once": new_once()})
    assert (same.status_code, "Choose more readers" in same.content.decode()) == (422, True)
    with pytest.raises(NotYours):
        widen_note(note=note, visibility="team", by=scene.lead_by, at=scene.now)


def test_what_was_shared_with_an_employer_stays_shared() -> None:
    scene = Noted()
    note = scene.write("employer", employer=scene.trust)
    with pytest.raises(Refused, match="cannot be taken back"):
        narrow_note(note=note, version=1, visibility="team", by=scene.by, at=scene.now)
    assert f"/notes/{note.uuid}/readers/" not in signed_in(scene.worker).get(scene.home).content.decode()


def test_a_lead_reads_what_others_kept_to_themselves_only_for_a_reason_that_is_written_down() -> None:
    scene = Noted()
    scene.write("me")
    path = f"{scene.home}closed-notes/"
    browser = signed_in(scene.lead)
    words = browser.get(path).content.decode()
    assert "1 note of colleagues" in words
    assert "Read by me." not in words
    refused = browser.post(path, {"reason": "  ", "once": new_once()})
    assert (refused.status_code, "Read by me." in refused.content.decode()) == (422, False)
    assert not Audit.objects.filter(action="note.open").exists()
    assert "Read by me." in browser.post(path, {"reason": "She is away, he may be at risk.", "once": new_once()}).content.decode()
    written = Audit.objects.get(action="note.open")
    assert (written.actor, written.person, written.rows) == (scene.lead, scene.theirs.candidate.uuid, 1)
    assert AuditReason.objects.get(audit=written).text == "She is away, he may be at risk."
    assert "Read by me." not in browser.get(path).content.decode()
    for who in (scene.worker, scene.colleague, scene.employer, user("administrator", scene.delivery)):
        assert signed_in(who).get(path).status_code == 403
    with pytest.raises(NotYours):
        open_closed_notes(candidate=scene.theirs.candidate, notes=[], reason="x", by=scene.by, at=scene.now)


# -- talks that moved something on -------------------------------------------------------------------------------------------------


def counted(scene: Noted) -> str:
    words = signed_in(scene.worker).get(scene.home).content.decode()
    return words.partition("Talks that moved something on: ")[2].partition("<")[0]


def test_a_talk_is_logged_with_one_tap_and_said_to_have_moved_something_on_with_the_next_and_the_page_counts_it() -> None:
    scene = Noted()
    browser = signed_in(scene.worker)
    assert counted(scene) == "0 of the 3 wanted"
    browser.post(f"/pathways/{scene.theirs.uuid}/contacts/", {"tap": "call.spoke", "once": new_once()})
    row = Contact.objects.get()
    path = f"/contacts/{row.uuid}/meaningful/"
    assert path in browser.get(scene.home).content.decode()
    assert browser.post(path, {"once": new_once()}).status_code == 302
    words = browser.get(scene.home).content.decode()
    assert "It moved something on." in words
    assert path not in words
    assert counted(scene) == "1 of the 3 wanted"
    assert browser.post(path, {"once": new_once()}).status_code == 409


def test_an_attempt_moves_nothing_on_and_a_colleague_does_not_say_it_for_another() -> None:
    scene = Noted()
    tried = log_contact(case=scene.theirs, channel="call", outcome="no_answer", by=scene.by, at=scene.now)
    talked = log_contact(case=scene.theirs, channel="call", outcome="spoke", by=scene.by, at=scene.now)
    with pytest.raises(Refused):
        mark_meaningful(contact=tried, by=scene.by, at=scene.now)
    with pytest.raises(Refused):
        mark_meaningful(contact=talked, by=actor(scene.colleague), at=scene.now)
    mark_meaningful(contact=talked, by=scene.lead_by, at=scene.now)
    assert counted(scene) == "1 of the 3 wanted"


def test_how_many_are_wanted_is_the_programmes_rule_of_the_day_the_case_was_opened() -> None:
    scene = Noted()
    ProgrammeRule.objects.create(programme=scene.programme, code="meaningful_contacts", value=5, valid_from=scene.theirs.opened_on)
    ProgrammeRule.objects.create(programme=scene.programme, code="meaningful_contacts", value=9, valid_from=scene.today)
    assert counted(scene) == "0 of the 5 wanted"
