"""Jobs that began, with their checks, as they stood on a day and were known by a moment."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from uuid import UUID

from analytics.figures.definition import Cut
from analytics.figures.retention import ASKING, Check, Start
from analytics.queries.standing import LATEST, STANDING, rows_of, wanted
from pathways.workflow.placement import OVER
from pathways.workflow.retention_check import ASKING as BEING_ASKED

_STARTS = f"""
SELECT p.person_key, p.id, j.id, j.first_day, l.to_stage, j.last_day, j.leave_reason, j.introduction_id IS NULL, j.continues_id {LATEST}
  JOIN pathways_placement j ON j.id = l.subject_id
  JOIN pathways_pathway p ON p.id = l.pathway_id
 WHERE l.to_stage IN ('in_post', 'left', 'completed', 'moved') AND j.first_day IS NOT NULL
 ORDER BY j.first_day, j.id
"""
_CHECKS = f"""
SELECT c.placement_id, c.milestone, c.due_on, coalesce(c.window_ends, c.due_on + c.window_days), l.to_stage,
       coalesce(c.any_work, false) {LATEST}
  JOIN pathways_retentioncheck c ON c.id = l.subject_id
 WHERE l.to_stage <> 'superseded'
 ORDER BY c.placement_id, c.due_on, c.id
"""
_MOVES = f"""
SELECT l.subject_id, l.step, min(l.happened_on) {STANDING}
   AND l.machine = 'placement' AND l.step IN ('move_role', 'move_employer')
 GROUP BY l.subject_id, l.step
"""


def starts(*, cut: Cut) -> list[Start]:
    """Each job that had begun, whoever found it: the same few queries, whatever the size."""
    asked = wanted(cut)
    checks: dict[int, list[Check]] = defaultdict(list)
    for placement, milestone, due, closes, state, any_work in rows_of(_CHECKS, {**asked, "machine": "retention_check"}):
        checks[placement].append(Check(milestone, due, closes, ASKING if state in BEING_ASKED else state, any_work))
    rows = rows_of(_STARTS, {**asked, "machine": "placement"})
    ends = {row[8] or row[2]: row for row in rows}  # a job that another goes on from ends when the last of them does
    moved = {(placement, step): on for placement, step, on in rows_of(_MOVES, asked)}
    found = []
    for person, case, placement, first_day, _, _, _, own_job, continues in rows:
        if continues is not None:
            continue
        stage, last_day, reason = ends[placement][4:7]
        start = Start(
            person=person,
            first_day=first_day,
            checks=tuple(checks[placement]),
            ended=stage if stage in OVER else "",
            last_day=last_day if stage in OVER else None,
            reason=reason if stage in OVER else "",
            own_job=own_job,
            case=case,
            placement=placement,
            new_role=moved.get((placement, "move_role")),
            new_employer=moved.get((placement, "move_employer")),
        )
        found.append(start)
    return _with_other_jobs(found)


def _with_other_jobs(found: list[Start]) -> list[Start]:
    """Mark those who had another job in post on their six-month date."""
    jobs: dict[UUID, list[Start]] = defaultdict(list)
    for each in found:
        jobs[each.person].append(each)

    def in_post(job: Start, on: Start) -> bool:
        day = on.due
        return job is not on and job.first_day <= day and (not job.ended or (job.last_day is not None and job.last_day >= day))

    return [
        replace(each, another_job=True) if len(jobs[each.person]) > 1 and any(in_post(job, each) for job in jobs[each.person]) else each
        for each in found
    ]
