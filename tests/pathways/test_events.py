"""Events: the list and its file, planning and putting right, talks counted with one press, and what came of it; whose, and whose not."""

import re
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit
from ground.door import Conflict
from ground.once import new_once
from ground.templatetags.said import weekday
from outreach.models import Event
from outreach.services.event import add_event, cancel_event, new_code, repeat_event, take_off_talk
from pathways.forms.event import EventForm
from pathways.models import Pathway
from pathways.services.meeting import meet_person
from places.choices import EditionKind
from places.models import Authority, Edition, Postcode, Ward
from tests.factories import organisation, partner, programme, user
from tests.pathways.course_scene import names, page, without_nonce
from tests.pathways.scenes import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
ADDRESSES = ("/events/{}/", "/events/{}/edit/", "/events/{}/talks/", "/events/{}/poster/")
PRESSES = ("/events/{}/cancel/", "/events/{}/again/", "/events/{}/talks/")


def stall(scene: Scene, *, days: int = 0, **more: Any) -> Event:
    """An event of the scene's delivery partner, so many days from today."""
    staff = more.pop("staff", [])
    made = Event.objects.create(
        organisation=more.pop("organisation", scene.delivery),
        programme=more.pop("programme", scene.programme),
        name=more.pop("name", "Library stall"),
        day=scene.today + timedelta(days=days),
        code=new_code(),
        **more,
    )
    made.staff.set(staff)
    return made


def met(scene: Scene, event: Event, first: str = "Amina", *, interested: bool = True) -> Pathway:
    return meet_person(
        organisation=scene.delivery,
        programme=scene.programme,
        owner=scene.worker,
        first_name=first,
        routes=[("mobile", "+447700900123", "07700 900123")],
        event=event,
        interested=interested,
        by=scene.by,
        at=scene.now,
    )


def press(browser: Client, event: Event, what: str = "more", *, on: str = "talks", once: str = "", **more: Any) -> Any:
    return browser.post(f"/events/{event.uuid}/{on}/", {"once": once or new_once(), "press": what, **more})


def typed(scene: Scene, **more: Any) -> dict[str, Any]:
    day = scene.today + timedelta(days=3)
    return {
        "once": new_once(),
        "name": "Stall at the foodbank",
        "day_day": str(day.day),
        "day_month": str(day.month),
        "day_year": str(day.year),
        "starts_at": "10:30",
        "ends_at": "1pm",
        "venue": "Hope Hall",
        "staff": [str(scene.worker.uuid)],
        "code_days": "10",
        **more,
    }


# -- the list ----------------------------------------------------------------------------------------------------------------------


def test_the_list_begins_with_what_is_to_come_and_keeps_the_past_and_what_was_called_off_behind_a_filter() -> None:
    scene = Scene()
    stall(scene, days=9, name="Later")
    stall(scene, days=2, name="Sooner")
    stall(scene, days=-3, name="Lately")
    stall(scene, days=-30, name="Long ago")
    stall(scene, days=4, name="Off", cancelled_on=scene.today)
    for who in (scene.worker, scene.lead):
        browser = signed_in(who)
        assert names(page(browser, "/events/")) == ["Sooner", "Later"]
        assert names(page(browser, "/events/?show=past")) == ["Lately", "Long ago"]
        assert names(page(browser, "/events/?show=cancelled")) == ["Off"]
        assert names(page(browser, "/events/?sort=name")) == ["Later", "Sooner"]
        assert names(page(browser, "/events/?period=7")) == ["Sooner"]
        assert names(page(browser, "/events/?show=past&period=7")) == ["Lately"]
        assert names(page(browser, "/events/?show=nonsense&ward=nonsense&period=x")) == ["Sooner", "Later"]


def test_on_one_day_what_begins_earlier_comes_first_and_what_has_no_time_comes_last_on_every_page() -> None:
    scene = Scene()
    for number in range(26):
        stall(scene, days=2, name=f"Stall {number:02}", starts_at=time(8 + number % 13, 30) if number < 20 else None)
    in_order = [
        *(f"Stall {number:02}" for number in sorted(range(20), key=lambda each: (each % 13, each))),
        *(f"Stall {each}" for each in range(20, 26)),
    ]
    browser = signed_in(scene.worker)
    first = page(browser, "/events/")
    further = re.search(r'href="([^"]*after=[^"]*)" rel="next"', first)
    assert further is not None
    assert [*names(first), *names(page(browser, f"/events/{further.group(1)}"))] == in_order
    rows = b"".join(browser.get("/events.csv")).decode("utf-8-sig").splitlines()[1:]
    assert [name for row in rows for name in in_order if name in row] == in_order


