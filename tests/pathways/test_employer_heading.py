"""Closing and filling an opening reaches the people put forward to it, several cases at once, and can be taken back."""

from datetime import timedelta

import pytest

from employers.services.heading import reopen_heading
from ground.door import Conflict, NotYours, Refused
from ground.once import new_once
from pathways.models import Introduction, Pathway, StageChange, Task
from pathways.services import case as cases
from pathways.services import introduction
from pathways.services.door import Taken
from pathways.services.heading import close_heading, fill_heading, undo_ending
from tests.factories import AT, DAY, World, actor, user
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


def sent(world: World, heading, **more) -> Introduction:
    row = introduction.draft_introduction(case=world.case(**more), heading=heading, by=world.by, at=AT)
    return introduction.send_introduction(introduction=row, consent_how="phone", by=world.by, at=AT)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def dawn(world):
    """The employer, as services know them."""
    return actor(world.employer)


def picture() -> dict[str, list]:
    """Every case, introduction and task as it stands, versions and undone rows aside."""
    return {
        "cases": list(Pathway.objects.order_by("id").values_list("id", "stage", "next_kind", "next_due_on")),
        "introductions": list(Introduction.objects.order_by("id").values_list("id", "stage")),
        "tasks": sorted(Task.objects.filter(state="open").values_list("pathway", "kind", "subject", "due_on")),
    }


def test_closing_ends_what_is_live_but_offers_and_each_worker_has_somebody_to_tell(world, dawn):
    heading = world.heading()
    drafted = introduction.draft_introduction(case=world.case(), heading=heading, by=world.by, at=AT)
    one, two = sent(world, heading), sent(world, heading)
    offered = sent(world, heading)
    introduction.offer_job(introduction=offered, offer={"offer_kind": "permanent"}, by=dawn, at=AT)
    elsewhere = sent(world, world.heading(title="Porter"))
    close_heading(heading=heading, by=dawn, at=AT)
    stages = dict(Introduction.objects.values_list("pk", "stage"))
    assert [stages[row.pk] for row in (drafted, one, two, offered, elsewhere)] == [
        "heading_closed",
        "heading_closed",
        "heading_closed",
        "offered",
        "sent",
    ]
    told = Task.objects.filter(kind="tell", state="open").order_by("pathway").values_list("pathway", "owed_by", "due_on")
    assert list(told) == [(row.pathway_id, "worker", DAY + timedelta(days=1)) for row in (drafted, one, two)]
    change = StageChange.objects.get(machine="career_heading")
    assert (change.step, change.from_stage, change.to_stage, change.pathway, change.subject_id, change.actor_kind) == (
        "close",
        "open",
        "closed",
        None,
        heading.pk,
        "employer",
    )
    assert change.effects.filter(machine="introduction", step="close_heading").count() == 3
    heading.refresh_from_db()
    assert (heading.stage, heading.ended_on) == ("closed", DAY)


def test_a_closed_opening_takes_nobody_and_jobs_are_untouched(world, dawn):
    heading = world.heading()
    row = sent(world, heading)
    introduction.offer_job(introduction=row, offer={"offer_kind": "permanent"}, by=dawn, at=AT)
    introduction.accept_offer(introduction=row, by=world.by, at=AT)
    fill_heading(heading=heading, by=dawn, at=AT)
    heading.refresh_from_db()
    assert heading.stage == "filled"
    assert Pathway.objects.get().stage == "pre_start"
    with pytest.raises(Conflict, match="no longer open"):
        introduction.draft_introduction(case=world.case(), heading=heading, by=world.by, at=AT)


def test_closing_on_the_employers_word_keeps_who_said_it(world):
    heading = world.heading()
    close_heading(heading=heading, by=world.by.speaking_for("employer", "phone"), at=AT)
    change = StageChange.objects.get(machine="career_heading")
    assert (change.actor_kind, change.said_by, change.said_how) == ("worker", "employer", "phone")


