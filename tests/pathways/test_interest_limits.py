"""Machines that send the public form: what is stored of them, what waits, and what honest people notice of it."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client, override_settings

from accounts.models import SignInAttempt
from candidates.models import Candidate
from outreach.models import Message
from pathways.models import InterestPost
from pathways.services.interest import forget_old_forms
from pathways.tasks import forget_forms
from tests.pathways.interest_scene import Stall, send, stamp, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def stall() -> Stall:
    return Stall()


def number(n: int) -> str:
    return f"07700 900{n:03d}"


def move_back(by: timedelta) -> None:
    """So much time passes."""
    SignInAttempt.objects.update(at=F("at") - by)
    InterestPost.objects.update(received_at=F("received_at") - by)


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in InterestPost.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


class TestHonestPeople:
    def test_thirty_from_one_librarys_address_in_an_hour_are_all_stored(self, stall: Stall) -> None:
        for n in range(30):
            assert send(name=f"Person {n}", reach=number(n)).status_code == 200
            move_back(timedelta(seconds=100))
        assert Candidate.objects.count() == 30
        assert not InterestPost.objects.exclude(suspect="").exists()

    def test_the_hundred_and_twenty_first_hears_when_to_come_back_and_loses_nothing(self, stall: Stall) -> None:
        for n in range(120):
            send(name=f"Person {n}", reach=number(n))
            move_back(timedelta(seconds=25))
        answer = send(name="Amina Yusuf", reach=number(500), families=["healthcare"], postcode="B1 1AA")
        page = answer.content.decode()
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["Retry-After"]) <= 3600
        assert "What you wrote is still here" in page
        assert 'value="Amina Yusuf"' in page
        assert 'value="07700 900500"' in page
        assert 'value="B1 1AA"' in page
        assert 'value="healthcare"' in page
        assert "checked" in page.partition('value="healthcare"')[2][:80]
        assert Candidate.objects.count() == 120
        assert send(address="192.0.2.8", name="Somebody elsewhere", reach=number(501)).status_code == 200
        assert Candidate.objects.count() == 121
        move_back(timedelta(hours=1))
        assert send(name="Amina Yusuf", reach=number(500)).status_code == 200
        assert Candidate.objects.count() == 122


class TestMachines:
    @pytest.mark.parametrize(
        ("sent", "why"),
        [
            ({"website": "http://bad.example"}, "trap"),
            ({"ago": timedelta(seconds=1)}, "fast"),
            ({"ago": timedelta(hours=24, seconds=5)}, "old"),
        ],
    )
    def test_after_twenty_in_an_hour_they_wait_and_hear_the_same_thanks(self, stall: Stall, sent: dict[str, Any], why: str) -> None:
        bodies = set()
        for n in range(25):
            move_back(timedelta(seconds=10))
            more = {"once": stamp(ago=sent["ago"])} if "ago" in sent else sent
            answer = send(name=f"Bot {n}", reach=number(n), **more)
            assert answer.status_code == 200
            bodies.add(answer.content.decode().replace(answer.context["thanks_token"], ""))
        assert len(bodies) == 1
        assert states() == {"taken": 20, "held": 5}
        assert set(InterestPost.objects.values_list("suspect", flat=True)) == {why}
        assert Candidate.objects.count() == 20
        assert Message.objects.count() == 20

    def test_the_same_number_within_the_hour_is_suspect_and_after_it_is_not(self, stall: Stall) -> None:
        send(name="One", reach=number(1))
        send(name="Two", reach="+44 7700 900001")
        assert InterestPost.objects.get(state="review").suspect == "same"
        move_back(timedelta(minutes=61))
        send(name="Three", reach=number(1))
        assert list(InterestPost.objects.filter(state="review").order_by("id").values_list("suspect", flat=True)) == ["same", ""]

    def test_more_than_ten_in_a_minute_are_suspect_whoever_they_say_they_are(self, stall: Stall) -> None:
        for n in range(12):
            send(name=f"Person {n}", reach=number(n))
        assert list(InterestPost.objects.order_by("id").values_list("suspect", flat=True)) == [""] * 10 + ["many"] * 2

    @pytest.mark.slow("crawl")
    def test_of_a_thousand_at_most_twenty_are_stored(self, stall: Stall) -> None:
        for n in range(1_000):
            send(name=f"Bot {n}", reach=f"bot{n}@example.org", way="email", website="x")
        assert Candidate.objects.count() <= 20
        assert states()["held"] == 980

    def test_what_waits_has_an_end_too(self, stall: Stall) -> None:
        for n in range(21):
            send(name=f"Bot {n}", reach=number(n), website="x")
        key = SignInAttempt.objects.filter(kind="form_held").values_list("key", flat=True).get()
        rows = [SignInAttempt(kind="form_held", key=key, at=stall.at, created_at=stall.at) for _ in range(999)]
        SignInAttempt.objects.bulk_create(rows)
        assert send(name="Bot", reach=number(99), website="x").status_code == 429


class TestAddresses:
    @override_settings(TRUSTED_PROXIES=1)
    def test_behind_a_proxy_it_is_the_one_that_the_proxy_saw(self, stall: Stall) -> None:
        for n in range(22):
            data = written(name=f"Bot {n}", reach=number(n), website="x")
            Client().post("/interest/", data, HTTP_X_FORWARDED_FOR=f"203.0.113.{n}, 198.51.100.9", REMOTE_ADDR="10.0.0.1")
        assert states() == {"taken": 20, "held": 2}
        Client().post("/interest/", written(reach=number(50), website="x"), HTTP_X_FORWARDED_FOR="198.51.100.10", REMOTE_ADDR="10.0.0.1")
        assert states()["taken"] == 21

    def test_without_a_proxy_nobody_chooses_their_address(self, stall: Stall) -> None:
        for n in range(21):
            data = written(name=f"Bot {n}", reach=number(n), website="x")
            Client().post("/interest/", data, HTTP_X_FORWARDED_FOR=f"203.0.113.{n}", REMOTE_ADDR="192.0.2.7")
        assert states() == {"taken": 20, "held": 1}

    def test_neither_log_nor_row_holds_an_address_or_a_name(self, stall: Stall, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        send(name="Zebedee Unusual", website="x", address="192.0.2.77")
        assert "Zebedee" not in caplog.text
        assert "900123" not in caplog.text
        rows = [*InterestPost.objects.values(), *SignInAttempt.objects.values()]
        assert "192.0.2.77" not in str(rows)


def test_what_was_held_is_dropped_after_thirty_days_and_what_may_be_known_is_not(stall: Stall) -> None:
    for n in range(21):
        send(name=f"Bot {n}", reach=number(n), website="x")
    send(name="Another", reach=number(1), address="192.0.2.9")
    assert states() == {"taken": 20, "held": 1, "review": 1}
    assert forget_old_forms(at=stall.at + timedelta(days=29)) == 0
    assert forget_forms(at=stall.at + timedelta(days=31), dry_run=True) == "21 forms to drop"
    assert forget_forms(at=stall.at + timedelta(days=31), dry_run=False) == "21 forms dropped"
    assert states() == {"review": 1}
    assert Candidate.objects.count() == 20