def test_one_s_own_and_the_programme_are_filters() -> None:
    scene = Scene()
    second = programme(scene.delivery)
    stall(scene, name="Mine", staff=[scene.worker])
    stall(scene, name="Another's", staff=[scene.colleague])
    stall(scene, name="Of the second", programme=second)
    both = user("outreach_worker", scene.delivery)
    assert names(page(signed_in(scene.worker), "/events/?mine=1")) == ["Mine"]
    assert sorted(names(page(signed_in(both), "/events/"))) == ["Another&#x27;s", "Mine", "Of the second"]
    assert names(page(signed_in(both), f"/events/?programme={second.uuid}")) == ["Of the second"]
    assert 'name="programme"' not in page(signed_in(scene.worker), "/events/")


def test_an_empty_list_says_how_to_begin_and_a_long_one_has_pages() -> None:
    scene = Scene()
    browser = signed_in(scene.worker)
    shown = page(browser, "/events/")
    assert ("No event is to come" in shown, 'href="/events/add/"' in shown) == (True, True)
    assert "No event fits" in page(browser, "/events/?mine=1")
    for number in range(26):
        stall(scene, days=number, name=f"Stall {number}")
    first = page(browser, "/events/")
    further = re.search(r'href="([^"]*after=[^"]*)" rel="next"', first)
    assert further is not None
    second = page(browser, f"/events/{further.group(1)}")
    assert (len(names(first)), names(second)) == (25, ["Stall 25"])


def queries(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        page(browser, path)
    return len(caught)


@pytest.mark.parametrize("who", ["worker", "lead"])
def test_the_list_asks_as_much_for_a_hundred_events_as_for_one(who: str) -> None:
    scene = Scene()
    browser, asked = signed_in(getattr(scene, who)), {}
    for rows in (1, 3, 25, 100):
        while Event.objects.filter(programme=scene.programme).count() < rows:
            met(scene, stall(scene, venue="Hall", staff=[scene.worker]), interested=False)
        page(browser, "/events/")
        asked[rows] = queries(browser, "/events/")
    assert set(asked.values()) == {asked[1]}
    assert asked[1] <= 15


def test_one_event_asks_as_much_for_a_hundred_people_as_for_one() -> None:
    scene = Scene()
    event, browser, asked = stall(scene, staff=[scene.worker]), signed_in(scene.worker), {}
    for people in (1, 3, 25, 100):
        while Pathway.objects.filter(event=event).count() < people:
            met(scene, event, interested=False)
        page(browser, f"/events/{event.uuid}/")
        asked[people] = queries(browser, f"/events/{event.uuid}/")
    assert set(asked.values()) == {asked[1]}
    assert asked[1] <= 15


def test_the_file_holds_the_same_rows_and_no_name_of_anybody_met() -> None:
    scene = Scene()
    event = stall(scene, name="=Stall", tally=4, starts_at=time(10), ends_at=time(12))
    met(scene, event, "Zebedee")
    stall(scene, days=-3, name="Past")
    browser = signed_in(scene.worker)
    said = b"".join(browser.get("/events.csv")).decode("utf-8-sig").splitlines()
    assert len(said) == 2
    assert ("'=Stall" in said[1], "10:00" in said[1], "Zebedee" in said[1]) == (True, True, False)
    assert said[1].split(",")[-3:] == ["4", "1", ""]
    assert "Past" in b"".join(browser.get("/events.csv?show=past")).decode()
    assert Audit.objects.filter(action="events.export", rows=1).count() == 2


# -- whose -------------------------------------------------------------------------------------------------------------------------


def strangers(scene: Scene) -> dict[str, Any]:
    elsewhere = organisation("delivery")
    beside = partner(scene.programme, organisation("delivery"))
    return {
        "a worker of another organisation in the programme": user("outreach_worker", beside, scene.programme),
        "a worker of another programme": user("outreach_worker", elsewhere, programme(elsewhere)),
        "a lead of another programme": user("programme_lead", elsewhere, programme(elsewhere)),
    }


def test_an_event_that_is_not_theirs_is_one_that_never_was() -> None:
    scene = Scene()
    event, never = stall(scene), uuid4()
    for words, who in strangers(scene).items():
        browser = signed_in(who)
        assert names(page(browser, "/events/")) == [], words
        for address in ADDRESSES:
            theirs, random = browser.get(address.format(event.uuid)), browser.get(address.format(never))
            assert (theirs.status_code, without_nonce(theirs.content)) == (404, without_nonce(random.content)), (words, address)
        for address in PRESSES:
            assert browser.post(address.format(event.uuid), {"once": new_once(), "press": "more", "version": "1"}).status_code == 404
    event.refresh_from_db()
    assert (event.tally, event.cancelled_on, Event.objects.count()) == (0, None, 1)


def test_who_has_nothing_to_do_with_events_is_refused_and_nobody_is_asked_to_sign_in() -> None:
    scene = Scene()
    everything = ["/events/", "/events.csv", "/events/add/", *(address.format(stall(scene).uuid) for address in ADDRESSES)]
    for who in (scene.employer, user("administrator", scene.delivery), user("trainer", scene.delivery, scene.programme)):
        assert {signed_in(who).get(path).status_code for path in everything} == {403}
        assert 'href="/events/"' not in signed_in(who).get("/account/").content.decode()
    assert {Client().get(path)["Location"].partition("?")[0] for path in everything} == {"/sign-in/"}
    for who in (scene.worker, scene.lead):
        assert 'class="menu__link" href="/events/"' in page(signed_in(who), "/events/")


def test_a_right_that_ended_shows_no_event() -> None:
    scene = Scene()
    stall(scene)
    assert (Event.objects.for_user(scene.worker).count(), Event.objects.for_user(None).count()) == (0, 0)


# -- planned and put right ---------------------------------------------------------------------------------------------------------


def test_a_worker_plans_an_event_and_puts_it_right() -> None:
    scene = Scene()
    browser = signed_in(scene.worker)
    assert "checked" in page(browser, "/events/add/").rpartition(str(scene.worker.uuid))[2][:80]
    sent = browser.post("/events/add/", typed(scene))
    event = Event.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"/events/{event.uuid}/")
    assert (event.organisation, event.programme, event.starts_at, event.ends_at) == (
        scene.delivery,
        scene.programme,
        time(10, 30),
        time(13),
    )
    assert (list(event.staff.all()), (event.code_until - event.day).days) == ([scene.worker], 10)
    shown = page(browser, f"/events/{event.uuid}/")
    assert "10:30 to 13:00" in shown
    code, editing = event.code, f"/events/{event.uuid}/edit/"
    assert 'value="10:30"' in page(browser, editing)
    assert browser.post(editing, typed(scene, name="Renamed", version="1")).status_code == 302
    event.refresh_from_db()
    assert (event.name, event.version, event.code) == ("Renamed", 2, code)
    stale = browser.post(editing, typed(scene, name="Typed by me", version="1"))
    assert (stale.status_code, "Typed by me" in stale.content.decode(), "Renamed" in stale.content.decode()) == (409, True, True)


