"""The log only grows, and no stage moves without it: asked of the database, past every line of Python."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import Audit
from outreach.models import Message, MessageEvent, PhoneLine
from pathways.models import MACHINES, Interview, Introduction, Placement, StageChange
from pathways.services import interview, introduction, placement, training
from tests.factories import AT, DAY, World
from tests.fixtures.database import APPLICATION, application_role

#: Tables that only grow.
GROWING = ("pathways_stagechange", "accounts_audit", "outreach_messageevent")
CHANGES = ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE")
OFFER = {"offer_hours": Decimal("20"), "offer_pay": Decimal("13"), "offer_pay_unit": "hour", "offer_kind": "permanent"}


def a_person_in_work() -> World:
    """Rows on every machine: a case, a chat, a seat, an introduction, a job, its six checks and its three milestones."""
    world = World()
    case = world.case()
    interview.book_chat(case=case, when=AT + timedelta(hours=2), place="Library", host=None, by=world.by, at=AT)
    training.book_seat(case=case, course=world.course(), by=world.by, at=AT)
    row = introduction.draft_introduction(case=case, heading=world.heading(), by=world.by, at=AT)
    introduction.send_introduction(introduction=row, consent_how="phone", by=world.by, at=AT)
    introduction.offer_job(introduction=row, offer=OFFER, by=world.by, at=AT)
    introduction.accept_offer(introduction=row, by=world.by, at=AT)
    placement.start_placement(placement=Placement.objects.get(introduction=row), first_day=DAY, by=world.by, at=AT)
    line = PhoneLine.objects.create(digest="d" * 64)
    told = Message.objects.create(
        candidate=case.candidate,
        organisation=world.delivery,
        line=line,
        occasion="x",
        delivery_class="at_most_once",
        not_before=AT,
        expires_at=AT,
    )
    MessageEvent.objects.create(message=told, backend="console", provider_id="1", status="sent", at=AT)
    return world


def rows() -> dict[str, int]:
    return {
        "pathways_stagechange": StageChange.objects.count(),
        "accounts_audit": Audit.objects.count(),
        "outreach_messageevent": MessageEvent.objects.count(),
    }


@pytest.mark.django_db
def test_the_application_can_add_to_the_log_and_change_nothing_in_it() -> None:
    a_person_in_work()
    before = rows()
    assert min(before.values()) >= 1
    with application_role():
        for table in GROWING:
            for change in CHANGES:
                with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(change.format(table))
    assert rows() == before


@pytest.mark.django_db
def test_even_the_owner_is_refused_by_the_triggers() -> None:
    a_person_in_work()
    before = rows()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in GROWING:
        for change in CHANGES:
            said = "Cannot truncate" if change.startswith("TRUNCATE") else "Cannot update or delete"
            with pytest.raises(DatabaseError, match=said), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(change.format(table))
    assert rows() == before


@pytest.mark.django_db
def test_the_application_owns_no_table_and_cannot_take_a_trigger_off() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = %s)", [APPLICATION])
        assert cursor.fetchone() == (0,)
    with application_role():
        for table in (*GROWING, *(model._meta.db_table for model in MACHINES.values())):
            with pytest.raises(DatabaseError, match="must be owner"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


#: A stage that each machine knows and that the row of a person in work does not have.
ELSEWHERE = {
    "pathway": "interested",
    "interview": "cancelled",
    "training_place": "waiting",
    "introduction": "considering",
    "placement": "start_agreed",
    "pre_employment_check": "cleared",
    "retention_check": "open",
}


@pytest.mark.django_db(transaction=True)
def test_a_stage_changed_behind_the_logs_back_is_refused_at_the_commit() -> None:
    a_person_in_work()
    for machine, stage in ELSEWHERE.items():
        model = MACHINES[machine]
        row = model._base_manager.order_by("pk")[0]
        assert row.stage != stage
        for role in ("owner", "application"):
            with pytest.raises(IntegrityError, match=f"stage of {machine} {row.pk} is {stage} but the log says {row.stage}"):
                _commit(model._meta.db_table, stage, row.pk, as_application=role == "application")
        row.refresh_from_db()
        assert row.stage != stage


def _commit(table: str, stage: str, pk: int, *, as_application: bool) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        if as_application:
            cursor.execute(f"SET LOCAL ROLE {APPLICATION}")
        cursor.execute(f"UPDATE {table} SET stage = %s WHERE id = %s", [stage, pk])
        assert cursor.rowcount == 1


@pytest.mark.django_db(transaction=True)
def test_rows_loaded_in_bulk_without_a_log_are_refused_at_the_commit() -> None:
    world = World()
    case = world.case()
    with pytest.raises(IntegrityError, match="is held but the log says nothing"), transaction.atomic():
        Interview.objects.bulk_create([Interview(pathway=case, stage="held", held_on=DAY) for _ in range(3)])
    copy = "COPY pathways_introduction (uuid, reporting_id, version, created_at, stage, pathway_id, heading_id, employer_id, shared,"
    copy += " offer_pay_unit, offer_grade, offer_site, offer_kind) FROM STDIN"
    values = f"{case.uuid}\t{case.uuid}\t1\t2026-11-23\taccepted\t{case.pk}\t{world.heading().pk}\t{world.trust.pk}\t{{}}\t\t\t\t\n"
    refused = pytest.raises(IntegrityError, match="is accepted but the log says nothing")
    with refused, transaction.atomic(), connection.cursor() as cursor, cursor.copy(copy) as load:
        load.write(values)
    assert (Interview.objects.count(), Introduction.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_stage_and_its_log_row_pass_together() -> None:
    """The trigger holds a stage against the log; it stands in nobody's way who tells the log."""
    world = World()
    case = world.case()
    chat = interview.book_chat(case=case, when=AT + timedelta(hours=2), place="Library", host=None, by=world.by, at=AT)
    with transaction.atomic():
        Interview.objects.filter(pk=chat.pk).update(stage="missed")
        StageChange.objects.create(
            machine="interview",
            subject_id=chat.pk,
            pathway=case,
            step="miss",
            from_stage="booked",
            to_stage="missed",
            actor_kind="worker",
            happened_on=DAY,
            recorded_at=AT,
        )
    chat.refresh_from_db()
    assert chat.stage == "missed"


@pytest.mark.django_db
def test_replaying_the_log_rebuilds_every_stage() -> None:
    a_person_in_work()
    replayed: dict[tuple[str, int], str] = {}
    for change in StageChange.objects.order_by("pk"):
        assert replayed.get((change.machine, change.subject_id), "new") == change.from_stage
        replayed[change.machine, change.subject_id] = change.to_stage
    standing = {(machine, pk): stage for machine, model in MACHINES.items() for pk, stage in model._base_manager.values_list("pk", "stage")}
    assert replayed == standing
    assert len(standing) == 1 + 1 + 1 + 1 + 1 + 6 + 3
