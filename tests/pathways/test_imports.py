"""A register goes in: what would happen first, then good rows in, bad rows back, and again is nothing."""

from datetime import UTC, datetime

import pytest

from accounts.models import Organisation
from pathways.models import ImportRow, ImportRun, Pathway, StageChange
from pathways.services.imports.applying import apply_run
from pathways.services.imports.deciding import approve_run, decide_row
from pathways.services.imports.reading import read_run
from pathways.services.imports.receive import receive_register
from pathways.services.imports.taking_back import undo_run
from tests.factories import World, actor

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SMALL = (
    b"Ref,First name,Surname,Mobile,Postcode,Date contacted,Interested on,Chat,Offer date,Start date,Status\n"
    b"A1,Amara,Okafor,07700 900101,B1 1AA,01/06/2026,03/06/2026,10/06/2026,20/07/2026,17/08/2026,In work\n"
    b"A2,Ben,Field,07700 900102,,02/06/2026,02/06/2026,,,,Interested\n"
    b"A3,Chen,Wu,07700 900103,,31.02.2026,,,,,\n"
)


def received(world: World, content: bytes, name: str = "register.csv", mapping: object = None) -> ImportRun:
    return receive_register(
        chunks=[content],
        file_name=name,
        programme=world.programme,
        organisation=world.delivery,
        user=world.lead,
        by=actor(world.lead),
        at=AT,
        mapping=mapping,
    )


def taken_in(world: World, content: bytes, name: str = "register.csv", mapping: object = None) -> ImportRun:
    run = read_run(run=received(world, content, name, mapping), at=AT)
    run = approve_run(run=run, by=actor(world.lead), at=AT)
    return apply_run(run=run, at=AT)


def test_good_rows_go_in_and_a_bad_row_stays_with_its_reason() -> None:
    world = World()
    run = taken_in(world, SMALL)
    assert (run.state, run.rows_read, run.rows_created, run.rows_rejected) == ("done", 3, 2, 1)
    assert sorted(Pathway.objects.values_list("stage", flat=True)) == ["in_work", "interested"]
    bad = ImportRow.objects.get(run=run, verdict="reject")
    assert bad.number == 4
    assert "31" in bad.problems[0]["cell"]
    steps = StageChange.objects.filter(pathway__candidate__last_name="Okafor", machine="placement").values_list("step", "happened_on")
    assert [(step, day.isoformat()) for step, day in steps.order_by("id")] == [("record", "2026-08-17"), ("start", "2026-08-17")]


def test_again_is_nothing() -> None:
    world = World()
    taken_in(world, SMALL)
    rows = StageChange.objects.count()
    again = taken_in(world, SMALL)
    assert (again.rows_created, again.rows_changed, again.rows_unchanged) == (0, 0, 2)
    assert StageChange.objects.count() == rows


def test_a_new_date_is_a_change_of_the_same_person() -> None:
    world = World()
    taken_in(world, SMALL)
    later = SMALL.replace(b"02/06/2026,02/06/2026,,,,Interested", b"02/06/2026,02/06/2026,09/06/2026,,,Interested")
    run = read_run(run=received(world, later), at=AT)
    row = ImportRow.objects.get(run=run, verdict="update")
    assert row.changes == {"interview.hold": ["", "2026-06-09"]}
    apply_run(run=approve_run(run=run, by=actor(world.lead), at=AT), at=AT)
    assert Pathway.objects.get(candidate__first_name="Ben").stage == "chatted"
    assert Pathway.objects.count() == 2


def test_somebody_who_is_here_already_is_a_question_and_the_same_person_stays_one() -> None:
    world = World()
    world.case(first="Amara", last="Okafor", phone="+447700900101")
    run = read_run(run=received(world, SMALL), at=AT)
    asked = ImportRow.objects.get(run=run, verdict="decide")
    assert asked.fields["first_name"] == "Amara"
    decide_row(run=run, row=asked, decision="same", by=actor(world.lead), at=AT)
    apply_run(run=approve_run(run=run, by=actor(world.lead), at=AT), at=AT)
    assert Pathway.objects.filter(candidate__last_name="Okafor").count() == 1


def test_undecided_rows_do_not_hold_up_the_rest() -> None:
    world = World()
    world.case(first="Amara", last="Okafor", phone="+447700900101")
    run = taken_in(world, SMALL)
    assert (run.rows_created, run.rows_undecided) == (1, 1)


def test_stopped_half_way_it_goes_on_where_it_was() -> None:
    world = World()
    run = approve_run(run=read_run(run=received(world, SMALL), at=AT), by=actor(world.lead), at=AT)
    apply_run(run=run, at=AT, most=1)
    assert (Pathway.objects.count(), ImportRun.objects.get().state) == (1, "approved")
    run = apply_run(run=run, at=AT)
    assert (Pathway.objects.count(), run.rows_created, run.state) == (2, 2, "done")


def test_an_import_taken_back_voids_what_nobody_touched() -> None:
    world = World()
    run = taken_in(world, SMALL)
    undo_run(run=run, by=actor(world.lead), at=AT)
    assert set(Pathway.objects.values_list("stage", flat=True)) == {"void"}


def test_an_employer_that_is_not_ours_makes_no_organisation_of_its_own() -> None:
    world = World()
    content = SMALL.replace(b"Status\n", b"Status,Employer\n").replace(b"In work\n", b"In work,Somewhere Ltd\n")
    taken_in(world, content)
    assert not Organisation.objects.unscoped("a test").filter(name="Somewhere Ltd").exists()