def test_what_is_typed_wrongly_is_said_at_its_field_and_kept() -> None:
    scene = Scene()
    browser = signed_in(scene.worker)
    sent = browser.post("/events/add/", typed(scene, name="", starts_at="10:30", ends_at="9:00", venue="Hope Hall"))
    said = sent.content.decode()
    assert (sent.status_code, "It ends before it begins." in said, "Hope Hall" in said, Event.objects.count()) == (422, True, True, 0)
    assert browser.post("/events/add/", typed(scene, staff=[str(scene.employer.uuid)])).status_code == 422
    assert browser.post("/events/add/", typed(scene, starts_at="soon")).status_code == 422


def test_pressed_twice_it_is_added_once() -> None:
    scene = Scene()
    browser, sent = signed_in(scene.worker), typed(scene)
    assert {browser.post("/events/add/", sent)["Location"] for _ in range(2)} == {f"/events/{Event.objects.get().uuid}/"}


def test_it_is_called_off_and_goes_ahead_again_with_one_press_each() -> None:
    scene = Scene()
    event, browser = stall(scene), signed_in(scene.worker)
    assert event.is_open_on(scene.today)
    assert press(browser, event, "off", on="cancel", version="1").status_code == 302
    event.refresh_from_db()
    assert (event.cancelled_on, event.is_open_on(scene.today)) == (scene.today, False)
    assert 'value="more"' not in page(browser, f"/events/{event.uuid}/")
    assert press(browser, event, "goes_ahead", on="cancel", version="1").status_code == 409
    assert press(browser, event, "goes_ahead", on="cancel", version="2").status_code == 302
    event.refresh_from_db()
    assert event.cancelled_on is None
    assert browser.get(f"/events/{event.uuid}/cancel/").status_code == 405


