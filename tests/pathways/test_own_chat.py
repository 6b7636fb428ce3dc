"""A chat booked and moved by the person: times at which the host has nothing else, and of two who choose one the first has it."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from accounts.models import BankHoliday, Cover
from ground.clock import LONDON, add_working_days
from ground.door import Conflict
from outreach.models import Event, Message
from pathways.models import Interview, Pathway
from pathways.queries.chat_times import HOURS, free_times
from pathways.services import interview, own_acts
from tests.pathways.own_scene import Own, form_of, offered
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Own:
    return Own()


def at(scene: Own, days: int, hour: time) -> datetime:
    return datetime.combine(add_working_days(scene.today, days), hour, tzinfo=LONDON)


def test_times_are_those_of_working_days_to_come_and_twelve_at_most(scene: Own) -> None:
    assert free_times(scene.worker, at=scene.now) == [at(scene, days, hour) for days in (2, 3, 4) for hour in HOURS]
    BankHoliday.objects.get_or_create(day=add_working_days(scene.today, 2), defaults={"name": "A day off"})
    assert free_times(scene.worker, at=scene.now)[0] == at(scene, 3, HOURS[0])
    assert free_times(None, at=scene.now) == []


def test_none_is_offered_at_which_the_host_has_a_chat_or_a_stall_or_is_away(scene: Own) -> None:
    interview.book_chat(case=scene.open(), when=at(scene, 2, time(10, 30)), place="Library", host=scene.worker, by=scene.by, at=scene.now)
    interview.book_chat(case=scene.open(), when=at(scene, 2, time(14)), place="Library", host=scene.colleague, by=scene.by, at=scene.now)
    made = {"organisation": scene.delivery, "programme": scene.programme, "name": "Stall"}
    with_hours = Event.objects.create(**made, day=add_working_days(scene.today, 3), starts_at=time(13), ends_at=time(16), code="a")
    all_day = Event.objects.create(**made, day=add_working_days(scene.today, 4), code="b")
    off = Event.objects.create(**made, day=add_working_days(scene.today, 6), code="c", cancelled_on=scene.today)
    for event in (with_hours, all_day, off):
        event.staff.add(scene.worker)
    away = add_working_days(scene.today, 5)
    Cover.objects.create(holder=scene.worker, coverer=scene.colleague, organisation=scene.delivery, from_on=away, to_on=away)
    found = free_times(scene.worker, at=scene.now)
    second = [at(scene, 2, hour) for hour in HOURS[1:]]
    assert found[:6] == [*second, at(scene, 3, time(10)), at(scene, 6, time(10)), at(scene, 6, time(11, 30))]


def test_the_chat_is_moved_confirmed_and_moved_back(scene: Own) -> None:
    chat = scene.chat()
    before = chat.at
    browser = scene.browser(scene.reachable(chat.pathway))
    page = browser.sit()
    assert offered(page)[:2] == ["chat.move", "chat.cancel"]
    wanted = at(scene, 4, time(14))
    assert browser.act("chat.move", chat, page, when=wanted.isoformat()).status_code == 302
    chat.refresh_from_db()
    assert (chat.stage, chat.at, chat.place, chat.host) == ("booked", wanted, "Library", scene.worker)
    assert Message.objects.filter(purpose="service", template__code="chat-moved").count() == 1
    again = browser.get()
    change = chat.pathway.changes.get(step="move")
    browser.post(**form_of(again, "undo", str(change.uuid)))
    chat.refresh_from_db()
    assert chat.at == before


def test_a_chat_by_phone_is_booked_where_one_is_owed_and_there_is_a_number_to_ring(scene: Own) -> None:
    case = scene.reachable(scene.open())
    browser = scene.browser(case)
    page = browser.sit()
    assert "Choose a time: we ring you" in page.content.decode()
    wanted = at(scene, 2, time(10))
    assert browser.act("chat.book", case, page, when=wanted.isoformat()).status_code == 302
    chat = Interview.objects.get()
    assert (chat.stage, chat.at, chat.place, chat.host, chat.pathway) == ("booked", wanted, "by phone", scene.worker, case)
    assert "chat.book" not in offered(browser.get())
    assert "Asks" not in signed_in(scene.worker).get(f"/people/{case.candidate.uuid}/").content.decode()
    silent = scene.reachable(scene.open(), "+447700900777", may_call=False)
    assert "chat.book" not in offered(scene.browser(silent).sit())


@pytest.mark.parametrize("typed", ["", "tomorrow", "2026-01-01T10:00:00+00:00"])
def test_a_time_that_is_not_on_offer_is_told_at_its_field(scene: Own, typed: str) -> None:
    case = scene.reachable(scene.open())
    browser = scene.browser(case)
    answer = browser.act("chat.book", case, browser.sit(), when=typed)
    assert answer.status_code == 422
    assert "Choose one of the answers." in answer.content.decode()
    assert not Interview.objects.exists()


def test_of_two_who_choose_one_moment_the_second_is_told(scene: Own) -> None:
    first, second = (scene.reachable(scene.open(), number) for number in ("+447700900123", "+447700900456"))
    browsers: list[Any] = [scene.browser(case) for case in (first, second)]
    pages = [browser.sit() for browser in browsers[:1]]
    wanted = at(scene, 2, time(10))
    own_acts.book_time(case=Pathway.objects.get(pk=second.pk), when=wanted, by=scene.by, at=scene.now)
    late = browsers[0].act("chat.book", first, pages[0], when=wanted.isoformat())
    assert late.status_code == 422, "the time is no longer among those on offer"
    with pytest.raises(Conflict, match="taken by now"):
        own_acts.book_time(case=Pathway.objects.get(pk=first.pk), when=wanted, by=scene.by, at=scene.now)
    assert Interview.objects.filter(at=wanted).count() == 1
    assert browsers[0].act("chat.book", first, when=(wanted + timedelta(minutes=90)).isoformat()).status_code == 302
