"""Good rows go in, one transaction each, from where the last process stopped; bad rows stay with their reason."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import Membership
from accounts.services.audit import service
from candidates.models import Candidate
from candidates.services.equality import answer_questions
from candidates.services.person import add_person, add_route, correct_person, set_address
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, Refused
from pathways.models import ImportRow, ImportRun, Note, Pathway, StageChange
from pathways.models.imports import RunState, Verdict
from pathways.services.case import new_case, void_case
from pathways.services.imports.replay import Replay
from pathways.workflow.pathway import Stage

BATCH = 100
LEASE = timedelta(minutes=5)


def importer(run: ImportRun) -> Actor:
    """The person who sent the file, as the log knows them when it came from a file."""
    seat = Membership.objects.unscoped("the importer's own seat").filter(user=run.by_id, organisation=run.organisation_id).first()
    return Actor(kind="import", user_id=run.by_id, membership_id=seat.pk if seat else None, organisation_id=run.organisation_id)


def apply_run(*, run: ImportRun, at: datetime, most: int | None = None) -> ImportRun:
    """Apply what is not applied yet. Killed at any moment, it goes on where it was: each row is one transaction."""
    by = importer(run)
    settled = [Verdict.REJECT, Verdict.IGNORE, Verdict.UNCHANGED]
    waiting = ImportRow.objects.filter(run=run, applied_at__isnull=True).exclude(verdict__in=settled)
    done = 0
    for row in waiting.order_by("number", "id").iterator(chunk_size=BATCH):
        if row.verdict == Verdict.DECIDE and row.decision in {"", "out"}:
            continue
        if most is not None and done >= most:
            return run
        _apply_safely(row, run=run, by=by, at=at)
        done += 1
        if done % BATCH == 0:
            ImportRun.objects.filter(pk=run.pk).update(lease_until=at + LEASE, cursor=done)
    _finish(run, at=at)
    return run


def _apply_safely(row: ImportRow, *, run: ImportRun, by: Actor, at: datetime) -> None:
    try:
        with transaction.atomic():
            apply_row(row=row, run=run, by=by, at=at)
    except (Refused, Conflict) as no:
        row.verdict = Verdict.REJECT
        row.problems = [*row.problems, {"column": "", "letter": "", "cell": "", "reason": no.sentence}]
        row.save(update_fields=["verdict", "problems"])


@service("import.row")
def apply_row(*, row: ImportRow, run: ImportRun, by: Actor, at: datetime) -> Candidate:
    """One person: who they are, how to reach them, what happened, what was written."""
    case = _case_of(row, run)
    candidate = case.candidate if case else _new_person(row, run=run, by=by, at=at)
    _details(row, candidate, by=by, at=at)
    if case is None:
        case = new_case(
            candidate=candidate,
            programme=run.programme,
            organisation=run.organisation,
            owner=_owner(row, run),
            opened_on=today_london(at),
            source=str(row.fields.get("source", ""))[:60],
        )
    replay = Replay(case=case, run=run, by=by, at=at)
    replay.take(row.facts or [{"step": "pathway.log_outreach", "on": "", "quality": "unknown"}])
    if case.pk is None:
        replay.take([{"step": "pathway.log_outreach", "on": "", "quality": "unknown"}])
    if not row.pathway_id:
        replay.reach(str(row.fields.get("stage", "")))
    _words(row, case, run=run, at=at)
    row.pathway, row.applied_at = case, at
    row.save(update_fields=["pathway", "applied_at"])
    return candidate


def _case_of(row: ImportRow, run: ImportRun) -> Pathway | None:
    if row.pathway_id:
        return Pathway.objects.select_related("candidate", "programme").filter(pk=row.pathway_id).first()
    if row.decision != "same":
        return None
    cases = Pathway.objects.select_related("candidate", "programme").filter(programme=run.programme_id).exclude(stage=Stage.VOID)
    if row.candidates:
        return cases.filter(candidate=row.candidates[0]).order_by("-id").first()
    for sheet, number in row.fields.get("twin", []):
        twin = ImportRow.objects.filter(run=run, sheet=sheet, number=number, pathway__isnull=False).first()
        if twin is not None:
            return cases.filter(pk=twin.pathway_id).first()
    return None


def _owner(row: ImportRow, run: ImportRun) -> Any:
    name = str(row.fields.get("owner", "")).strip()
    if not name:
        return None
    seats = Membership.objects.unscoped("workers of the importing organisation").filter(
        organisation=run.organisation_id, role__in=["outreach_worker", "programme_lead"], ends_on__isnull=True
    )
    found = [seat.user for seat in seats.select_related("user") if seat.user.name.casefold() == name.casefold()]
    return found[0] if len(found) == 1 else None


def born(text: str) -> tuple[date | None, str]:
    """A birth date as far as a register knows it: 1980, 1980-05 or 1980-05-04."""
    parts = [int(part) for part in text.split("-")] if text else []
    if not parts:
        return None, ""
    quality = {1: "year", 2: "month", 3: "exact"}[len(parts)]
    return date(*[*parts, 1, 1][:3]), quality


def _new_person(row: ImportRow, *, run: ImportRun, by: Actor, at: datetime) -> Candidate:
    day, quality = born(str(row.fields.get("date_of_birth", "")))
    return add_person(
        organisation=run.organisation,
        first_name=str(row.fields.get("first_name", "") or row.fields.get("last_name", ""))[:200],
        last_name=str(row.fields.get("last_name", ""))[:200],
        date_of_birth=day,
        birth_quality=quality,
        language=str(row.fields.get("language", "") or "en")[:10],
        by=by,
        at=at,
    )


def _details(row: ImportRow, candidate: Candidate, *, by: Actor, at: datetime) -> None:
    """Ways to reach, address, answers; and the fields that the preview showed as changed."""
    names = {name: row.fields[name] for name in ("first_name", "last_name") if row.changes.get(name)}
    if row.changes.get("date_of_birth"):
        names["date_of_birth"], names["birth_quality"] = born(row.fields["date_of_birth"])
    if names:
        correct_person(candidate=candidate, version=candidate.version, values=names, by=by, at=at)
    numbers = [row.fields.get("phone", ""), *row.fields.get("also", {}).get("phone", [])]
    for number in (each for each in numbers if each):
        kind = "mobile" if number.startswith("+447") else "landline"
        add_route(candidate=candidate, kind=kind, value=number, by=by, at=at)
    if row.fields.get("email"):
        add_route(candidate=candidate, kind="email", value=row.fields["email"], by=by, at=at)
    if row.fields.get("postcode") or row.fields.get("address"):
        set_address(
            candidate=candidate, postcode=row.fields.get("postcode", ""), lines=str(row.fields.get("address", ""))[:300], by=by, at=at
        )
    answers = {
        question: (code or group if state == "value" else state)
        for question, (state, code, group, _) in row.fields.get("answers", {}).items()
        if state != "value" or code or group
    }
    if answers:
        answer_questions(candidate=candidate, answers=answers, by=by, at=at)


def _words(row: ImportRow, case: Pathway, *, run: ImportRun, at: datetime) -> None:
    """Free words become notes of the team, once."""
    kept = set(Note.objects.filter(pathway=case).values_list("text", flat=True))
    for text, on in row.fields.get("notes", []):
        if text.strip() and text not in kept:
            day = date.fromisoformat(on) if on else today_london(at)
            Note.objects.create(
                pathway=case, author_id=run.by_id, organisation_id=run.organisation_id, text=text[:10_000], written_at=at, day=day
            )


def _finish(run: ImportRun, *, at: datetime) -> None:
    rows = ImportRow.objects.filter(run=run)
    run.state, run.finished_at, run.lease_until = RunState.DONE, at, None
    run.rows_created = rows.filter(verdict__in=[Verdict.CREATE, Verdict.DECIDE], applied_at__isnull=False).exclude(decision="same").count()
    run.rows_changed = rows.filter(applied_at__isnull=False).count() - run.rows_created
    run.rows_unchanged = rows.filter(verdict=Verdict.UNCHANGED).count()
    run.rows_undecided = rows.filter(verdict=Verdict.DECIDE, decision="").count()
    run.rows_rejected = rows.filter(verdict=Verdict.REJECT).count()
    run.save()


@service("import.undo")
def undo_run(*, run: ImportRun, by: Actor, at: datetime) -> ImportRun:
    """Void the cases that the run made and that nobody touched since; the rest stays and is counted as undecided."""
    if run.state != RunState.DONE:
        raise Conflict("Only an import that went in can be taken back.")
    kept = 0
    for row in ImportRow.objects.filter(run=run, pathway__isnull=False, applied_at__isnull=False).select_related("pathway"):
        case = row.pathway
        if case is None or case.stage == Stage.VOID:
            continue
        others = StageChange.objects.filter(pathway=case).exclude(import_run=run).exclude(actor_kind="system")
        if others.exists() or row.verdict == Verdict.UPDATE or row.decision == "same":
            kept += 1
            continue
        void_case(case=case, by=Actor(kind="lead", user_id=by.user_id, organisation_id=case.organisation_id), at=at)
    run.state, run.undone_at, run.rows_undecided = RunState.UNDONE, at, kept
    run.save(update_fields=["state", "undone_at", "rows_undecided"])
    return run
