"""A person answers what the register asks, and lets it go in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q

from accounts.services.audit import service
from ground.actor import Actor
from ground.door import Conflict, Refused
from pathways.models import ImportRow, ImportRun
from pathways.models.imports import RunState, Verdict

#: While it is looked at, and afterwards: what still waits for an answer may be answered later and put in.
OPEN_TO_ANSWERS = (RunState.READ, RunState.DONE)


def answers_of(row: ImportRow) -> list[Mapping[str, Any]]:
    """The effect of each answer that was given on a row."""
    found = []
    for question in row.fields.get("questions", []):
        found += [option["effect"] for option in question["options"] if option["code"] == question["answer"]]
    return found


@service("import.decide")
def decide_row(*, run: ImportRun, row: ImportRow, decision: str, question: int | None = None, by: Actor, at: datetime) -> ImportRun:
    """A person says: the same person, a new one, this day, or leave it out. An answer may be changed until the row has gone in.

    Without `question`, the first that has no answer and knows this one.
    """
    run = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    row.refresh_from_db()
    if run.state not in OPEN_TO_ANSWERS or row.verdict != Verdict.DECIDE or row.applied_at is not None:
        raise Conflict("There is nothing to decide here any more.")
    asked = _asked(row, decision, question)
    option = next((each for each in asked["options"] if decision in {each["code"], each["code"].rstrip("0123456789")}), None)
    if option is None:
        raise Refused("Choose one of the answers.", field="decision")
    asked["answer"] = option["code"]
    row.decision = _settled(row)
    row.save(update_fields=["fields", "decision"])
    if run.state == RunState.READ:
        run.rows_undecided = undecided(run)
        run.save(update_fields=["rows_undecided"])
    return run


def _asked(row: ImportRow, decision: str, number: int | None) -> dict[str, Any]:
    questions = row.fields.get("questions", [])
    if number is not None:
        if not 0 <= number < len(questions):
            raise Refused("Choose one of the answers.", field="decision")
        return questions[number]
    knows = [each for each in questions if any(decision == option["code"] for option in each["options"])]
    found = next((each for each in knows if not each["answer"]), knows[0] if knows else questions[0] if questions else None)
    if found is None:
        raise Refused("There is nothing to decide here.", field="decision")
    return found


def _settled(row: ImportRow) -> str:
    """What the answers of a row come to; empty while one is missing. One "leave it out" settles it."""
    effects = answers_of(row)
    if any(effect.get("out") for effect in effects):
        return "out"
    if any(not question["answer"] for question in row.fields["questions"]):
        return ""
    if any("twin" in effect or "candidate" in effect for effect in effects):
        return "same"
    return "new" if any(effect.get("new") for effect in effects) else "settled"


def undecided(run: ImportRun) -> int:
    """Rows that still wait for an answer."""
    return ImportRow.objects.filter(run=run, verdict=Verdict.DECIDE, decision="").count()


def to_go_in(run: ImportRun) -> dict[str, int]:
    """How many rows would go in if it were approved now: new, changed, answered; and how many wait for an answer."""
    decided = Q(verdict=Verdict.DECIDE) & ~Q(decision__in=["", "out"])
    return ImportRow.objects.filter(run=run, applied_at__isnull=True).aggregate(
        new=Count("pk", filter=Q(verdict=Verdict.CREATE)),
        changed=Count("pk", filter=Q(verdict=Verdict.UPDATE)),
        answered=Count("pk", filter=decided),
        waiting=Count("pk", filter=Q(verdict=Verdict.DECIDE, decision="")),
    )


@service("import.approve")
def approve_run(*, run: ImportRun, by: Actor, at: datetime) -> ImportRun:
    """Let it go in: good rows and answered ones. Rows that wait never hold up the rest; answered later, they go in the same way."""
    counted = to_go_in(run)
    if run.state == RunState.DONE and not counted["answered"]:
        raise Conflict("Nothing more can go in: everything that was answered is in.")
    changed = ImportRun.objects.filter(pk=run.pk, state__in=OPEN_TO_ANSWERS).update(
        state=RunState.APPROVED, lease_until=None, leases=0, cursor=0, version=F("version") + 1
    )
    if not changed:
        raise Conflict("This register has gone in already, or is not ready.")
    run.refresh_from_db()
    return run
