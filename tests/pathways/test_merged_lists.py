"""Lists and a trainer's page read persons: what stands on the other record of somebody is said."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Audit
from candidates.models import ContactRoute
from outreach.models import Contact
from pathways.models import Pathway, TrainingPlace
from pathways.services.contact import log_contact
from pathways.services.merging import merge
from pathways.services.support import add_support
from tests.pathways.course_scene import CourseScene, page
from tests.pathways.test_merging import Two
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


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
