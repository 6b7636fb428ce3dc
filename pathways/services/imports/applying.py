"""Good rows go in, from where the last process stopped: plain ones many at once, others one by one. Bad rows stay, with their reason."""

import logging
from collections.abc import Iterator
from datetime import datetime
from time import monotonic
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet

from accounts.services.audit import note, service
from candidates.models import Candidate
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Busy, Conflict, Refused
from pathways.models import ImportRow, ImportRun, Pathway
from pathways.models.imports import RunState, Verdict
from pathways.queries.company import going_on
from pathways.services.case import new_case
from pathways.services.imports.deciding import answers_of, undecided
from pathways.services.imports.in_sets import TOGETHER, put_in_together
from pathways.services.imports.known import applied_rows, differences, in_batches, standing, traits_of
from pathways.services.imports.leasing import keep_lease, release
from pathways.services.imports.person import change_person, fill_person, keep_words, new_person
from pathways.services.imports.replay import Replay
from pathways.services.imports.retelling import one_at_a_time
from pathways.services.imports.waiting import here_question
from pathways.services.imports.work import MET, Work, told_fields
from pathways.workflow.pathway import Stage

log = logging.getLogger("pathways.imports")
OUR_FAULT = "This row could not be put in, for a reason of ours that was written down. Send it again later."
#: After so many rows the lease is renewed and the page can show how far it is.
BATCH = 20


def apply_run(*, run: ImportRun, at: datetime, most: int | None = None, seconds: float | None = None, together: bool = True) -> ImportRun:
    """Apply what is not applied yet. Killed at any moment, it goes on where it was: what is in stands in whole rows.

    `seconds`: then it stops between two rows and gives the run back, so that other work gets its turn.
    `together`: new people go in a thousand at a time where nothing about them is unusual; without it each goes through the door.
    """
    done, work, clock = _gone_in(run), Work(run, at=at), Clock(seconds)
    enough = None if most is None else done + most
    for numbers in _waiting(run):
        for part in in_batches(numbers, TOGETHER if most is None else min(most, TOGETHER)):
            if enough is not None and done >= enough:
                return run
            left = put_in_together(part, work) if together else part
            done += len(part) - len(left)
            if len(left) < len(part) and not keep_lease(run, done=done):
                return run  # another worker holds it by now
            for number in left:
                if clock.is_over:
                    release(run)
                    return run
                _apply_safely(number, work)
                done += 1
                if done % BATCH == 0 and not keep_lease(run, done=done):
                    return run
            if clock.is_over:
                release(run)
                return run
    _finish(run, at=at)
    return run


