"""CaseFacts, filled by one query."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from candidates.models import ContactRoute
from outreach.choices import ContactOutcome
from outreach.models import Contact
from pathways.models import Interview, Introduction, Pathway, Placement, RetentionCheck, StageChange, TrainingPlace
from pathways.queries.company import with_key
from pathways.workflow.follow import CaseFacts, follow
from pathways.workflow.introduction import LIVE
from pathways.workflow.pathway import Stage
from pathways.workflow.placement import BEFORE_START, OVER
from pathways.workflow.retention_check import UNSETTLED

SIX_MONTHS = "six_months"
#: What is no fact about how far somebody has come: the case that follows, in whose hands it is, a pause, a wish to be rung,
#: another case with which it is read. A register's stage holds through them.
NO_FACTS = ("follow", "hand_over", "pause", "resume", "ask_call", "merge")
#: Steps that mark somebody ready for a job, or take the mark off.
MARKS = ("mark_ready", "unmark_ready", "restart_search")
PLACE = {stage: place for place, stage in enumerate(Stage)}
#: Stands for the case in the written query: no row has it.
HERE = -1
ENDED_JOBS = "jobs_ended"


def _any(model: type, **which: object) -> Exists:
    return Exists(model.objects.filter(pathway=OuterRef("pk"), **which))


def _standing() -> dict[str, Exists]:
    """What stands in the rows of a case, each asked of the database."""
    return {
        "chat_booked": _any(Interview, stage="booked"),
        "chat_held": _any(Interview, stage="held"),
        "awaiting_seat": _any(TrainingPlace, stage="waiting"),
        "seat_booked": _any(TrainingPlace, stage="booked"),
        "seat_begun": _any(TrainingPlace, stage="in_training"),
        "live_introduction": _any(Introduction, stage__in=LIVE),
        "live_offer": _any(Introduction, stage="offered"),
        "before_start": _any(Placement, stage__in=BEFORE_START),
        "in_post": _any(Placement, stage="in_post"),
        "six_months_confirmed": Exists(_held_six_months()),
        "six_months_stands": _any(RetentionCheck, milestone=SIX_MONTHS, stage="confirmed"),
        "unsettled_checks": _any(RetentionCheck, stage__in=UNSETTLED),
    }


def _held_six_months() -> QuerySet[RetentionCheck]:
    """Confirmed of a job still in post, or of one that another goes on from which is."""
    confirmed = RetentionCheck.objects.filter(pathway=OuterRef("pk"), milestone=SIX_MONTHS, stage="confirmed")
    goes_on = Exists(Placement.objects.filter(continues=OuterRef("placement"), stage="in_post"))
    return confirmed.filter(Q(placement__stage="in_post") | Q(goes_on, placement__stage="moved"))


def _marks(pathway: Pathway, others: Sequence[Pathway] = (), *, marking: bool = False) -> dict[str, bool]:
    """Marks on the case itself, read from the instance, saved or not; of several read together, interest in any and the latest mark."""
    interested = any(each.interested_on is not None for each in (pathway, *others))
    marked = pathway if marking or not others else _marked_last([pathway, *others])
    ready = marked.ready_on is not None if marked else any(each.ready_on is not None for each in (pathway, *others))
    return {"interested": interested, "marked_ready": ready}


def _marked_last(cases: Sequence[Pathway]) -> Pathway | None:
    """The case on which somebody was last marked ready, or not ready after all."""
    rows = StageChange.objects.filter(machine="pathway", pathway__in=[case.pk for case in cases], step__in=MARKS)
    last = rows.filter(undone_by__isnull=True).order_by("-id").values_list("subject_id", flat=True).first()
    return next((case for case in cases if case.pk == last), None)


def _taken_in(pathway: Pathway) -> list[Pathway]:
    """The cases that are read with this one. Of most there are none, and nothing is asked."""
    return list(Pathway.objects.filter(pk__in=pathway.read_with)) if pathway.read_with else []


def marks_of(pathway: Pathway) -> dict[str, bool]:
    """Whether the person said that they are interested, and is marked ready: `interested`, `marked_ready`."""
    return _marks(pathway, _taken_in(pathway))


def facts_of(pathway: Pathway, *, marking: bool = False) -> CaseFacts:
    """What stands in a case's rows and in those of cases taken into it. Marks on the case itself are read from the instance, saved or not.

    `marking`: the mark "ready" is being written on it now, and so is the latest.
    """
    if pathway.pk is None:
        return CaseFacts(**_marks(pathway))
    if pathway.read_with:
        rows: list[Any] = []
        for model in (Interview, TrainingPlace, Introduction, Placement, RetentionCheck):
            rows += model.objects.filter(pathway__in=pathway.ids)
        return facts_among(pathway, rows, marking=marking)
    names, sql, given = _question()
    with connection.cursor() as cursor:
        cursor.execute(sql, [pathway.pk if each == HERE else each for each in given])
        row = cursor.fetchone()
    if row is None:
        raise Pathway.DoesNotExist
    found = dict(zip(names, row, strict=True))
    left = set(found.pop(ENDED_JOBS)) - set(pathway.looked_past)
    return CaseFacts(**_marks(pathway), **found, left_since_restart=bool(left), imported_stage=_imported_stage(pathway))


@cache
def _question() -> tuple[tuple[str, ...], str, tuple[Any, ...]]:
    """The one query about the case HERE, written once: each step asks it, and writing it takes longer than answering it."""
    asked = {**_standing(), ENDED_JOBS: _ended_jobs()}
    sql, given = Pathway.objects.filter(pk=HERE).annotate(**asked).values_list(*asked).query.sql_with_params()
    return tuple(asked), sql, given


def _ended_jobs() -> ArraySubquery:
    return ArraySubquery(Placement.objects.filter(pathway=OuterRef("pk"), stage__in=OVER).values("pk"))


def facts_among(pathway: Pathway, rows: Iterable[Any], *, marking: bool = False) -> CaseFacts:
    """The same, told from the case's own chats, seats, introductions, jobs and checks where all of them have been read already."""
    stages: dict[str, set[str]] = {}
    mine, others = [row for row in rows if row.pathway_id in pathway.ids], _taken_in(pathway)
    looked_past = {pk for case in (pathway, *others) for pk in case.looked_past}
    for row in mine:
        stages.setdefault(row.machine, set()).add(row.stage)
    chats, seats, offers, jobs = (stages.get(each, set()) for each in ("interview", "training_place", "introduction", "placement"))
    checks = [row for row in mine if row.machine == "retention_check"]
    six = [row for row in checks if row.milestone == SIX_MONTHS and row.stage == "confirmed"]
    ended = {row.pk for row in mine if row.machine == "placement" and row.stage in OVER}
    going_on = {row.continues_id or row.pk for row in mine if row.machine == "placement" and row.stage == "in_post"}
    facts = CaseFacts(
        **_marks(pathway, others, marking=marking),
        chat_booked="booked" in chats,
        chat_held="held" in chats,
        awaiting_seat="waiting" in seats,
        seat_booked="booked" in seats,
        seat_begun="in_training" in seats,
        live_introduction=not offers.isdisjoint(LIVE),
        live_offer="offered" in offers,
        before_start=not jobs.isdisjoint(BEFORE_START),
        in_post="in_post" in jobs,
        left_since_restart=bool(ended - looked_past),
        six_months_confirmed=any(row.placement_id in going_on for row in six),
        six_months_stands=bool(six),
        unsettled_checks=any(row.stage in UNSETTLED for row in checks),
    )
    return replace(facts, imported_stage=_imported_among(facts, [pathway, *others]))


