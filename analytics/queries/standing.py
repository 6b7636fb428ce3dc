"""The standing rows of the log: what had happened by a day, as known by a moment.

An undone step and its undo are both out once the undo was recorded; what was entered in error is out once that was recorded.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from analytics.figures.definition import Cut

_OUT = """
WITH undone AS MATERIALIZED (
    SELECT u.undoes_id AS id
      FROM pathways_stagechange u
     WHERE u.undoes_id IS NOT NULL AND u.recorded_at <= %(known_by)s
),
void AS MATERIALIZED (
    SELECT v.machine, v.subject_id
      FROM pathways_stagechange v
     WHERE v.to_stage = 'void' AND v.undoes_id IS NULL AND v.recorded_at <= %(known_by)s AND v.id NOT IN (SELECT id FROM undone)
)
SELECT id FROM undone
UNION
SELECT l.id FROM void v JOIN pathways_stagechange l ON l.machine = v.machine AND l.subject_id = v.subject_id
UNION
SELECT l.id FROM void v JOIN pathways_stagechange l ON l.pathway_id = v.subject_id WHERE v.machine = 'pathway'
"""

#: The log `l` with its case `p`, narrowed to what stands. Goes between SELECT and GROUP BY.
STANDING = """
  FROM pathways_stagechange l
  JOIN pathways_pathway p ON p.id = l.pathway_id
 WHERE p.programme_id = %(programme)s
   AND l.undoes_id IS NULL
   AND l.recorded_at <= %(known_by)s
   AND l.happened_on <= %(as_at)s
   AND l.id <> ALL(%(out)s::bigint[])
"""

#: The last standing row of each subject of one machine, as `l`. Found once for all, whatever the planner believes of the tables:
#: with statistics from when they were empty it would look through the log anew for each row of what is joined.
LATEST = f"""
  FROM (
    WITH found AS MATERIALIZED (SELECT max(l.id) AS id {STANDING} AND l.machine = %(machine)s GROUP BY l.subject_id)
    SELECT id FROM found
  ) last
  JOIN pathways_stagechange l ON l.id = last.id
"""  # noqa: S608 - put together from parts of ours; what is asked goes in as parameters


def wanted(cut: Cut) -> dict[str, Any]:
    """The parameters of the above: one look for the rows that are out, which are few."""
    asked: dict[str, Any] = {"programme": cut.programme, "as_at": cut.as_at, "known_by": cut.known_by}
    with connection.cursor() as cursor:
        cursor.execute(_OUT, asked)
        return {**asked, "out": [row[0] for row in cursor.fetchall()]}


def rows_of(query: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, asked)
        return cursor.fetchall()
