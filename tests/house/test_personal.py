"""Every column says whose data it holds: access packs, disposal and erasure are built from these words."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from ground.rows import Personal, undeclared
from pathways.queries.integrity import own_models, undeclared_columns

#: Tables that are not ours: what they hold of people, in words. They carry no `personal`.
OTHERS = {
    "django_migrations": "nobody",
    "django_content_type": "nobody",
    "auth_permission": "nobody",
    "auth_group": "nobody",
    "auth_group_permissions": "nobody",
    "django_session": "whoever is signed in: a key and sealed words, gone when the session ends",
    "account_emailaddress": "somebody who signs in: their address",
    "account_emailconfirmation": "somebody who signs in: a key sent to their address",
    "mfa_authenticator": "somebody who signs in: the sealed secret of their second factor",
    "pghistory_context": "whoever changed a row: ids",
}
HISTORY = {
    "AddressEvent",
    "AttendanceEvent",
    "CandidateFirstNameLastNameKnownAsDateOfBirthBirthQualityLanguageDiedOnVersionEvent",
    "ContactRouteEvent",
    "CareerHeadingEvent",
    "PathwayOwnerOrganisationSourceEvent",
}
#: Tables with columns about the candidate from which no relation leads to one person.
WITHOUT = {
    "accounts.Audit": "the person's public id",
    "accounts.AuditReason": "through its audit row",
    "accounts.ConflictBlock": "the person's public id",
    "outreach.PhoneLine": "one number, with nobody on it; through the messages to it",
    "pathways.ImportRun": "through its rows: a file speaks of many",
}
#: Rows that may belong to no case.
AT_TIMES_OF_NOBODY = {"pathways.Finding", "pathways.InterestPost", "pathways.ImportRow", "pathways.KeptForm", "pathways.StageChange"}


def about_the_candidate() -> list[type[models.Model]]:
    """Models with columns about the candidate, from which relations lead to one."""
    said = [model for model in own_models() if isinstance(getattr(model, "personal", None), Personal)]
    return [model for model in said if model.personal.candidate and model._meta.label not in WITHOUT]


def history() -> list[type[models.Model]]:
    return [model for model in own_models() if hasattr(model, "pgh_tracked_model")]


@pytest.mark.parametrize(
    "model", [each for each in own_models() if not hasattr(each, "pgh_tracked_model")], ids=lambda each: each._meta.label
)
def test_every_column_of_ours_is_declared_once(model: type[models.Model]) -> None:
    assert undeclared(model) == []


def test_row_histories_keep_no_column_that_their_rows_do_not_declare() -> None:
    assert {model.__name__ for model in history()} == HISTORY
    assert [sentence for model in history() for sentence in undeclared_columns(model)] == []
    for model in history():
        assert isinstance(model.pgh_tracked_model.personal, Personal)
        assert not hasattr(model, "personal")


def test_no_history_keeps_what_is_sealed_or_the_numbers_of_a_persons_equality() -> None:
    kept = {field.name for model in history() for field in model._meta.concrete_fields}
    assert kept & {"own_words", "code", "group"} == set()
    assert "candidates.EqualityAnswer" not in {model.pgh_tracked_model._meta.label for model in history()}


@pytest.mark.django_db
def test_every_table_of_the_database_is_a_models_or_named_here() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = {row[0] for row in cursor.fetchall()}
    ours = {model._meta.db_table for model in own_models()}
    assert tables - ours == set(OTHERS)
    assert ours <= tables


def test_what_is_about_a_person_leads_to_the_person() -> None:
    """A table with columns of the candidate's has a way to the candidate, or is named here with the reason."""
    assert [model._meta.label for model in about_the_candidate() if not _leads_to_the_candidate(model, set())] == []
    assert {label for label in WITHOUT if not _leads_to_the_candidate(apps.get_model(label), set())} == set(WITHOUT)


@pytest.mark.parametrize("model", about_the_candidate(), ids=lambda each: each._meta.label)
def test_whatever_is_about_a_person_tells_the_audit_whose_it_is(model: type[models.Model]) -> None:
    person = apps.get_model("candidates.Candidate")()
    assert _row_about(model, person).audit_person == person.uuid
    if model._meta.label in AT_TIMES_OF_NOBODY:
        assert model().audit_person is None


def _row_about(model: type[models.Model], person: models.Model) -> Any:
    """A row in memory whose relations lead to the person."""
    if isinstance(person, model):
        return person
    row = model()
    for field in model._meta.concrete_fields:
        parent = field.related_model
        if isinstance(parent, type) and parent is not model and _leads_to_the_candidate(parent, {model}):
            setattr(row, field.name, _row_about(parent, person))
    return row


def _leads_to_the_candidate(model: type[models.Model], seen: set[type[models.Model]]) -> bool:
    if model._meta.label == "candidates.Candidate":
        return True
    if model in seen:
        return False
    seen.add(model)
    parents = [field.related_model for field in model._meta.concrete_fields if field.many_to_one or field.one_to_one]
    return any(isinstance(parent, type) and _leads_to_the_candidate(parent, seen) for parent in parents)
