"""An employer hears by e-mail that somebody was put forward: in the step's own transaction, and nothing of whom."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from accounts.delivery import read_letter
from accounts.models import Mail, Membership
from ground.actor import Actor
from pathways.models import Introduction, StageChange
from pathways.services import introduction
from pathways.services.door import Taken
from pathways.services.undo import undo_step
from tests.factories import AT, DAY, World, organisation, programme, user

pytestmark = pytest.mark.django_db


def send(world: World, *, by: Actor | None = None, taken: Taken | None = None) -> Introduction:
    case = world.case(first="Zuleika", last="Marvell", day=DAY - timedelta(days=60))
    row = introduction.draft_introduction(case=case, heading=world.heading(title="Ward host"), by=world.by, at=AT, taken=taken or Taken())
    return introduction.send_introduction(
        introduction=row, consent_how="phone", note="Was a carer", by=by or world.by, at=AT, taken=taken or Taken()
    )


def test_each_of_the_employers_people_is_told_and_nobody_else():
    world = World()
    colleague = user("employer", world.trust)
    user("employer", world.trust, programme(organisation()))
    gone = user("employer", world.trust)
    Membership.objects.filter(user=gone).update(ended_at=AT)
    user("employer", organisation("employer"))
    send(world)
    assert sorted(Mail.objects.values_list("to", flat=True)) == sorted([world.employer.email, colleague.email])


def test_it_names_the_opening_and_no_person():
    world = World()
    row = send(world)
    letter = read_letter(Mail.objects.get())
    assert letter.subject == "Somebody has been put forward for one of your openings"
    assert "Ward host" in letter.body
    assert f"{world.delivery.name} has put somebody forward for Ward host." in letter.body
    words = f"{letter.subject} {letter.body}"
    told = [mark for mark in ("Zuleika", "Marvell", "carer", row.shared["phone"], str(row.pathway.candidate.uuid)) if mark in words]
    assert (row.shared["phone"] != "", told) == (True, [])


def test_a_step_that_fails_leaves_no_mail():
    world = World()
    with transaction.atomic():
        send(world)
        assert Mail.objects.count() == 1
        transaction.set_rollback(True)
    assert Mail.objects.count() == 0


def test_undone_while_it_waits_it_is_not_sent():
    world = World()
    user("employer", world.trust)
    row = send(world)
    Mail.objects.filter(to=world.employer.email).update(state="accepted")
    undo_step(change=StageChange.objects.get(machine="introduction", step="send", subject_id=row.pk), by=world.by, at=AT)
    assert sorted(Mail.objects.values_list("state", flat=True)) == ["accepted", "cancelled"]


def test_what_is_learned_long_afterwards_or_from_a_register_tells_nobody():
    world = World()
    send(world, taken=Taken(happened_on=date(2026, 10, 1)))
    assert Mail.objects.count() == 0
    send(world, by=Actor(kind="import", organisation_id=world.delivery.pk))
    assert Mail.objects.count() == 0
