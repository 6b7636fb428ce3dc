"""A programme's tables in terms that do not depend on numbers, for holding two ways of loading against each other."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from accounts.models import Audit, Programme
from candidates.models import Address, AddressPlace, Candidate, ContactRoute, EqualityAnswer
from outreach.models import Contact, Fact, Message
from pathways.models import (
    MACHINES,
    Consent,
    Evidence,
    ImportRow,
    ImportRun,
    Note,
    Overwritten,
    Ownership,
    Pathway,
    Placement,
    PreEmploymentCheck,
    RetentionCheck,
    StageChange,
    Task,
)

#: model -> the way to the person.
PERSON = {
    Candidate: "pk",
    ContactRoute: "candidate",
    Address: "candidate",
    AddressPlace: "address__candidate",
    EqualityAnswer: "candidate",
    Contact: "candidate",
    Message: "candidate",
    Consent: "candidate",
    Evidence: "check_row__pathway__candidate",
    Overwritten: "change__pathway__candidate",
    Ownership: "pathway__candidate",
    Note: "pathway__candidate",
    Task: "pathway__candidate",
    **{model: "pathway__candidate" for name, model in MACHINES.items() if name != "pathway"},
    Pathway: "candidate",
}
LEFT_OUT = {
    "id",
    "uuid",
    "reporting_id",
    "created_at",
    "person_key",
    "written_for",
    "own_words",
    "provider_id",
    "looked_past",
    "sealed_body",
}
_NUMBERED = re.compile(r"\b([a-z_]+):\d+")


def tables(programme: Programme, *, suffix: str = "") -> dict[str, Any]:
    """Every table of the programme's people: rows without their numbers, by the person's place in line.

    `suffix` is what the names of its organisations end with; it is taken off.
    """
    cases = Pathway.objects.filter(programme=programme)
    people = {pk: place for place, pk in enumerate(sorted(set(cases.values_list("candidate", flat=True))))}
    return {**_tables(people, suffix), "audit": _audit(programme, people)}


def run_tables(run: ImportRun) -> dict[str, Any]:
    """Every table of the people of one register, by the place of their first row in the file; and its staging rows."""
    rows = ImportRow.objects.filter(run=run).order_by("-sheet", "-number")
    people = dict(rows.filter(pathway__isnull=False).values_list("pathway__candidate", "id"))
    place = {row.pk: (row.sheet, row.number) for row in rows}
    placed = {person: place[row] for person, row in people.items()}
    found = _tables(placed, "")
    names = ("verdict", "decision", "cells", "fields", "facts", "changes", "problems")
    staged = {place[row.pk]: [repr(getattr(row, name)) for name in names] for row in rows}
    return {**found, "staged": staged, "audit": _by_action(Audit.objects.filter(actor=run.by), placed)}


def _tables(people: Mapping[int, Any], suffix: str) -> dict[str, Any]:
    cases = Pathway.objects.filter(candidate__in=people)
    found: dict[str, Any] = {}
    for model, way in PERSON.items():
        names = [f.attname for f in model._meta.concrete_fields if not f.is_relation and f.attname not in LEFT_OUT]
        rows = model._base_manager.filter(**{f"{way}__in": people})
        found[model.__name__] = Counter(
            (people[row[0]], *(_plain(each, suffix) for each in row[1:])) for row in rows.values_list(way, *names).iterator()
        )
    found["log"] = _log(people)
    found["facts"] = Counter(_facts(people))
    found["jobs by employer"] = Counter(
        Placement.objects.filter(pathway__in=cases).values_list("title", "introduction__heading__title", "stage")
    )
    found["checks by job"] = Counter(
        RetentionCheck.objects.filter(pathway__in=cases).values_list("placement__first_day", "milestone", "stage")
    ) + Counter(PreEmploymentCheck.objects.filter(pathway__in=cases).values_list("placement__start_on", "kind", "stage"))
    return found


def _plain(value: Any, suffix: str = "") -> Any:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        return tuple(sorted((key, each) for key, each in value.items() if not key.endswith("_id")))
    return _NUMBERED.sub(r"\1:N", value.replace(suffix, "")) if isinstance(value, str) else value


def _log(people: Mapping[int, Any]) -> dict[Any, list[Any]]:
    rows = StageChange.objects.filter(pathway__candidate__in=people).order_by("id")
    told: dict[Any, list[Any]] = {}
    for row in rows.values_list(
        "pathway__candidate", "machine", "step", "from_stage", "to_stage", "actor_kind", "said_by", "said_how", "happened_on",
        "happened_quality", "recorded_at", "reason", "cause__machine", "cause__step", "pathway__attempt", "before",
    ):  # fmt: skip
        told.setdefault(people[row[0]], []).append((*row[1:-1], _plain(row[-1])))
    return told


def _facts(people: Mapping[int, Any]) -> list[Any]:
    keys = Message.objects.filter(candidate__in=people).values_list("fact", flat=True)
    return [(key.partition(":")[0], value) for key, value in Fact.objects.filter(key__in=set(keys)).values_list("key", "value")]


def _audit(programme: Programme, people: dict[int, int]) -> Counter[Any]:
    mine = Audit.objects.filter(actor__memberships__programme=programme) | Audit.objects.filter(
        actor=None, organisation__in=[programme.organisation_id, *programme.partnerships.values_list("organisation", flat=True)]
    )
    return _by_action(mine.distinct(), people)


def _by_action(rows: Any, people: Mapping[int, Any]) -> Counter[Any]:
    places = {uuid: people[pk] for pk, uuid in Candidate.objects.filter(pk__in=people).values_list("pk", "uuid")}
    rows = rows.values_list("action", "actor_kind", "object_kind", "on_behalf_of", "fields", "rows", "at", "person")
    return Counter((*row[:4], tuple(row[4]), *row[5:7], places.get(row[7])) for row in rows)
