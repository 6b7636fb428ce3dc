"""Whether two records may become one person, who may say so, and what stands in the way."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from django.db.models import Q

from accounts.desk import desk_of
from candidates.models import Candidate, Merge, NotSame
from ground.actor import Actor
from ground.clock import today_london
from ground.templatetags.said import day
from pathways.models import Pathway, Placement
from pathways.queries.company import cases_of, records_of, root_of, standing_merges
from pathways.rules import holds
from pathways.scope import CASE_ROLES
from pathways.workflow.placement import PlacementStage

Verb = Literal["merge", "propose", "no"]
ONE_ALREADY = "These two are one person already."


def may_merge(user: object, one: Candidate, other: Candidate) -> Verb:
    """What somebody at their desk may do about two records; "no" also where one of them is out of their sight."""
    desk = desk_of(user)
    if desk is None:
        return "no"
    cases = _cases(one), _cases(other)
    if desk.blocks & {case.candidate.uuid for each in cases for case in each}:
        return "no"
    return _most(desk.actors(*CASE_ROLES), *cases)


def may_unmerge(user: object, merge: Merge) -> bool:
    """Whether somebody may tell the two apart again: whoever could make one of them now."""
    return merge.ended_at is None and may_merge(user, merge.kept, merge.absorbed) == "merge"


def may_merge_by(by: Actor, one: Candidate, other: Candidate) -> Verb:
    """The same, asked of one seat."""
    if by.kind == "system":
        return "merge"
    return _most([by], _cases(one), _cases(other))


def _cases(person: Candidate) -> list[Pathway]:
    return list(cases_of(person).select_related("candidate", "programme"))


def _most(actors: Sequence[Actor], mine: Sequence[Pathway], theirs: Sequence[Pathway]) -> Verb:
    """The most that one of these seats gives; a right is never put together from two."""
    seats = [by for by in actors if all(any(holds(by, on=None, pathway=case) for case in cases) for cases in (mine, theirs))]
    if any(by.kind == "lead" for by in seats):
        return "merge"
    if not seats:
        return "no"
    every = [*mine, *theirs]
    alone = any(all(case.organisation_id == by.organisation_id for case in every) for by in seats)
    jobs = Placement.objects.filter(pathway__in=[case.pk for case in every]).exclude(stage=PlacementStage.VOID)
    return "merge" if alone and not jobs.exists() else "propose"


def why_not(one: Candidate, other: Candidate) -> str:
    """Why these two cannot be made one person, whoever asks; nothing where they can."""
    if root_of(one.pk) == root_of(other.pk):
        return ONE_ALREADY
    if not (cases_of(one).exists() and cases_of(other).exists()):
        return "One of them has no case: there is nothing to read with the other."
    if one.died_on is not None and other.died_on is not None and one.died_on != other.died_on:
        return f"One is recorded as having died on {day(one.died_on)}, the other on {day(other.died_on)}: they are not made one."
    died = one.died_on or other.died_on
    if one.died_on != other.died_on and died is not None:
        return f"One of them is recorded as having died on {day(died)} and the other is not: record it there first."
    apart = told_apart(records_of(one), records_of(other))
    if apart is not None:
        return f"Somebody said that {apart.one.name} and {apart.other.name} are two people. Take that back first."
    return ""


def told_apart(mine: Collection[int], theirs: Collection[int]) -> NotSame | None:
    """Who said that two people are two, of whichever of their records, while it stands: a merge of others does not forget it."""
    rows = NotSame.objects.filter(Q(one__in=mine, other__in=theirs) | Q(one__in=theirs, other__in=mine), ended_at__isnull=True)
    return rows.select_related("one", "other", "said_by").order_by("id").first()


# -- what a page says of it ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AlsoRecorded:
    """Another record that is the same person: under which name, since when, by whom it was taken in."""

    merge: Merge

    @property
    def name(self) -> str:
        return self.merge.absorbed.name

    @property
    def words(self) -> str:
        """On 2 March 2027, taken in on 3 March 2027 by Grace Lee."""
        by = f" by {self.merge.merged_by.name}" if self.merge.merged_by is not None else ""
        return f"on {day(today_london(self.merge.absorbed.created_at))}, taken in on {day(today_london(self.merge.merged_at))}{by}"

    @property
    def href(self) -> str:
        """Where the two are told apart again."""
        return f"/duplicates/merges/{self.merge.uuid}/"


def also_recorded(records: Sequence[int]) -> list[AlsoRecorded]:
    """The merges that make these records one person; of most people there are none, and nothing is asked."""
    return [AlsoRecorded(row) for row in standing_merges(records)] if len(records) > 1 else []
