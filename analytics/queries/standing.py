"""The standing rows of the log: what had happened by a day, as known by a moment.

An undone step and its undo are both out once the undo was recorded; what was entered in error is out once that was recorded.
Two records are one person from when that was recorded until it was taken back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from analytics.figures.definition import Cut
from candidates.models import Candidate, Merge
from pathways.models import Pathway

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
UNION ALL
SELECT -m.id FROM candidates_merge m WHERE m.merged_at > %(known_by)s OR m.ended_at > %(known_by)s
"""
#: Whose a case `p` was, where that was not known as it is now.
_KEY = "coalesce((SELECT k.key FROM unnest(%(cases)s::bigint[], %(keys)s::uuid[]) AS k (id, key) WHERE k.id = p.id), p.person_key)"

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
    """The parameters of the above: one look for the rows that are out, which are few, and for merges not known then, or not yet ended."""
    asked: dict[str, Any] = {"programme": cut.programme, "as_at": cut.as_at, "known_by": cut.known_by}
    with connection.cursor() as cursor:
        cursor.execute(_OUT, asked)
        found = [row[0] for row in cursor.fetchall()]
    out = [pk for pk in found if pk > 0]
    return {**asked, "out": out, **(_keys_then(cut.known_by) if len(out) < len(found) else {})}


def _keys_then(known_by: datetime) -> dict[str, Any]:
    """Whose the cases were of all who were ever merged, by the merges that stood at that moment."""
    rows = list(Merge.objects.order_by("pk").values_list("kept", "absorbed", "merged_at", "ended_at"))
    above = {absorbed: kept for kept, absorbed, at, ended in rows if at <= known_by and (ended is None or ended > known_by)}

    def root(record: int) -> int:
        while record in above:
            record = above[record]
        return record

    records = {pk for row in rows for pk in row[:2]}
    uuids = dict(Candidate.objects.filter(pk__in=records).values_list("pk", "uuid"))
    cases = list(Pathway.objects.filter(candidate__in=records).values_list("pk", "candidate"))
    return {"cases": [pk for pk, _ in cases], "keys": [str(uuids[root(record)]) for _, record in cases]}


def rows_of(query: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query.replace("p.person_key", _KEY) if "keys" in asked else query, asked)
        return cursor.fetchall()
