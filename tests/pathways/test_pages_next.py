"""What an outreach worker reads and presses on a person's page: the next step, what they want, whose word it was, when they spoke."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from ground.clock import london
from ground.once import new_once
from ground.templatetags.said import weekday
from outreach.models import Contact
from pathways.models import Interview, Introduction, Note, Pathway, StageChange, Task
from pathways.services import interview
from pathways.services.contact import add_note, log_contact
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def home(case: Pathway) -> str:
    return f"/people/{case.candidate.uuid}/"


def text(browser: Client, path: str) -> str:
    return re.sub(r"\s+", " ", browser.get(path).content.decode())


def test_the_box_next_holds_the_button_that_does_what_is_owed_and_its_date() -> None:
    scene = Scene()
    browser = signed_in(scene.worker)
    owed = {
        scene.open(): "/steps/interview.book/",
        scene.ready(): "/steps/introduction.draft/",
        scene.drafted().pathway: "/steps/send/",
        scene.chat(to_come=False).pathway: "/steps/hold/",
        scene.offered().pathway: "/steps/accept/",
    }
    Task.objects.filter(pathway__in=list(owed)[2:], kind="book_chat").delete()  # owed since before, and so first
    for case, step in owed.items():
        page = browser.get(home(case)).context["page"]
        assert page.owed[0].step is not None
        assert page.owed[0].step.href.endswith(step)
        box = text(browser, home(case)).partition('id="next"')[2].partition("</section>")[0]
        assert page.owed[0].step.href in box
        assert f"({weekday(page.owed[0].task.due_on).rpartition(' ')[0]})" in box
        assert page.owed[0].step not in page.first


def test_the_last_talk_stands_under_the_name() -> None:
    scene = Scene()
    case = scene.open()
    browser = signed_in(scene.worker)
    assert "Last spoke" not in text(browser, home(case))
    day = scene.today - timedelta(days=3)
    log_contact(case=case, channel="call", outcome="spoke", day=day, by=scene.by, at=scene.now)
    log_contact(case=case, channel="call", outcome="no_answer", by=scene.by, at=scene.now)
    assert f"Last spoke: {weekday(day).split(' ', 1)[1].rpartition(' ')[0]}, {scene.worker.name}" in text(browser, home(case))


def test_what_the_employer_would_press_is_folded_under_their_word() -> None:
    scene = Scene()
    row = scene.sent()
    words = text(signed_in(scene.worker), home(row.pathway))
    told = words.partition("The employer told me")[2].partition("</details>")[0]
    for step in ("consider", "invite", "offer", "decline_by_employer"):
        assert f"/introductions/{row.uuid}/steps/{step}/" in told
    assert f"/introductions/{row.uuid}/steps/withdraw/" not in told
    assert f"/introductions/{row.uuid}/steps/withdraw/" in words
    assert "The employer told me" not in text(signed_in(scene.worker), home(scene.chat().pathway))


def test_a_contact_is_undone_within_fourteen_days_and_later_by_a_lead() -> None:
    scene = Scene()
    case = scene.open()
    log_contact(case=case, channel="call", outcome="no_answer", by=scene.by, at=scene.past)
    undo = f"/contacts/{Contact.objects.get().uuid}/undo/"
    worker, lead = signed_in(scene.worker), signed_in(scene.lead)
    assert undo not in text(worker, home(case))
    assert worker.post(undo, {"once": new_once()}).status_code == 422
    assert undo in text(lead, home(case))
    assert lead.post(undo, {"once": new_once()}).status_code == 302


def test_a_note_says_who_may_read_it_and_a_death_stands_apart() -> None:
    scene = Scene()
    case = scene.open()
    add_note(case=case, text="Likes mornings.", visibility="team", by=scene.by, at=scene.now)
    words = text(signed_in(scene.worker), home(case))
    assert Note.objects.count() == 1
    assert "Read by: my team." in words
    assert "Record a death" in words.partition("If this person has died")[2]


def test_kinds_of_work_are_chosen_with_the_person_or_changed_later() -> None:
    scene = Scene()
    browser = signed_in(scene.worker)
    code = scene.family.code
    added = {"first_name": "Amina", "last_name": "Yusuf", "phone": "07700 900744", "interested": "on", "families": [code]}
    assert browser.post("/people/add/", {**added, "once": new_once()}).status_code == 302
    case = Pathway.objects.get()
    assert case.families == [code]
    path = f"/pathways/{case.uuid}/wants/"
    assert f'href="{path}"' in text(browser, home(case))
    both = browser.post(path, {"families": [code, "not_sure"], "version": case.version, "once": new_once()})
    assert (both.status_code, "not both" in both.content.decode()) == (422, True)
    stale = browser.post(path, {"families": ["not_sure"], "version": case.version + 1, "once": new_once()})
    assert stale.status_code == 409
    assert browser.post(path, {"families": ["not_sure"], "version": case.version, "once": new_once()}).status_code == 302
    case.refresh_from_db()
    assert case.families == []
    assert "Not sure, or not asked yet" in text(browser, home(case))


def test_somebody_is_put_forward_in_one_go_or_only_noted() -> None:
    scene = Scene()
    case = scene.open(first="Amina", last="Yusuf", phone="+447700900744")
    Pathway.objects.filter(pk=case.pk).update(families=[scene.family.code])
    long_ago = scene.today - timedelta(days=60)
    opening = scene.heading(title="Ward host", pay="12.90", site="Heartgate Hospital", confirmed_on=long_ago, stage="stale")
    browser = signed_in(scene.worker)
    path = f"/pathways/{case.uuid}/steps/introduction.draft/"
    form = text(browser, path)
    assert "What they want: Facilities. £12.90 an hour. Heartgate Hospital. Not confirmed since" in form
    assert "The employer sees the name, Amina Yusuf, and your line; the number only if you tick this." in form
    assert "Share their phone number, 07700 900744" in form
    assert 'name="share_phone" checked' not in form
    data = {"heading": str(opening.uuid), "version": case.version, "once": new_once()}
    missing = browser.post(path, {**data, "press": "now"})
    assert (missing.status_code, "Say how the person agreed, or only note it for now." in missing.content.decode()) == (422, True)
    assert Introduction.objects.count() == 0
    assert browser.post(path, {**data, "press": "now", "consent_how": "phone"}).status_code == 302
    row = Introduction.objects.get()
    assert (row.stage, row.shared) == ("sent", {"name": "Amina Yusuf", "called": "Amina"})
    assert "Put forward." in text(browser, home(case))
    other = scene.heading(title="Porter")
    assert browser.post(path, {**data, "heading": str(other.uuid), "once": new_once()}).status_code == 302
    assert Introduction.objects.get(heading=other).stage == "draft"


def test_the_reason_for_no_course_is_asked_for_from_the_start() -> None:
    scene = Scene()
    path = f"/pathways/{scene.open().uuid}/steps/mark_ready/"
    form = text(signed_in(scene.worker), path)
    assert "Why are they ready without a course?" in form
    assert "Why are they ready without a course? (optional)" not in form
    assert "Has experience" in form


def test_who_never_had_a_chat_is_ready_for_a_reason_of_that_too() -> None:
    scene = Scene()
    case = scene.open()
    path, browser = f"/pathways/{case.uuid}/steps/mark_ready/", signed_in(scene.worker)
    offered = browser.get(path).context["form"].fields["reason"].choices
    assert [group if isinstance(words, str) else (group, [code for code, _ in words]) for group, words in offered] == [
        "",
        ("Ready without training", ["has_experience"]),
        ("Ready without a chat", ["chat_elsewhere"]),
    ]
    assert browser.post(path, {"reason": "chat_elsewhere", "version": case.version, "once": new_once()}).status_code == 302
    assert StageChange.objects.get(step="mark_ready").reason == "chat_elsewhere"
    assert "Why: Chat elsewhere." in text(browser, home(case))
    chatted = scene.open()
    interview.hold_chat(case=chatted, by=scene.by, at=scene.now)
    path = f"/pathways/{chatted.uuid}/steps/mark_ready/"
    assert [code for code, _ in browser.get(path).context["form"].fields["reason"].choices] == ["", "has_experience"]
    chatted.refresh_from_db()
    refused = browser.post(path, {"reason": "chat_elsewhere", "version": chatted.version, "once": new_once()})
    assert (refused.status_code, StageChange.objects.filter(step="mark_ready").count()) == (422, 1)


def test_a_chat_is_booked_by_today_or_tomorrow_and_moved_from_the_time_it_has() -> None:
    scene = Scene()
    case = scene.open()
    browser = signed_in(scene.worker)
    path = f"/pathways/{case.uuid}/steps/interview.book/"
    tomorrow = scene.today + timedelta(days=1)
    assert f"Tomorrow, {weekday(tomorrow).rpartition(' ')[0]}" in text(browser, path)
    data = {"hour": "10:30", "place": "Library", "version": case.version}
    nothing = browser.post(path, {**data, "which": "another", "once": new_once()})
    assert (nothing.status_code, "Choose today or tomorrow, or enter the day" in nothing.content.decode()) == (422, True)
    assert browser.post(path, {**data, "which": "tomorrow", "once": new_once()}).status_code == 302
    chat = Interview.objects.get()
    assert chat.at is not None
    assert (london(chat.at).date(), f"{london(chat.at):%H:%M}") == (tomorrow, "10:30")
    form = browser.get(f"/interviews/{chat.uuid}/steps/move/").context["form"]
    assert (form["which"].value(), form["day"].value(), form["hour"].value(), form["place"].value()) == (
        "tomorrow",
        None,
        "10:30",
        "Library",
    )


def test_a_form_of_a_step_says_whose_it_is_by_full_name() -> None:
    scene = Scene()
    case = scene.open(first="Amina", last="Yusuf", known_as="Mina")
    words = text(signed_in(scene.worker), f"/pathways/{case.uuid}/steps/withdraw/")
    assert '<span class="govuk-caption-l"><bdi>Amina Yusuf</bdi></span>' in words
    assert "Somebody else told me this" in words
