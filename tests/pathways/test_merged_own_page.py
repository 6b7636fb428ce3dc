"""Their own page and their texts, where a person stands in several records: one number, one link, one page; and an old phone."""

import re
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Membership
from candidates.models import CandidateSession, ContactRoute
from candidates.services.person import add_route
from ground import tasks
from outreach.models import Message
from outreach.tasks import deliver
from pathways.models import Introduction, LetterStop, Pathway
from pathways.queries.company import text_route_of
from pathways.services import introduction
from pathways.services.case import start_again, withdraw
from pathways.services.interview import book_chat
from pathways.services.merging import merge
from pathways.services.own_acts import stop_contact
from pathways.services.own_text import text_own_page
from pathways.services.reach import put_way_right
from tests.pathways.own_scene import NUMBER, Browser, Own, code_sent, form_of, offered
from tests.pathways.scenes import OFFER
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
OTHER = "+447700900456"


@pytest.fixture
def scene() -> Own:
    return Own()


def merged(scene: Own, first: str, second: str) -> tuple[Pathway, Pathway]:
    """Two records with these numbers, or none, put together: the case that goes on, and the one that was taken in."""
    cases = [scene.reachable(scene.open(), number) if number else scene.by_letter(scene.open()) for number in (first, second)]
    merge(kept=cases[0].candidate, absorbed=cases[1].candidate, by=scene.lead_by, at=scene.now)
    return Pathway.objects.get(pk=cases[0].pk), Pathway.objects.get(pk=cases[1].pk)


def link_in(message: Message) -> Browser:
    found = re.search(r"/me/[\w-]{22}/", message.sealed_body or "")
    assert found is not None
    return Browser(f"x//x{found[0]}")


def test_a_link_that_went_to_the_number_of_the_other_record_opens(scene: Own) -> None:
    kept, other = merged(scene, "", OTHER)
    book_chat(case=kept, when=scene.now.replace(hour=11) + (scene.now - scene.past), place="Library", host=None, by=scene.by, at=scene.now)
    message = Message.objects.get(purpose="service")
    assert message.line.e164 == OTHER
    browser = link_in(message)
    browser.sit()
    assert Message.objects.get(purpose="security").line.e164 == OTHER
    route = ContactRoute.objects.get(value=OTHER)
    put_way_right(route=route, version=route.version, values={"value": NUMBER}, main=False, by=scene.by, at=scene.now)
    assert browser.get().status_code == 410
    assert link_in(text_own_page(case=kept, by=scene.by, at=scene.now)).sit().status_code == 200
    assert other.stage == "merged"


def test_what_was_said_of_a_number_on_one_record_holds_on_the_other(scene: Own) -> None:
    kept, other = merged(scene, NUMBER, NUMBER)
    ContactRoute.objects.filter(candidate=other.candidate).update(is_shared=True)
    message = text_own_page(case=kept, by=scene.by, at=scene.now)
    assert message.template is not None
    assert message.template.code == "own-page-shared"
    page = link_in(message).sit()
    assert "Others use this phone too" in page.content.decode()
    ContactRoute.objects.filter(candidate=other.candidate).update(may_text=False)
    assert text_route_of(kept.candidate) is None
    assert text_route_of(other.candidate) is None


def test_a_number_said_by_a_register_is_not_put_anew_beside_one_that_must_not_be_texted(scene: Own) -> None:
    from pathways.services.imports.person import _reach

    kept, other = merged(scene, NUMBER, OTHER)
    stop_contact(person=kept.candidate, cases=[kept], by=scene.by, at=scene.now)
    _reach(kept.candidate, {"phone": OTHER}, by=scene.by, at=scene.now)
    assert ContactRoute.objects.filter(value=OTHER).values_list("candidate", "may_text").get() == (other.candidate_id, False)


def test_the_main_number_is_the_persons_whichever_record_has_it(scene: Own) -> None:
    kept, other = merged(scene, NUMBER, OTHER)
    assert [getattr(text_route_of(each.candidate), "value", "") for each in (kept, other)] == [NUMBER, OTHER]
    route = ContactRoute.objects.get(value=OTHER)
    put_way_right(route=route, version=route.version, values={}, main=True, by=scene.by, at=scene.now)
    assert [getattr(text_route_of(each.candidate), "value", "") for each in (kept, other)] == [OTHER, OTHER]