class Clock:
    """How long one stretch of work may last."""

    def __init__(self, seconds: float | None) -> None:
        self.until = None if seconds is None else monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether other work should get its turn."""
        return self.until is not None and monotonic() > self.until


def _gone_in(run: ImportRun) -> int:
    return ImportRow.objects.filter(run=run, applied_at__isnull=False).count()


def _waiting(run: ImportRun) -> Iterator[list[int]]:
    """Rows that may go in: those without a question in the order of the file, then new people, then the rows that join others."""
    rows = ImportRow.objects.filter(run=run, applied_at__isnull=True)
    yield _numbers(rows.filter(verdict__in=[Verdict.CREATE, Verdict.UPDATE]))
    for decision in ("new", "settled", "same"):
        yield _numbers(rows.filter(verdict=Verdict.DECIDE, decision=decision).exclude(fields__has_key="of"))
    yield _numbers(rows.filter(verdict=Verdict.DECIDE, fields__has_key="of").exclude(decision__in=["", "out"]))


def _numbers(rows: QuerySet[ImportRow]) -> list[int]:
    return list(rows.order_by("number", "id").values_list("pk", flat=True))


def _apply_safely(number: int, work: Work) -> None:
    try:
        apply_row(number=number, work=work, by=work.by, at=work.at)
    except (Refused, Conflict) as no:
        _send_back(number, no.sentence)
    except (OperationalError, InterfaceError, Busy):
        raise  # the database is away: the lease runs out, and another worker goes on
    except Exception:  # one row's fault, unforeseen by us, holds up no other
        log.exception("register row not put in", extra={"row": number})
        _send_back(number, OUR_FAULT)


@transaction.atomic
def _send_back(number: int, sentence: str) -> None:
    """It cannot go in after all: nothing of it was kept but the reason."""
    row = ImportRow.objects.select_for_update(no_key=True).get(pk=number)
    if row.applied_at is None:
        row.verdict = Verdict.REJECT
        row.problems = [*row.problems, {"column": "", "letter": "", "cell": "", "reason": sentence}]
        row.save(update_fields=["verdict", "problems"])


@service("import.row")
def apply_row(*, number: int, work: Work, by: Actor, at: datetime) -> Candidate | None:
    """One person: who they are, how to reach them, what happened, what was written. Nothing when another worker was faster."""
    row = ImportRow.objects.select_for_update(no_key=True).get(pk=number)
    run = work.run
    if row.applied_at is not None or row.verdict not in {Verdict.CREATE, Verdict.UPDATE, Verdict.DECIDE}:
        return None
    one_at_a_time("people", run.organisation_id, run.programme_id, beside=True)
    one_at_a_time("person", run.organisation_id, run.programme_id, row.key)  # of two imports at once, the second finds them here
    facts = _facts(row)
    case = _case_of(row, work)
    if row.verdict in {Verdict.UNCHANGED, Verdict.DECIDE} and row.decision == "":
        row.save(update_fields=["verdict", "pathway", "changes", "fields", "candidates"])
        return None
    if case is None:
        case = _new_case(row, work)
    elif row.verdict == Verdict.UPDATE:
        change_person(row, case.candidate, by=by, at=at)
    elif "of" not in row.fields:
        fill_person(row, case.candidate, by=by, at=at)
    note(fields=told_fields(row))
    replay = Replay(case=going_on(case), run=run, by=by, at=at)  # a record that was merged with another: of the person's own case
    replay.take(facts)
    if case.pk is None:
        replay.take([MET])
    if row.verdict != Verdict.UPDATE and "of" not in row.fields:
        replay.reach(_stage(row))
    row.problems += [{"column": "", "letter": "", "cell": "", "reason": sentence} for sentence in replay.untaken]
    keep_words(row, case, run=run, at=at)
    row.pathway, row.applied_at, row.cells = case, at, []
    row.fields.pop("answers", None)
    row.save(update_fields=["pathway", "applied_at", "cells", "fields", "verdict", "changes", "problems"])
    return case.candidate


def _case_of(row: ImportRow, work: Work) -> Pathway | None:
    """Whose row it is: known from an earlier import, gone in since this one was read, said by a person, or nobody's yet."""
    if row.pathway_id:
        return _still_new(row, work.run)
    found = _meanwhile(row, work)
    if found is not None:
        row.pathway = found.pathway
        return _still_new(row, work.run)
    if "of" in row.fields:
        return _owner_case(row, work.run, *row.fields["of"])
    case = _said(row, work.run) or _waited_for(row, work.run)
    if case is None and row.verdict == Verdict.CREATE:
        _ask_again(row, work)
    return case


def _meanwhile(row: ImportRow, work: Work) -> ImportRow | None:
    """The row of another import that brought the same person since this file was read."""
    if not work.others_apply():
        return None
    later = applied_rows(work.run).exclude(run=work.run).filter(key=row.key, applied_at__gte=work.run.started_at or work.at)
    used = ImportRow.objects.filter(run=work.run, pathway__isnull=False, key=row.key).values("pathway")
    return later.exclude(pathway__in=used).order_by("id").first()


def _still_new(row: ImportRow, run: ImportRun) -> Pathway | None:
    """What of the row is still news: another import may have brought it meanwhile."""
    case = Pathway.objects.select_related("candidate", "programme").get(pk=row.pathway_id or 0)
    last = applied_rows(run).exclude(run=run).filter(pathway=case).order_by("-run_id").first()
    mates = list(applied_rows(run).filter(run=last.run_id, pathway=case)) if last else []
    fresh = differences(row, standing([case])[case.pk], mates)
    row.changes = {name: told for name, told in fresh.items() if name in row.changes} if row.verdict == Verdict.UPDATE else fresh
    row.verdict = Verdict.UPDATE if row.changes else Verdict.UNCHANGED
    if row.verdict == Verdict.UNCHANGED:
        row.decision = ""
    return case


