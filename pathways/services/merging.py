"""Two records become one person, and one becomes two again. Nothing is re-pointed: a row says so, and pages and figures read persons."""

from collections.abc import Collection
from datetime import datetime

from accounts.services.audit import note, service
from candidates.models import Candidate, Merge
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, NotYours, Refused
from pathways.models import Interview, Pathway, Task
from pathways.models.task import TaskState
from pathways.queries.block import kept_from
from pathways.queries.company import root_of, standing_merges
from pathways.queries.merging import ONE_ALREADY, may_merge_by, why_not
from pathways.services.merged_case import come_apart, go_together
from pathways.workflow.interview import InterviewStage


@service("person.merge")
def merge(*, kept: Candidate, absorbed: Candidate, by: Actor, at: datetime) -> Merge:
    """These two are one person: `absorbed` reads on under `kept`. What is merged is who they each stand for by now: the roots.

    Where both have an open case in a programme, the one that is furthest goes on and the other is read with it.
    Raises Conflict when they are one person already, Refused with a sentence when they cannot be, NotYours.
    """
    _lock([kept.pk, absorbed.pk])
    kept, absorbed = _root(kept), _root(absorbed)
    sentence = why_not(kept, absorbed)
    if sentence:
        raise Conflict(sentence) if sentence == ONE_ALREADY else Refused(sentence)
    if may_merge_by(by, kept, absorbed) != "merge":
        raise NotYours("A lead of the programme says whether these two are one person.")
    upper, lower = _tree([kept.pk]), _tree([absorbed.pk])
    _refuse_held_by_blocked(upper | lower, at=at)
    row = Merge.objects.create(kept=kept, absorbed=absorbed, merged_by_id=by.user_id, merged_at=at)
    go_together(upper=upper, lower=lower, key=kept.uuid, by=by, at=at)
    note(fields=["kept", "absorbed"], person=kept.uuid)
    return row


@service("person.unmerge")
def unmerge(*, merge: Merge, by: Actor, at: datetime) -> Merge:
    """They are two people after all: everything is as it was, plus what came since, where it was written.

    Raises Conflict when it has ended already, Refused while it would leave two open cases of one record, NotYours.
    """
    _lock([merge.kept_id, merge.absorbed_id])
    row = Merge.objects.select_related("kept", "absorbed").get(pk=merge.pk)
    if row.ended_at is not None:
        raise Conflict("These two have been told apart already.")
    if may_merge_by(by, row.kept, row.absorbed) != "merge":
        raise NotYours("A lead of the programme says whether these two are one person.")
    row.change(version=row.version, ended_at=at, ended_by_id=by.user_id)
    upper, lower = _tree([row.kept_id]), _tree([row.absorbed_id])
    root = Candidate.objects.get(pk=root_of(row.kept_id))
    come_apart(halves={root.uuid: upper, row.absorbed.uuid: lower}, by=by, at=at)
    note(fields=["ended_at", "ended_by"], person=root.uuid)
    return row


def _tree(records: Collection[int]) -> set[int]:
    """Every record that is one person with these, by the merges that stand."""
    return {*records, *(pk for row in standing_merges(records) for pk in (row.kept_id, row.absorbed_id))}


def _root(person: Candidate) -> Candidate:
    root = root_of(person.pk)
    return Candidate.objects.get(pk=root)


def lock_people(records: Collection[int]) -> set[int]:
    """Every record of these people, by id; whoever was faster in making one of them has changed what they are. Raises Conflict then."""
    tree = _tree(records)
    list(Candidate.objects.select_for_update(no_key=True).filter(pk__in=tree).order_by("pk").values_list("pk"))
    if _tree(records) != tree:
        raise Conflict("Somebody else merged one of these, or told them apart, while you had this open.")
    return tree


def _lock(records: Collection[int]) -> None:
    """People by id, then their cases by id, as every door does."""
    tree = lock_people(records)
    list(Pathway.objects.select_for_update(no_key=True, of=("self",)).filter(candidate__in=tree).order_by("pk").values_list("pk"))


def _refuse_held_by_blocked(records: Collection[int], *, at: datetime) -> None:
    """Whoever must not see one of them must not see the person: what they hold is given to somebody else first, by a person."""
    people = Candidate.objects.filter(pk__in=records).values("uuid")
    kept = kept_from(people, today=today_london(at))
    cases = Pathway.objects.filter(candidate__in=records)
    held = (
        cases.open().filter(owner__in=kept).exists(),
        Interview.objects.filter(pathway__in=cases, stage=InterviewStage.BOOKED, host__in=kept).exists(),
        Task.objects.filter(pathway__in=cases, state=TaskState.OPEN, assignee__in=kept).exists(),
    )
    if any(held):
        raise Refused("Somebody who must not see this person holds one of the two, or has something to do for them: hand that over first.")