def test_undone_it_is_as_it_was(world, dawn):
    heading = world.heading()
    for _ in range(3):
        sent(world, heading)
    before = picture()
    close_heading(heading=heading, by=dawn, at=AT)
    assert picture() != before
    undo_ending(heading=heading, by=dawn, at=AT)
    assert picture() == before
    heading.refresh_from_db()
    assert (heading.stage, heading.ended_on) == ("open", None)
    with pytest.raises(Conflict):
        undo_ending(heading=heading, by=dawn, at=AT)
    close_heading(heading=heading, by=dawn, at=AT)
    undo_ending(heading=heading, by=dawn, at=AT)
    assert picture() == before


def test_it_is_not_undone_when_somebody_has_moved_on(world, dawn):
    heading = world.heading()
    row = sent(world, heading)
    close_heading(heading=heading, by=dawn, at=AT)
    cases.withdraw(case=row.pathway, by=world.by, at=AT, taken=Taken(reason="other"))
    with pytest.raises(Refused, match="has moved on since"):
        undo_ending(heading=heading, by=dawn, at=AT)
    heading.refresh_from_db()
    assert heading.stage == "closed"


def test_it_is_not_undone_after_it_was_opened_again_nor_by_another(world, dawn):
    heading = world.heading()
    close_heading(heading=heading, by=dawn, at=AT)
    with pytest.raises(NotYours):
        undo_ending(heading=heading, by=world.by, at=AT)
    with pytest.raises(NotYours):
        undo_ending(heading=heading, by=dawn, at=AT + timedelta(days=15))
    reopen_heading(heading=heading, by=dawn, at=AT)
    with pytest.raises(Conflict):
        undo_ending(heading=heading, by=dawn, at=AT)


def test_what_has_ended_is_not_ended_again(world, dawn):
    heading = world.heading()
    close_heading(heading=heading, by=dawn, at=AT)
    with pytest.raises(Conflict, match="no longer open"):
        fill_heading(heading=heading, by=dawn, at=AT)
    with pytest.raises(Conflict, match="while you had it open"):
        reopen_heading(heading=heading, version=1, by=dawn, at=AT)
    assert StageChange.objects.filter(machine="career_heading").count() == 1


def test_the_page_says_whom_it_concerns_and_offers_undo(world):
    heading = world.heading()
    for _ in range(2):
        sent(world, heading)
    client = signed_in(world.employer)
    path = f"/headings/{heading.uuid}/steps/close/"
    assert "2 people have been put forward" in client.get(path).content.decode()
    posted = {"version": "1", "once": new_once()}
    answers = [client.post(path, posted) for _ in range(2)]
    assert [each.status_code for each in answers] == [302, 302]
    assert StageChange.objects.filter(machine="career_heading").count() == 1
    page = client.get(answers[0]["Location"]).content.decode()
    undo = f"/headings/{heading.uuid}/undo/"
    assert f'action="{undo}"' in page
    assert client.post(path, {"version": "1", "once": new_once()}).status_code == 409
    assert client.post(undo, {"once": new_once()}).status_code == 302
    heading.refresh_from_db()
    assert heading.stage == "open"
    assert client.post(undo, {"once": new_once()}).status_code == 409


def test_an_employer_counts_only_what_they_may_see(world):
    heading = world.heading()
    introduction.draft_introduction(case=world.case(), heading=heading, by=world.by, at=AT)
    page = signed_in(world.employer).get(f"/headings/{heading.uuid}/steps/close/").content.decode()
    assert "been put forward" not in page


def test_who_may_end_an_opening(world):
    heading = world.heading()
    trainer = user("trainer", world.delivery, world.programme)
    assert signed_in(trainer).get(f"/headings/{heading.uuid}/steps/fill/").status_code == 403
    assert signed_in(trainer).post(f"/headings/{heading.uuid}/undo/", {"once": new_once()}).status_code == 403
    worker = signed_in(world.worker)
    path = f"/headings/{heading.uuid}/steps/fill/"
    assert worker.post(path, {"version": "1", "once": new_once()}).status_code == 422
    assert worker.post(path, {"version": "1", "once": new_once(), "said_how": "email"}).status_code == 302
    heading.refresh_from_db()
    assert heading.stage == "filled"
