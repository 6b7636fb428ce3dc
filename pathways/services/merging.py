"""Two records become one person, and one becomes two again. Nothing is re-pointed: a row says so, and pages and figures read persons."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import F

from accounts.services.audit import note, service
from candidates.models import Candidate, Merge
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, NotYours, Refused
from pathways.models import Pathway
from pathways.queries.block import kept_from
from pathways.queries.company import root_of, standing_merges
from pathways.queries.merging import ONE_ALREADY, may_merge_by, why_not
from pathways.services.merged_case import come_apart, go_together


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
