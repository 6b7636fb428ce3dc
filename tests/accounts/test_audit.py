"""Who did what and who opened whom: written with the act, by the hour, and never changed."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Audit, AuditReason, Organisation
from accounts.services.audit import is_sound, note, on_route, record_opening, record_refusal, service
from accounts.services.organisation import add_organisation
from ground.actor import SYSTEM, Actor
from ground.door import Refused
from tests import factories

PERSON = "8a3b9c1e-0d5f-4e7a-9b2c-6d1f0a4e8c3b"
AT = factories.AT


@service("test.rename")
def rename(*, organisation: Organisation, name: str, by: Actor, at: object) -> Organisation:
    if name == "no":
        raise Refused("No.")
    note(reason="They asked us on the phone", rows=3)
    organisation.name = name
    organisation.save()
    return organisation


def test_a_service_writes_one_row_with_names_and_no_values(db):
    person = factories.user("outreach_worker", factories.organisation())
    by = factories.actor(person).speaking_for("employer", "phone")
    with on_route("people.rename"):
        renamed = rename(organisation=Organisation.objects.get(), name="Moved Words", by=by, at=AT)
    row = Audit.objects.get()
    assert (row.action, row.actor, row.actor_kind, row.on_behalf_of) == ("test.rename", person, "worker", "employer, phone")
    assert (row.object_kind, row.object, row.fields, row.rows) == ("accounts.organisation", renamed.uuid, ["name"], 3)
    assert (row.at, row.route, row.membership, row.organisation) == (AT, "people.rename", person.memberships.get(), renamed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT a::text FROM accounts_audit a) || (SELECT r::text FROM accounts_auditreason r)")
        stored = cursor.fetchone()[0]
    assert "Moved Words" not in stored
    assert "phone" in stored
    assert "They asked" not in stored
    assert AuditReason.objects.get().text == "They asked us on the phone"


def test_a_refused_service_leaves_no_row(db):
    with pytest.raises(Refused):
        rename(organisation=factories.organisation(), name="no", by=SYSTEM, at=AT)
    assert Audit.objects.count() == 0


def test_a_service_takes_keywords_only(db):
    with pytest.raises(TypeError, match="keywords only"):
        rename(factories.organisation())


def test_an_opening_is_one_row_an_hour_for_each_user_person_and_route(db):
    one, two = (factories.user("outreach_worker", factories.organisation()) for _ in range(2))
    for at in (AT, AT + timedelta(minutes=59), AT + timedelta(minutes=60)):
        record_opening(user=one, person_uuid=PERSON, route="person", at=at)
    record_opening(user=two, person_uuid=PERSON, route="person", at=AT)
    record_opening(user=one, person_uuid=PERSON, route="thread", at=AT)
    record_refusal(user=one, route="person", at=AT)
    record_refusal(user=one, route="person", at=AT)
    opened = Audit.objects.filter(action="person.open", person=PERSON)
    assert [opened.filter(actor=one, route="person").count(), opened.filter(actor=two).count(), opened.count()] == [2, 1, 4]
    assert Audit.objects.filter(action="refused").count() == 1


@pytest.mark.parametrize(
    "statement",
    ["UPDATE accounts_audit SET action = 'x'", "DELETE FROM accounts_audit", "TRUNCATE accounts_audit CASCADE"],
)
def test_the_database_refuses_to_change_the_audit_even_for_its_owner(db, statement):
    add_organisation(name="Ladywood Trust", kinds=["delivery"], by=SYSTEM, at=AT)
    with pytest.raises(DatabaseError, match=r"[Cc]annot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Audit.objects.count() == 1


def test_the_application_may_add_and_read_and_nothing_else(as_application):
    add_organisation(name="Ladywood Trust", kinds=["delivery"], by=SYSTEM, at=AT)
    for statement in ("UPDATE accounts_audit SET action = 'x'", "DELETE FROM accounts_audit", "TRUNCATE accounts_audit"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert Audit.objects.count() == 1


def test_a_change_behind_our_back_no_longer_fits_its_seal(db):
    add_organisation(name="Ladywood Trust", kinds=["delivery"], by=SYSTEM, at=AT)
    row = Audit.objects.get()
    assert is_sound(row) is True
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_audit DISABLE TRIGGER USER")
        cursor.execute("UPDATE accounts_audit SET actor_kind = 'worker'")
        cursor.execute("ALTER TABLE accounts_audit ENABLE TRIGGER USER")
    assert is_sound(Audit.objects.get()) is False
