"""Who is read with whom: the cases that became one, and the records of one person.

A merge re-points nothing. Every case carries the key of its person, and a case that was taken in names the one that goes on.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from candidates.choices import RouteKind
from candidates.models import Candidate, ContactRoute, Merge
from outreach.rules import may_be_texted
from pathways.models import Pathway


def going_on(case: Pathway) -> Pathway:
    """The case that this one is read with by now: itself, unless it was taken into another."""
    while case.merged_into_id is not None:
        case = Pathway.objects.select_related("programme", "candidate", "owner").get(pk=case.merged_into_id)
    return case


def read_together(case: Pathway) -> list[int]:
    """The ids of all cases whose rows count where this one's do; of most people that is this one alone, and asks nothing."""
    return going_on(case).ids


def records_with(key: UUID) -> QuerySet:
    """Ids of the records of the person with this key, for a question about people to ask inside it."""
    return Pathway.objects.filter(person_key=key).order_by().values("candidate")


def uuids_with(key: UUID) -> QuerySet:
    """The same by their public ids, as conflict blocks name people."""
    return Candidate.objects.filter(pk__in=records_with(key)).order_by().values("uuid")


def text_route_of(person: Candidate) -> ContactRoute | None:
    """The number to text: the first on the record itself on which texts are fine, else on another of the same person."""
    routes = ContactRoute.objects.current().filter(candidate__in=cases_of([person]).order_by().values("candidate"))
    safe = [each for each in routes.filter(kind=RouteKind.MOBILE, may_text=True) if may_be_texted(each.value)]
    return min(safe, key=lambda each: each.candidate_id != person.pk, default=None)


def records_of(person: Candidate) -> list[int]:
    """Ids of every record of somebody, the one asked for first. One query; none where it is known that nobody was merged with them."""
    if getattr(person, "is_merged", True) is False:
        return [person.pk]
    keys = Pathway.objects.filter(candidate=person).order_by().values("person_key")
    found = set(Pathway.objects.filter(person_key__in=keys).values_list("candidate", flat=True))
    return [person.pk, *sorted(found - {person.pk})]


def of_person(person: Candidate) -> Q:
    """Cases of one person, whichever of their records they were opened on: to narrow what is in sight."""
    return Q(person_key__in=Pathway.objects.filter(candidate=person).order_by().values("person_key"))


def cases_of(people: Iterable[Candidate]) -> QuerySet[Pathway]:
    """Every case of these people, whichever of their records it was opened on."""
    keys = Pathway.objects.filter(candidate__in=list(people)).order_by().values("person_key")
    return Pathway.objects.filter(person_key__in=keys)


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
