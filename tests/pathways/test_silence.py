"""An employer who says nothing, and an introduction that comes back when the job taken instead falls through."""

from datetime import timedelta

import pytest

from accounts.services.rule import set_rule
from ground import jobs
from ground.actor import SYSTEM
from ground.clock import add_working_days, today_london
from ground.door import Conflict
from pathways.models import Consent, Introduction, Pathway, Placement, StageChange, Task
from pathways.queries.integrity import look_through
from pathways.services import introduction, placement
from pathways.services.heading import close_heading
from pathways.services.undo import undo_step
from tests.factories import AT, DAY, World, actor
from tests.pathways.scenes import OFFER, Scene
from tests.pathways.walk import snapshot
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
#: Working days of silence, as the product ships them.
SILENT = 10


def sent(world: World, case: Pathway, title: str = "Ward host") -> Introduction:
    row = introduction.draft_introduction(case=case, heading=world.heading(title=title), by=world.by, at=AT)
    return introduction.send_introduction(introduction=row, consent_how="phone", by=world.by, at=AT)


def night(day: object) -> str:
    return jobs.run("go_stale", at=AT + (day - DAY) + timedelta(hours=1)).result


def test_after_ten_working_days_without_a_word_it_is_stale_and_somebody_asks_again() -> None:
    world = World()
    row = sent(world, world.case())
    day = add_working_days(DAY, SILENT)
    assert night(day - timedelta(days=1)) == "0 of 0 went stale."
    assert night(day) == "1 of 1 went stale."
    assert night(day + timedelta(days=1)) == "0 of 0 went stale."
    row.refresh_from_db()
    assert row.stage == "stale"
    owed = dict(Task.objects.filter(subject=f"introduction:{row.pk}", state="open").values_list("kind", "owed_by"))
    assert owed == {"answer": "employer", "chase": "worker"}
    change = StageChange.objects.get(step="go_stale")
    assert (change.actor_kind, change.actor, change.happened_on) == ("system", None, day)


def test_a_stale_one_is_alive_again_with_the_first_word_and_the_clock_begins_anew() -> None:
    world = World()
    row = sent(world, world.case())
    day = add_working_days(DAY, SILENT)
    night(day)
    at = AT + (day - DAY) + timedelta(days=1)
    introduction.move_introduction(introduction=row, step="consider", by=actor(world.employer), at=at)
    assert not Task.objects.filter(kind="chase", state="open").exists()
    assert night(today_london(at) + timedelta(days=3)) == "0 of 0 went stale."
    assert night(add_working_days(today_london(at), SILENT)) == "1 of 1 went stale."
    introduction.offer_job(introduction=row, offer=OFFER, by=actor(world.employer), at=at + timedelta(days=30))
    assert Pathway.objects.get().stage == "offered"


def test_a_programme_may_wait_longer_from_a_day_on() -> None:
    world = World()
    sent(world, world.case())
    set_rule(programme=world.programme, code="silent_days", value=12, valid_from=DAY + timedelta(days=1), version=1, by=SYSTEM, at=AT)
    assert night(add_working_days(DAY, SILENT)) == "0 of 0 went stale."
    assert night(add_working_days(DAY, 12)) == "1 of 1 went stale."


def test_a_dry_run_says_how_many() -> None:
    world = World()
    sent(world, world.case())
    assert jobs.run("go_stale", at=AT + timedelta(days=30), dry_run=True).result == "1 introductions without an answer."
    assert Introduction.objects.get().stage == "sent"


def taken_instead(world: World) -> tuple[Introduction, Placement]:
    """One was put forward to two openings and took one: the other is closed for it."""
    case = world.case()
    first, other = sent(world, case), sent(world, case, "Porter")
    introduction.offer_job(introduction=first, offer=OFFER, by=world.by, at=AT)
    introduction.accept_offer(introduction=first, by=world.by, at=AT)
    other.refresh_from_db()
    assert (other.stage, other.superseded_by) == ("superseded", first)
    return other, Placement.objects.get()


def revive(row: Introduction, world: World) -> Introduction:
    return introduction.revive_introduction(introduction=row, consent_how="phone", by=world.by, at=AT + timedelta(days=2))


def test_it_comes_back_with_the_persons_yes_when_the_job_falls_through() -> None:
    world = World()
    row, job = taken_instead(world)
    with pytest.raises(Conflict, match="that then fell through"):
        revive(row, world)
    placement.fall_through(placement=job, by=world.by, at=AT + timedelta(days=1))
    before = snapshot([row.pathway_id])
    revive(row, world)
    row.refresh_from_db()
    assert (row.stage, row.superseded_by) == ("considering", None)
    consent = Consent.objects.get(opened_by__step="revive")
    assert (row.consent, consent.employer_id, consent.given_on) == (consent, row.employer_id, DAY + timedelta(days=2))
    undo_step(change=StageChange.objects.get(step="revive"), by=world.by, at=AT + timedelta(days=2))
    assert snapshot([row.pathway_id]) == before
    assert [each.words for _, more in look_through(at=AT + timedelta(days=3)) for each in more if each.kind != "text_stuck"] == []


def test_it_does_not_come_back_to_an_opening_that_has_closed() -> None:
    world = World()
    row, job = taken_instead(world)
    introduction.withdraw_offer(introduction=job.introduction, by=world.by, at=AT + timedelta(days=1))
    close_heading(heading=row.heading, by=actor(world.employer), at=AT + timedelta(days=1))
    row.refresh_from_db()
    with pytest.raises(Conflict, match="no longer open"):
        revive(row, world)


def test_the_page_offers_it_when_the_door_would_and_the_employer_sees_them_again() -> None:
    scene = Scene()
    row = scene.superseded()
    name = row.pathway.candidate.name
    employer = signed_in(scene.employer)
    assert name not in employer.get("/put-forward/").content.decode().split("ended")[0]
    path = f"/introductions/{row.uuid}/steps/revive/"
    assert path in signed_in(scene.worker).get(f"/people/{row.pathway.candidate.uuid}/").content.decode()
    introduction.revive_introduction(introduction=row, consent_how="phone", by=scene.by, at=scene.now)
    assert name in employer.get("/put-forward/").content.decode()
    assert path not in signed_in(scene.worker).get(f"/people/{row.pathway.candidate.uuid}/").content.decode()
