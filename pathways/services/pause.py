"""Pauses as intervals: begun and ended with the steps that say so, and the clocks that stand still meanwhile."""

from datetime import date, timedelta

from django.db.models import F, QuerySet

from pathways.models import Pathway, Pause, StageChange, Task
from pathways.models.task import TaskState
from pathways.workflow.owed import STOP_IN_A_PAUSE


def begin_pause(change: StageChange, *, case: Pathway, review_on: date) -> None:
    """From the day of the step until somebody says that it is over."""
    Pause.objects.create(pathway=case, reason=change.reason, from_on=change.happened_on, review_on=review_on, opened_by=change)


def end_pause(change: StageChange) -> Pause | None:
    """End the pause of a case, if there is one."""
    pause = Pause.objects.filter(pathway=change.pathway_id, to_on__isnull=True, voided_at__isnull=True).first()
    if pause is not None:
        pause.change(version=pause.version, to_on=max(pause.from_on, change.happened_on), closed_by=change)
    return pause


def go_on(pause: Pause) -> None:
    """What was owed when the pause began is owed as many days later as it lasted."""
    _move(pause, 1)


def stand_still_again(changes: list[StageChange]) -> None:
    """The end of a pause was taken back: what it moved goes back too."""
    for pause in Pause.objects.filter(closed_by__in=[each.pk for each in changes if each.step == "resume"]):
        _move(pause, -1)


def _move(pause: Pause, way: int) -> None:
    if pause.to_on is None:
        return
    days = way * (pause.to_on - pause.from_on)
    if days:
        _stopped(pause).update(due_on=F("due_on") + timedelta(days=days.days), version=F("version") + 1)


def _stopped(pause: Pause) -> QuerySet[Task]:
    """Tasks whose clocks stood still: those counted from a step that were open when it began."""
    open_then = Task.objects.filter(pathway__in=pause.pathway.ids, state=TaskState.OPEN, kind__in=STOP_IN_A_PAUSE)
    return open_then.filter(opened_by__lt=pause.opened_by_id)
