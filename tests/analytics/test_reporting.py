"""The reporting schema: the columns others rely on, ids that are not those of pages, nothing personal."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Audit
from analytics.queries.reporting import CREATE, PAUSED, VIEWS
from candidates.models import Address, AddressPlace
from candidates.tasks import place_addresses
from pathways.models import Pathway, StageChange
from pathways.services import case as cases
from pathways.services import interview
from places.queries import postcodes_in_use
from places.services import load_invented
from tests.factories import AT, DAY, World, person

pytestmark = pytest.mark.django_db

COLUMNS = {
    "person": "person, organisation, programme, state, created_on, age_band, ward_code, ward_edition, source, erased_on",
    "pathway": "pathway, person, programme, organisation, owner, attempt, stage, phase, version, opened_on, closed_on, close_reason,"
    " paused",
    "stage_change": "stage_change, machine, subject, pathway, person, step, from_stage, to_stage, actor_kind, actor, organisation, said_by,"
    " happened_on, happened_quality, recorded_at, sequence, reason, cause, undoes, import_run",
    "introduction": "introduction, pathway, person, employer, heading, stage, version, sent_on, offered_on, closed_on, close_reason",
    "placement": "placement, pathway, introduction, employer, kind, stage, version, first_day, last_day, continues, leave_reason",
    "retention_check": "check, placement, milestone, due_on, window_ends, state, evidence_grade, known_on, settled_at",
    "training_place": "training_place, pathway, course, stage",
    "message": "message, line, resend_of, reason, bulk, person, direction, purpose, delivery_class, occasion_digest, backend, provider_id,"
    " state, provider_status, error_code, attempt, possible_duplicate, parts, created_at, not_before, attempt_at, accepted_at, final_at,"
    " expires_at",
    "import_run": "import_run, organisation, kind, file_digest, state, rows_read, rows_created, rows_changed, rows_unchanged,"
    " rows_undecided, rows_rejected, started_at, finished_at, undone_at",
    "audit": "audit, at, actor, membership, organisation, action, object_kind, object, person, fields, rows, route, sealed_in",
}


@pytest.fixture
def views(db):
    """The schema as the migration makes it."""
    with connection.cursor() as cursor:
        cursor.execute(CREATE)
        cursor.execute(PAUSED)


def read(name):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM reporting.{name}")
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()], names


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_each_view_has_the_columns_others_rely_on(views, name):
    _, names = read(name)
    assert set(COLUMNS[name].split(", ")) <= set(names)


def test_there_is_a_test_of_every_view():
    assert set(VIEWS) == set(COLUMNS)


def test_a_case_is_told_by_other_ids_than_in_pages_and_without_a_name(views):
    world = World()
    case = world.case(candidate=person(world.delivery, first="Zuleika", last="Quillfeather"))
    interview.hold_chat(case=case, by=world.by, at=AT)
    rows = {name: read(name)[0] for name in VIEWS}
    (told,) = rows["pathway"]
    assert (told["pathway"], told["person"], told["owner"]) == (case.reporting_id, case.candidate.reporting_id, world.worker.reporting_id)
    assert (told["stage"], told["phase"], told["paused"]) == ("chatted", "interview", False)
    held = next(row for row in rows["stage_change"] if row["step"] == "hold")
    assert (held["machine"], held["subject"], held["person"]) == (
        "interview",
        case.interviews.get().reporting_id,
        case.candidate.reporting_id,
    )
    cases.pause_case(case=case, review_on=DAY + timedelta(days=9), by=world.by, at=AT)
    assert read("pathway")[0][0]["paused"] is True
    everything = repr(rows)
    assert "Quillfeather" not in everything
    for page_id in (case.uuid, case.candidate.uuid, world.worker.uuid, *StageChange.objects.values_list("uuid", flat=True)):
        assert str(page_id) not in everything


def test_the_ward_of_somebody_whose_postcode_waited_follows(views):
    world = World()
    case = world.case()
    load_invented()
    postcode, ward = min(postcodes_in_use(edition="Invented"))
    address = Address.objects.create(candidate=case.candidate, postcode=postcode)
    AddressPlace.objects.create(address=address, edition="pending", looked_up_on=AT.date())
    assert [row["ward_code"] for row in read("person")[0]] == [None]
    place_addresses(at=AT, dry_run=False)
    assert [row["ward_code"] for row in read("person")[0]] == [ward]


def test_the_command_tells_which_is_which_and_writes_that_down():
    world = World()
    case = world.case()
    said = StringIO()
    call_command("reporting_id", "pathway", str(case.uuid), stdout=said)
    assert said.getvalue() == f"{case.uuid} {case.reporting_id}\n"
    row = Audit.objects.get(action="reporting.look_up")
    assert (row.fields, row.rows) == (["kind:pathway"], 1)


def test_the_command_fails_for_what_is_not_here():
    with pytest.raises(CommandError, match="Not all of them are here"):
        call_command("reporting_id", "person", str(uuid4()), stdout=StringIO())
    assert Pathway.objects.count() == 0
