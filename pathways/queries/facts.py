"""CaseFacts, filled by one query."""

from dataclasses import replace
from datetime import date

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


def facts_of(pathway: Pathway) -> CaseFacts:
    """What stands in a case's rows. Marks on the case itself are read from the instance, saved or not."""
    marks = {"interested": pathway.interested_on is not None, "marked_ready": pathway.ready_on is not None}
    if pathway.pk is None:
        return CaseFacts(**marks)
    ended = Placement.objects.filter(pathway=OuterRef("pk"), stage__in=OVER).exclude(pk__in=pathway.looked_past)
    found = (
        Pathway.objects.filter(pk=pathway.pk)
        .values(
            chat_booked=_any(Interview, stage="booked"),
            chat_held=_any(Interview, stage="held"),
            awaiting_seat=_any(TrainingPlace, stage="waiting"),
            seat_booked=_any(TrainingPlace, stage="booked"),
            seat_begun=_any(TrainingPlace, stage="in_training"),
            live_introduction=_any(Introduction, stage__in=LIVE),
            live_offer=_any(Introduction, stage="offered"),
            before_start=_any(Placement, stage__in=BEFORE_START),
            in_post=_any(Placement, stage="in_post"),
            left_since_restart=Exists(ended),
            six_months_confirmed=_any(RetentionCheck, milestone=SIX_MONTHS, stage="confirmed", placement__stage="in_post"),
            six_months_stands=_any(RetentionCheck, milestone=SIX_MONTHS, stage="confirmed"),
            unsettled_checks=_any(RetentionCheck, stage__in=UNSETTLED),
        )
        .get()
    )
    return CaseFacts(**marks, **found, imported_stage=_imported_stage(pathway))


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
