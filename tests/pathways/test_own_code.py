"""A link in a text opens nothing by itself: a fresh code does, once, for half an hour, and only to the number on file."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils.crypto import get_random_string

from accounts.models import SignInAttempt
from candidates.models import CandidateCode, CandidateLink, CandidateSession, Merge
from candidates.services.link import digest_of
from ground.clock import read_clock
from outreach.delivery import sweep
from outreach.models import Message, PhoneLine
from outreach.services.line import line_of
from pathways.models import Pathway
from pathways.services import case as cases
from pathways.services.own_page import make_link
from pathways.services.reach import end_way, put_way_right
from tests.factories import programme
from tests.pathways.own_scene import NUMBER, Browser, Own, code_sent
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Own:
    return Own()


@pytest.fixture
def case(scene: Own) -> Pathway:
    return scene.reachable(scene.open(first="Tamsin"))


def over(page: Any) -> bool:
    return page.status_code == 410 and "This link no longer works" in page.content.decode()


def plain(page: Any) -> str:
    """A page without what differs from one request to the next, or repeats what the address asked."""
    return re.sub(r'nonce="[^"]*"|\?[a-z=1&;]*language=[a-z]+', "", page.content.decode())


def test_the_link_is_kept_as_a_digest_alone(scene: Own, case: Pathway) -> None:
    browser = scene.browser(case)
    link = CandidateLink.objects.get()
    assert len(browser.token) == 22
    assert (link.digest, link.number, link.purpose) == (digest_of(browser.token), NUMBER, "page")
    assert browser.token not in str(CandidateLink.objects.values().get())


def test_twenty_previews_change_nothing_and_show_nothing(scene: Own, case: Pathway) -> None:
    browser = scene.browser(case)
    for number in range(20):
        page = Client().get(browser.path) if number % 2 else Client().head(browser.path)
        assert page.status_code == 200
        assert page.cookies == {}
        said = page.content.decode()
        assert [word for word in ("Tamsin", "900123", case.get_stage_display(), str(case.uuid)) if word in said] == []
        assert page["Cache-Control"] == "no-store"
        assert page["Referrer-Policy"] == "no-referrer"
    assert (CandidateCode.objects.count(), CandidateSession.objects.count(), Message.objects.count()) == (0, 0, 0)
    assert SignInAttempt.objects.filter(kind__startswith="own").count() == 0


def test_a_press_sends_six_digits_that_no_row_shows(scene: Own, case: Pathway) -> None:
    browser = scene.browser(case)
    answer = browser.ask()
    assert (answer.status_code, answer["Location"]) == (302, "?code=1&language=en")
    assert answer.cookies == {}
    message = Message.objects.get()
    assert (message.purpose, message.body, message.expires_at - message.not_before) == ("security", "", timedelta(minutes=10))
    digits = code_sent()
    assert message.sealed_body == f"Your code is {digits}. It works once, for ten minutes. Give it to nobody."
    raw = Message.objects.values_list("sealed_body", flat=True).get()
    assert digits not in str(raw.text)
    assert digits not in str(CandidateCode.objects.values().get())
    sweep(at=read_clock())
    message.refresh_from_db()
    assert (message.state, message.sealed_body) == ("accepted", None)
    assert "Write the code" in browser.get("?code=1").content.decode()
    assert "Tamsin" not in browser.get("?code=1").content.decode()


def test_the_right_digits_open_the_page_for_half_an_hour(scene: Own, case: Pathway) -> None:
    browser = scene.browser(case)
    page = browser.sit()
    assert page.status_code == 200
    assert "Hello Tamsin" in page.content.decode()
    assert "<title>What happens next" in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    cookie = browser.client.cookies["own"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 1800)
    session = CandidateSession.objects.get()
    assert session.ends_at - session.created_at == timedelta(minutes=30)
    CandidateSession.objects.update(ends_at=read_clock())
    assert "Tamsin" not in browser.get().content.decode()


def test_one_session_in_all(scene: Own, case: Pathway) -> None:
    """Previews, ten presses, a second use, a code that is late: one sitting."""
    browser = scene.browser(case)
    for _ in range(20):
        Client().get(browser.path)
    stamp = browser.stamp()
    answers = [Client().post(browser.path, {"act": "ask", "stamp": stamp}) for _ in range(10)]
    assert {answer.status_code for answer in answers} == {302}
    assert Message.objects.count() == 1
    digits = code_sent()
    assert browser.open(digits).status_code == 302
    other = Browser("x//x" + browser.path)
    assert "no longer" not in (again := other.open(digits)).content.decode()
    assert (again.status_code, other.client.cookies.get("own")) == (422, None)
    late = Browser("x//x" + browser.path)
    late.ask()
    digits = code_sent()
    CandidateCode.objects.filter(used_at__isnull=True).update(expires_at=read_clock() - timedelta(seconds=1))
    assert late.open(digits).status_code == 422
    assert CandidateSession.objects.count() == 1


@pytest.mark.parametrize(("old", "opens"), [(timedelta(minutes=9, seconds=59), True), (timedelta(minutes=10, seconds=1), False)])
def test_a_code_lives_ten_minutes(scene: Own, case: Pathway, old: timedelta, opens: bool) -> None:
    browser = scene.browser(case)
    browser.ask()
    code = CandidateCode.objects.get()
    CandidateCode.objects.update(created_at=code.created_at - old, expires_at=code.expires_at - old)
    assert (browser.open().status_code == 302) is opens
    assert CandidateSession.objects.exists() is opens


def test_the_sixth_guess_is_not_judged_even_when_it_is_right(scene: Own, case: Pathway) -> None:
    browser = scene.browser(case)
    browser.ask()
    digits = code_sent()
    wrong = f"{(int(digits) + 1) % 1_000_000:06}"
    assert [browser.open(wrong).status_code for _ in range(5)] == [422] * 5
    assert browser.open(digits).status_code == 429
    assert CandidateSession.objects.count() == 0
    browser.ask()
    assert browser.open().status_code == 302


def test_asking_again_kills_the_earlier_code_and_its_text(scene: Own, case: Pathway) -> None:
    browser = scene.browser(case)
    browser.ask()
    first = code_sent()
    browser.ask()
    assert code_sent() != first
    sweep(at=read_clock())
    assert sorted(Message.objects.values_list("state", "reason")) == [("accepted", ""), ("expired", "untrue")]
    assert browser.open(first).status_code == 422
    assert Message.objects.filter(sealed_body__isnull=False).count() == 0


def test_a_code_of_another_link_opens_nothing(scene: Own, case: Pathway) -> None:
    other = scene.reachable(scene.open(first="Bo"), "+447700900124")
    mine, theirs = scene.browser(case), scene.browser(other)
    mine.ask()
    digits = code_sent()
    theirs.ask()
    assert theirs.open(digits).status_code == 422
    assert mine.open(digits).status_code == 302
    assert CandidateSession.objects.get().link.candidate == case.candidate


def test_somebody_elses_link_in_my_sitting_shows_nothing_of_either(scene: Own, case: Pathway) -> None:
    other = scene.reachable(scene.open(first="Bo"), "+447700900124")
    mine, theirs = scene.browser(case), scene.browser(other)
    mine.sit()
    page = mine.client.get(theirs.path)
    said = page.content.decode()
    assert page.status_code == 200
    assert "Send me a code" in said
    assert "Tamsin" not in said
    assert "Bo<" not in said
    assert "Hello Tamsin" in mine.get().content.decode()


def test_five_codes_an_hour_for_a_link_and_for_a_number(scene: Own, case: Pathway) -> None:
    browser = scene.browser(case)
    assert [browser.ask().status_code for _ in range(5)] == [302] * 5
    full = browser.ask()
    assert full.status_code == 429
    assert int(full["Retry-After"]) > 0
    again = scene.browser(case)
    assert again.ask().status_code == 429, "another link to the same number has no share of its own"
    assert Message.objects.count() == 5


@pytest.mark.parametrize("what", ["unknown", "expired", "revoked", "died", "number changed", "number ended", "opted out"])
def test_one_page_and_one_status_for_every_link_that_is_over(scene: Own, case: Pathway, what: str) -> None:
    browser = scene.browser(case)
    unknown = Client().get(f"/me/{get_random_string(22)}/")
    route = case.candidate.routes.get(value=NUMBER)
    if what == "unknown":
        browser.path = "/me/x/"
    elif what == "expired":
        CandidateLink.objects.update(expires_at=read_clock())
    elif what == "revoked":
        CandidateLink.objects.update(revoked_at=read_clock())
    elif what == "died":
        cases.record_death(candidate=case.candidate, died_on=scene.today, by=scene.by, at=scene.now)
    elif what == "number changed":
        put_way_right(route=route, version=route.version, values={"value": "+447700900199"}, main=False, by=scene.by, at=scene.now)
    elif what == "number ended":
        end_way(route=route, version=route.version, by=scene.by, at=scene.now)
    else:
        PhoneLine.objects.filter(pk=line_of(NUMBER).pk).update(opted_out_at=scene.now, opted_out_how="stop")
    for answer in (browser.get(), browser.get("?code=1"), browser.post(act="ask", stamp="x"), browser.post(act="open", code="123456")):
        assert over(answer)
        assert plain(answer) == plain(unknown)
    assert Message.objects.count() == 0


def test_a_changed_number_ends_the_sitting_and_the_old_phone_gets_nothing(scene: Own, case: Pathway) -> None:
    browser = scene.browser(case)
    browser.sit()
    route = case.candidate.routes.get(value=NUMBER)
    put_way_right(route=route, version=route.version, values={"value": "+447700900199"}, main=False, by=scene.by, at=scene.now)
    assert over(browser.get())
    route.refresh_from_db()
    put_way_right(route=route, version=route.version, values={"value": NUMBER}, main=False, by=scene.by, at=scene.now)
    assert over(browser.get()), "and it does not come back with the number"


def test_a_letter_to_somebody_without_a_phone_says_whom_to_ring(scene: Own) -> None:
    browser = scene.browser(scene.by_letter(scene.open()))
    page = browser.get()
    assert "Ring us on 0121 496 0123" in page.content.decode()
    answer = browser.ask()
    assert answer.status_code == 422
    assert "We cannot send you a code" in answer.content.decode()
    assert "Ring us on 0121 496 0123" in answer.content.decode()
    assert Message.objects.count() == 0


def test_it_goes_at_night_and_past_the_daily_number_of_texts(scene: Own, case: Pathway, settings: Any) -> None:
    settings.SMS_HOURS = ""
    browser = scene.browser(case)
    browser.ask()
    night = read_clock().replace(hour=2)
    Message.objects.update(not_before=night, expires_at=night + timedelta(minutes=10))
    sweep(at=night + timedelta(minutes=1))
    assert Message.objects.get().state == "accepted"


def test_a_worker_who_is_signed_in_stays_so_and_is_not_mixed_in(scene: Own, case: Pathway) -> None:
    browser = scene.browser(case)
    staff = signed_in(scene.worker)
    browser.client = staff
    page = browser.sit()
    said = page.content.decode()
    assert "Hello Tamsin" in said
    assert [word for word in (scene.worker.email, "/today/", "/caseload/", "Sign out") if word in said] == []
    assert staff.get("/today/").status_code == 200
    key = staff.cookies[settings.SESSION_COOKIE_NAME].value
    browser.act("case.stop", case, page)
    assert staff.cookies[settings.SESSION_COOKIE_NAME].value == key
    alone = Client()
    alone.cookies["own"] = staff.cookies["own"].value
    assert alone.get("/today/").status_code == 302
    assert "Hello Tamsin" in alone.get(browser.path).content.decode()


def test_closing_the_page_ends_it(scene: Own, case: Pathway) -> None:
    browser = scene.browser(case)
    page = browser.sit()
    held = browser.client.cookies["own"].value
    browser.post(act="close", stamp=browser.stamp(page))
    browser.client.cookies["own"] = held
    assert "Tamsin" not in browser.get().content.decode()


def test_a_page_of_another_link_or_an_old_one_is_asked_for_once_more(scene: Own, case: Pathway) -> None:
    browser, other = scene.browser(case), scene.browser(case)
    assert browser.post(act="ask", stamp=other.stamp()).status_code == 422
    assert browser.post(act="ask").status_code == 422
    assert browser.post(act="ask", stamp="x" * 300).status_code == 422
    assert Message.objects.count() == 0


def test_a_person_of_two_records_sees_the_cases_of_both(scene: Own, case: Pathway) -> None:
    """The link of the record that was taken in, after the merge: one page, with what stands on the case that went on."""
    kept = scene.open(first="Tamsin", last="Kept")
    Pathway.objects.filter(pk=case.pk).update(person_key=kept.person_key, programme=programme(scene.delivery))
    Merge.objects.create(kept=kept.candidate, absorbed=case.candidate, merged_by=scene.worker, merged_at=scene.now)
    page = scene.browser(case).sit()
    assert page.content.decode().count("You told us you are interested.") == 2


def test_a_link_after_the_case_closed_says_so_and_lets_them_start_again(scene: Own, case: Pathway) -> None:
    cases.withdraw(case=case, by=scene.by, at=scene.now)
    browser = scene.browser(case)
    page = browser.sit()
    assert "You asked us to stop. You can come back at any time." in page.content.decode()
    answer = browser.act("case.return", case, page)
    assert (answer.status_code, answer["Location"]) == (302, "?done=1&language=en")
    again = Pathway.objects.latest("id")
    assert (again.previous, again.attempt, again.stage) == (case, 2, "interested")


def test_nothing_is_made_for_somebody_who_has_died(scene: Own, case: Pathway) -> None:
    cases.record_death(candidate=case.candidate, died_on=scene.today, by=scene.by, at=scene.now)
    case.candidate.refresh_from_db()
    with pytest.raises(Exception, match="died"):
        make_link(candidate=case.candidate, purpose="page", by=scene.by, at=scene.now)
