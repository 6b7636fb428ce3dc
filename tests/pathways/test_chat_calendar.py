"""A chat in somebody's calendar: nobody's name in it, moved when the chat moves; and two chats of one host at one time."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from icalendar import Calendar

from ground.clock import LONDON
from ground.once import new_once
from pathways.models import Interview, Pathway
from pathways.queries.calendar import chat_file
from pathways.services import interview
from tests.factories import organisation, programme, user
from tests.pathways.hosting import Hosts, booking
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def booked(scene: Hosts, *, hour: int = 10, minute: int = 0, days: int = 2, host: Any = None, **more: Any) -> Interview:
    when = scene.time(days, hour) + timedelta(minutes=minute)
    case = more.pop("case", None) or scene.open(**more)
    return interview.book_chat(case=case, when=when, place="Northfield library", host=host or scene.worker, by=scene.by, at=scene.at)


def file_of(who: Any, chat: Interview) -> Any:
    answer = signed_in(who).get(f"/interviews/{chat.uuid}/chat.ics")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(answer.content)


def entry(calendar: Any) -> Any:
    (found,) = calendar.walk("VEVENT")
    return found


def test_the_file_says_when_and_where_and_names_nobody(settings: Any) -> None:
    settings.PUBLIC_BASE_URL = "https://pathways.example.org"
    scene = Hosts()
    chat = booked(scene, first="Zebedee", last="Quill")
    calendar = file_of(scene.worker, chat)
    event = entry(calendar)
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == ("Chat", "Northfield library")
    assert event.start == chat.at
    assert str(event["URL"]) == f"https://pathways.example.org/interviews/{chat.uuid}/"
    assert (str(calendar["METHOD"]), str(event["STATUS"])) == ("PUBLISH", "CONFIRMED")
    said = calendar.to_ical().decode().replace("\r\n ", "")
    assert not re.search(r"Zebedee|Quill|07700|\+44|Rival", said)
    assert f"DTSTART;TZID=Europe/London:{chat.at.astimezone(LONDON):%Y%m%dT%H%M%S}" in said
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/London"]


def test_moved_it_is_the_same_entry_in_a_later_edition_and_called_off_it_is_taken_out() -> None:
    scene = Hosts()
    chat = booked(scene)
    first = entry(file_of(scene.worker, chat))
    interview.move_chat(chat=chat, when=scene.time(3, 15), place="By phone", host=scene.worker, by=scene.by, at=scene.at)
    moved = entry(file_of(scene.worker, chat))
    assert (moved["UID"], moved.start, str(moved["LOCATION"])) == (first["UID"], scene.time(3, 15), "By phone")
    interview.cancel_chat(chat=chat, by=scene.by, at=scene.at)
    calendar = file_of(scene.worker, chat)
    over = entry(calendar)
    assert (over["UID"], str(calendar["METHOD"]), str(over["STATUS"])) == (first["UID"], "CANCEL", "CANCELLED")
    assert first["SEQUENCE"] < moved["SEQUENCE"] < over["SEQUENCE"]
    shown = signed_in(scene.worker).get(f"/people/{chat.pathway.candidate.uuid}/").content.decode()
    assert "Take it out of your calendar" in shown


@pytest.mark.parametrize(
    ("at", "says", "offset"),
    [
        (datetime(2027, 3, 27, 10, 0, tzinfo=UTC), "20270327T100000", 0),
        (datetime(2027, 3, 28, 9, 0, tzinfo=UTC), "20270328T100000", 1),
        (datetime(2026, 10, 24, 9, 0, tzinfo=UTC), "20261024T100000", 1),
        (datetime(2026, 10, 25, 10, 0, tzinfo=UTC), "20261025T100000", 0),
    ],
)
def test_on_the_day_the_clocks_change_it_is_at_the_hour_that_was_agreed(at: datetime, says: str, offset: int) -> None:
    chat = Interview(uuid=uuid4(), stage="booked", at=at, place="Library", version=1)
    calendar = Calendar.from_ical(chat_file(chat, site="https://x.example.org", at=at))
    event = entry(calendar)
    assert f"DTSTART;TZID=Europe/London:{says}" in calendar.to_ical().decode()
    assert event.start == at
    assert event.start.utcoffset() == timedelta(hours=offset)
    assert event.end - event.start == timedelta(minutes=45)


def test_whoever_hosts_it_and_whoever_has_the_person_may_take_it_and_nobody_else() -> None:
    scene = Hosts()
    theirs, ours = scene.chat(), booked(scene)
    elsewhere = organisation("delivery")
    stranger = user("outreach_worker", elsewhere, programme(elsewhere))
    for who, chat in ((scene.employer, theirs), (scene.worker, theirs), (scene.worker, ours), (scene.lead, ours)):
        file_of(who, chat)
    for who, chat in ((scene.rivals, theirs), (scene.employer, ours), (stranger, ours)):
        answer = signed_in(who).get(f"/interviews/{chat.uuid}/chat.ics")
        assert (answer.status_code, b"VCALENDAR" in answer.content) == (404, False)
    assert signed_in(user("trainer", scene.delivery, scene.programme)).get(f"/interviews/{ours.uuid}/chat.ics").status_code == 403
    for who, address in (
        (scene.worker, f"/people/{ours.pathway.candidate.uuid}/"),
        (scene.employer, f"/interviews/{theirs.uuid}/"),
    ):
        assert "Put it in your calendar" in signed_in(who).get(address).content.decode()


# -- two at a time -----------------------------------------------------------------------------------------------------------------


def book(scene: Hosts, who: Any = None, case: Any = None, **more: Any) -> Any:
    case = case or scene.open()
    address = f"/pathways/{case.uuid}/steps/interview.book/"
    return signed_in(who or scene.worker).post(address, {"once": new_once(), "version": str(case.version), **booking(scene, **more)})


def test_a_second_chat_at_the_same_time_is_asked_about_once_and_then_booked() -> None:
    scene = Hosts()
    booked(scene, hour=10, first="Zebedee")
    case = scene.open()
    asked = book(scene, case=case, place="Café")
    said = asked.content.decode()
    assert (asked.status_code, "You have another chat at 10am on" in said, 'value="Café"' in said) == (422, True, True)
    assert "Zebedee" not in said
    stamp = re.search(r'name="anyway" value="([^"]+)"', said)
    assert stamp is not None
    assert Interview.objects.filter(pathway=case).count() == 0
    assert book(scene, case=case, place="Café", anyway=stamp.group(1)).status_code == 302
    assert Interview.objects.filter(pathway=case, stage="booked").count() == 1


def test_a_yes_to_one_time_is_no_yes_to_another() -> None:
    scene = Hosts()
    booked(scene, hour=10)
    booked(scene, hour=14)
    first = re.search(r'name="anyway" value="([^"]+)"', book(scene).content.decode())
    assert first is not None
    again = book(scene, hour="14:10", anyway=first.group(1))
    assert (again.status_code, "at 2pm on" in again.content.decode()) == (422, True)


@pytest.mark.parametrize(("hour", "clashes"), [("9:15", False), ("9:16", True), ("10:44", True), ("10:45", False)])
def test_several_chats_a_day_follow_each_other(hour: str, clashes: bool) -> None:
    scene = Hosts()
    booked(scene, hour=10)
    assert book(scene, hour=hour).status_code == (422 if clashes else 302)


def test_what_is_called_off_or_another_host_s_is_in_nobody_s_way() -> None:
    scene = Hosts()
    off = booked(scene, hour=10)
    interview.cancel_chat(chat=off, by=scene.by, at=scene.at)
    booked(scene, hour=10, host=user("outreach_worker", scene.delivery, scene.programme))
    assert book(scene).status_code == 302


def test_a_chat_that_is_moved_is_not_in_its_own_way() -> None:
    scene = Hosts()
    chat = booked(scene, hour=10)
    other = booked(scene, hour=14)
    client, address = signed_in(scene.worker), f"/interviews/{chat.uuid}/steps/move/"
    typed = {"version": str(chat.version), **booking(scene, hour="10:20")}
    assert client.post(address, {"once": new_once(), **typed}).status_code == 302
    chat.refresh_from_db()
    assert chat.at == scene.time(2, 10) + timedelta(minutes=20)
    at_two = {"version": str(chat.version), **booking(scene, hour="14:00")}
    assert client.post(address, {"once": new_once(), **at_two}).status_code == 422
    assert other.at == scene.time(2, 14)


def test_a_colleague_out_of_sight_is_told_by_the_time_alone() -> None:
    """A worker of two programmes hosts somebody whom the booker may not see."""
    scene = Hosts()
    second = programme(scene.delivery)
    colleague = user("outreach_worker", scene.delivery, name="Col League")
    case = scene.open(first="Hidden", last="Away")
    booked(scene, hour=10, host=colleague, case=case)
    Pathway.objects.filter(pk=case.pk).update(programme=second)
    asked = book(scene, host=str(colleague.uuid))
    said = asked.content.decode()
    assert (asked.status_code, "Col League has another chat at 10am" in said, "Hidden" in said) == (422, True, False)
