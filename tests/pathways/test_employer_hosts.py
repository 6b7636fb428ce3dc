"""An employer as host of a chat: with the person's yes, no more than they agreed to share, and nothing of anybody else's."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.delivery import read_letter
from accounts.models import Mail, Organisation, ProgrammeRule
from ground.door import Refused
from outreach.models import Message
from pathways import scope
from pathways.models import Consent, Interview, Note, Pathway, StageChange
from pathways.services import case as cases
from pathways.services import interview
from pathways.services.undo import undo_step
from tests.factories import actor, organisation, partner, user
from tests.pathways.digest import digest, unlike
from tests.pathways.hosting import Hosts, booking, post
from tests.pathways.test_employer_pages import RANDOM, names, page, without_nonce
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


# -- booking -----------------------------------------------------------------------------------------------------------------------


def test_the_booking_form_offers_the_programmes_employers_and_says_what_they_will_see():
    scene = Hosts()
    organisation("employer", name="Elsewhere Ltd")
    case = scene.open(first="Zuleika", last="Marvell")
    shown = re.sub(r"\s+", " ", page(signed_in(scene.worker), f"/pathways/{case.uuid}/steps/interview.book/"))
    group = re.search(r'<optgroup label="An employer">(.*?)</optgroup>', shown).group(1)
    assert sorted(re.findall(r'<option value="([^"]+)"', group)) == sorted(str(each.uuid) for each in (scene.trust, scene.rival))
    assert "Elsewhere Ltd" not in shown
    assert "The employer then sees the name, Zuleika Marvell, what kinds of work they want, and when and where: nothing else." in shown


def test_booked_with_a_yes_the_employer_hosts_it_and_the_worker_sees_that():
    scene = Hosts()
    case = scene.open(first="Zuleika", last="Marvell")
    Pathway.objects.filter(pk=case.pk).update(families=[scene.family.code])
    browser = signed_in(scene.worker)
    answer = post(
        browser, f"/pathways/{case.uuid}/steps/interview.book/", case, **booking(scene, host=str(scene.trust.uuid), consent_how="phone")
    )
    assert answer.status_code == 302
    chat = Interview.objects.get()
    change = StageChange.objects.get(machine="interview", step="book")
    assert (chat.host, chat.host_employer, chat.stage) == (None, scene.trust, "booked")
    assert chat.shared == {"name": "Zuleika Marvell", "called": "Zuleika", "families": [scene.family.code]}
    yes = Consent.objects.get()
    assert (yes, yes.employer, yes.kind, yes.given_how, yes.recorded_by) == (
        chat.consent,
        scene.trust,
        "share_with_employer",
        "phone",
        scene.worker,
    )
    assert (yes.opened_by, change.before["host_employer_id"], change.before["consent_id"]) == (change, None, None)
    shown = page(browser, f"/people/{case.candidate.uuid}/")
    assert f"Main desk, hosted by {scene.trust.name}" in shown
    assert f"Main desk, with {scene.trust.name}." in shown
    assert f"Share with {scene.trust.name}" in shown


def test_without_a_yes_it_is_refused_at_its_field_and_what_was_typed_is_kept():
    scene = Hosts()
    case = scene.open()
    browser = signed_in(scene.worker)
    path = f"/pathways/{case.uuid}/steps/interview.book/"
    answer = post(browser, path, case, **booking(scene, host=str(scene.trust.uuid)))
    words = answer.content.decode()
    assert answer.status_code == 422
    sentence = f"Say how the person agreed to {scene.trust.name} holding the chat."
    assert answer.context["form"].errors["consent_how"] == [sentence]
    assert ('value="10:30"' in words, f'value="{scene.trust.uuid}" selected' in words) == (True, True)
    assert (Interview.objects.count(), Consent.objects.count(), Mail.objects.count()) == (0, 0, 0)
    with pytest.raises(Refused, match="Say how the person agreed") as refused:
        interview.book_chat(case=case, when=scene.time(2), place="", host=None, employer=scene.trust, by=scene.by, at=scene.at)
    assert refused.value.field == "consent_how"


def test_a_yes_for_nobody_and_an_employer_of_another_programme_are_refused():
    scene = Hosts()
    case = scene.open()
    browser = signed_in(scene.worker)
    path = f"/pathways/{case.uuid}/steps/interview.book/"
    answer = post(browser, path, case, **booking(scene, consent_how="phone"))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["host"])
    stranger = organisation("employer")
    assert post(browser, path, case, **booking(scene, host=str(stranger.uuid), consent_how="phone")).status_code == 422
    with pytest.raises(Refused, match="Choose an employer of this programme"):
        interview.book_chat(
            case=case, when=scene.time(2), place="", host=None, employer=stranger, consent_how="phone", by=scene.by, at=scene.at
        )
    with pytest.raises(Refused, match="Choose an employer of this programme"):
        interview.book_chat(
            case=case, when=scene.time(2), place="", host=None, employer=scene.delivery, consent_how="phone", by=scene.by, at=scene.at
        )
    assert Interview.objects.count() == 0


def test_the_text_to_the_person_names_no_employer(settings):
    settings.SMS_BACKEND, settings.SMS_HOURS = ["locmem"], "all"
    scene = Hosts()
    case = scene.open()
    case.candidate.routes.update(may_mention=True)
    scene.chat(case=case)
    body = Message.objects.get().body
    assert ("Main desk" in body, scene.trust.name in body) == (True, False)


def test_moved_it_keeps_its_host_and_asks_for_no_second_yes_until_another_employer_hosts_it():
    scene = Hosts()
    chat = scene.chat()
    browser = signed_in(scene.worker)
    path = f"/interviews/{chat.uuid}/steps/move/"
    assert f'value="{scene.trust.uuid}" selected' in page(browser, path)
    assert post(browser, path, chat, **booking(scene, host=str(scene.trust.uuid), hour="11:00")).status_code == 302
    chat.refresh_from_db()
    assert (chat.host_employer, Consent.objects.get()) == (scene.trust, chat.consent)
    assert post(browser, path, chat, **booking(scene, host=str(scene.rival.uuid))).status_code == 422
    assert post(browser, path, chat, **booking(scene, host=str(scene.rival.uuid), consent_how="text")).status_code == 302
    chat.refresh_from_db()
    assert (chat.host_employer, chat.consent.employer, Consent.objects.count()) == (scene.rival, scene.rival, 2)
    assert signed_in(scene.employer).get(f"/interviews/{chat.uuid}/").status_code == 404
    assert signed_in(scene.rivals).get(f"/interviews/{chat.uuid}/").status_code == 200
    assert post(browser, path, chat, **booking(scene)).status_code == 302
    chat.refresh_from_db()
    assert (chat.host, chat.host_employer, chat.consent, chat.shared) == (scene.worker, None, None, {})
    assert signed_in(scene.rivals).get(f"/interviews/{chat.uuid}/").status_code == 404


def test_a_booking_and_a_move_taken_back_leave_every_table_as_it_was():
    scene = Hosts()
    case = scene.open()
    before = digest()
    chat = scene.chat(case=case)
    booked = digest()
    interview.move_chat(
        chat=chat, when=scene.time(4), place="Ward 3", host=None, employer=scene.rival, consent_how="text", by=scene.by, at=scene.at
    )
    undo_step(change=StageChange.objects.get(step="move"), by=scene.by, at=scene.at)
    assert unlike(booked, digest()) == []
    undo_step(change=StageChange.objects.get(step="book"), by=scene.by, at=scene.at)
    assert unlike(before, digest()) == []
    assert signed_in(scene.employer).get(f"/interviews/{chat.uuid}/").status_code == 404


# -- e-mails -----------------------------------------------------------------------------------------------------------------------


def kinds() -> list[tuple[str, str, str]]:
    return list(Mail.objects.order_by("id").values_list("kind", "to", "state"))


def test_the_employer_is_told_by_e_mail_and_of_nobody():
    scene = Hosts()
    chat = scene.chat(first="Zuleika", last="Marvell", phone="+447700900123")
    letter = read_letter(Mail.objects.get())
    assert (letter.subject, f"{scene.delivery.name} asks you to host a chat." in letter.body) == ("A chat for you to host", True)
    assert f"/sign-in/?way=mailbox&next=/interviews/{chat.uuid}/" in letter.body.replace("%3A", ":").replace("%2F", "/")
    words = f"{letter.subject} {letter.body}"
    assert [mark for mark in ("Zuleika", "Marvell", "900123", "Main desk", str(chat.pathway.candidate.uuid)) if mark in words] == []


def test_a_move_tells_the_host_a_change_of_host_both_and_a_chat_called_off_its_own():
    scene = Hosts()
    chat = scene.chat()
    again = {"chat": chat, "place": "", "host": None, "by": scene.by, "at": scene.at}
    interview.move_chat(when=scene.time(3), employer=scene.trust, **again)
    interview.move_chat(when=scene.time(3), employer=scene.rival, consent_how="text", **again)
    interview.cancel_chat(chat=chat, by=scene.by, at=scene.at)
    ours, theirs = scene.employer.email, scene.rivals.email
    assert [(kind.rpartition("/")[2], to) for kind, to, _ in kinds()] == [
        ("chat_to_host", ours),
        ("chat_moved", ours),
        ("chat_to_host", theirs),
        ("chat_off", ours),
        ("chat_off", theirs),
    ]
    undo_step(change=StageChange.objects.get(step="cancel"), by=scene.by, at=scene.at)
    assert [state for _, _, state in kinds()] == ["ready", "ready", "ready", "ready", "cancelled"]


def test_a_case_that_ends_calls_the_chat_off_with_its_host():
    scene = Hosts()
    chat = scene.chat()
    cases.withdraw(case=Pathway.objects.get(pk=chat.pathway_id), by=scene.by, at=scene.at)
    assert [kind for kind, _, _ in kinds()] == ["pathways/chat_to_host", "pathways/chat_off"]
    assert signed_in(scene.employer).get(f"/interviews/{chat.uuid}/").status_code == 404


def test_a_chat_with_one_of_us_mails_nobody():
    scene = Hosts()
    chat = interview.book_chat(case=scene.open(), when=scene.time(2), place="", host=scene.worker, by=scene.by, at=scene.at)
    interview.move_chat(chat=chat, when=scene.time(3), place="", host=None, by=scene.by, at=scene.at)
    interview.cancel_chat(chat=chat, by=scene.by, at=scene.at)
    assert kinds() == []


# -- what the employer sees --------------------------------------------------------------------------------------------------------


def test_the_employer_sees_the_minimum_card_and_nothing_else():
    scene = Hosts()
    case = scene.open(first="Zuleika", last="Marvell", phone="+447700900123", known_as="Zula")
    Pathway.objects.filter(pk=case.pk).update(families=[scene.family.code])
    Note.objects.create(
        pathway=case, author=scene.worker, organisation=scene.delivery, text="told in trust", written_at=scene.at, day=scene.today
    )
    chat = scene.chat(case=Pathway.objects.get(pk=case.pk))
    case.candidate.change(version=case.candidate.version, last_name="Married")
    client = signed_in(scene.employer)
    for path in ("/start/", "/chats/", f"/interviews/{chat.uuid}/", f"/interviews/{chat.uuid}/steps/hold/"):
        shown = page(client, path)
        assert "Zuleika Marvell" in shown, path
        found = [
            mark
            for mark in ("Married", "900123", "told in trust", "07700", "Chat booked", "Interested", scene.worker.email)
            if mark in shown
        ]
        assert (path, found) == (path, [])
    shown = page(client, f"/interviews/{chat.uuid}/")
    assert ("Looking after buildings" in shown, "Main desk" in shown, " at 10am" in shown, "Zula" in shown) == (True, True, True, True)


def test_the_start_page_and_the_list_begin_with_what_waits():
    scene = Hosts()
    scene.chat(first="Tom", last="Later", days=6)
    scene.chat(first="Nia", last="Sooner", days=1)
    client = signed_in(scene.employer)
    start = page(client, "/start/")
    assert (names(start), "Nothing waits for you" in start, 'href="/chats/"' in start) == (["Nia Sooner", "Tom Later"], True, True)
    assert (names(page(client, "/chats/")), "/steps/hold/" in page(client, "/chats/")) == (["Nia Sooner", "Tom Later"], False)
    gone_by = scene.chat(first="Abe", last="Past", days=-2)
    assert names(page(client, "/chats/")) == ["Abe Past", "Nia Sooner", "Tom Later"]
    shown = page(client, "/start/")
    assert ("What waits for you" in shown, "Say how it went" in shown) == (True, True)
    assert [
        path for path in ("/chats/", f"/interviews/{gone_by.uuid}/") if f"/interviews/{gone_by.uuid}/steps/hold/" not in page(client, path)
    ] == []
    interview.hold_chat(case=gone_by.pathway, chat=gone_by, by=scene.dawn, at=scene.at)
    assert names(page(client, "/chats/")) == ["Nia Sooner", "Tom Later"]
    assert names(page(client, "/chats/?show=held")) == ["Abe Past"]


def test_before_its_time_a_chats_page_says_whom_to_ring_and_asks_nothing():
    scene = Hosts()
    Organisation.objects.filter(pk=scene.delivery.pk).update(contact_phone="+441214960123")
    chat = scene.chat(days=3)
    client = signed_in(scene.employer)
    shown = page(client, f"/interviews/{chat.uuid}/")
    assert ("How did it go?" in shown, "/steps/hold/" in shown) == (False, False)
    called = scene.worker.get_short_name()
    assert re.search(rf"If you cannot make it, ring {called} on <a[^>]*>0121 496 0123</a>", shown)
    Interview.objects.filter(pk=chat.pk).update(at=scene.at)
    shown = page(client, f"/interviews/{chat.uuid}/")
    assert ("How did it go?" in shown, "/steps/hold/" in shown, "cannot make it" in shown) == (True, True, False)


def test_without_a_chat_the_lists_say_how_one_comes_about():
    client = signed_in(Hosts().employer)
    assert "No chat is booked with you" in page(client, "/chats/")
    assert "No chats held yet" in page(client, "/chats/?show=held")


def test_employers_are_blind_to_each_others_chats_and_to_ours():
    scene = Hosts()
    ours = interview.book_chat(case=scene.open(), when=scene.time(2), place="", host=scene.worker, by=scene.by, at=scene.at)
    theirs = scene.chat(employer=scene.rival, case=scene.sent().pathway)  # the same person is put forward to this employer
    client = signed_in(scene.employer)
    before = {path: page(client, path) for path in ("/start/", "/chats/", "/chats/?show=held", "/put-forward/")}
    assert [names(before[path]) for path in ("/chats/", "/chats/?show=held")] == [[], []]
    assert [path for path, shown in before.items() if "Rival" in shown or "Chats you host</h2>" in shown] == []
    interview.hold_chat(case=theirs.pathway, chat=theirs, note="Said at the rival's", by=actor(scene.rivals), at=scene.at)
    for chat in (ours, theirs):
        for path in ("/interviews/{}/", "/interviews/{}/steps/hold/", "/interviews/{}/steps/move/"):
            found, never = client.get(path.format(chat.uuid)), client.get(path.format(RANDOM))
            assert (found.status_code, without_nonce(found) == without_nonce(never)) == (404, True)
        assert post(client, f"/interviews/{chat.uuid}/steps/hold/", chat).status_code == 404
    change = StageChange.objects.get(step="hold")
    assert client.get(f"/changes/{change.uuid}/undo/").status_code == 404
    assert [page(client, path).count("row__name") for path in before] == [shown.count("row__name") for shown in before.values()]
    desk = client.get("/account/").wsgi_request.user
    assert (scope.interviews(desk).count(), scope.notes(desk).count(), scope.changes(desk).filter(machine="interview").count()) == (0, 0, 0)


def test_the_lists_are_for_employers_and_staff_are_led_to_the_person():
    scene = Hosts()
    chat = scene.chat()
    assert [signed_in(who).get("/chats/").status_code for who in (scene.worker, scene.lead)] == [403, 403]
    assert Client().get("/chats/")["Location"].startswith("/sign-in/")
    answer = signed_in(scene.worker).get(f"/interviews/{chat.uuid}/")
    assert answer["Location"].startswith(f"/people/{chat.pathway.candidate.uuid}/")
    stranger = user("outreach_worker", partner(scene.programme, organisation("delivery")), scene.programme)
    assert signed_in(stranger).get(f"/interviews/{chat.uuid}/").status_code == 404


@pytest.mark.parametrize("stage", ["missed", "cancelled", "void"])
def test_a_chat_that_came_to_nothing_is_not_there_for_its_host(stage):
    scene = Hosts()
    chat = scene.chat(days=-1)
    if stage == "missed":
        interview.miss_chat(chat=chat, missed_by="us", by=scene.by, at=scene.at)
    elif stage == "cancelled":
        interview.cancel_chat(chat=chat, by=scene.by, at=scene.at)
    else:
        interview.void_chat(chat=chat, by=actor(scene.lead), at=scene.at)
    client = signed_in(scene.employer)
    assert client.get(f"/interviews/{chat.uuid}/").status_code == 404
    assert [names(page(client, path)) for path in ("/chats/", "/chats/?show=held")] == [[], []]


def test_a_chat_that_was_held_is_seen_for_as_long_as_the_programme_says():
    scene = Hosts()
    chat = scene.chat(days=-3)
    interview.hold_chat(case=chat.pathway, chat=chat, by=scene.dawn, at=scene.at)
    client = signed_in(scene.employer)
    day = scene.today - timedelta(days=400)
    ProgrammeRule.objects.create(programme=scene.programme, code="employer_days", value=3, valid_from=day)
    assert client.get(f"/interviews/{chat.uuid}/").status_code == 200
    Interview.objects.filter(pk=chat.pk).update(held_on=scene.today - timedelta(days=4))
    assert client.get(f"/interviews/{chat.uuid}/").status_code == 404
    assert names(page(client, "/chats/?show=held")) == []


@pytest.mark.parametrize(("path", "queries"), [("/chats/", 10), ("/chats/?show=held", 10), ("/start/", 13)])
@pytest.mark.parametrize("number", [1, 3])
def test_a_long_list_of_chats_asks_no_more_than_a_short_one(django_assert_num_queries, path, queries, number):
    scene = Hosts()
    for _ in range(number):
        for held in (True, False):
            case = scene.open()
            Pathway.objects.filter(pk=case.pk).update(families=[scene.family.code])
            chat = scene.chat(case=Pathway.objects.get(pk=case.pk), days=-1)
            if held:
                interview.hold_chat(case=case, chat=chat, by=scene.by, at=scene.at)
    client = signed_in(scene.employer)
    assert len(names(page(client, path))) >= number
    with django_assert_num_queries(queries):
        page(client, path)
