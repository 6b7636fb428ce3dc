"""Two open cases of one person: the one that is furthest goes on, the other is read with it, until they are two people again.

The chart moves them (`merge`, `unmerge`), and the log says so. Tasks, texts, chats, seats, introductions and jobs of the case that
was taken in stay where they are: they are judged with the case that goes on. A merge that is taken back undoes its own rows of the
log, so that every figure and every page stands as if it had not been.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from django.db.models import F

from ground.actor import Actor
from ground.clock import today_london
from ground.door import Refused
from pathways.models import Pathway, StageChange
from pathways.queries.facts import facts_of
from pathways.services.case import end_by_death
from pathways.services.door import as_json, let_follow, log_change
from pathways.services.last_talk import show_latest, show_what_is_left
from pathways.services.task import show_next
from pathways.services.undo import effects_of, restore_company, take_back
from pathways.workflow.follow import follow
from pathways.workflow.pathway import Stage

#: What being taken in writes on the case, besides its stage.
WRITES = ("closed_on", "merged_into_id", "stage_since")
PLACE = {stage: place for place, stage in enumerate(Stage)}
TWO_OPEN = "This would leave two open cases of one record in {programme}: end one of them first."


def go_together(*, upper: Collection[int], lower: Collection[int], key: UUID, by: Actor, at: datetime) -> None:
    """The cases of these records are one person's from now on, under this key. In each programme one open case goes on."""
    taken: list[tuple[StageChange, Pathway]] = []
    theirs = {case.programme_id: case for case in _open(lower)}
    for mine in _open(upper):
        other = theirs.get(mine.programme_id)
        if other is None:
            continue
        ahead = PLACE[Stage(other.stage)] > PLACE[Stage(mine.stage)]
        goes_on, case = (other, mine) if ahead else (mine, other)
        taken.append((_take_in(case, into=goes_on, by=by, at=at), goes_on))
    Pathway.objects.filter(candidate__in=[*upper, *lower]).update(person_key=key)
    _reckon([*upper, *lower])
    for change, goes_on in taken:
        show_latest(case=Pathway.objects.get(pk=goes_on.pk))
        _follow(goes_on, cause=change)


def come_apart(*, halves: Mapping[UUID, Collection[int]], by: Actor, at: datetime) -> None:
    """The records of each half are a person of their own again, under its key: cases that were read with one of the other half come back.

    Two of one half that were both read with a case of the other, by merges of their own, go on as one.
    Raises Refused while one record would be left with two open cases in a programme.
    """
    for key, records in halves.items():
        Pathway.objects.filter(candidate__in=records).update(person_key=key)
    every = [pk for records in halves.values() for pk in records]
    together = {case.pk for case in _cases(every) if case.read_with}
    changes: list[StageChange] = []
    lost: set[int] = set()
    for records in halves.values():
        torn = [case for case in _cases(records) if case.merged_into_id is not None and not _within(case, records)]
        lost |= {case.merged_into_id for case in torn if case.merged_into_id is not None}
        for _, part in groupby(sorted(torn, key=lambda case: (case.programme_id, case.pk)), key=lambda case: case.programme_id):
            changes += _settle(list(part), records, by=by, at=at)
    _reckon(every)
    show_what_is_left(cases=[case for case in _cases(every) if case.read_with or case.pk in together])
    for change in changes:
        _take_back_effects(change, by=by, at=at)
    if changes:
        for case in _cases(every):
            if case.is_open or case.pk in lost:
                _follow(case, cause=changes[-1])
    for change in changes:
        _end_where_they_died(change, by=by, at=at)


def _cases(records: Iterable[int]) -> list[Pathway]:
    return list(Pathway.objects.filter(candidate__in=list(records)).select_related("candidate", "programme").order_by("pk"))


def _open(records: Iterable[int]) -> list[Pathway]:
    return [case for case in _cases(records) if case.is_open]


def _within(case: Pathway, records: Collection[int]) -> bool:
    return case.merged_into is not None and case.merged_into.candidate_id in records


# -- taken in ----------------------------------------------------------------------------------------------------------------------


def _take_in(case: Pathway, *, into: Pathway, by: Actor, at: datetime) -> StageChange:
    """Read with another from now on; one that was taken in already may be given to another case of the same person."""
    was, today = case.stage, today_london(at)
    before = {name: as_json(getattr(case, name)) for name in WRITES}
    case.merge()
    case.merged_into = into
    if was != Stage.MERGED:
        case.closed_on = case.stage_since = today
    case.version += 1
    case.save(update_fields=["stage", "merged_into", "closed_on", "stage_since", "version"])
    return _logged(case, "merge", was=was, before=before, happened_on=max(today, case.stage_since), by=by, at=at)


