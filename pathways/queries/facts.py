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
from pathways.workflow.follow import CaseFacts
from pathways.workflow.introduction import LIVE
from pathways.workflow.placement import BEFORE_START, OVER
from pathways.workflow.retention_check import UNSETTLED

SIX_MONTHS = "six_months"
#: What is no fact about how far somebody has come: the case that follows, in whose hands it is, a pause, a wish to be rung.
#: A register's stage holds through them.
NO_FACTS = ("follow", "hand_over", "pause", "resume", "ask_call")
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


def _marks(pathway: Pathway) -> dict[str, bool]:
    """Marks on the case itself, read from the instance, saved or not."""
    return {"interested": pathway.interested_on is not None, "marked_ready": pathway.ready_on is not None}


def facts_of(pathway: Pathway) -> CaseFacts:
    """What stands in a case's rows. Marks on the case itself are read from the instance, saved or not."""
    if pathway.pk is None:
        return CaseFacts(**_marks(pathway))
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


def facts_among(pathway: Pathway, rows: Iterable[Any]) -> CaseFacts:
    """The same, told from the case's own chats, seats, introductions, jobs and checks where all of them have been read already."""
    stages: dict[str, set[str]] = {}
    mine = [row for row in rows if row.pathway_id == pathway.pk]
    for row in mine:
        stages.setdefault(row.machine, set()).add(row.stage)
    chats, seats, offers, jobs = (stages.get(each, set()) for each in ("interview", "training_place", "introduction", "placement"))
    checks = [row for row in mine if row.machine == "retention_check"]
    six = [row for row in checks if row.milestone == SIX_MONTHS and row.stage == "confirmed"]
    ended = {row.pk for row in mine if row.machine == "placement" and row.stage in OVER}
    going_on = {row.continues_id or row.pk for row in mine if row.machine == "placement" and row.stage == "in_post"}
    return CaseFacts(
        **_marks(pathway),
        chat_booked="booked" in chats,
        chat_held="held" in chats,
        awaiting_seat="waiting" in seats,
        seat_booked="booked" in seats,
        seat_begun="in_training" in seats,
        live_introduction=not offers.isdisjoint(LIVE),
        live_offer="offered" in offers,
        before_start=not jobs.isdisjoint(BEFORE_START),
        in_post="in_post" in jobs,
        left_since_restart=bool(ended - set(pathway.looked_past)),
        six_months_confirmed=any(row.placement_id in going_on for row in six),
        six_months_stands=bool(six),
        unsettled_checks=any(row.stage in UNSETTLED for row in checks),
        imported_stage=_imported_stage(pathway),
    )


def facts_of_many(cases: Sequence[Pathway]) -> dict[int, CaseFacts]:
    """The same for many cases at once, in two queries: for whoever looks through all of them."""
    standing = _standing()
    ended = ArraySubquery(Placement.objects.filter(pathway=OuterRef("pk"), stage__in=OVER).values("pk"))
    rows = Pathway.objects.filter(pk__in=[case.pk for case in cases]).values("pk", **standing, jobs_ended=ended)
    found = {row["pk"]: row for row in rows}
    imported = _still_as_imported([case.pk for case in cases if case.imported_stage])
    return {
        case.pk: CaseFacts(
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


def conduct_of(
    pathway: Pathway, facts: CaseFacts, *, contacts: Iterable[Contact] | None = None, routes: Iterable[ContactRoute] | None = None
) -> CaseFacts:
    """The same facts, with what guards of conduct ask: attempts since the last talk, and ways to reach the person.

    `contacts` and `routes`: all of the person's, and the current ones, where they have been read already.
    """
    if contacts is None:
        contacts = Contact.objects.filter(candidate=pathway.candidate_id).only("day", "channel", "outcome", "voided_at")
    if routes is None:
        routes = ContactRoute.objects.current().filter(candidate=pathway.candidate_id).only("kind")
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
