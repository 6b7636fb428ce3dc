"""One person's page: reach, where, next, the story, notes by who may read them, and putting things right."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit
from candidates.models import ContactRoute
from ground.once import new_once
from ground.templatetags.said import time_of_day
from outreach.models import Contact
from pathways.models import Consent, Introduction, Note, Pathway, StageChange, Task
from pathways.services import case as cases
from pathways.services.contact import add_note, log_contact, void_contact
from pathways.services.introduction import accept_offer
from pathways.services.undo import undo_step
from tests.factories import actor, organisation, partner, person, user
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
RANDOM = "8a3b9c1e-0d5f-4e7a-9b2c-6d1f0a4e8c3b"


def home(case: Pathway) -> str:
    return f"/people/{case.candidate.uuid}/"


def text(browser: Client, path: str) -> str:
    return re.sub(r"\s+", " ", browser.get(path).content.decode())


def titles(browser: Client, case: Pathway) -> list[str]:
    days = browser.get(home(case)).context["page"].story.days
    return [entry.title for day in days for entry in day.entries]


def test_the_page_answers_three_questions_before_anything_else() -> None:
    scene = Scene()
    case = scene.open(first="Amina", last="Yusuf", phone="+447700900123", known_as="Mina")
    ContactRoute.objects.update(is_shared=True, may_voicemail=False, safe_times="after 4pm")
    words = text(signed_in(scene.worker), home(case))
    places = [
        words.index(part)
        for part in (
            'href="tel:+447700900123"',
            "Shared with others, texts are fine, no voicemail, not asked yet whether texts may mention the programme. Best: after 4pm.",
            "Interested",
            "Book the chat",
            "What happened",
        )
    ]
    assert places == sorted(places)
    assert "<title>Person - " in words
    assert "Amina" not in words[words.index("<title>") : words.index("</title>")]


def test_a_number_that_may_not_be_rung_is_no_link() -> None:
    scene = Scene()
    case = scene.open(phone="+447700900123")
    ContactRoute.objects.update(may_call=False)
    words = text(signed_in(scene.worker), home(case))
    assert "tel:" not in words
    assert "Do not ring" in words


def test_the_story_is_told_newest_first_with_what_was_written_then() -> None:
    scene = Scene()
    row = scene.offered()
    case = row.pathway
    log_contact(case=case, channel="call", outcome="no_answer", by=scene.by, at=scene.now, note="Engaged twice.")
    add_note(case=case, text="Likes mornings.", visibility="team", by=scene.by, at=scene.now)
    browser = signed_in(scene.worker)
    assert titles(browser, case)[:2] == ["Note", "Rang, no answer"] or titles(browser, case)[:2] == ["Rang, no answer", "Note"]
    told = [title for title in titles(browser, case) if title not in {"Note", "Rang, no answer", "Text"}]
    assert told == ["Offered the job", "Put forward", "Chosen to be put forward", "Said they are interested"]
    words = text(browser, home(case))
    assert "Ward host, Good" not in words
    assert "Permanent, 37.5 hours a week, £12.90 an hour." in words
    assert "Now: Offer made." in words
    assert "Engaged twice." in words
    assert "Likes mornings." in words


def test_a_moved_chat_is_told_with_the_time_of_each_telling() -> None:
    scene = Scene()
    chat = scene.chat()
    browser = signed_in(scene.worker)
    day = scene.today + timedelta(days=5)
    data = {"day": day.isoformat(), "hour": "9:15", "place": "The café", "version": chat.version, "once": new_once()}
    assert browser.post(f"/interviews/{chat.uuid}/steps/move/", data).status_code == 302
    entries = {e.title: " ".join(e.lines) for d in browser.get(home(chat.pathway)).context["page"].story.days for e in d.entries}
    assert "Library" in entries["Chat booked"]
    assert "at 9:15am, The café" in entries["Chat moved"]


def test_what_was_undone_is_struck_through_and_system_noise_is_folded() -> None:
    scene = Scene()
    row = scene.offered()
    accept_offer(introduction=row, by=scene.by, at=scene.now)
    undo_step(change=StageChange.objects.get(step="accept"), by=scene.by, at=scene.now)
    browser = signed_in(scene.worker)
    words = text(browser, home(row.pathway))
    assert "<s>Accepted the offer</s>" in words
    assert "Took back: Accepted the offer" in words
    days = browser.get(home(row.pathway)).context["page"].story.days
    folded = [entry.title for day in days for entry in day.folded]
    assert "Moved on" in folded
    assert "Job made from the offer" in folded
    assert "Check planned: Identity" in folded


def test_undo_is_offered_for_my_own_steps_for_fourteen_days() -> None:
    scene = Scene()
    old = scene.open()
    fresh = scene.case(at=scene.now)
    mine = {case: f"/changes/{StageChange.objects.get(pathway=case, step='express_interest').uuid}/undo/" for case in (old, fresh)}
    worker, colleague, lead = signed_in(scene.worker), signed_in(scene.colleague), signed_in(scene.lead)
    assert mine[fresh] in text(worker, home(fresh))
    assert mine[old] not in text(worker, home(old))
    assert mine[fresh] not in text(colleague, home(fresh))
    assert mine[old] in text(lead, home(old))


def test_a_long_story_is_shown_in_part_until_all_is_asked_for_and_asks_as_few_queries() -> None:
    scene = Scene()
    browser = signed_in(scene.worker)
    short, long = scene.open(), scene.open()
    for number in range(80):
        log_contact(case=long, channel="call", outcome="no_answer", by=scene.by, at=scene.now + timedelta(seconds=number))
    browser.get(home(short)), browser.get(home(long))
    counts = []
    for case in (short, long):
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(home(case)).status_code == 200
        counts.append(len(asked))
    assert counts == [25, 25]
    assert sum(len(day.entries) for day in browser.get(home(long)).context["page"].story.days) == 10
    assert "Show earlier" in text(browser, home(long))
    page = browser.get(f"{home(long)}?all=1").context["page"]
    assert sum(len(day.entries) for day in page.story.days) == 81
    assert page.story.more is False


def test_notes_are_read_by_those_they_are_for() -> None:
    scene = Scene()
    case = scene.open()
    other = partner(scene.programme, organisation("delivery"))
    neighbour = user("programme_lead", other, scene.programme)
    for visibility in ("me", "team", "programme"):
        add_note(case=case, text=f"Read by {visibility}.", visibility=visibility, by=scene.by, at=scene.now)
    seen = {}
    for who in (scene.worker, scene.colleague, scene.lead, neighbour):
        words = text(signed_in(who), home(case))
        seen[who] = [visibility for visibility in ("me", "team", "programme") if f"Read by {visibility}." in words]
    assert seen[scene.worker] == ["me", "team", "programme"]
    assert seen[scene.colleague] == ["team", "programme"]
    assert seen[scene.lead] == ["team", "programme"]
    assert seen[neighbour] == ["programme"]


def test_a_note_is_written_kept_as_plain_text_and_refused_in_words() -> None:
    scene = Scene()
    case = scene.open()
    browser = signed_in(scene.worker)
    path = f"/pathways/{case.uuid}/notes/"
    assert browser.get(path).status_code == 200
    empty = browser.post(path, {"text": " ", "visibility": "team", "once": new_once()})
    assert (empty.status_code, "Enter note" in empty.content.decode()) == (422, True)
    long = browser.post(path, {"text": "x" * 10_001, "visibility": "team", "once": new_once()})
    assert long.status_code == 422
    nobody = browser.post(path, {"text": "Hello", "visibility": "employer", "once": new_once()})
    assert nobody.status_code == 422
    assert Note.objects.count() == 0
    assert browser.post(path, {"text": "<b>Likes</b> mornings", "visibility": "team", "once": new_once()})["Location"] == home(case)
    assert "&lt;b&gt;Likes&lt;/b&gt; mornings" in text(browser, home(case))


def test_a_note_may_name_an_employer_the_person_agreed_to() -> None:
    scene = Scene()
    case = scene.sent().pathway
    path = f"/pathways/{case.uuid}/notes/"
    browser = signed_in(scene.worker)
    data = {"text": "Very punctual.", "visibility": "employer", "employer": str(scene.trust.uuid), "once": new_once()}
    assert browser.post(path, data).status_code == 302
    assert Note.objects.get().employer == scene.trust
    assert f"Note, shared with {scene.trust.name}" in titles(browser, case)


def test_a_contact_is_logged_in_full_or_refused_at_its_field() -> None:
    scene = Scene()
    case = scene.open()
    browser = signed_in(scene.worker)
    path = f"/pathways/{case.uuid}/contacts/"
    assert browser.get(path).status_code == 200
    wrong = [
        ({"channel": "letter", "outcome": "no_answer"}, "That cannot come of it"),
        ({"channel": "call", "outcome": "spoke", "day": (scene.today + timedelta(days=1)).isoformat()}, "That day is still to come."),
        ({"channel": "call", "outcome": "spoke", "day": "2026-02-31"}, "31 February 2026 is not a day."),
        ({"channel": "call", "outcome": "spoke", "minutes": "many"}, "Enter the minutes as a number"),
        ({"tap": "call.shouted"}, "Choose one of the answers in the list"),
    ]
    for data, says in wrong:
        answer = browser.post(path, {**data, "once": new_once()})
        assert (answer.status_code, says in answer.content.decode()) == (422, True)
    assert Contact.objects.count() == 0
    good = {"channel": "face_to_face", "outcome": "spoke", "minutes": "20", "meaningful": "on", "note": "Coffee", "once": new_once()}
    assert browser.post(path, good)["Location"] == home(case)
    row = Contact.objects.get()
    assert (row.minutes, row.meaningful, row.note, row.day) == (20, True, "Coffee", scene.today)


def test_who_has_no_number_to_ring_was_not_rung() -> None:
    scene = Scene()
    case = scene.case(interested=False, at=scene.past)
    browser = signed_in(scene.worker)
    pages = (home(case), "/today/", "/caseload/")
    assert [text(browser, each).count('value="call.no_answer"') for each in pages] == [1, 1, 1]
    ContactRoute.objects.filter(candidate=case.candidate).update(kind="email", value="amina@example.org")
    assert [text(browser, each).count('value="call.no_answer"') for each in pages] == [0, 0, 0]
    assert [text(browser, each).count('value="call.spoke"') for each in pages] == [1, 1, 1]


def test_one_tap_on_the_page_logs_a_contact_and_it_can_be_undone_there() -> None:
    scene = Scene()
    case = scene.open()
    browser = signed_in(scene.worker)
    assert browser.post(f"/pathways/{case.uuid}/contacts/", {"tap": "call.no_answer", "once": new_once()})["Location"] == home(case)
    row = Contact.objects.get()
    undo = f"/contacts/{row.uuid}/undo/"
    banner = text(browser, home(case)).partition("person__now")[0]
    assert f"Rang, no answer, {time_of_day(row.at)}." in banner
    assert undo in banner
    assert undo not in text(browser, home(case)).partition("person__now")[0]
    assert undo in text(browser, home(case))
    assert browser.post(undo, {"once": new_once()})["Location"] == home(case)
    assert browser.post(undo, {"once": new_once()}).status_code == 409
    words = text(browser, home(case))
    assert "<s>Rang, no answer</s>" in words
    assert undo not in words


def test_undoing_a_talk_reopens_what_that_talk_alone_had_closed() -> None:
    scene = Scene()
    case = scene.case(interested=False, at=scene.past)
    first = log_contact(case=case, channel="call", outcome="spoke", by=scene.by, at=scene.now)
    second = log_contact(case=case, channel="call", outcome="spoke", by=scene.by, at=scene.now + timedelta(minutes=1))
    void_contact(contact=first, by=scene.by, at=scene.now)
    assert Task.objects.get(pathway=case).state == "done"
    void_contact(contact=second, by=scene.by, at=scene.now)
    assert Task.objects.get(pathway=case).state == "open"


def test_something_to_do_is_put_on_the_list_put_off_and_done() -> None:
    scene = Scene()
    case = scene.open()
    browser = signed_in(scene.worker)
    day = scene.today + timedelta(days=2)
    path = f"/pathways/{case.uuid}/tasks/"
    assert browser.post(path, {"words": "Send the bus times", "once": new_once()}).status_code == 422
    assert browser.post(path, {"words": "Send the bus times", "due_on": day.isoformat(), "once": new_once()}).status_code == 302
    task = Task.objects.get(kind="free")
    assert browser.get(f"/tasks/{task.uuid}/")["Location"].startswith(home(case))
    snooze, close = (f"/tasks/{task.uuid}/steps/{step}/" for step in ("snooze", "close"))
    assert browser.get(snooze).status_code == 200
    past = browser.post(snooze, {"until": scene.today.isoformat(), "version": task.version, "once": new_once()})
    assert (past.status_code, "Choose a day after today." in past.content.decode()) == (422, True)
    assert browser.post(close, {"version": task.version + 1, "once": new_once()}).status_code == 409
    assert browser.post(close, {"version": task.version, "once": new_once()})["Location"] == home(case)
    assert "Done: Send the bus times" in titles(browser, case)
    task.refresh_from_db()
    assert browser.post(close, {"version": task.version, "once": new_once()}).status_code == 409


def test_rows_lead_to_the_person_and_foreign_ones_nowhere() -> None:
    scene = Scene()
    job = scene.job(started=True)
    intro = Introduction.objects.get()
    rows = {
        "pathways": job.pathway,
        "introductions": intro,
        "placements": job,
        "pre-employment-checks": job.checks.first(),
        "retention-checks": job.retention_checks.first(),
        "interviews": scene.chat(),
        "training-places": scene.seat(),
    }
    browser = signed_in(scene.worker)
    other = partner(scene.programme, organisation("delivery"))
    stranger = signed_in(user("outreach_worker", other, scene.programme))
    nobody = stranger.get(f"/people/{RANDOM}/").content
    for folder, row in rows.items():
        case = row if isinstance(row, Pathway) else row.pathway
        assert browser.get(f"/{folder}/{row.uuid}/")["Location"].startswith(f"{home(case)}?case={case.uuid}")
        foreign = stranger.get(f"/{folder}/{row.uuid}/")
        assert (foreign.status_code, foreign.content) == (404, nobody)
    assert signed_in(scene.employer).get(f"/introductions/{intro.uuid}/").status_code in {200, 302}


def test_a_foreign_person_is_answered_as_nobody_on_every_page_about_them() -> None:
    scene = Scene()
    case = scene.sent().pathway
    log_contact(case=case, channel="call", outcome="no_answer", by=scene.by, at=scene.now)
    route, task, consent, contact = (
        ContactRoute.objects.get(),
        Task.objects.filter(state="open").first(),
        Consent.objects.get(),
        Contact.objects.get(),
    )
    assert task is not None
    other = partner(scene.programme, organisation("delivery"))
    stranger, employer = signed_in(user("outreach_worker", other, scene.programme)), signed_in(scene.employer)
    mine = str(case.candidate.uuid)
    paths = [home(case)]
    paths += [
        f"{home(case)}{page}/" for page in ("correct", "address", "reach/add", f"reach/{route.uuid}", f"reach/{route.uuid}/end", "died")
    ]
    paths += [f"/pathways/{case.uuid}/{page}/" for page in ("contacts", "notes", "tasks")]
    paths += [f"/tasks/{task.uuid}/", f"/tasks/{task.uuid}/steps/snooze/", f"/consents/{consent.uuid}/withdraw/"]
    posts = [f"/contacts/{contact.uuid}/undo/", f"/tasks/{task.uuid}/undo/"]
    nobody = stranger.get(f"/people/{RANDOM}/").content
    for path in paths:
        answer = stranger.get(path)
        assert (path, answer.status_code, answer.content) == (path, 404, nobody)
        assert (path, employer.get(path).status_code) == (path, 403)
    for path in [*paths[1:10], *posts]:
        answer = stranger.post(path, {"once": new_once()})
        assert (path, answer.status_code, answer.content) == (path, 404, nobody)
    assert mine not in nobody.decode()


def test_nobodys_person_is_taken_on_their_page_and_each_opening_is_written_down() -> None:
    scene = Scene()
    case = cases.new_case(candidate=person(scene.delivery), programme=scene.programme, organisation=scene.delivery, opened_on=scene.today)
    cases.express_interest(case=case, by=scene.lead_by, at=scene.now)
    browser = signed_in(scene.worker)
    words = text(browser, home(case))
    assert "Nobody’s yet" in words
    opened = Audit.objects.filter(action="person.open", person=case.candidate.uuid)
    assert [(row.actor_id, row.route) for row in opened] == [(scene.worker.pk, "person")]
    browser.get(home(case))
    assert opened.count() == 1
    taken = browser.post(
        f"/pathways/{case.uuid}/steps/hand_over/", {"to": str(scene.worker.uuid), "version": case.version, "once": new_once()}
    )
    assert taken["Location"] == home(case)
    assert f"{scene.worker.name} (you)" in text(browser, home(case))


def test_the_way_back_names_the_list_one_came_from() -> None:
    scene = Scene()
    case = scene.open()
    browser = signed_in(scene.worker)
    from_list = browser.get(home(case), headers={"Referer": "http://testserver/caseload/?stage=interested"}).content.decode()
    assert 'href="/caseload/?stage=interested"' in from_list
    elsewhere = browser.get(home(case), headers={"Referer": "https://example.org/caseload/"}).content.decode()
    assert "/caseload/?" not in elsewhere
    odd = {"tap": "call.no_answer", "once": new_once(), "back": "//example.org/"}
    assert browser.post(f"/pathways/{case.uuid}/contacts/", odd)["Location"] == home(case)


def test_a_second_attempt_is_shown_and_the_first_is_a_press_away() -> None:
    scene = Scene()
    before = scene.withdrawn()
    after = cases.start_again(previous=before, owner=scene.worker, by=actor(scene.worker), at=scene.now)
    browser = signed_in(scene.worker)
    assert browser.get(home(before)).context["page"].case == after
    assert browser.get(f"{home(before)}?case={before.uuid}").context["page"].case == before
    assert browser.get(f"{home(before)}?case={RANDOM}").context["page"].case == after
    assert {"Started again", "No longer wants this"} <= set(titles(browser, before))