def _logged(
    case: Pathway,
    step: str,
    *,
    was: str,
    before: Mapping[str, object],
    happened_on: date,
    by: Actor,
    at: datetime,
    undoes: StageChange | None = None,
) -> StageChange:
    return log_change(
        machine="pathway",
        subject_id=case.pk,
        pathway_id=case.pk,
        step=step,
        from_stage=was,
        to_stage=case.stage,
        actor_kind=by.kind,
        actor_id=by.user_id,
        organisation_id=by.organisation_id,
        happened_on=happened_on,
        recorded_at=at,
        undoes=undoes,
        before=before,
    )


# -- let out -----------------------------------------------------------------------------------------------------------------------


def _settle(torn: Sequence[Pathway], records: Collection[int], *, by: Actor, at: datetime) -> list[StageChange]:
    """Cases of one programme that were read with one of somebody else: the furthest stands for itself, unless a case of its half does."""
    programme = torn[0].programme
    goes_on = next((case for case in _open(records) if case.programme_id == programme.pk), None)
    changes: list[StageChange] = []
    for case in torn:  # what was taken into them and belongs to the other half does not speak for them
        case.read_with = [pk for pk in case.read_with if pk in {each.pk for each in _cases(records)}]
    waiting = sorted(torn, key=_furthest_first)
    if goes_on is None:
        goes_on = waiting.pop(0)
        changes += _let_out(goes_on, by=by, at=at)
    for case in waiting:
        if case.candidate_id == goes_on.candidate_id:
            raise Refused(TWO_OPEN.format(programme=programme.name))
        changes.append(_take_in(case, into=goes_on, by=by, at=at))
    return changes


def _furthest_first(case: Pathway) -> tuple[int, int]:
    return (-PLACE[follow(facts_of(case))], case.pk)


def _let_out(case: Pathway, *, by: Actor, at: datetime) -> list[StageChange]:
    """Where it stood, since when it stood there, and the log as if it had not been away; what came of its own rows since is followed."""
    mine = StageChange.objects.filter(machine="pathway", subject_id=case.pk, undoes__isnull=True, undone_by__isnull=True)
    steps = mine.exclude(step="merge").order_by("-id")
    stood = steps.values_list("to_stage", flat=True)[0]
    changes = []
    for merged in mine.filter(step="merge").order_by("-id"):
        was = case.stage
        written = {name: as_json(getattr(case, name)) for name in WRITES}
        case.unmerge(stood=merged.from_stage if merged.from_stage == Stage.MERGED else stood)
        closed, since = merged.before["closed_on"], merged.before["stage_since"]
        case.closed_on = date.fromisoformat(closed) if closed else None
        case.stage_since = date.fromisoformat(since)
        case.merged_into_id = merged.before["merged_into_id"]
        if merged.from_stage not in {Stage.MERGED, stood}:  # what had brought it there was a merge that ended before this one
            case.stage_since = steps.exclude(from_stage=F("to_stage")).values_list("happened_on", flat=True)[0]
        case.version += 1
        case.save(update_fields=["stage", "merged_into", "closed_on", "stage_since", "version"])
        day = merged.happened_on  # as every row that takes another back
        changes.append(_logged(case, "unmerge", was=was, before=written, happened_on=day, by=by, at=at, undoes=merged))
    return changes


def _take_back_effects(change: StageChange, *, by: Actor, at: datetime) -> None:
    """What a merge brought about besides goes with it: where the other case followed to, and what was asked or ticked off for it."""
    if change.undoes is None:
        return
    effects = effects_of(change.undoes)
    for each in sorted(effects[1:], key=lambda one: one.pk, reverse=True):
        take_back(each, by=by, at=at, cause=change)
    restore_company(effects, at=at)


def _end_where_they_died(change: StageChange, *, by: Actor, at: datetime) -> None:
    """A death recorded of the person meanwhile is a death of this one too: no case of theirs stands open."""
    case = Pathway.objects.select_related("candidate", "programme").get(pk=change.pathway_id or 0)
    if case.is_open and case.candidate.died_on is not None:
        end_by_death(case=case, died_on=case.candidate.died_on, by=by, at=at)


# -- what both leave behind --------------------------------------------------------------------------------------------------------


def _reckon(records: Iterable[int]) -> None:
    """Write anew which cases are read with each of these people's, from what each was taken into."""
    cases = {case.pk: case for case in _cases(records)}
    inside: dict[int, set[int]] = {pk: set() for pk in cases}
    for pk in cases:
        above = cases[pk].merged_into_id
        while above is not None:
            inside[above].add(pk)
            above = cases[above].merged_into_id
    for pk, case in cases.items():
        if sorted(inside[pk]) != case.read_with:
            Pathway.objects.filter(pk=pk).update(read_with=sorted(inside[pk]), version=F("version") + 1)


def _follow(case: Pathway, *, cause: StageChange) -> None:
    fresh = Pathway.objects.select_related("programme", "candidate").get(pk=case.pk)
    let_follow(case=fresh, cause=cause)
    show_next(pathway_id=fresh.pk)