def facts_of_many(cases: Sequence[Pathway]) -> dict[int, CaseFacts]:
    """The same for many cases at once, in two queries and a few for each that took another in: for whoever looks through all of them."""
    standing = _standing()
    ended = ArraySubquery(Placement.objects.filter(pathway=OuterRef("pk"), stage__in=OVER).values("pk"))
    rows = Pathway.objects.filter(pk__in=[case.pk for case in cases]).values("pk", **standing, jobs_ended=ended)
    found = {row["pk"]: row for row in rows}
    imported = _still_as_imported([case.pk for case in cases if case.imported_stage])
    return {
        case.pk: facts_of(case)
        if case.read_with
        else CaseFacts(
            **_marks(case),
            **{name: found[case.pk][name] for name in standing},
            left_since_restart=bool(set(found[case.pk]["jobs_ended"]) - set(case.looked_past)),
            imported_stage=case.imported_stage if case.pk in imported else "",
        )
        for case in cases
        if case.pk in found
    }


def _still_as_imported(ids: Sequence[int]) -> set[int]:
    """Which of these cases have seen nothing since a register said where they stand."""
    if not ids:
        return set()
    standing = StageChange.objects.filter(pathway__in=ids, undoes__isnull=True, undone_by__isnull=True).exclude(step__in=NO_FACTS)
    last = standing.order_by("pathway", "-id").distinct("pathway").values_list("pathway", "step")
    return {pk for pk, step in last if step == "import_stage"}


def _imported_stage(pathway: Pathway) -> str:
    """The register's stage, while nothing has happened since."""
    if not pathway.imported_stage:
        return ""
    standing = StageChange.objects.filter(pathway=pathway, undoes__isnull=True, undone_by__isnull=True).exclude(step__in=NO_FACTS)
    last = standing.order_by("-id").values_list("step", flat=True).first()
    return pathway.imported_stage if last == "import_stage" else ""


def _imported_among(facts: CaseFacts, cases: Sequence[Pathway]) -> str:
    """The register's stage of a case; of several read together the furthest that still holds, unless what happened goes as far."""
    held = [stage for case in cases if (stage := _imported_stage(case))]
    if not held or len(cases) == 1:
        return next(iter(held), "")
    furthest = max(held, key=lambda stage: PLACE[Stage(stage)])
    return furthest if PLACE[Stage(furthest)] >= PLACE[follow(facts)] else ""


def conduct_of(
    pathway: Pathway, facts: CaseFacts, *, contacts: Iterable[Contact] | None = None, routes: Iterable[ContactRoute] | None = None
) -> CaseFacts:
    """The same facts, with what guards of conduct ask: attempts since the last talk, and ways to reach the person.

    `contacts` and `routes`: all of the person's, and the current ones, where they have been read already.
    """
    # A first case is not there yet: then there is one record, and nobody to read it with.
    alone = pathway.pk is None and pathway.previous_id is None
    theirs = Q(candidate=pathway.candidate_id) if alone else with_key(pathway.person_key)
    if contacts is None:
        contacts = Contact.objects.filter(theirs).only("day", "channel", "outcome", "voided_at")
    if routes is None:
        routes = ContactRoute.objects.current().filter(theirs).only("kind")
    logged = [(each.day, each.channel, each.outcome) for each in contacts if each.voided_at is None]
    talked = max((day for day, _, outcome in logged if outcome == ContactOutcome.SPOKE), default=date.min)
    days = [(day, channel) for day, channel, outcome in logged if outcome != ContactOutcome.SPOKE and day >= talked]
    ways = {each.kind for each in routes}
    return replace(
        facts,
        attempts=len(days),
        attempt_days=(max(day for day, _ in days) - min(day for day, _ in days)).days if days else 0,
        attempt_channels=len({channel for _, channel in days}),
        channels_held=len(ways) + (1 if "mobile" in ways else 0),
        can_be_reached=bool(ways),
    )