@pytest.mark.parametrize(("days", "then"), [(0, 7), (3, 10), (-3, 4), (-7, 0), (-20, 1)])
def test_a_weekly_stall_is_held_again_with_one_press_on_the_same_weekday(days: int, then: int) -> None:
    scene = Scene()
    event = stall(scene, days=days, tally=9, staff=[scene.worker], starts_at=time(10), code_ends_on=scene.today + timedelta(days=days + 5))
    browser = signed_in(scene.worker)
    offered = f"Copy to {weekday(scene.today + timedelta(days=then))}"
    assert offered in page(browser, f"/events/{event.uuid}/")
    sent = browser.post(f"/events/{event.uuid}/again/", {"once": new_once()})
    made = Event.objects.exclude(pk=event.pk).get()
    assert sent["Location"] == f"/events/{made.uuid}/"
    assert ((made.day - scene.today).days, (made.code_until - made.day).days) == (then, 5)
    assert (made.name, made.tally, made.starts_at, list(made.staff.all())) == (event.name, 0, time(10), [scene.worker])
    assert made.code != event.code


def test_the_code_leads_somewhere_until_its_last_day() -> None:
    scene = Scene()
    event = stall(scene, code_ends_on=scene.today + timedelta(days=2))
    asked = {days: event.is_open_on(scene.today + timedelta(days=days)) for days in (-30, 0, 2, 3)}
    assert asked == {-30: True, 0: True, 2: True, 3: False}
    plain = stall(scene)
    assert (plain.is_open_on(scene.today + timedelta(days=14)), plain.is_open_on(scene.today + timedelta(days=15))) == (True, False)


def test_the_poster_has_a_square_and_the_address_in_letters(settings: Any) -> None:
    settings.PUBLIC_BASE_URL = "https://pathways.example.org"
    scene = Scene()
    event = stall(scene)
    shown = page(signed_in(scene.worker), f"/events/{event.uuid}/poster/")
    assert f"pathways.example.org/interest/{event.code}/" in shown.replace("<wbr>", "")
    assert ("<svg" in shown, "style=" in shown.partition("<svg")[2].partition("</svg>")[0], scene.delivery.name in shown) == (
        True,
        False,
        True,
    )
    assert len({new_code() for _ in range(50)}) == 50


def test_services_say_who_did_it() -> None:
    scene = Scene()
    said = {"name": "Visit", "day": scene.today, "code_ends_on": scene.today}
    event = add_event(programme=scene.programme, organisation=scene.delivery, said=said, by=scene.by, at=scene.now)
    cancel_event(event=event, version=event.version, by=scene.by, at=scene.now)
    repeat_event(event=event, by=scene.by, at=scene.now)
    assert list(Audit.objects.filter(action__startswith="event.").order_by("id").values_list("action", flat=True)) == [
        "event.add",
        "event.cancel",
        "event.repeat",
    ]


def test_called_off_once_and_going_ahead_only_after_that() -> None:
    scene = Scene()
    event = stall(scene)
    browser = signed_in(scene.worker)
    assert press(browser, event, "goes_ahead", on="cancel", version="1").status_code == 409
    assert press(browser, event, "off", on="cancel", version="1").status_code == 302
    event.refresh_from_db()
    assert press(browser, event, "off", on="cancel", version=str(event.version)).status_code == 409
    assert press(browser, event, "off", on="cancel", version="\u00b2").status_code == 409
    with pytest.raises(Conflict):
        take_off_talk(event=event, by=scene.by, at=scene.now)


def test_a_venue_put_right_lies_in_the_ward_of_its_new_postcode() -> None:
    council = Authority.objects.create(code="E08000098", name="Testfield")
    names = Edition.objects.create(kind=EditionKind.WARDS, name="Wards", as_of=date(2018, 5, 3))
    for code, name in (("E05098001", "Old"), ("E05098002", "New")):
        Ward.objects.create(code=code, name=name, authority=council, edition=names, valid_from=date(2018, 5, 3))
    lies = Edition.objects.create(kind=EditionKind.POSTCODES, name="Postcodes", as_of=date(2025, 11, 1))
    Postcode.objects.create(edition=lies, pcds="B2 2BB", ward_code="E05098002")
    wards = [("E05098001", "Old, Testfield"), ("E05098002", "New, Testfield")]
    start = {"name": "Stall", "day": date(2026, 11, 26), "postcode": "B1 1AA", "ward_code": "E05098001", "code_days": 14}

    def ward(**typed: Any) -> str:
        day = {"day_0": "26", "day_1": "11", "day_2": "2026"}
        form = EventForm({**start, **day, **typed}, initial=start, colleagues=[], wards=wards)
        form.is_valid()
        return str(form.cleaned_data["ward_code"])

    assert ward() == "E05098001"
    assert ward(postcode="B2 2BB") == "E05098002"
    assert ward(postcode="B2 2BB", ward_code="") == "E05098002"
    assert ward(postcode="B2 2BB", ward_code="E05098001") == "E05098002"