def _owner_case(row: ImportRow, run: ImportRun, sheet: str, number: int) -> Pathway:
    head = ImportRow.objects.filter(run=run, sheet=sheet, number=number, pathway__isnull=False).first()
    if head is None or head.pathway is None:
        raise Conflict("The person of whom this row speaks has not gone in: answer their own row first.")
    return Pathway.objects.select_related("candidate", "programme").get(pk=head.pathway_id or 0)


def _said(row: ImportRow, run: ImportRun) -> Pathway | None:
    cases = Pathway.objects.select_related("candidate", "programme").filter(programme=run.programme_id).exclude(stage=Stage.VOID)
    for effect in answers_of(row):
        if "candidate" in effect:
            return cases.filter(candidate=effect["candidate"]).order_by("-id").first()
        if "twin" in effect:
            return _twin(run, *effect["twin"], cases=cases)
    return None


def _waited_for(row: ImportRow, run: ImportRun) -> Pathway | None:
    """A row answered late: another of the file was said to be the same person, and has gone in already."""
    if row.verdict != Verdict.DECIDE:
        return None
    places = [list(place) for place in row.fields["rows"]]
    for other in ImportRow.objects.filter(run=run, decision="same", pathway__isnull=False).select_related("pathway__candidate"):
        if any(effect.get("twin") in places for effect in answers_of(other)):
            return other.pathway
    return None


def _twin(run: ImportRun, sheet: str, number: int, *, cases: Any) -> Pathway | None:
    """The case of an earlier row of this file. Where that row has not gone in, this one is the person."""
    rows = ImportRow.objects.filter(run=run, sheet=sheet[:80], pathway__isnull=False)
    found = rows.filter(number=number).first() or rows.filter(fields__rows__contains=[[sheet, number]]).first()
    return cases.filter(pk=found.pathway_id).first() if found is not None else None


def _ask_again(row: ImportRow, work: Work) -> None:
    """Somebody like them was added since the file was read: a person is asked before there are two."""
    alike = work.arrivals.alike(traits_of(row))
    if alike:
        row.candidates = alike[:5]
        row.fields["questions"] = [here_question(row.candidates)]
        row.verdict = Verdict.DECIDE


def _facts(row: ImportRow) -> list[dict[str, Any]]:
    """The row's steps as its answers leave them."""
    facts = list(row.facts)
    for effect in answers_of(row):
        never = set(effect.get("never", []))
        drop = [list(each) for each in effect.get("drop", [])]
        facts = [fact for fact in facts if fact["step"] not in never and not any(_at(fact, each) for each in drop)]
        facts += effect.get("facts", [])
    return facts


def _at(fact: dict[str, Any], spot: list[Any]) -> bool:
    sheet, row, letter, step = spot
    return fact.get("at") == [sheet, row, letter] and step in {"", fact["step"]}


def _stage(row: ImportRow) -> str:
    """The stage that the register says, unless an answer said another."""
    for effect in answers_of(row):
        if "stage" in effect:
            return str(effect["stage"])
    return str(row.fields.get("stage", ""))


def _new_case(row: ImportRow, work: Work) -> Pathway:
    run = work.run
    return new_case(
        candidate=new_person(row, run=run, by=work.by, at=work.at),
        programme=run.programme,
        organisation=run.organisation,
        owner=work.owner_named(str(row.fields.get("owner", ""))),
        opened_on=today_london(work.at),
        source=str(row.fields.get("source", ""))[:60],
    )


def _finish(run: ImportRun, *, at: datetime) -> None:
    rows = ImportRow.objects.filter(run=run)
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
        if locked.state != RunState.APPROVED:
            run.refresh_from_db()
            return
        gone_in = rows.filter(applied_at__isnull=False)
        joined = gone_in.filter(verdict=Verdict.DECIDE, decision="same") | gone_in.filter(fields__has_key="of")
        run.rows_changed = gone_in.filter(verdict=Verdict.UPDATE).count() + joined.count()
        run.rows_created = gone_in.count() - run.rows_changed
        run.rows_unchanged = rows.filter(verdict=Verdict.UNCHANGED).count()
        run.rows_undecided = undecided(run)
        run.rows_rejected = rows.filter(verdict=Verdict.REJECT).count()
        run.state, run.finished_at, run.lease_until, run.leases = RunState.DONE, at, None, 0
        run.cursor = gone_in.count()
        run.save()
