"""Lists, events and a trainer's page read persons: what stands on the other record of somebody is said, and nobody counts twice."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit
from candidates.models import ContactRoute
from outreach.models import Contact, Event
from pathways.models import Pathway, TrainingPlace
from pathways.services import case as cases
from pathways.services import interview
from pathways.services.contact import log_contact
from pathways.services.meeting import meet_person
from pathways.services.merging import merge
from pathways.services.support import add_support
from tests.factories import actor
from tests.pathways.course_scene import CourseScene, names, page
from tests.pathways.interest_scene import Stall, send
from tests.pathways.test_event_people import came
from tests.pathways.test_events import met, stall
from tests.pathways.test_merging import Two
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


# -- events ------------------------------------------------------------------------------------------------------------------------


def met_on_saturday(scene: Two) -> tuple[Event, Pathway]:
    """Somebody met at a stall, whose other case is further: what was opened there is taken in."""
    event = stall(scene, days=-2)
    there = met(scene, event, "Aminah")
    interview.hold_chat(case=there, by=scene.by, at=scene.now)
    scene.offered(scene.ahead)
    return event, there


def test_somebody_met_at_a_stall_stays_among_its_people_when_their_other_case_goes_on() -> None:
    scene = Two()
    event, there = met_on_saturday(scene)
    scene.merge(absorbed=there.candidate)
    there.refresh_from_db()
    assert (there.stage, there.merged_into_id) == ("merged", scene.ahead.pk)
    browser = signed_in(scene.worker)
    shown = page(browser, f"/events/{event.uuid}/")
    assert names(shown) == ["Amina Yusuf"]
    told = came(shown)
    assert (told["Met by name"], told["Were interested"], told["Had a chat"], told["Had an offer"]) == (1, 1, 1, 1)
    for reached in ("interested", "chat", "offer"):
        assert names(page(browser, f"/events/{event.uuid}/?reached={reached}")) == ["Amina Yusuf"], reached
    assert "0 talks, 1 person by name" in page(browser, "/events/?show=past")


def test_somebody_with_two_cases_was_met_once() -> None:
    """Talked with at the stall; a case that was closed before and one that is open now, on two records."""
    scene = Two()
    event = stall(scene)
    cases.withdraw(case=scene.behind, by=scene.by, at=scene.now)
    for case in (scene.ahead, scene.behind):
        log_contact(case=case, channel="face", outcome="spoke", event=event, by=scene.by, at=scene.now)
    browser = signed_in(scene.worker)
    assert came(page(browser, f"/events/{event.uuid}/"))["Met by name"] == 2
    interview.hold_chat(case=scene.ahead, by=scene.by, at=scene.now)
    scene.merge()
    assert (scene.ahead.is_open, scene.behind.stage) == (True, "withdrawn")
    shown = page(browser, f"/events/{event.uuid}/")
    assert (names(shown), came(shown)["Met by name"], came(shown)["Had a chat"]) == (["Amina Yusuf"], 1, 1)
    assert "0 talks, 1 person by name" in page(browser, "/events/")


def test_what_was_entered_in_error_at_a_stall_stays_out_when_the_person_has_another_record() -> None:
    scene = Two()
    event = stall(scene)
    Pathway.objects.filter(pk=scene.behind.pk).update(event=event)
    scene.behind.refresh_from_db()
    cases.void_case(case=scene.behind, by=scene.lead_by, at=scene.now)
    scene.merge()
    browser = signed_in(scene.worker)
    assert "0 talks, 0 people by name" in page(browser, "/events/")
    assert names(page(browser, f"/events/{event.uuid}/")) == []


def test_who_wrote_with_the_code_and_was_talked_with_on_another_record_did_not_come_by_the_form_alone() -> None:
    at_stall = Stall()
    browser = signed_in(at_stall.partners_worker)
    address = f"/events/{at_stall.event.uuid}/"
    send("/interest/library/")
    wrote = Pathway.objects.get()
    there = {"organisation": at_stall.partner, "programme": at_stall.programme, "owner": at_stall.partners_worker, "event": at_stall.event}
    spoke = meet_person(first_name="Aminah", by=actor(at_stall.partners_worker), at=at_stall.at, **there)
    assert "1 of them by the form" in page(browser, address)
    merge(kept=wrote.candidate, absorbed=spoke.candidate, by=actor(at_stall.lead), at=at_stall.at)
    shown = page(browser, address)
    assert ("y the form" in shown, came(shown)["Met by name"], len(names(shown))) == (False, 1, 1)


def test_an_event_asks_as_often_for_people_who_were_merged() -> None:
    scene = Two()
    event, browser, asked = stall(scene), signed_in(scene.worker), []
    for _ in range(3):
        kept, absorbed = met(scene, event, "Amina"), met(scene, event, "Aminah")
        counts = []
        for once in (False, True):
            if once:
                merge(kept=kept.candidate, absorbed=absorbed.candidate, by=scene.lead_by, at=scene.now)
            for path in (f"/events/{event.uuid}/", "/events/"):
                page(browser, path)
                with CaptureQueriesContext(connection) as queries:
                    page(browser, path)
                counts.append(len(queries))
        asked.append(counts)
    assert all(counts == [*asked[0][:2]] * 2 for counts in asked), asked


# -- a trainer ---------------------------------------------------------------------------------------------------------------------


class Sits(CourseScene):
    """Somebody on the course by one record, of whom something is known by another."""

    def __init__(self) -> None:
        super().__init__()
        self.place: TrainingPlace = self.begun(first="Amina", last="Yusuf")
        self.seat = self.place.pathway
        ContactRoute.objects.filter(candidate=self.seat.candidate).delete()
        self.other = self.open(first="Aminah", last="Yussuf", phone="+447700900456")

    def one(self) -> None:
        merge(kept=self.other.candidate, absorbed=self.seat.candidate, by=self.lead_by, at=self.now)


def test_the_trainer_reads_what_they_may_know_on_whichever_record_it_was_agreed() -> None:
    scene = Sits()
    for helps, told in (("A chair with arms", True), ("For the worker alone", False)):
        add_support(candidate=scene.other.candidate, helps=helps, with_trainer=told, by=scene.by, at=scene.now)
    trainer, path = signed_in(scene.trainer), f"/training-places/{scene.place.uuid}/support/"
    assert path not in page(trainer, f"/courses/{scene.running.uuid}/")
    assert "A chair with arms" not in page(trainer, path)
    scene.one()
    assert path in page(trainer, f"/courses/{scene.running.uuid}/")
    words = page(trainer, path)
    assert ("A chair with arms" in words, "For the worker alone" in words) == (True, False)
    assert Audit.objects.filter(action="support.read", actor=scene.trainer, rows=1).count() == 1


def test_what_helps_somebody_else_is_no_trainers_to_read() -> None:
    scene = Sits()
    stranger, twin = scene.open(first="Some", last="Body"), scene.open(first="Some", last="Bodi")
    merge(kept=stranger.candidate, absorbed=twin.candidate, by=scene.lead_by, at=scene.now)
    add_support(candidate=twin.candidate, helps="A quiet room", with_trainer=True, by=scene.by, at=scene.now)
    scene.one()
    trainer, path = signed_in(scene.trainer), f"/training-places/{scene.place.uuid}/support/"
    assert path not in page(trainer, f"/courses/{scene.running.uuid}/")
    assert "A quiet room" not in page(trainer, path)


def test_the_trainer_has_a_way_to_reach_somebody_by_their_other_record() -> None:
    scene = Sits()
    trainer, path = signed_in(scene.trainer), f"/courses/{scene.running.uuid}/"
    assert "tel:+447700900456" not in page(trainer, path)
    with CaptureQueriesContext(connection) as before:
        page(trainer, path)
    scene.one()
    with CaptureQueriesContext(connection) as after:
        assert "tel:+447700900456" in page(trainer, path)
    assert len(before) == len(after)


# -- a number to ring --------------------------------------------------------------------------------------------------------------


def no_number(case: Pathway) -> None:
    ContactRoute.objects.filter(candidate=case.candidate).update(ended_on=case.opened_on)


def csv_of(browser: Client) -> str:
    return b"".join(browser.get("/caseload.csv?whose=all").streaming_content).decode()


LISTS: dict[str, Callable[[Client], str]] = {
    "today": lambda browser: browser.get("/today/").content.decode(),
    "caseload": lambda browser: browser.get("/caseload/").content.decode(),
    "find": lambda browser: browser.post("/people/", {"words": "Amina Yusuf"}, follow=True).content.decode(),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_a_number_of_the_person_and_their_own_records_first(name: str) -> None:
    scene = Two()
    scene.merge()
    browser, shown = signed_in(scene.worker), LISTS[name]
    words = shown(browser)
    assert ("tel:+447700900123" in words, "tel:+447700900456" in words) == (True, False)
    no_number(scene.ahead)
    assert "tel:+447700900456" in shown(browser)
    ContactRoute.objects.filter(candidate=scene.behind.candidate).update(may_call=False)
    assert "tel:" not in shown(browser)


def test_a_task_of_the_case_taken_in_has_the_number_of_the_one_that_goes_on() -> None:
    scene = Two()
    no_number(scene.behind)
    scene.offered(scene.ahead)
    scene.merge()
    page_of = signed_in(scene.worker).get("/today/").context["page"]
    assert {row.phone for _, rows in page_of.groups for row in rows} == {"+447700900123"}


def test_the_file_has_the_number_of_the_person() -> None:
    scene = Two()
    no_number(scene.ahead)
    browser = signed_in(scene.worker)
    own = [line for line in csv_of(browser).splitlines() if line.startswith("Amina Yusuf,")]
    assert own[0].endswith(",")
    scene.merge()
    lines = csv_of(browser).splitlines()
    assert [line.rpartition(",")[2] for line in lines[1:]] == ["ends 456"]


def test_who_was_rung_today_by_their_other_record_was_rung_today() -> None:
    scene = Two()
    scene.offered(scene.ahead)
    log_contact(case=scene.ahead, channel="call", outcome="no_answer", by=scene.by, at=scene.now)
    log_contact(case=scene.behind, channel="call", outcome="voicemail", by=scene.by, at=scene.now + timedelta(minutes=1))
    scene.merge()
    groups = signed_in(scene.worker).get("/today/").context["page"].groups
    notes = {row.note for _, rows in groups for row in rows if re.search("Amina", row.name)}
    last = Contact.objects.latest("id")
    assert len(notes) == 1
    assert last.candidate_id == scene.behind.candidate_id
    assert "voicemail" in notes.pop().casefold()


def test_a_list_of_merged_people_asks_as_often_as_one_of_people_who_never_were() -> None:
    scene = Two()
    browser, asked = signed_in(scene.worker), []
    for merged in (False, True):
        if merged:
            scene.merge()
        browser.get("/caseload/?whose=all")
        with CaptureQueriesContext(connection) as queries:
            browser.get("/caseload/?whose=all")
        asked.append(len(queries))
    assert asked[0] == asked[1]
