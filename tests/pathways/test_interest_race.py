"""The public form at the same moment, and how long it takes for people who are known and for those who are not."""

import http.client
import statistics
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import perf_counter
from urllib.parse import urlencode, urlsplit

import pytest
from django.test import Client

from accounts.models import SignInAttempt
from candidates.models import Candidate
from ground.clock import read_clock
from outreach.models import Message
from pathways.models import InterestPost, Pathway
from tests.fixtures.server import Server
from tests.pathways.interest_scene import Stall, stamp, written

pytestmark = pytest.mark.django_db(transaction=True)
FIFTY = 50


def at_once(server: Server, bodies: list[str]) -> list[tuple[int, str]]:
    """Sent at one moment, each on a connection of its own that is open already."""
    barrier = Barrier(len(bodies))

    def send(body: str) -> tuple[int, str]:
        line = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=120)
        line.connect()
        barrier.wait(timeout=60)
        line.request("POST", "/interest/", body, {"Content-Type": "application/x-www-form-urlencoded", "Connection": "close"})
        answer = line.getresponse()
        said = answer.status, answer.read().decode()
        line.close()
        return said

    with ThreadPoolExecutor(len(bodies)) as threads:
        return list(threads.map(send, bodies))


def test_fifty_presses_of_one_page_at_the_same_instant_are_one_person(server: Server) -> None:
    Stall()
    answers = at_once(server, [urlencode(written())] * FIFTY)
    assert {status for status, _ in answers} == {200}
    assert {"Thank you" in body for _, body in answers} == {True}
    assert (Candidate.objects.count(), Pathway.objects.count(), Message.objects.count(), InterestPost.objects.count()) == (1, 1, 1, 1)


def test_fifty_pages_with_the_same_words_at_the_same_instant_are_one_person(server: Server) -> None:
    Stall()
    answers = at_once(server, [urlencode(written(once=stamp())) for _ in range(FIFTY)])
    assert {status for status, _ in answers} == {200}
    assert (Candidate.objects.count(), Pathway.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_fifty_people_at_the_same_instant_are_each_kept_or_wait(server: Server) -> None:
    Stall()
    bodies = [urlencode(written(once=stamp(), name=f"Person {n}", reach=f"07700 900{n:03d}")) for n in range(FIFTY)]
    answers = at_once(server, bodies)
    assert {status for status, _ in answers} == {200}
    kept, held = Candidate.objects.count(), InterestPost.objects.filter(state="held").count()
    assert kept + held == FIFTY
    assert kept == 30  # ten that are nobody's fault, and twenty suspects


def medians(tries: int) -> tuple[float, float]:
    """How long the answer takes, in seconds, for numbers that nobody knows and for those that somebody has: taken in turn."""
    stall, client = Stall(), Client()
    took: dict[bool, list[float]] = {False: [], True: []}
    for n in range(tries):
        for known in (False, True):
            SignInAttempt.objects.all().delete()
            reach = f"07700 900{n:03d}"
            if known:
                InterestPost.objects.update(received_at=stall.at.replace(year=2025))  # nothing of it is suspect or sent again
            body = written(name=f"Person {n} {known}", reach=reach, once=stamp(read_clock()))
            begun = perf_counter()
            answer = client.post("/interest/", body)
            took[known].append(perf_counter() - begun)
            assert answer.status_code == 200
    assert InterestPost.objects.filter(state="review").count() == tries
    assert Candidate.objects.count() == tries
    return statistics.median(took[False]), statistics.median(took[True])


def test_known_and_unknown_take_about_as_long(db: None) -> None:
    new, known = medians(30)
    assert abs(new - known) / new < 0.2


@pytest.mark.slow("scale")
def test_known_and_unknown_take_as_long_over_two_hundred_tries_each(db: None) -> None:
    new, known = medians(200)
    print(f"medians over 200: new {new * 1000:.1f} ms, known {known * 1000:.1f} ms")
    assert abs(new - known) / new < 0.1
