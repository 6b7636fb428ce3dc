"""Locks on cases, always in the same order: of several by number, and of those that are read together all of them at once."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, Subquery

from candidates.models import Candidate
from ground.door import Conflict
from pathways.models import Pathway
from pathways.queries.company import read_together, records_of
from pathways.workflow.pathway import Stage

MEANWHILE = "This person was merged with another record, or told apart from one, while you had this open."


def lock_case(subject: Any) -> Pathway | None:
    """Lock the case of a row first, with those that are read with it: every door takes locks in the same order.

    Raises Conflict when the person was merged, or told apart, at this very moment: locks taken out of order would wait for each other.
    """
    if isinstance(subject, Pathway):
        return subject
    if subject.pathway_id is None:
        return None
    subject.pathway = locked_case(subject.pathway_id)
    return subject.pathway


def locked_case(pk: int) -> Pathway:
    """The case as it is now, locked with those that are read with it. One query, of most people one row. Raises Conflict as above."""
    rows = Pathway.objects.select_for_update(no_key=True, of=("self",)).select_related("programme")
    found = {row.pk: row for row in rows.filter(Q(pk=pk) | _beside(pk)).order_by("pk")}
    case = found[pk]
    if case.is_shared and not found.keys() >= set(read_together(case)):
        raise Conflict(MEANWHILE)
    return case


def lock_cases(ids: Iterable[int]) -> None:
    """Lock several cases in the order of their numbers, before whatever else they have in common: a course, say."""
    list(Pathway.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=sorted(set(ids))).order_by("pk").values_list("pk"))


def _beside(pk: int) -> Q:
    """Of the same person in the same programme, cases that were taken into another, or took one in: of most people there are none."""
    mine = Pathway.objects.filter(pk=pk).order_by()
    same = Q(person_key=Subquery(mine.values("person_key")), programme=Subquery(mine.values("programme")))
    return same & (Q(stage=Stage.MERGED) | ~Q(read_with=[]))


def lock_records(person: Candidate) -> list[int]:
    """Lock every record of somebody, by number, as a merge does before cases; their ids, the one given first. Raises Conflict as above."""
    fresh = Candidate(pk=person.pk)  # what a page knew of merges may be old by now
    records = records_of(fresh)
    list(Candidate.objects.select_for_update(no_key=True).filter(pk__in=records).order_by("pk").values_list("pk"))
    if set(records_of(fresh)) != set(records):
        raise Conflict(MEANWHILE)
    return records


def lock_person(case: Pathway) -> None:
    """One more case of somebody: a merge that is under way at this moment comes before it or after it."""
    list(Candidate.objects.select_for_update(no_key=True).filter(pk=case.candidate_id).values_list("pk"))
    mine = Pathway.objects.filter(candidate=case.candidate_id).values_list("person_key", flat=True)
    case.person_key = mine.first() or case.person_key
