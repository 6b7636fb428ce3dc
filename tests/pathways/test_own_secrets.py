"""The random part of a link, and the digits of a code: in the text alone, and nowhere else that anybody can read."""

import io
import json
import logging
import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from candidates.models import CandidateLink, CandidateSession
from ground.clock import read_clock
from ground.log import Lines
from ground.once import OnceToken
from outreach.backends import backend_named
from outreach.delivery import sweep
from outreach.models import Message
from outreach.queries import phone_of
from outreach.services.line import line_of
from pathways.models import Pathway
from pathways.services import own_text
from tests.factories import World
from tests.pathways.own_scene import NUMBER, Browser, Own, by_day, code_sent
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Own:
    return Own()


def dump() -> str:
    """Every column of every table, as a dump would hold them."""
    told = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if model._meta.proxy or not model._meta.managed:
                continue
            cursor.execute(f'SELECT row_to_json(each)::text FROM "{model._meta.db_table}" AS each')
            told += [row[0] for row in cursor.fetchall()]
    return "\n".join(told)


@pytest.fixture
def logged() -> Any:
    """What the process would write to its log, in the house's own format."""
    held = io.StringIO()
    handler = logging.StreamHandler(held)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield held
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_token_and_a_code_are_in_no_log_no_table_no_address_and_no_answers_header(scene: Own, logged: io.StringIO) -> None:
    chat = scene.chat()
    browser = scene.browser(scene.reachable(chat.pathway))
    answers = [browser.get(), browser.ask(), browser.get("?code=1")]
    digits = code_sent()
    answers += [browser.open("000000"), browser.open(digits), browser.get()]
    page = answers[-1]
    answers += [browser.act("chat.cancel", chat, page), browser.get("?done=1"), browser.get("?x=%FF"), browser.post(act="x")]
    held = browser.client.cookies["own"].value
    answers += [browser.post(act="close", stamp=browser.stamp())]
    gone = Browser("x//x" + browser.path)
    CandidateLink.objects.update(revoked_at=read_clock())
    answers += [gone.get(), gone.post(act="ask"), gone.client.put(gone.path)]
    sweep(at=read_clock())
    told = logged.getvalue()
    assert "/me/<token>/" in told
    for secret in (browser.token, digits, held):
        assert secret not in told
        assert secret not in dump()
    for answer in answers:
        assert browser.token not in json.dumps(dict(answer.headers))
        assert browser.token not in answer.content.decode()
        assert digits not in answer.content.decode()
    assert {answer["Referrer-Policy"] for answer in answers} == {"no-referrer"}
    assert OnceToken.objects.exists()
    assert CandidateSession.objects.exists()


def test_a_text_holds_its_link_sealed_until_it_goes_and_staff_read_that_there_is_one(scene: Own, settings: Any) -> None:
    settings.SMS_BACKEND = ["locmem"]
    case = scene.reachable(scene.open(first="Tamsin"))
    message = own_text.text_own_page(case=case, by=scene.by, at=scene.now)
    token = re.search(r"/me/([\w-]{22})/", message.sealed_body or "")
    assert token is not None
    assert message.body.endswith("Here you see where you are and what comes next: [their link]")
    assert token[1] not in dump()
    line_of(NUMBER)
    sweep(at=by_day())
    taken = backend_named("locmem").taken[-1]  # type: ignore[attr-defined]
    assert token[1] in taken.body
    message.refresh_from_db()
    assert (message.state, message.sealed_body) == ("accepted", None)
    page = signed_in(scene.worker).get(f"/people/{case.candidate.uuid}/")
    assert "[their link]" in page.content.decode()
    assert token[1] not in page.content.decode()
    assert Browser(f"x//x/me/{token[1]}/").get().status_code == 200


def test_a_code_stands_in_no_thread(scene: Own) -> None:
    case = scene.reachable(scene.open())
    browser = scene.browser(case)
    browser.ask()
    assert Message.objects.filter(purpose="security").count() == 1
    story = signed_in(scene.worker).get(f"/people/{case.candidate.uuid}/").content.decode()
    assert "Your code" not in story
    assert "waiting to be sent" not in story


def test_in_a_demo_the_invented_phone_shows_what_was_sent(scene: Own, settings: Any) -> None:
    settings.DEMO, settings.SMS_BACKEND = True, ["console"]
    case = scene.reachable(scene.open())
    own_text.text_own_page(case=case, by=scene.by, at=scene.now)
    sweep(at=by_day())
    phone = phone_of(case.candidate.uuid)
    assert phone is not None
    assert re.search(r"/me/[\w-]{22}/$", phone.texts[-1].body)
    assert Message.objects.get().sealed_body is None


class TestByAWorker:
    def test_one_press_sends_it_and_one_takes_it_back(self, scene: Own) -> None:
        case = scene.reachable(scene.open())
        staff = signed_in(scene.worker)
        home = f"/people/{case.candidate.uuid}/"
        assert "Text their own page" in staff.get(home).content.decode()
        answer = staff.post(f"/pathways/{case.uuid}/own-page/", {"once": "one"})
        assert answer.status_code == 302
        message = Message.objects.get()
        shown = staff.get(home).content.decode()
        assert "A text with their own page goes to 07700 900123." in shown
        assert f"/texts/{message.uuid}/undo/" in shown
        assert staff.post(f"/texts/{message.uuid}/undo/", {"once": "two"}).status_code == 302
        message.refresh_from_db()
        assert message.state == "cancelled"
        assert CandidateLink.objects.get().revoked_at is not None

    def test_what_has_gone_is_not_taken_back_and_no_second_is_sent_while_one_waits(self, scene: Own) -> None:
        case = scene.reachable(scene.open())
        staff = signed_in(scene.worker)
        staff.post(f"/pathways/{case.uuid}/own-page/", {"once": "one"})
        assert staff.post(f"/pathways/{case.uuid}/own-page/", {"once": "two"}).status_code == 409
        message = Message.objects.get()
        sweep(at=by_day())
        assert staff.post(f"/texts/{message.uuid}/undo/", {"once": "three"}).status_code == 409

    def test_no_text_goes_where_the_programme_must_not_be_named(self, scene: Own) -> None:
        case: Pathway = scene.reachable(scene.open(), may_mention=False)
        staff = signed_in(scene.worker)
        assert "Text their own page" not in staff.get(f"/people/{case.candidate.uuid}/").content.decode()
        assert staff.post(f"/pathways/{case.uuid}/own-page/", {"once": "one"}).status_code == 422
        assert Message.objects.count() == 0

    def test_it_is_not_for_a_colleague_of_another_organisation(self, scene: Own) -> None:
        case = scene.reachable(scene.open())
        theirs = World()
        assert signed_in(theirs.worker).post(f"/pathways/{case.uuid}/own-page/", {"once": "one"}).status_code == 404
        assert signed_in(theirs.employer).post(f"/pathways/{case.uuid}/own-page/", {"once": "one"}).status_code == 403
