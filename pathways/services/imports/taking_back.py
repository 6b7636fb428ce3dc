"""An import is taken back: the cases that it made and that nobody touched since. The rest stays and is listed."""

from datetime import datetime

from accounts.services.audit import note, service
from ground.actor import Actor
from ground.door import Conflict
from pathways.models import ImportRow, ImportRun, StageChange
from pathways.models.imports import RunState, Verdict
from pathways.services.case import void_case
from pathways.workflow.pathway import Stage


@service("import.undo")
def undo_run(*, run: ImportRun, by: Actor, at: datetime) -> ImportRun:
    """Void the cases that the run made and that nobody touched since; the rest stays, counted as undecided."""
    run = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.state not in {RunState.DONE, RunState.FAILED}:
        raise Conflict("Only a register that went in can be taken back.")
    kept, gone = 0, 0
    seen: set[int] = set()
    for row in made_by(run):
        case = row.pathway
        if case is None or case.stage == Stage.VOID or case.pk in seen:
            continue
        seen.add(case.pk)
        if _touched(row):
            kept += 1
            continue
        void_case(case=case, by=Actor(kind="lead", user_id=by.user_id, organisation_id=case.organisation_id), at=at)
        gone += 1
    run.state, run.undone_at, run.rows_undecided = RunState.UNDONE, at, kept
    run.version += 1
    run.save(update_fields=["state", "undone_at", "rows_undecided", "version"])
    note(rows=gone)
    return run


def made_by(run: ImportRun) -> list[ImportRow]:
    """Rows of the run that went in, those that opened a case before those that joined one."""
    rows = ImportRow.objects.filter(run=run, pathway__isnull=False, applied_at__isnull=False).select_related("pathway")
    return sorted(rows, key=lambda row: (_joined(row), row.pk))


def _joined(row: ImportRow) -> bool:
    """Whether the row spoke of somebody who was there before it."""
    return row.verdict == Verdict.UPDATE or row.decision == "same" or "of" in row.fields


def _touched(row: ImportRow) -> bool:
    others = StageChange.objects.filter(pathway=row.pathway_id).exclude(import_run=row.run_id).exclude(actor_kind="system")
    return _joined(row) or others.exists()
