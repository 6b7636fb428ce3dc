"""A nudge: once a request, after the commit, and never in the way of the act."""

from datetime import timedelta
from time import monotonic

import pytest
from celery import Celery
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from ground import tasks
from ground.clock import read_clock
from ground.tasks import broker, nudge
from outreach.apps import check_backends
from outreach.middleware import NudgeMiddleware
from outreach.tasks import deliver, reconcile, sweep
from tests.factories import AT
from tests.outreach.conftest import standing, text


class Task:
    """Stands where a Celery task would, and keeps what it was asked."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.asked = error, []

    def apply_async(self, args: tuple) -> None:
        self.asked.append(args)
        if self.error:
            raise self.error


@pytest.fixture(autouse=True)
def fresh_broker(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    broker.quiet_until, broker.swallowed = 0.0, 0
    yield
    broker.quiet_until, broker.swallowed = 0.0, 0


def test_a_broker_that_is_away_is_swallowed_counted_and_left_in_peace():
    task = Task(ConnectionError("away"))
    assert nudge(task, 1) is False
    assert nudge(task, 2) is False
    assert (task.asked, broker.swallowed) == ([(1,)], 2)
    assert 29 < broker.quiet_until - monotonic() <= 30
    broker.quiet_until = 0.0
    assert nudge(task, 3) is False
    assert task.asked == [(1,), (3,)]


def test_the_real_client_with_nobody_listening_costs_under_two_seconds_and_raises_nothing():
    alone = Celery("alone", set_as_current=False)  # the product's own settings, but for where its broker is
    alone.config_from_object("config.queue")
    alone.conf.broker_url = "redis://127.0.0.1:1/0"
    task = alone.task(name="nothing")(deliver.run)
    began = monotonic()
    assert nudge(task, 1) is False
    assert monotonic() - began < 2
    assert broker.swallowed == 1


def test_without_a_broker_nobody_is_nudged(settings):
    settings.REDIS_URL = ""
    task = Task()
    assert nudge(task, 1) is False
    assert task.asked == []


@pytest.mark.django_db
@pytest.mark.usefixtures("provider")
class TestRequest:
    def answer(self, monkeypatch, act) -> list:
        task = Task()
        monkeypatch.setattr("outreach.middleware.deliver", task)

        def view(_: HttpRequest) -> HttpResponse:
            act()
            return HttpResponse("done")

        assert NudgeMiddleware(view)(RequestFactory().post("/")).content == b"done"
        return task.asked

    def test_a_request_that_wrote_texts_nudges_once_with_their_numbers(self, monkeypatch):
        written = []
        asked = self.answer(monkeypatch, lambda: written.extend(text(occasion=f"o{n}", fact="").pk for n in range(3)))
        assert asked == [(written,)]

    def test_one_that_wrote_none_nudges_nobody(self, monkeypatch):
        assert self.answer(monkeypatch, lambda: None) == []

    def test_a_large_act_names_twenty_and_leaves_the_rest_to_the_sweep(self, monkeypatch):
        asked = self.answer(monkeypatch, lambda: [text(occasion=f"o{n}", fact="") for n in range(25)])
        assert [len(args[0]) for args in asked] == [20]


@pytest.mark.django_db
class TestJobs:
    def test_the_sweep_says_what_came_of_it_and_a_dry_run_sends_nothing(self, provider):
        message = text()
        assert sweep(at=AT, dry_run=True) == "1 texts would go"
        assert standing(message) == ("ready", "")
        assert sweep(at=AT, dry_run=False) == "1 accepted"
        assert sweep(at=AT, dry_run=False) == "nothing due"
        assert reconcile(at=AT, dry_run=True) == "0 texts are not known of"
        assert reconcile(at=AT, dry_run=False) == "nothing due"

    def test_they_come_round_as_promised(self):
        every = {name: int(one.every.total_seconds()) for name, one in tasks.jobs.all_jobs().items()}
        assert (every["sweep"], every["reconcile"]) == (15, 30)

    def test_a_nudge_delivers_what_it_names_and_nothing_else(self, provider, settings):
        settings.SMS_HOURS = "all"
        now = read_clock()
        first = text(occasion="a", fact="", not_before=now, expires_at=now + timedelta(days=1))
        other = text(occasion="b", fact="", not_before=now, expires_at=now + timedelta(days=1))
        deliver([first.pk, 0])
        assert (standing(first)[0], standing(other)[0]) == ("accepted", "ready")


class TestSettings:
    def test_an_unknown_backend_is_named_at_the_start(self, settings):
        settings.SMS_BACKEND = ["console", "carrier-pigeon"]
        assert [each.id for each in check_backends()] == ["outreach.E001"]

    def test_in_earnest_a_backend_that_reaches_nobody_must_be_meant(self, settings):
        settings.SMS_BACKEND, settings.RELAXED, settings.SMS_OFF_OK = ["console"], False, False
        assert [each.id for each in check_backends()] == ["outreach.E002"]
        settings.SMS_OFF_OK = True
        assert check_backends() == []
        settings.SMS_BACKEND, settings.SMS_OFF_OK = [], False
        assert check_backends() == []
