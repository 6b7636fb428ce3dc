"""A link pressed and a code given many times at the same instant, through the web server: one text, one sitting."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlencode, urlsplit

import pytest

from candidates.models import CandidateCode, CandidateSession
from outreach.models import Message
from tests.fixtures.server import Server
from tests.pathways.own_scene import Browser, Own, code_sent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow("races")]
TEN = 10


def at_once(server: Server, path: str, bodies: list[dict[str, str]]) -> list[tuple[int, str]]:
    """Sent at one moment, each on a connection of its own: status, and the cookie that it brought."""
    barrier = Barrier(len(bodies))

    def send(body: dict[str, str]) -> tuple[int, str]:
        line = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=120)
        line.connect()
        barrier.wait(timeout=60)
        line.request("POST", path, urlencode(body), {"Content-Type": "application/x-www-form-urlencoded", "Connection": "close"})
        answer = line.getresponse()
        answer.read()
        line.close()
        return answer.status, answer.getheader("Set-Cookie") or ""

    with ThreadPoolExecutor(len(bodies)) as threads:
        return list(threads.map(send, bodies))


@pytest.fixture
def phone(server: Server) -> Browser:
    scene = Own()
    return scene.browser(scene.reachable(scene.open()))


def test_ten_presses_of_one_page_are_one_text(server: Server, phone: Browser) -> None:
    answers = at_once(server, phone.path, [{"act": "ask", "stamp": phone.stamp()}] * TEN)
    assert {status for status, _ in answers} == {302}
    assert {cookie for _, cookie in answers} == {""}
    assert (CandidateCode.objects.count(), Message.objects.filter(purpose="security").count()) == (1, 1)


def test_ten_pages_pressed_are_five_texts_of_which_the_last_counts(server: Server, phone: Browser) -> None:
    answers = at_once(server, phone.path, [{"act": "ask", "stamp": phone.stamp()} for _ in range(TEN)])
    assert sorted(status for status, _ in answers) == [302] * 5 + [429] * 5
    assert Message.objects.filter(purpose="security").count() == 5
    assert CandidateCode.objects.filter(used_at__isnull=True, ended_at__isnull=True).count() == 1


def test_a_code_given_ten_times_at_once_opens_one_sitting(server: Server, phone: Browser) -> None:
    phone.ask()
    answers = at_once(server, phone.path, [{"act": "open", "stamp": phone.stamp(), "code": code_sent()}] * TEN)
    assert [status for status, cookie in answers if cookie] == [302]
    assert CandidateSession.objects.count() == 1


def test_of_ten_guesses_at_once_five_are_judged(server: Server, phone: Browser) -> None:
    phone.ask()
    wrong = f"{(int(code_sent()) + 1) % 1_000_000:06}"
    answers = at_once(server, phone.path, [{"act": "open", "stamp": phone.stamp(), "code": wrong}] * TEN)
    assert sorted(status for status, _ in answers) == [422] * 5 + [429] * 5
    assert CandidateSession.objects.count() == 0
