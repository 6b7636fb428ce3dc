"""Many new people of a register at once: told in memory, written by COPY, a thousand in one transaction.

Most rows of a register are of this kind: somebody new, whom nobody asks about, with dates of steps that are plain. Every other row
goes through the door, and so does one of this kind that the door would refuse: it knows the words. What comes of either way is the
same, and a test holds the tables against each other.
"""

import logging
from collections.abc import Collection, Sequence
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from candidates.services.equality import keep_answers_of_new_people
from ground.door import Busy, Conflict, Refused, transact
from pathways.models import ImportRow
from pathways.models.imports import Verdict
from pathways.services.imports.known import applied_rows, traits_of
from pathways.services.imports.newcomer import Newcomer, NotThisWay
from pathways.services.imports.newcomer_case import STEPS as ON_THE_WAY
from pathways.services.imports.newcomer_case import Act, NewCase
from pathways.services.imports.newcomer_work import STEPS as AT_WORK
from pathways.services.imports.retelling import one_at_a_time
from pathways.services.imports.work import MET, Work, told_fields

log = logging.getLogger("pathways.imports")
#: Rows of one transaction.
TOGETHER = 1_000
#: So few rows that failed together are not parted again: each goes through the door.
FEW = 32
STEPS: dict[str, Act] = {**ON_THE_WAY, **AT_WORK}


def put_in_together(numbers: Sequence[int], work: Work) -> list[int]:
    """Put in the plain rows among these; the numbers of the others, in their order, for the door."""
    try:
        return _together(numbers, work)
    except (OperationalError, InterfaceError, Busy):
        raise  # the database is away: the lease runs out, and another worker goes on
    except Exception:  # a row among them is at fault, unforeseen by us: it is parted from the others
        log.exception("register rows not put in together", extra={"rows": len(numbers)})
    if len(numbers) <= FEW:
        return list(numbers)
    half = len(numbers) // 2
    return put_in_together(numbers[:half], work) + put_in_together(numbers[half:], work)


@transact
def _together(numbers: Sequence[int], work: Work) -> list[int]:
    work.begin_anew()
    rows = {row.pk: row for row in ImportRow.objects.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk")}
    plain = [row for row in rows.values() if _is_plain(row)]
    one_at_a_time("people", work.run.organisation_id, work.run.programme_id)  # of two imports at once, the second finds them here
    meanwhile = _come_meanwhile(plain, work)
    work.asked.look_up(row.fields.get("postcode", "") for row in plain)
    told = {row.pk: case for row in plain if row.key not in meanwhile and (case := _told(row, work)) is not None}
    work.ledger.sheets.write()
    keep_answers_of_new_people(answers=[each for case in told.values() for each in case.who.answers], at=work.at)
    _mark(told, work)
    work.all_kept()
    return [number for number in numbers if number in rows and number not in told]


def _is_plain(row: ImportRow) -> bool:
    """New, not gone in yet, and nobody's contact that waited for an answer."""
    return row.verdict == Verdict.CREATE and row.applied_at is None and row.pathway_id is None and "of" not in row.fields


def _come_meanwhile(rows: Collection[ImportRow], work: Work) -> set[str]:
    """Which of these people another import has brought since this file was read."""
    later = applied_rows(work.run).exclude(run=work.run).filter(applied_at__gte=work.run.started_at or work.at)
    return set(later.filter(key__in={row.key for row in rows}).values_list("key", flat=True)) if work.others_apply() else set()


def _told(row: ImportRow, work: Work) -> NewCase | None:
    """The person and their case in memory; None where the door has to see to it, and then nothing of them is left here."""
    if work.arrivals.alike(traits_of(row)):
        return None
    mark = work.ledger.sheets.mark()
    try:
        who = Newcomer(row, run=work.run, by=work.by, at=work.at, ledger=work.ledger, asked=work.asked)
        case = NewCase(who, owner=work.owner_named(str(row.fields.get("owner", ""))))
        case.tell(row.facts, STEPS)
        if case.is_new:
            case.tell([MET], STEPS)
        case.reach(str(row.fields.get("stage", "")))
        who.keep_words(case.row.id)
        who.audit("import.row", who.person, "candidates.candidate", *set(told_fields(row)))
    except (NotThisWay, Refused, Conflict):
        work.ledger.sheets.back_to(mark)
        return None
    return case


def _mark(told: dict[int, NewCase], work: Work) -> None:
    """The rows are in, under whose case; their cells and equality answers are kept no longer."""
    untaken = [row for case in told.values() if (row := _with_untaken(case)) is not None]
    ImportRow.objects.bulk_update(untaken, ["problems"])
    numbers: list[Any] = [list(told), [case.row.id for case in told.values()]]
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {ImportRow._meta.db_table} AS held"  # noqa: S608 - the table's own name
            " SET pathway_id = told.in_case, applied_at = %s, cells = '[]', fields = fields - 'answers'"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS told(number, in_case) WHERE held.id = told.number",
            [work.at, *numbers],
        )


def _with_untaken(case: NewCase) -> ImportRow | None:
    if not case.untaken:
        return None
    row = case.who.row
    row.problems += [{"column": "", "letter": "", "cell": "", "reason": sentence} for sentence in case.untaken]
    return row
