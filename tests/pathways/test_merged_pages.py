"""Pages read persons: one page for all records of somebody, one row in every list, and nobody sees more or less than before."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import ConflictBlock
from candidates.models import ContactRoute
from ground.once import new_once
from outreach.models import Message
from pathways.models import Pathway, StageChange
from pathways.services import interview
from pathways.services.contact import add_note, give_consent, log_contact
from pathways.services.merging import merge
from tests.factories import organisation, partner, user
from tests.pathways.test_merging import Two
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def home(case: Pathway) -> str:
    return f"/people/{case.candidate.uuid}/"


def text(browser: Client, path: str) -> str:
    return re.sub(r"\s+", " ", browser.get(path, follow=True).content.decode())


def test_every_record_leads_to_the_one_page_that_reads_them_all() -> None:
    scene = Two()
    scene.book(scene.behind)
    scene.offered(scene.ahead)
    for case in (scene.ahead, scene.behind):
        log_contact(case=case, channel="call", outcome="spoke", by=scene.by, at=scene.now, note=f"Talk {case.candidate.last_name}")
        add_note(case=case, text=f"Note {case.candidate.last_name}", visibility="team", by=scene.by, at=scene.now)
    give_consent(candidate=scene.behind.candidate, kind="use_story", given_how="phone", by=scene.by, at=scene.now)
    row = scene.merge()
    browser = signed_in(scene.lead)
    answer = browser.get(f"{home(scene.behind)}?case={scene.behind.uuid}")
    assert (answer.status_code, answer["Location"]) == (302, f"{home(scene.ahead)}?case={scene.behind.uuid}")
    words = text(browser, f"{home(scene.behind)}?case={scene.behind.uuid}&all=1")
    answer = browser.get(home(scene.ahead))
    assert answer.status_code == 200, answer.get("Location")
    page = answer.context["page"]
    assert (page.case.pk, page.person.pk) == (scene.ahead.pk, scene.ahead.candidate_id)
    assert [way.route.value for way in page.reach] == ["+447700900123", "+447700900456"]
    for part in ("Talk Yusuf", "Talk Yussuf", "Note Yusuf", "Note Yussuf", "Chat booked", "Offered the job", "Use a story or photo"):
        assert part in words, part
    assert "Also recorded as" in words
    assert f'Aminah Yussuf</bdi> <span class="quiet">on {scene.today.day} ' in words
    assert f'href="/duplicates/merges/{row.uuid}/"' in words
    assert [each.heading.split(",")[0] for each in page.live if each.heading.startswith("Chat")] == ["Chat"]
    assert "Other cases" not in words
    scene.apart(row)
    words = text(browser, home(scene.ahead))
    assert "Also recorded as" not in words
    assert "Talk Yussuf" not in words
    assert browser.get(home(scene.behind)).status_code == 200


def test_what_is_put_right_on_the_page_is_put_right_where_it_was_written() -> None:
    scene = Two()
    scene.merge()
    browser = signed_in(scene.worker)
    route = ContactRoute.objects.get(candidate=scene.behind.candidate)
    path = f"{home(scene.ahead)}reach/{route.uuid}/"
    assert browser.get(path).status_code == 200
    posted = {"value": "07700 900789", "may_call": "on", "may_text": "on", "once": new_once(), "version": route.version}
    assert browser.post(path, posted).status_code == 302
    route = ContactRoute.objects.current().get(candidate=scene.behind.candidate)
    assert route.value == "+447700900789"
    assert browser.get(f"{home(scene.ahead)}reach/{ContactRoute.objects.exclude(pk=route.pk).first().uuid}/").status_code == 200


def test_the_buttons_are_what_the_door_would_allow() -> None:
    scene = Two()
    chat = scene.book(scene.behind)
    scene.merge()
    browser = signed_in(scene.worker)
    page = browser.get(home(scene.ahead)).context["page"]
    steps = [step.href for each in page.live for step in each.steps]
    assert f"/interviews/{chat.uuid}/steps/hold/" in steps
    for href in (*steps, *(step.href for step in (*page.first, *page.aside))):
        assert browser.get(href).status_code == 200, href
    posted = {"once": new_once(), "version": chat.version, "happened_on": scene.today.isoformat()}
    answer = browser.post(f"/interviews/{chat.uuid}/steps/cancel/", posted)
    assert answer.status_code == 302
    assert text(browser, answer["Location"]).count("Amina Yusuf") >= 1


def undoable(browser: Client, case: Pathway) -> set[str]:
    """The steps of the page that offer to be undone, by machine and case."""
    page = browser.get(f"{home(case)}?all=1", follow=True).context["page"]
    offered = {entry.undo_href for each in page.story.days for entry in (*each.entries, *each.folded) if entry.undo_href}
    changes = StageChange.objects.select_related("pathway")
    return {f"{each.machine} {each.pathway_id}" for each in changes if f"/changes/{each.uuid}/undo/" in offered}


def test_steps_of_a_case_that_was_taken_in_offer_no_undo_and_what_hangs_on_it_does() -> None:
    scene = Two()
    scene.book(scene.behind)
    scene.offered(scene.ahead)
    browser = signed_in(scene.lead)
    mine, theirs = f"pathway {scene.ahead.pk}", f"pathway {scene.behind.pk}"
    assert theirs in undoable(browser, scene.behind)
    row = scene.merge()
    shown = undoable(browser, scene.ahead)
    assert theirs not in shown
    assert {mine, f"interview {scene.behind.pk}"} <= shown
    scene.apart(row)
    assert theirs in undoable(browser, scene.behind)


def test_a_person_stands_once_in_every_list() -> None:
    scene = Two()
    scene.book(scene.behind)
    scene.offered(scene.ahead)
    scene.merge()
    browser = signed_in(scene.worker)
    caseload = [row.href for row in browser.get("/caseload/?whose=all").context["rows"]]
    assert caseload == [home(scene.ahead)]
    for words in ("Amina", "Aminah Yussuf", "07700 900456"):
        found = browser.post("/people/", {"words": words}, follow=True).context["rows"]
        assert [row.href for row in found] == [home(scene.ahead)], words
    assert browser.post("/people/", {"words": "Aminah Yussuf"}, follow=True).context["rows"][0].note.startswith("By another record")
    today = browser.get("/today/").content.decode()
    assert today.count(f'href="{home(scene.behind)}"') == 0


def test_what_is_owed_on_the_case_taken_in_is_on_the_desk_of_whoever_holds_the_person() -> None:
    scene = Two()
    other = user("outreach_worker", scene.delivery, scene.programme)
    Pathway.objects.filter(pk=scene.behind.pk).update(owner=other)
    scene.offered(scene.ahead)
    scene.merge()
    mine = signed_in(scene.worker).get("/today/").content.decode()
    theirs = signed_in(other).get("/today/").content.decode()
    assert mine.count("Book the chat") >= 2
    assert home(scene.ahead) in mine
    assert "Book the chat" not in theirs


def test_who_sees_one_case_of_somebody_sees_the_steps_of_that_case_and_no_others() -> None:
    scene = Two()
    elsewhere = partner(scene.programme, organisation("delivery"))
    away = user("outreach_worker", elsewhere, scene.programme)
    Pathway.objects.filter(pk=scene.behind.pk).update(organisation=elsewhere, owner=away)
    add_note(case=scene.ahead, text="For our team alone", visibility="team", by=scene.by, at=scene.now)
    scene.offered(scene.ahead)
    scene.merge()
    browser = signed_in(away)
    page = browser.get(home(scene.ahead)).context["page"]
    assert [case.pk for case in page.cases] == [scene.behind.pk]
    words = text(browser, home(scene.behind))
    assert "For our team alone" not in words
    assert "Offered the job" not in words
    assert browser.get(f"/pathways/{scene.ahead.uuid}/").status_code == 404
    ours = signed_in(scene.worker).get(home(scene.ahead)).context["page"]
    assert [case.pk for case in ours.cases] == [scene.ahead.pk]
    stranger = user("outreach_worker", partner(scene.programme, organisation("delivery")), scene.programme)
    assert [signed_in(stranger).get(home(case)).status_code for case in (scene.ahead, scene.behind)] == [404, 404]


def test_a_block_on_any_record_hides_the_whole_person() -> None:
    scene = Two()
    scene.merge()
    ConflictBlock.objects.create(user=scene.colleague, person=scene.behind.candidate.uuid, reason="x", from_on=scene.today)
    browser = signed_in(scene.colleague)
    assert [browser.get(home(case)).status_code for case in (scene.ahead, scene.behind)] == [404, 404]
    assert not browser.get("/caseload/?whose=all").context["rows"]
    for words in ("Amina", "Aminah"):
        assert not browser.post("/people/", {"words": words}, follow=True).context["rows"]


def test_an_employer_sees_its_own_introductions_as_before() -> None:
    scene = Two()
    row = scene.offered(scene.behind)
    browser = signed_in(scene.employer)
    before = re.sub(r'nonce="[^"]+"|value="[^"]{20,}"', "", browser.get(f"/put-forward/{row.uuid}/").content.decode())
    other = organisation("employer")
    partner(scene.programme, other)
    scene.offered(scene.ahead, organisation=other, title="Porter")
    merge(kept=scene.ahead.candidate, absorbed=scene.behind.candidate, by=scene.lead_by, at=scene.now)
    after = re.sub(r'nonce="[^"]+"|value="[^"]{20,}"', "", browser.get(f"/put-forward/{row.uuid}/").content.decode())
    assert after == before


def test_nobody_who_was_never_merged_costs_a_query_more_than_before() -> None:
    scene = Two()
    browser = signed_in(scene.worker)
    browser.get(home(scene.ahead))
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            browser.get(home(scene.ahead))
        counts.append(len(asked))
        third = scene.open(first="Another", last="One")
        merge(kept=third.candidate, absorbed=scene.open().candidate, by=scene.lead_by, at=scene.now)
    assert counts[0] == counts[1]
    assert StageChange.objects.filter(step="merge").count() == 2


def test_a_text_about_a_row_of_either_goes_to_a_number_of_the_person() -> None:
    scene = Two()
    ContactRoute.objects.filter(candidate=scene.behind.candidate).update(ended_on=scene.today)
    ContactRoute.objects.filter(candidate=scene.ahead.candidate).update(may_mention=True)
    chat = scene.book(scene.behind)
    scene.offered(scene.ahead)
    assert not Message.objects.filter(written_for__in=StageChange.objects.filter(machine="interview").values("uuid")).exists()
    scene.merge()
    interview.move_chat(chat=chat, when=scene.now + timedelta(days=4), place="Hub", host=None, by=scene.by, at=scene.now)
    told = Message.objects.get(written_for=StageChange.objects.get(machine="interview", step="move").uuid)
    assert told.line.e164 == "+447700900123"
