"""Jobs that began, with their checks, as they stood on a day and were known by a moment."""

from __future__ import annotations

from typing import Any

from django.db import connection

from analytics.figures.definition import Cut
from analytics.figures.retention import ASKING, Check, Start
from analytics.queries.standing import STANDING
from pathways.workflow.placement import OVER
from pathways.workflow.retention_check import ASKING as BEING_ASKED

_STARTS = "".join(
    (
        STANDING,
        """,
begun AS (
    SELECT p.person_key, p.id AS case_id, j.id AS placement_id, j.first_day, l.to_stage, j.last_day, j.leave_reason,
           j.introduction_id IS NULL AS own_job
      FROM latest l
      JOIN pathways_placement j ON j.id = l.subject_id
      JOIN pathways_pathway p ON p.id = j.pathway_id
     WHERE l.machine = 'placement' AND l.to_stage IN ('in_post', 'left', 'completed', 'moved') AND j.first_day IS NOT NULL
)
SELECT b.person_key, b.case_id, b.placement_id, b.first_day, b.to_stage, b.last_day, b.leave_reason, b.own_job,
       EXISTS (
           SELECT FROM begun o JOIN pathways_retentioncheck c ON c.placement_id = b.placement_id AND c.milestone = 'six_months'
            WHERE o.person_key = b.person_key AND o.placement_id <> b.placement_id AND o.first_day <= c.due_on
              AND (o.to_stage IN ('in_post', 'moved') OR o.last_day >= c.due_on)
       ) AS another_job
  FROM begun b
 ORDER BY b.first_day, b.placement_id
""",
    )
)

_CHECKS = "".join(
    (
        STANDING,
        """
SELECT c.placement_id, c.milestone, c.due_on, coalesce(c.window_ends, c.due_on + c.window_days), l.to_stage, coalesce(c.any_work, false)
  FROM latest l JOIN pathways_retentioncheck c ON c.id = l.subject_id
 WHERE l.machine = 'retention_check' AND l.to_stage <> 'superseded'
 ORDER BY c.placement_id, c.due_on, c.id
""",
    )
)


def starts(*, cut: Cut) -> list[Start]:
    """Each job that had begun, whoever found it. Two queries, whatever the size."""
    wanted: dict[str, Any] = {"programme": cut.programme, "as_at": cut.as_at, "known_by": cut.known_by}
    checks: dict[int, list[Check]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_CHECKS, wanted)
        for placement, milestone, due, closes, state, any_work in cursor.fetchall():
            said = ASKING if state in BEING_ASKED else state
            checks.setdefault(placement, []).append(Check(milestone, due, closes, said, any_work))
        cursor.execute(_STARTS, wanted)
        rows = cursor.fetchall()
    return [
        Start(
            person=person,
            first_day=first_day,
            checks=tuple(checks.get(placement, ())),
            ended=stage if stage in OVER else "",
            last_day=last_day if stage in OVER else None,
            reason=reason,
            own_job=own_job,
            case=case,
            placement=placement,
            another_job=another_job,
        )
        for person, case, placement, first_day, stage, last_day, reason, own_job, another_job in rows
    ]