def test_what_was_done_on_the_case_that_was_taken_in_is_taken_back_there(scene: Own) -> None:
    kept = scene.reachable(scene.open())
    row = introduction.put_forward(
        case=scene.open(), heading=scene.heading(), consent_how="phone", share_phone=False, note="", by=scene.by, at=scene.past
    )
    further = scene.offered()
    merge(kept=kept.candidate, absorbed=row.pathway.candidate, by=scene.lead_by, at=scene.now)
    merge(kept=further.pathway.candidate, absorbed=kept.candidate, by=scene.lead_by, at=scene.now)
    introduction.offer_job(introduction=Introduction.objects.get(pk=row.pk), offer=OFFER, by=scene.by, at=scene.now)
    browser = scene.browser(further.pathway)
    page = browser.sit()
    browser.act("offer.decline", row, page)
    assert Introduction.objects.get(pk=row.pk).stage == "declined_by_candidate"
    again = browser.get()
    assert "undo" in offered(again)
    fields = re.findall(r'name="row" value="([^"]*)"', again.content.decode())
    change = next(each for each in fields if each not in {str(row.uuid), str(further.uuid)} and _is_change(each))
    browser.post(**form_of(again, "undo", change))
    assert Introduction.objects.get(pk=row.pk).stage == "offered"


def _is_change(uuid: str) -> bool:
    from pathways.models import StageChange

    return StageChange.objects.filter(uuid=uuid).exists()


def test_a_letters_link_outlives_a_changed_number_and_what_the_old_phone_opened_does_not(scene: Own) -> None:
    case = scene.by_letter(scene.open())
    browser = scene.browser(case)
    add_route(candidate=case.candidate, kind="mobile", value=NUMBER, safe={"may_mention": True}, by=scene.by, at=scene.now)
    assert "Hello" in browser.sit().content.decode()
    browser.client.cookies.clear()
    browser.ask()
    digits = code_sent()
    route = ContactRoute.objects.get(value=NUMBER)
    sitting = CandidateSession.objects.get()
    put_way_right(route=route, version=route.version, values={"value": OTHER}, main=False, by=scene.by, at=scene.now)
    assert browser.open(digits).status_code == 422, "the code went to a phone that is theirs no longer"
    assert CandidateSession.objects.get() == sitting
    browser.ask()
    assert Message.objects.filter(purpose="security").latest("id").line.e164 == OTHER
    assert browser.open().status_code == 302


def test_a_sitting_of_a_letters_link_ends_with_the_number(scene: Own) -> None:
    case = scene.by_letter(scene.open())
    browser = scene.browser(case)
    add_route(candidate=case.candidate, kind="mobile", value=NUMBER, safe={"may_mention": True}, by=scene.by, at=scene.now)
    assert "act" in browser.sit().content.decode()
    assert offered(browser.get()) != []
    route = ContactRoute.objects.get(value=NUMBER)
    put_way_right(route=route, version=route.version, values={"value": OTHER}, main=False, by=scene.by, at=scene.now)
    assert offered(browser.get()) == []


def test_stop_contacting_me_in_work_stops_letters_too(scene: Own) -> None:
    case = Pathway.objects.get(pk=scene.job(started=True).pathway_id)
    for _ in range(2):
        stop_contact(person=scene.reachable(case).candidate, cases=[case], by=scene.by, at=scene.now)
    assert LetterStop.objects.filter(candidate=case.candidate, ended_on__isnull=True).count() == 1


def test_who_comes_back_is_nobodys_where_the_worker_has_left(scene: Own) -> None:
    stays, leaves = (withdraw(case=scene.open(), by=scene.by, at=scene.past) for _ in range(2))
    assert start_again(previous=stays, owner=stays.owner, by=scene.by, at=scene.now).owner == scene.worker
    Membership.objects.filter(user=scene.worker).update(ends_on=scene.today - timedelta(days=1))
    assert start_again(previous=leaves, owner=leaves.owner, by=scene.by, at=scene.now).owner is None


def test_the_broker_is_handed_numbers_of_rows_and_nothing_else(scene: Own, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(tasks.broker, "quiet_until", 0.0)
    sent: list[Any] = []
    monkeypatch.setattr(deliver, "apply_async", lambda *given, **more: sent.append((given, more)))
    case = scene.reachable(scene.open())
    browser = scene.browser(case)
    browser.ask()
    assert signed_in(scene.worker).post(f"/pathways/{case.uuid}/own-page/", {"once": "one"}).status_code == 302
    assert len(sent) == 2
    token = link_in(Message.objects.filter(purpose="service").latest("id")).token
    for secret in (browser.token, code_sent(), token, NUMBER, case.candidate.first_name):
        assert secret not in repr(sent)
    assert {type(number) for _, more in sent for numbers in more["args"] for number in numbers} == {int}, sent
