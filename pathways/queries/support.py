"""What helps a person, as each who may know of it reads it; asked for on a page of its own and nowhere else."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, QuerySet

from candidates.models import Candidate
from pathways.models import Introduction, Support, SupportShare
from pathways.scope import introductions, supports
from pathways.workflow.introduction import LIVE, IntroductionStage

#: Put forward, and not ended for want of a job: of these an employer may be told what helps.
SHOWN = [stage for stage in (*LIVE, IntroductionStage.ACCEPTED) if stage != IntroductionStage.DRAFT]


@dataclass(frozen=True)
class Helps:
    """One thing that helps, with who besides their worker may know, in words."""

    row: Support
    known_to: str
    late: bool


def helps(user: object, person: Candidate, *, today: date) -> list[Helps]:
    """All that is agreed with the person, oldest first. Two queries."""
    return [Helps(row, _known_to(row), row.review_on is not None and row.review_on < today) for row in _with_shares(user, person)]


def how_many_help(user: object, person: Candidate) -> int:
    """How many things that help are recorded: enough to say that there is something to read, without reading it."""
    return supports(user).filter(candidate=person).count()


def _with_shares(user: object, person: Candidate) -> QuerySet[Support]:
    standing = SupportShare.objects.filter(withdrawn_on__isnull=True).select_related("introduction__employer").order_by("id")
    rows = supports(user).filter(candidate=person).select_related("candidate", "recorded_by")
    return rows.prefetch_related(Prefetch("shares", standing)).order_by("agreed_on", "id")


def _known_to(row: Support) -> str:
    names = sorted({share.introduction.employer.name for share in row.shares.all()})
    told = [*(["the trainer of their course"] if row.with_trainer else []), *names]
    return f"Their worker, and {', '.join(told)}" if told else "Their worker alone"


def may_be_told(user: object, person: Candidate) -> list[Introduction]:
    """For which jobs an employer may be told what helps: put forward there, and the person's yes to sharing stands."""
    stands = {"consent__isnull": False, "consent__withdrawn_on__isnull": True, "consent__voided_at__isnull": True}
    rows = introductions(user).filter(pathway__candidate=person, stage__in=SHOWN, **stands)
    return list(rows.select_related("employer", "heading", "pathway", "consent").order_by("id"))


def told_to_employer(user: object, introduction: Introduction) -> QuerySet[Support]:
    """What the person chose to share with this employer for this job."""
    shares = SupportShare.objects.filter(introduction=introduction, withdrawn_on__isnull=True)
    return supports(user).filter(pk__in=shares.values("support")).select_related("candidate").order_by("agreed_on", "id")


def told_to_trainer(user: object) -> QuerySet[Support]:
    """What the trainer of a course may know of whoever sits there."""
    return supports(user).filter(with_trainer=True).order_by("agreed_on", "id")
