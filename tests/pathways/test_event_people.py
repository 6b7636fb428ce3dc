"""Talks at an event, counted with one press; who was met there by name, and what came of it."""

import re

import pytest

from ground.once import new_once
from outreach.models import Contact
from pathways.models import Pathway
from pathways.services import interview, placement
from pathways.services.undo import undo_step
from tests.factories import organisation, partner, user
from tests.pathways.course_scene import names, page
from tests.pathways.interest_scene import Stall, send
from tests.pathways.scenes import Scene
from tests.pathways.test_events import met, press, stall
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def test_a_talk_is_counted_with_one_press_and_taken_off_with_one() -> None:
    scene = Scene()
    event, browser = stall(scene), signed_in(scene.worker)
    same = new_once()
    assert [press(browser, event, once=same).status_code for _ in range(2)] == [302, 302]
    assert press(browser, event)["Location"] == f"/events/{event.uuid}/?press=more"
    assert "Counted: 2 talks now." in page(browser, f"/events/{event.uuid}/?press=more")
    event.refresh_from_db()
    assert (event.tally, event.version) == (2, 1)
    said = [page(browser, press(browser, event, "less")["Location"]) for _ in range(3)]
    event.refresh_from_db()
    assert event.tally == 0
    for words, shown in zip(("Taken back: 1 talk now.", "Taken back: 0 talks now.", "No talk is counted"), said, strict=True):
        assert (words in shown, 'class="notice' in shown) == (True, False)


def test_pressed_in_the_list_the_row_says_it_and_offers_the_way_back() -> None:
    scene = Scene()
    event, browser = stall(scene, name="Here now"), signed_in(scene.worker)
    stall(scene, days=1, name="Tomorrow")
    shown = page(browser, "/events/?sort=name")
    presses = re.findall(r'action="(/events/[^"]*/talks/[^"]*)"', shown)
    assert len(presses) == 1
    sent = browser.post(presses[0].replace("&amp;", "&"), {"once": new_once(), "press": "more"})
    assert sent["Location"].endswith(f"#e-{event.uuid}")
    then = page(browser, sent["Location"])
    assert ("Counted: 1 talk now." in then, 'value="less"' in then, names(then)) == (True, True, ["Here now", "Tomorrow"])


def test_a_number_counted_on_paper_is_written_in_unless_somebody_counted_on() -> None:
    scene = Scene()
    event, browser = stall(scene, tally=2), signed_in(scene.worker)
    address = f"/events/{event.uuid}/talks/"
    assert browser.post(address, {"once": new_once(), "talks": "37", "was": "2"}).status_code == 302
    event.refresh_from_db()
    assert event.tally == 37
    late = browser.post(address, {"once": new_once(), "talks": "40", "was": "2"})
    said = late.content.decode()
    assert (late.status_code, "It says 37 now" in said, 'value="40"' in said, 'name="was" value="37"' in said) == (409, True, True, True)
    assert {browser.post(address, {"once": new_once(), "talks": wrong, "was": "37"}).status_code for wrong in ("", "-1", "many")} == {422}
    event.refresh_from_db()
    assert event.tally == 37


# -- people met and what came of it ------------------------------------------------------------------------------------------------


def came(shown: str) -> dict[str, int]:
    part = shown.partition("What came of it")[2].partition("</dl>")[0]
    rows = re.findall(r'<dt class="govuk-summary-list__key">(.*?)</dt>\s*<dd class="govuk-summary-list__value">(.*?)</dd>', part, re.DOTALL)
    return {words.strip(): int(re.search(r">?(\d+)", value).group(1)) for words, value in rows}  # type: ignore[union-attr]  # always one


def test_what_came_of_it_is_counted_in_the_log_and_each_number_opens_its_people() -> None:
    scene = Scene()
    event, browser = stall(scene, days=-1), signed_in(scene.worker)
    first = met(scene, event, "Amina")
    met(scene, event, "Bert", interested=False)
    chat = interview.hold_chat(case=first, by=scene.by, at=scene.now)
    placement.record_own_job(case=first, employer_words="Bakery", job={"title": "Baker"}, start_on=scene.today, by=scene.by, at=scene.now)
    shown = page(browser, f"/events/{event.uuid}/")
    expected = {"Met by name": 2, "Were interested": 1, "Had a chat": 1, "Began training": 0, "Had an offer": 0}
    assert came(shown) == {**expected, "Started work": 1, "Six months in work": 0}
    assert sorted(name.split()[0] for name in names(shown)) == ["Amina", "Bert"]
    assert [name.split()[0] for name in names(page(browser, f"/events/{event.uuid}/?reached=chat"))] == ["Amina"]
    assert len(names(page(browser, f"/events/{event.uuid}/?reached=nonsense"))) == 2
    change = chat.pathway.changes.get(machine="interview", step="hold")
    undo_step(change=change, by=scene.by, at=scene.now)
    assert came(page(browser, f"/events/{event.uuid}/"))["Had a chat"] == 0


def test_who_wrote_with_the_code_of_an_event_is_counted_there_and_named_by_the_form_until_somebody_spoke_with_them() -> None:
    at_stall = Stall()
    browser = signed_in(at_stall.partners_worker)
    address = f"/events/{at_stall.event.uuid}/"
    send("/interest/library/")
    case = Pathway.objects.get()
    shown = page(browser, address)
    assert (came(shown)["Met by name"], came(shown)["Were interested"]) == (1, 1)
    assert ("By the form · No talk logged yet" in shown, "1, 1 of them by the form" in shown) == (True, True)
    assert [name.split()[0] for name in names(page(browser, f"{address}?reached=interested"))] == ["Amina"]
    Contact.objects.create(
        candidate=case.candidate,
        programme=case.programme,
        organisation=case.organisation,
        event=at_stall.event,
        channel="face",
        outcome="spoke",
        day=at_stall.today,
        at=at_stall.at,
    )
    assert "y the form" not in page(browser, address)


def test_what_was_reached_before_the_event_came_of_something_else() -> None:
    scene = Scene()
    event = stall(scene)
    old = scene.open(first="Olga")
    interview.hold_chat(case=old, by=scene.by, at=scene.past)
    Pathway.objects.filter(pk=old.pk).update(event=event)
    told = came(page(signed_in(scene.worker), f"/events/{event.uuid}/"))
    assert (told["Met by name"], told["Were interested"], told["Had a chat"]) == (1, 0, 0)


def test_people_of_another_organisation_met_there_are_neither_named_nor_counted() -> None:
    scene = Scene()
    event = stall(scene)
    case = met(scene, event, "Amina")
    beside = partner(scene.programme, organisation("delivery"))
    theirs = user("outreach_worker", beside, scene.programme)
    Pathway.objects.filter(pk=case.pk).update(organisation=beside, owner=theirs)
    shown = page(signed_in(scene.worker), f"/events/{event.uuid}/")
    assert ("Amina" in shown, "What came of it</h2>" in shown) == (False, False)
    assert "Amina" in page(signed_in(scene.lead), f"/events/{event.uuid}/")


def test_somebody_met_is_added_from_the_event() -> None:
    scene = Scene()
    event, browser = stall(scene), signed_in(scene.worker)
    assert f'href="/people/add/?event={event.uuid}"' in page(browser, f"/events/{event.uuid}/")
    assert f'value="{event.uuid}" selected' in page(browser, f"/people/add/?event={event.uuid}")
    for other in (stall(scene, days=-40), stall(scene, cancelled_on=scene.today)):
        assert "/people/add/?event=" not in page(browser, f"/events/{other.uuid}/")
        assert str(other.uuid) not in page(browser, "/people/add/")
