"""An opening's own life: posted, put right, confirmed, stale, opened again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.models import Audit
from employers.models import CareerHeading
from employers.services import heading as services
from employers.tasks import stale_headings
from ground.door import Conflict, Refused
from tests.factories import AT, DAY, World, actor, organisation, rates

pytestmark = pytest.mark.django_db


def said(world: World, **more):
    return {
        "title": "Hospital porter",
        "family": world.family,
        "site": "Queen's Hospital",
        "hours_pattern": "Monday to Friday, 7am to 3pm",
        "hours_a_week": Decimal("37.5"),
        "pay": Decimal("12.90"),
        "pay_unit": "hour",
        "pay_reason": "",
        "places": 2,
        "start_by": None,
        **more,
    }


def post(world: World, **more) -> CareerHeading:
    by = actor(world.employer)
    return services.post_heading(organisation=world.trust, programme=world.programme, said=said(world, **more), by=by, at=AT)


def test_a_posted_opening_is_open_graded_and_written_down():
    rates()
    world = World()
    made = post(world)
    assert (made.stage, made.pay_grade, made.posted_on, made.confirmed_on) == ("open", "legal", DAY, DAY)
    row = Audit.objects.get(action="heading.post")
    assert (row.object, row.actor, "12.90" in str(row.__dict__)) == (made.uuid, world.employer, False)


def test_under_the_minimum_needs_a_reason_and_the_real_living_wage_never_does():
    rates()
    world = World()
    with pytest.raises(Refused) as refused:
        post(world, pay=Decimal("10.00"))
    assert refused.value.field == "pay_reason"
    assert CareerHeading.objects.count() == 0
    made = post(world, pay=Decimal("10.00"), pay_reason="Apprenticeship")
    assert (made.pay_grade, made.pay_reason) == ("below", "Apprenticeship")
    assert post(world, pay=Decimal("12.71"), pay_reason="left over").pay_reason == ""


def test_an_employer_outside_the_programme_posts_nothing():
    world = World()
    by = actor(world.employer)
    with pytest.raises(Refused, match="takes no part"):
        services.post_heading(organisation=organisation("employer"), programme=world.programme, said=said(world), by=by, at=AT)


def test_a_start_that_is_past_is_refused():
    with pytest.raises(Refused, match="That day is past"):
        post(World(), start_by=DAY - timedelta(days=1))


def test_an_edit_takes_the_version_it_saw_and_confirms():
    world = World()
    made = post(world)
    by = actor(world.employer)
    later = AT + timedelta(days=50)
    changed = services.edit_heading(heading=made, said=said(world, title="Porter"), version=1, by=by, at=later)
    assert (changed.title, changed.version, changed.confirmed_on) == ("Porter", 2, date(2027, 1, 12))
    with pytest.raises(Conflict):
        services.edit_heading(heading=made, said=said(world, title="Other"), version=1, by=by, at=later)
    assert CareerHeading.objects.get().title == "Porter"
    assert Audit.objects.get(action="heading.edit").fields == ["title"]


def test_it_goes_stale_on_the_45th_day_and_one_yes_brings_it_back():
    world = World()
    made = post(world)
    on_the_44th, on_the_45th = AT + timedelta(days=44), AT + timedelta(days=45)
    assert stale_headings(at=on_the_44th, dry_run=False) == "0 career headings went stale."
    assert stale_headings(at=on_the_45th, dry_run=True) == "1 career headings would go stale."
    assert stale_headings(at=on_the_45th, dry_run=False) == "1 career headings went stale."
    assert stale_headings(at=on_the_45th, dry_run=False) == "0 career headings went stale."
    made.refresh_from_db()
    assert (made.stage, made.is_open) == ("stale", True)
    services.confirm_heading(heading=made, by=actor(world.employer), at=on_the_45th)
    made.refresh_from_db()
    assert (made.stage, made.confirmed_on) == ("open", date(2027, 1, 7))


def test_an_opening_that_is_open_cannot_be_opened_again():
    world = World()
    made = post(world)
    with pytest.raises(Conflict, match="no longer open"):
        services.reopen_heading(heading=made, by=actor(world.employer), at=AT)
