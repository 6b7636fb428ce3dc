"""Every column says whose data it holds: access packs, disposal and erasure are built from these words."""

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
    "CandidateFirstNameLastNameKnownAsDateOfBirthBirthQualityLanguageDiedOnVersionEvent",
    "ContactRouteEvent",
    "CareerHeadingEvent",
    "PathwayOwnerOrganisationSourceEvent",
}


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
    without = {
        "accounts.Audit": "the person's public id",
        "accounts.AuditReason": "through its audit row",
        "outreach.PhoneLine": "one number, with nobody on it; through the messages to it",
        "pathways.ImportRun": "through its rows: a file speaks of many",
    }
    lost = []
    for model in own_models():
        personal = getattr(model, "personal", None)
        if not isinstance(personal, Personal) or not personal.candidate or model._meta.label in {*without, "candidates.Candidate"}:
            continue
        if not _leads_to_the_candidate(model, set()):
            lost.append(model._meta.label)
    assert lost == []
    assert {label for label in without if not _leads_to_the_candidate(apps.get_model(label), set())} == set(without)


def _leads_to_the_candidate(model: type[models.Model], seen: set[type[models.Model]]) -> bool:
    if model._meta.label == "candidates.Candidate":
        return True
    if model in seen:
        return False
    seen.add(model)
    parents = [field.related_model for field in model._meta.concrete_fields if field.many_to_one or field.one_to_one]
    return any(isinstance(parent, type) and _leads_to_the_candidate(parent, seen) for parent in parents)
