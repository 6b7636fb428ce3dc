"""Who is read with whom: the cases that became one, and the records of one person.

A merge re-points nothing. Every case carries the key of its person, and a case that was taken in names the one that goes on.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from candidates.choices import RouteKind
from candidates.models import Candidate, ContactRoute, Merge
from outreach.queries import text_route
from outreach.rules import may_be_texted
from outreach.services.line import is_heard
from pathways.models import Pathway


def going_on(case: Pathway) -> Pathway:
    """The case that this one is read with by now: itself, unless it was taken into another."""
    while case.merged_into_id is not None:
        case = Pathway.objects.select_related("programme", "candidate", "owner").get(pk=case.merged_into_id)
    return case


def read_together(case: Pathway) -> list[int]:
    """The ids of all cases whose rows count where this one's do; of most people that is this one alone, and asks nothing."""
    return going_on(case).ids


def _found(name: str, rows: QuerySet) -> Q:
    """A column among values that are looked for first, and then by an index, whatever the planner believes of the tables."""
    ours: Any = Func(F(name), ArraySubquery(rows), template="%(expressions)s)", arg_joiner=" = ANY (", output_field=BooleanField())
    return Q(ours)


def with_key(key: UUID) -> Q:
    """Rows of people by their `candidate`: those of any record of the person with this key."""
    return _found("candidate", Pathway.objects.filter(person_key=key).order_by().values("candidate"))


def with_any_key(cases: QuerySet[Pathway]) -> Q:
    """Cases of the same people as these."""
    return _found("person_key", cases.order_by().values("person_key"))


def uuids_with(key: UUID) -> QuerySet:
    """The public ids of these records, as conflict blocks name people."""
    return Pathway.objects.filter(person_key=key).order_by().values("candidate__uuid")


def text_route_of(person: Candidate) -> ContactRoute | None:
    """The number to text: the main one, and of two that are that the record's own; None where none may be texted.

    A number may stand on several records of one person. What was said of it on any of them holds: no texts, shared, not to be named on.
    """
    if getattr(person, "is_merged", True) is False:
        return text_route(person)
    theirs = Q(candidate=person) | Q(candidate__in=cases_of(person).order_by().values("candidate"))
    rows = list(ContactRoute.objects.current().filter(theirs, kind=RouteKind.MOBILE))
    for route in own_first(rows, person):
        same = [each for each in rows if each.value == route.value]
        if all(each.may_text for each in same) and may_be_texted(route.value):
            route.is_shared = any(each.is_shared for each in same)
            route.may_mention = all(each.may_mention for each in same)
            return route
    return None


def reachable_route_of(person: Candidate) -> ContactRoute | None:
    """The same, where texts do arrive."""
    route = text_route_of(person)
    return route if route is not None and is_heard(route.value) else None


def own_first(routes: Iterable[ContactRoute], person: Candidate) -> list[ContactRoute]:
    """Ways to reach somebody, the main one first; of two that are, the one of the record that goes on."""
    return sorted(routes, key=lambda route: (route.rank, route.candidate_id != person.pk, route.pk))


def records_of(person: Candidate) -> list[int]:
    """Ids of every record of somebody, the one asked for first. One query; none where it is known that nobody was merged with them."""
    if getattr(person, "is_merged", True) is False:
        return [person.pk]
    found = set(cases_of(person).values_list("candidate", flat=True))
    return [person.pk, *sorted(found - {person.pk})]


def of_each(cases: Iterable[Pathway], rows: QuerySet) -> dict[int, list[Any]]:
    """Rows by their `candidate`, of all records of these cases' people: case's record -> its own first, then the others'. One query."""
    keys = {case.candidate_id: case.person_key for case in cases}
    theirs = Pathway.objects.filter(person_key__in=set(keys.values())).order_by()
    key = theirs.filter(candidate=OuterRef("candidate")).values("person_key")[:1]
    found: dict[UUID, list[Any]] = {key: [] for key in keys.values()}
    for row in rows.filter(_found("candidate", theirs.values("candidate"))).annotate(key_of_person=Subquery(key)):
        found[row.key_of_person].append(row)
    return {pk: sorted(found[key], key=lambda row: row.candidate_id != pk) for pk, key in keys.items()}


def first_of(name: str, routes: QuerySet[ContactRoute]) -> Coalesce:
    """For a list of cases: this column of the first of these on the case's own record, else on another of the same person.

    The others are looked for only where the record has none, so that a long list costs what it cost.
    """
    others = Pathway.objects.filter(person_key=OuterRef(OuterRef("person_key"))).order_by().values("candidate")
    own, other = routes.filter(candidate=OuterRef("candidate")), routes.filter(_found("candidate", others))
    return Coalesce(Subquery(own.values(name)[:1]), Subquery(other.values(name)[:1]))


def of_person(person: Candidate) -> Q:
    """Cases of one person, whichever of their records they were opened on: to narrow what is in sight."""
    return Q(person_key=Subquery(Pathway.objects.filter(candidate=person).order_by("pk").values("person_key")[:1]))


def cases_of(person: Candidate) -> QuerySet[Pathway]:
    """Every case of a person, whichever of their records it was opened on."""
    return Pathway.objects.filter(of_person(person))


def standing_merges(of: Iterable[int]) -> list[Merge]:
    """The merges that hold the records of these people together, the oldest first: the whole tree, from any of its records."""
    found: dict[int, Merge] = {}
    front = set(of)
    while front:
        rows = Merge.objects.filter(Q(kept__in=front) | Q(absorbed__in=front), ended_at__isnull=True).exclude(pk__in=found)
        near = {row.pk: row for row in rows.select_related("kept", "absorbed", "merged_by")}
        found |= near
        front = {pk for row in near.values() for pk in (row.kept_id, row.absorbed_id)}
    return [found[pk] for pk in sorted(found)]


def root_of(record: int) -> int:
    """The record under which this one reads on: itself, unless it was absorbed."""
    while (above := Merge.objects.filter(absorbed=record, ended_at__isnull=True).values_list("kept", flat=True).first()) is not None:
        record = above
    return record
