"""What a person sees and does behind their link: where they are in their own words, and the steps that charts open to them."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import gettext, override

from accounts.models import Audit
from candidates.models import ContactRoute
from ground.actor import Actor
from ground.door import NotYours
from ground.languages import ENGLISH, LANGUAGES
from outreach.models import Message
from pathways.models import Introduction, Pathway, Placement, RetentionCheck, StageChange, Task
from pathways.models.task import TaskKind
from pathways.services import interview, introduction, retention
from pathways.services.door import FLAGS
from pathways.services.undo import may_undo
from pathways.views.own_acts import ACTS, OPENS, TAKEN_BY
from pathways.workflow.told import DID, NEXT
from tests.pathways.own_scene import NUMBER, Browser, Own, form_of, offered
from tests.pathways.scenes import OFFER

pytestmark = pytest.mark.django_db
OTHERS = [language for language in LANGUAGES if language != ENGLISH]


@pytest.fixture
def scene() -> Own:
    return Own()


def sitting(scene: Own, case: Pathway, purpose: str = "page", **safe: Any) -> tuple[Browser, Any]:
    browser = scene.browser(scene.reachable(case, **safe), purpose)
    return browser, browser.sit()


def said(page: Any) -> str:
    return page.content.decode()


def asked(scene: Own) -> RetentionCheck:
    """Four weeks after the first day, and somebody asks."""
    job = scene.job(started=True)
    check = RetentionCheck.objects.get(placement=job, milestone="four_weeks")
    RetentionCheck.objects.filter(pk=check.pk).update(due_on=scene.today)
    check.refresh_from_db()
    retention.move_with_the_clock(check=check, at=scene.now)
    return check


@pytest.mark.parametrize("language", OTHERS, ids=lambda one: one.code)
def test_every_stage_of_every_chart_and_every_task_has_its_words_in_every_language(language: Any) -> None:
    english = {flags.to_candidate for stages in FLAGS.values() for flags in stages.values()} | set(NEXT.values()) | set(DID.values())
    with override(language.locale):
        assert [words for words in sorted(english) if gettext(words) == words] == []
    assert len(english) > 80


def test_every_kind_of_task_says_what_is_next() -> None:
    assert set(NEXT) == set(TaskKind)


def test_every_act_is_opened_by_some_link_and_taken_back_by_name() -> None:
    assert set(DID) == set(TAKEN_BY)
    assert set(TAKEN_BY.values()) <= set(ACTS)
    assert all(any(name.startswith(each) for name in ACTS) for opens in OPENS.values() for each in opens)


def test_it_says_where_they_are_what_is_next_who_does_it_and_by_when(scene: Own) -> None:
    chat = scene.chat()
    _browser, page = sitting(scene, chat.pathway)
    words = said(page)
    assert "Your chat is booked." in words
    assert "You come to your chat. You do this." in words
    assert f"By {chat.at:%A} {chat.at.day} {chat.at:%B %Y}." in words
    assert "on 0121 496 0123." in words
    assert "Library" in words
    main = re.sub(r"<[^>]*>", " ", words.split("<main")[1].split("</main")[0]).lower()
    assert [word for word in ("stage", "pathway", "case", "eoi", "none") if re.search(rf"\b{word}\b", main)] == []


def test_the_chat_is_called_off_and_that_is_taken_back(scene: Own) -> None:
    chat = scene.chat()
    browser, page = sitting(scene, chat.pathway)
    answer = browser.act("chat.cancel", chat, page)
    assert (answer.status_code, answer["Location"]) == (302, "?done=1&language=en")
    chat.refresh_from_db()
    change = StageChange.objects.get(machine="interview", step="cancel")
    assert (chat.stage, change.actor_kind, change.actor_id, change.said_by) == ("cancelled", "candidate", None, "")
    page = browser.get("?done=1")
    assert "You cancelled the chat." in said(page)
    browser.act("undo", change, page)
    chat.refresh_from_db()
    assert chat.stage == "booked"


def test_another_time_is_asked_for_and_the_chat_stands(scene: Own) -> None:
    chat = scene.chat()
    browser, page = sitting(scene, chat.pathway)
    answer = browser.act("chat.ask", chat.pathway, page, wish="Tuesday mornings")
    assert answer["Location"] == "?done=asked&language=en"
    browser.act("chat.ask", chat.pathway, wish="Tuesday mornings")
    task = Task.objects.get(kind="free")
    assert task.words == "Asks on their own page for another time for the chat: Tuesday mornings"
    chat.refresh_from_db()
    assert chat.stage == "booked"


def test_a_chat_is_asked_for_where_none_is_booked(scene: Own) -> None:
    case = scene.open()
    browser, page = sitting(scene, case)
    browser.act("chat.ask", case, page, wish="")
    assert Task.objects.get(kind="free").words == "Asks on their own page for a chat"


def test_one_of_two_offers_is_taken_and_a_part_time_introduction_stays_open(scene: Own) -> None:
    first = scene.offered()
    case = first.pathway
    second = introduction.put_forward(
        case=case, heading=scene.heading(), consent_how="phone", share_phone=False, note="", by=scene.by, at=scene.past
    )
    introduction.offer_job(introduction=second, offer={**OFFER, "offer_hours": Decimal(36)}, by=scene.by, at=scene.past)
    kept = introduction.put_forward(
        case=case, heading=scene.heading(), consent_how="phone", share_phone=False, note="", by=scene.by, at=scene.past
    )
    browser, page = sitting(scene, case)
    words = said(page)
    assert words.count("You have a job offer.") >= 2
    assert "You say yes or no to the offer. You do this." in words, "what they do comes before what we owe"
    assert scene.trust.name in words
    assert words.count('type="checkbox"') == words.count("checked") == 4, "at 30 hours or more all others are to close, unless they say"
    answer = browser.act("offer.accept", first, page, close=[str(second.uuid)])
    assert answer.status_code == 302
    stages = dict(Introduction.objects.filter(pathway=case).values_list("pk", "stage"))
    assert stages == {first.pk: "accepted", second.pk: "superseded", kept.pk: "sent"}
    assert Placement.objects.get(pathway=case).stage == "checks_in_progress"
    case.refresh_from_db()
    assert case.stage == "pre_start"
    assert "You said yes to the job." in said(browser.get())


def test_under_thirty_hours_nothing_else_is_to_close_unless_they_say(scene: Own) -> None:
    first = scene.sent()
    introduction.offer_job(introduction=first, offer={**OFFER, "offer_hours": Decimal(16)}, by=scene.by, at=scene.past)
    other = introduction.put_forward(
        case=first.pathway, heading=scene.heading(), consent_how="phone", share_phone=False, note="", by=scene.by, at=scene.past
    )
    browser, page = sitting(scene, first.pathway)
    assert "checked" not in said(page)
    browser.act("offer.accept", first, page)
    other.refresh_from_db()
    assert other.stage == "sent"


def test_an_offer_is_declined(scene: Own) -> None:
    offer = scene.offered()
    browser, page = sitting(scene, offer.pathway)
    browser.act("offer.decline", offer, page)
    offer.refresh_from_db()
    assert offer.stage == "declined_by_candidate"


def test_pressed_twice_it_is_done_once_and_from_an_old_page_nothing_is(scene: Own) -> None:
    offer = scene.offered()
    browser, page = sitting(scene, offer.pathway)
    fields = form_of(page, "offer.accept", str(offer.uuid))
    assert [browser.post(**fields).status_code for _ in range(3)] == [302] * 3
    assert StageChange.objects.filter(machine="introduction", step="accept").count() == 1
    late = browser.post(**form_of(page, "offer.decline", str(offer.uuid)))
    assert late.status_code == 409
    assert "Things have changed meanwhile" in said(late)


def test_still_in_the_job(scene: Own) -> None:
    check = asked(scene)
    browser, page = sitting(scene, check.pathway, "check")
    assert "Are you still in the job?" in said(page)
    browser.act("check.still", check, page)
    check.refresh_from_db()
    assert (check.stage, check.grade, check.known_on) == ("confirmed", "self", scene.today)


def test_left_with_a_day_or_without_one(scene: Own) -> None:
    check = asked(scene)
    browser, page = sitting(scene, check.pathway, "check")
    empty = browser.act("check.left", check, page, last_day="")
    assert empty.status_code == 422
    assert said(empty).count("Choose one of the answers.") >= 1
    assert "There is a problem" in said(empty)
    odd = browser.act("check.left", check, last_day="1999-01-01")
    assert odd.status_code == 422
    browser.act("check.left", check, last_day="not_sure")
    check.refresh_from_db()
    job = Placement.objects.get(pk=check.placement_id)
    assert (check.stage, job.stage, job.last_day) == ("not_in_post", "left", None)
    assert Task.objects.filter(kind="last_day", state="open").exists()


def test_please_call_me_is_a_call_today(scene: Own) -> None:
    check = asked(scene)
    browser, page = sitting(scene, check.pathway)
    browser.act("check.call", check, page)
    assert Task.objects.get(kind="call", state="open").due_on == scene.today


def test_left_a_job_that_nobody_asked_about(scene: Own) -> None:
    job = scene.job(started=True)
    browser, page = sitting(scene, job.pathway)
    browser.act("job.left", job, page, last_day=scene.today.isoformat())
    job.refresh_from_db()
    assert (job.stage, job.last_day) == ("left", scene.today)


def test_not_now_with_a_day(scene: Own) -> None:
    case = scene.open()
    browser, page = sitting(scene, case)
    none = browser.act("case.not_now", case, page)
    assert none.status_code == 422
    assert "Choose one of the answers." in said(none)
    browser.act("case.not_now", case, until="3")
    case.refresh_from_db()
    assert case.stage == "not_now"
    assert case.revisit_on is not None
    assert timedelta(days=89) <= case.revisit_on - scene.today <= timedelta(days=93)


def test_a_break_and_its_end(scene: Own) -> None:
    case = scene.open()
    browser, page = sitting(scene, case)
    browser.act("case.pause", case, page, until="2")
    case.refresh_from_db()
    assert case.available_on == scene.today + timedelta(weeks=2)
    browser.act("case.resume", case)
    case.refresh_from_db()
    assert case.paused_on is None


def test_stop_contacting_me_before_work(scene: Own) -> None:
    case = scene.open()
    browser, page = sitting(scene, case)
    answer = browser.act("case.stop", case, page)
    assert answer["Location"] == "?done=stopped&language=en"
    case.refresh_from_db()
    assert (case.stage, case.do_not_contact) == ("not_now", True)
    assert ContactRoute.objects.get(candidate=case.candidate).may_text is False
    assert "We do not contact you any more." in said(browser.get("?done=stopped"))


def test_stop_contacting_me_in_work_is_a_permission_and_ends_no_job(scene: Own) -> None:
    job = scene.job(started=True)
    browser, page = sitting(scene, job.pathway)
    browser.act("case.stop", job.pathway, page)
    job.refresh_from_db()
    case = Pathway.objects.get(pk=job.pathway_id)
    route = ContactRoute.objects.get(candidate=case.candidate)
    assert (job.stage, case.stage, route.may_text, route.may_call) == ("in_post", "in_work", False, False)
    assert Task.objects.filter(words="Asked on their own page that we stop contacting them", state="open").count() == 1
    assert not Message.objects.filter(candidate=case.candidate, state="ready").exists()


@pytest.mark.parametrize(
    ("purpose", "acts"),
    [("chat", {"chat.move", "chat.cancel", "chat.ask", "case.stop"}), ("offer", {"case.stop"}), ("check", {"case.stop"})],
)
def test_a_link_for_one_thing_opens_that_thing(scene: Own, purpose: str, acts: set[str]) -> None:
    chat = scene.chat()
    browser, page = sitting(scene, chat.pathway, purpose)
    assert set(offered(page)) == acts
    full = form_of(page, "case.stop", str(chat.pathway.uuid))
    assert browser.post(**{**full, "act": "case.not_now", "until": "1"}).status_code == 409
    chat.pathway.refresh_from_db()
    assert chat.pathway.is_open


@pytest.mark.parametrize("how", ["said", "held by another"])
def test_a_shared_phone_gets_the_narrow_page(scene: Own, how: str) -> None:
    chat = scene.chat()
    offer = introduction.put_forward(
        case=chat.pathway, heading=scene.heading(), consent_how="phone", share_phone=False, note="", by=scene.by, at=scene.past
    )
    introduction.offer_job(introduction=offer, offer=OFFER, by=scene.by, at=scene.past)
    if how == "held by another":
        scene.reachable(scene.open(), NUMBER)
    browser, page = sitting(scene, chat.pathway, is_shared=how == "said")
    words = said(page)
    assert "Others use this phone too" in words
    assert [word for word in (scene.trust.name, "job offer", "Library", "Where you are") if word in words] == []
    assert set(offered(page)) == {"chat.move", "chat.cancel", "chat.ask", "case.stop"}
    full = form_of(page, "case.stop", str(chat.pathway.uuid))
    assert browser.post(**{**full, "act": "offer.accept", "row": str(offer.uuid)}).status_code == 409
    offer.refresh_from_db()
    assert offer.stage == "offered"


def test_a_row_of_somebody_else_is_answered_as_one_that_is_not_there(scene: Own) -> None:
    theirs = scene.offered()
    mine = scene.chat()
    browser, page = sitting(scene, mine.pathway)
    full = form_of(page, "chat.cancel", str(mine.uuid))
    never = browser.post(**{**full, "act": "offer.accept", "row": "00000000-0000-4000-8000-000000000000"})
    foreign = browser.post(**{**full, "act": "offer.accept", "row": str(theirs.uuid), "once": "another"})
    assert never.status_code == foreign.status_code == 409
    theirs.refresh_from_db()
    assert theirs.stage == "offered"


def test_the_door_itself_refuses_a_person_on_another_persons_case(scene: Own) -> None:
    chat = scene.chat()
    other = scene.open()
    by = Actor(kind="candidate", organisation_id=chat.pathway.organisation_id, person_key=other.person_key)
    with pytest.raises(NotYours):
        interview.cancel_chat(chat=chat, by=by, at=scene.now)
    own = Actor(kind="candidate", organisation_id=chat.pathway.organisation_id, person_key=chat.pathway.person_key)
    interview.cancel_chat(chat=chat, by=own, at=scene.now)
    change = StageChange.objects.get(machine="interview", step="cancel")
    assert may_undo(change=change, by=own, at=scene.now)
    assert not may_undo(change=change, by=by, at=scene.now)
    assert not may_undo(change=change, by=own, at=scene.now + timedelta(days=15))


def test_what_was_typed_is_kept_with_the_words_at_the_field(scene: Own) -> None:
    case = scene.open()
    browser, page = sitting(scene, case)
    answer = browser.act("chat.ask", case, page, wish="x" * 201)
    assert answer.status_code == 422
    assert "x" * 201 in said(answer)
    assert "This is too long. Use 200 letters or fewer." in said(answer)
    assert "<details" in said(answer)
    assert " open" in said(answer)


def test_a_form_without_its_stamp_or_with_one_of_another_sitting_does_nothing(scene: Own) -> None:
    chat = scene.chat()
    browser, page = sitting(scene, chat.pathway)
    fields = form_of(page, "chat.cancel", str(chat.uuid))
    for wrong in ("", "x", browser.token):
        assert browser.post(**{**fields, "stamp": wrong}).status_code == 422
    other, _page = sitting(scene, scene.open())
    assert other.post(**fields).status_code == 422
    chat.refresh_from_db()
    assert chat.stage == "booked"


@pytest.mark.parametrize("code", ["ur", "pl"])
def test_it_is_in_their_language_and_they_may_choose_another(scene: Own, code: str) -> None:
    case = scene.open(language=code)
    browser, page = sitting(scene, case)
    with override(code):
        assert gettext("What comes next") in said(page)
    assert f'dir="{"rtl" if code == "ur" else "ltr"}"' in said(page)
    assert page["Content-Language"] == code
    assert "What comes next" in said(browser.get("?language=en"))


def test_before_the_code_their_language_is_not_told(scene: Own) -> None:
    browser = scene.browser(scene.reachable(scene.open(language="ur")))
    assert browser.get()["Content-Language"] == "en-gb"
    assert Message.objects.count() == 0
    browser.ask()
    assert "آپ کا کوڈ" in (Message.objects.get().sealed_body or "")


def test_who_opened_and_what_was_done_is_written_down_without_the_token(scene: Own) -> None:
    chat = scene.chat()
    browser, page = sitting(scene, chat.pathway)
    browser.act("chat.cancel", chat, page)
    rows = list(Audit.objects.filter(route="own_page").order_by("id").values_list("action", "person"))
    person = chat.pathway.candidate.uuid
    assert rows == [("own_page.code", person), ("own_page.open", person), ("interview.cancel", person)]
    assert browser.token not in str(list(Audit.objects.values()))


@pytest.mark.parametrize("many", [1, 3])
def test_the_page_asks_as_many_queries_for_one_introduction_as_for_three(scene: Own, many: int, django_assert_num_queries: Any) -> None:
    first = scene.sent()
    for _ in range(many - 1):
        introduction.put_forward(
            case=first.pathway, heading=scene.heading(), consent_how="phone", share_phone=False, note="", by=scene.by, at=scene.past
        )
    browser, _page = sitting(scene, first.pathway)
    with django_assert_num_queries(21):
        browser.get()
