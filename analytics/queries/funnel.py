"""Journeys of people: what each reached, and where each is."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Sum

from accounts.choices import Phase
from accounts.models import Reason
from analytics.figures.definition import Cut
from analytics.figures.funnel import OWN_JOB_TO_START, READY_WITHOUT_COURSE, Journey, Reach
from analytics.queries.standing import LATEST, STANDING, rows_of, wanted
from outreach.models import Event
from pathways.workflow.pathway import OPEN, Stage
from pathways.workflow.placement import BEFORE_START

#: Which standing row of the log says that a phase was reached. The first day in work and six months are asked apart.
_REACHING = {
    Phase.OUTREACH: "l.machine = 'pathway' AND l.step = 'log_outreach'",
    Phase.INTEREST: "l.machine = 'pathway' AND l.step IN ('express_interest', 'return')",
    Phase.INTERVIEW: "l.machine = 'interview' AND l.to_stage = 'held'",
    Phase.TRAINING: "l.machine = 'training_place' AND l.to_stage = 'in_training'",
    Phase.OFFER: "l.machine = 'introduction' AND l.to_stage = 'offered'",
}
_FIRSTS = ", ".join(
    f"min(l.happened_on) FILTER (WHERE {holds}), min(l.happened_on) FILTER (WHERE {holds} AND l.happened_quality = 'exact')"
    for holds in _REACHING.values()
)
_REACHED = f"SELECT p.person_key, {_FIRSTS} {STANDING} AND l.machine <> ALL(%(apart)s) GROUP BY p.person_key"
_STARTED = f"""
SELECT p.person_key, l.subject_id, l.happened_on, l.happened_quality = 'exact' {STANDING}
   AND l.machine = 'placement' AND l.to_stage = 'in_post'
"""
_FIRST_DAYS = "SELECT id, first_day FROM pathways_placement WHERE first_day IS NOT NULL AND id = ANY(%(ids)s)"
_SUSTAINED = f"""
SELECT p.person_key, min(c.due_on) {LATEST}
  JOIN pathways_retentioncheck c ON c.id = l.subject_id
  JOIN pathways_pathway p ON p.id = l.pathway_id
 WHERE c.milestone = 'six_months' AND l.to_stage = 'confirmed'
 GROUP BY p.person_key
"""
_NOW = f"SELECT p.person_key, p.id, l.to_stage, l.reason, p.attempt {LATEST} JOIN pathways_pathway p ON p.id = l.subject_id"
_FINISHED = f"SELECT DISTINCT l.pathway_id {LATEST} WHERE l.to_stage = 'finished'"
_TO_START = f"""
SELECT DISTINCT l.pathway_id {LATEST}
  JOIN pathways_placement j ON j.id = l.subject_id
 WHERE j.introduction_id IS NOT NULL AND l.to_stage = ANY(%(before_start)s)
"""
#: Every standing step of the cases that were ever paused, in its order.
_PAUSED = f"""
SELECT p.person_key, p.id, l.step, l.to_stage, l.happened_on {STANDING}
   AND l.machine = 'pathway'
   AND EXISTS (SELECT FROM pathways_stagechange s WHERE s.pathway_id = l.pathway_id AND s.machine = 'pathway' AND s.step = 'pause')
 ORDER BY l.id
"""  # noqa: S608 - put together from parts of ours; what is asked goes in as parameters


def journeys(*, cut: Cut) -> list[Journey]:
    """Each person of the programme, as at the cut's day and as known by its moment: the same few queries, whatever the size."""
    asked = wanted(cut)
    reached = _reached(asked)
    now = _now(asked)
    paused = _paused(asked)
    finished = {case for (case,) in rows_of(_FINISHED, {**asked, "machine": "training_place"})}
    introduced = {case for (case,) in rows_of(_TO_START, {**asked, "machine": "placement", "before_start": list(BEFORE_START)})}
    found = []
    for person in sorted(reached.keys() | now.keys()):
        case, stage, reason = now.get(person, (0, "", ""))
        if stage == Stage.JOB_READY and case not in finished:
            stage = READY_WITHOUT_COURSE
        elif stage == Stage.PRE_START and case not in introduced:
            stage = OWN_JOB_TO_START
        found.append(
            Journey(person=person, reached=reached.get(person, {}), now=stage, reason=reason, case=case, paused=paused.get(person, ()))
        )
    return found


def _paused(asked: dict[str, Any]) -> dict[UUID, tuple[tuple[date, date | None], ...]]:
    """The pauses of each person, from the log: begun by a pause, over with its end or the case's."""
    begun: dict[int, date] = {}
    found: dict[UUID, list[tuple[date, date | None]]] = {}
    whose: dict[int, UUID] = {}
    for person, case, step, stage, day in rows_of(_PAUSED, asked):
        whose[case] = person
        if step == "pause":
            begun.setdefault(case, day)
        elif case in begun and (step == "resume" or stage not in OPEN):
            found.setdefault(person, []).append((begun.pop(case), day))
    for case, day in begun.items():
        found.setdefault(whose[case], []).append((day, None))
    return {person: tuple(pauses) for person, pauses in found.items()}


def _reached(asked: dict[str, Any]) -> dict[UUID, dict[str, Reach]]:
    reached: dict[UUID, dict[str, Reach]] = {}
    for person, *days in rows_of(_REACHED, {**asked, "apart": ["placement", "retention_check", "pre_employment_check"]}):
        phases = reached.setdefault(person, {})
        for place, phase in enumerate(_REACHING):
            first, exact = days[2 * place], days[2 * place + 1]
            if first is not None:
                phases[phase] = Reach(first, first == exact)
    started = rows_of(_STARTED, asked)
    first_days = dict(rows_of(_FIRST_DAYS, {"ids": [row[1] for row in started]}))
    for person, placement, happened_on, exact in started:
        reach = Reach(first_days.get(placement, happened_on), exact)
        earlier = reached.setdefault(person, {}).get(Phase.RETENTION)
        if earlier is None or (reach.on, not reach.exact) < (earlier.on, not earlier.exact):
            reached[person][Phase.RETENTION] = reach
    for person, due in rows_of(_SUSTAINED, {**asked, "machine": "retention_check"}):
        reached.setdefault(person, {})[Phase.SUSTAINED] = Reach(due)
    return reached


def _now(asked: dict[str, Any]) -> dict[UUID, tuple[int, str, str]]:
    """Where each person is: their open case, else the latest attempt. A merged case is read with the one that goes on."""
    best: dict[UUID, tuple[bool, int, int]] = {}
    now: dict[UUID, tuple[int, str, str]] = {}
    for person, case, stage, reason, attempt in rows_of(_NOW, {**asked, "machine": "pathway"}):
        rank = (stage in OPEN, attempt, case)
        if stage != Stage.MERGED and rank > best.get(person, (False, 0, 0)):
            best[person], now[person] = rank, (case, stage, reason)
    return now


def reason_words(*, programme: int) -> dict[str, str]:
    """The words of each reason a case may have ended for; the programme's own words win."""
    return dict(Reason.objects.of(programme).last_word().values_list("code", "label"))


def tallies(*, cut: Cut) -> list[tuple[str, int]]:
    """Talks at stalls with people who gave no name, in the window: printed beside the funnel, never in it."""
    events = Event.objects.filter(programme=cut.programme, day__lte=min(cut.end, cut.as_at))
    if cut.start is not None:
        events = events.filter(day__gte=cut.start)
    talks = events.aggregate(talks=Sum("tally"))["talks"]
    return [("Talks at stalls and events", talks)] if talks else []
