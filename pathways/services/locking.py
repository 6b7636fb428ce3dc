"""Locks on cases, always in the same order: of several by number, and of those that are read together all of them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import BigIntegerField, F, Func

from candidates.models import Candidate
from pathways.models import Pathway
from pathways.queries.company import read_together


def lock_case(subject: Any) -> Pathway | None:
    """Lock the case of a row first: every door takes locks in the same order. Cases that are read together are locked together."""
    if isinstance(subject, Pathway):
        lock_cases(subject.ids if subject.read_with else ())
        return subject
    if subject.pathway_id is None:
        return None
    held = subject._state.fields_cache.get("pathway")
    lock_cases(read_together(held) if held is not None and held.is_shared else ())
    rows = Pathway.objects.select_for_update(no_key=True, of=("self",)).select_related("programme").order_by("pk")
    if held is None:  # nobody has looked yet with what it is read
        rows = rows.filter(pk__in=Pathway.objects.filter(pk=subject.pathway_id).values_list(_BESIDE))
    else:
        rows = rows.filter(pk=subject.pathway_id)
    locked = next(row for row in rows if row.pk == subject.pathway_id)
    lock_cases(read_together(locked) if locked.is_shared else ())
    subject.pathway = locked
    return locked


#: A case, the one that it was taken into, and those that were taken into it: of most the first alone.
_BESIDE = Func(
    F("read_with"), F("id"), F("merged_into"), template="unnest(%(expressions)s)", arg_joiner=" || ", output_field=BigIntegerField()
)


def lock_cases(ids: Iterable[int]) -> None:
    """Lock several cases in the order of their numbers, before whatever else they have in common: a course, say. None asks nothing."""
    list(Pathway.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=sorted(set(ids))).order_by("pk").values_list("pk"))


def lock_person(case: Pathway) -> None:
    """One more case of somebody: a merge that is under way at this moment comes before it or after it."""
    list(Candidate.objects.select_for_update(no_key=True).filter(pk=case.candidate_id).values_list("pk"))
    mine = Pathway.objects.filter(candidate=case.candidate_id).values_list("person_key", flat=True)
    case.person_key = mine.first() or case.person_key
