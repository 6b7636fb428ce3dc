"""CaseFacts, filled by one query."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef

from candidates.models import ContactRoute
from outreach.choices import ContactOutcome
from outreach.models import Contact
from pathways.models import Interview, Introduction, Pathway, Placement, RetentionCheck, StageChange, TrainingPlace
from pathways.workflow.follow import CaseFacts
from pathways.workflow.introduction import LIVE
from pathways.workflow.placement import BEFORE_START, OVER
from pathways.workflow.retention_check import UNSETTLED

SIX_MONTHS = "six_months"


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
        "six_months_confirmed": _any(RetentionCheck, milestone=SIX_MONTHS, stage="confirmed", placement__stage="in_post"),
        "six_months_stands": _any(RetentionCheck, milestone=SIX_MONTHS, stage="confirmed"),
        "unsettled_checks": _any(RetentionCheck, stage__in=UNSETTLED),
    }


def _marks(pathway: Pathway) -> dict[str, bool]:
    """Marks on the case itself, read from the instance, saved or not."""
    return {"interested": pathway.interested_on is not None, "marked_ready": pathway.ready_on is not None}


def facts_of(pathway: Pathway) -> CaseFacts:
    """What stands in a case's rows. Marks on the case itself are read from the instance, saved or not."""
    if pathway.pk is None:
        return CaseFacts(**_marks(pathway))
    ended = Placement.objects.filter(pathway=OuterRef("pk"), stage__in=OVER).exclude(pk__in=pathway.looked_past)
    found = Pathway.objects.filter(pk=pathway.pk).values(**_standing(), left_since_restart=Exists(ended)).get()
    return CaseFacts(**_marks(pathway), **found, imported_stage=_imported_stage(pathway))


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
    standing = StageChange.objects.filter(pathway__in=ids, undoes__isnull=True, undone_by__isnull=True).exclude(step="follow")
    last = standing.order_by("pathway", "-id").distinct("pathway").values_list("pathway", "step")
    return {pk for pk, step in last if step == "import_stage"}


def _imported_stage(pathway: Pathway) -> str:
    """The register's stage, while nothing has happened since."""
    if not pathway.imported_stage:
        return ""
    standing = StageChange.objects.filter(pathway=pathway, undoes__isnull=True, undone_by__isnull=True).exclude(step="follow")
    last = standing.order_by("-id").values_list("step", flat=True).first()
    return pathway.imported_stage if last == "import_stage" else ""


def conduct_of(pathway: Pathway, facts: CaseFacts) -> CaseFacts:
    """The same facts, with what guards of conduct ask: attempts since the last talk, and ways to reach the person."""
    contacts = Contact.objects.filter(candidate=pathway.candidate_id, voided_at__isnull=True)
    talked = contacts.filter(outcome=ContactOutcome.SPOKE).order_by("-day").values_list("day", flat=True).first()
    tries = contacts.exclude(outcome=ContactOutcome.SPOKE)
    if talked:
        tries = tries.filter(day__gte=talked)
    days: list[tuple[date, str]] = list(tries.values_list("day", "channel"))
    ways = set(ContactRoute.objects.current().filter(candidate=pathway.candidate_id).values_list("kind", flat=True))
    return replace(
        facts,
        attempts=len(days),
        attempt_days=(max(day for day, _ in days) - min(day for day, _ in days)).days if days else 0,
        attempt_channels=len({channel for _, channel in days}),
        channels_held=len(ways) + (1 if "mobile" in ways else 0),
        can_be_reached=bool(ways),
    )
