"""Journeys of people: what each reached, and where each is."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Sum

from accounts.models import Reason
from analytics.figures.definition import Cut
from analytics.figures.funnel import OWN_JOB_TO_START, READY_WITHOUT_COURSE, Journey, Reach
from analytics.queries.standing import STANDING
from outreach.models import Event
from pathways.workflow.pathway import OPEN, Stage

_REACHED = "".join(
    (
        STANDING,
        """,
reaching AS (
    SELECT pathway_id, happened_on, happened_quality,
           CASE WHEN machine = 'pathway' AND step = 'log_outreach' THEN 'outreach'
                WHEN machine = 'pathway' AND step IN ('express_interest', 'return') THEN 'interest'
                WHEN machine = 'interview' AND to_stage = 'held' THEN 'interview'
                WHEN machine = 'training_place' AND to_stage = 'in_training' THEN 'training'
                WHEN machine = 'introduction' AND to_stage = 'offered' THEN 'offer'
           END AS phase
      FROM standing
    UNION ALL
    SELECT s.pathway_id, coalesce(j.first_day, s.happened_on), s.happened_quality, 'retention'
      FROM standing s JOIN pathways_placement j ON j.id = s.subject_id
     WHERE s.machine = 'placement' AND s.to_stage = 'in_post'
    UNION ALL
    SELECT l.pathway_id, c.due_on, 'exact', 'sustained'
      FROM latest l JOIN pathways_retentioncheck c ON c.id = l.subject_id
     WHERE l.machine = 'retention_check' AND l.to_stage = 'confirmed' AND c.milestone = 'six_months'
)
SELECT DISTINCT ON (p.person_key, r.phase) p.person_key, r.phase, r.happened_on, r.happened_quality = 'exact'
  FROM reaching r JOIN pathways_pathway p ON p.id = r.pathway_id
 WHERE r.phase IS NOT NULL
 ORDER BY p.person_key, r.phase, r.happened_on, r.happened_quality
""",
    )
)

_NOW = "".join(
    (
        STANDING,
        """
SELECT DISTINCT ON (p.person_key) p.person_key, p.id, l.to_stage, l.reason,
       EXISTS (
           SELECT FROM latest t WHERE t.machine = 'training_place' AND t.pathway_id = p.id AND t.to_stage = 'finished'
       ) AS finished_a_course,
       EXISTS (
           SELECT FROM latest o JOIN pathways_placement j ON j.id = o.subject_id
            WHERE o.machine = 'placement' AND o.pathway_id = p.id AND j.introduction_id IS NOT NULL
              AND o.to_stage IN ('checks_in_progress', 'start_agreed')
       ) AS introduced_job_to_start
  FROM latest l JOIN pathways_pathway p ON p.id = l.subject_id
 WHERE l.machine = 'pathway' AND l.to_stage <> 'merged'
 ORDER BY p.person_key, l.to_stage = ANY(%(open)s) DESC, p.attempt DESC, p.id DESC
""",
    )
)


def journeys(*, cut: Cut) -> list[Journey]:
    """Each person of the programme, as at the cut's day and as known by its moment. Two queries, whatever the size."""
    wanted: dict[str, Any] = {"programme": cut.programme, "as_at": cut.as_at, "known_by": cut.known_by, "open": list(OPEN)}
    reached: dict[Any, dict[str, Reach]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, wanted)
        for person, phase, day, exact in cursor.fetchall():
            reached.setdefault(person, {})[phase] = Reach(day, exact)
        cursor.execute(_NOW, wanted)
        now = {row[0]: row[1:] for row in cursor.fetchall()}
    found = []
    for person in sorted(reached.keys() | now.keys()):
        case, stage, reason, finished, introduced = now.get(person, (0, "", "", False, False))
        if stage == Stage.JOB_READY and not finished:
            stage = READY_WITHOUT_COURSE
        elif stage == Stage.PRE_START and not introduced:
            stage = OWN_JOB_TO_START
        found.append(Journey(person=person, reached=reached.get(person, {}), now=stage, reason=reason, case=case))
    return found


def reason_words(*, programme: int) -> dict[str, str]:
    """The words of each reason a case may have ended for; the programme's own words win."""
    rows = Reason.objects.of(programme).order_by("-programme_id", "valid_from", "id").values_list("code", "label", "programme_id")
    words: dict[str, str] = {}
    for code, label, own in rows:
        if own is not None or code not in words:
            words[code] = label
    return words


def tallies(*, cut: Cut) -> list[tuple[str, int]]:
    """Talks at stalls with people who gave no name, in the window: printed beside the funnel, never in it."""
    events = Event.objects.filter(programme=cut.programme, day__lte=min(cut.end, cut.as_at))
    if cut.start is not None:
        events = events.filter(day__gte=cut.start)
    talks = events.aggregate(talks=Sum("tally"))["talks"]
    return [("Talks at stalls and events", talks)] if talks else []
