"""What helps a person, as each who may know of it reads it; asked for on a page of its own and nowhere else."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from candidates.models import Candidate
from pathways.models import Introduction, Support, SupportShare
from pathways.queries.company import records_of
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
    """All that is agreed with the person, oldest first. Three queries."""
    mine = set(introductions(user).filter(pathway__candidate__in=records_of(person)).values_list("pk", flat=True))
    rows = _with_shares(user, person)
    return [Helps(row, _known_to(row, mine), row.review_on is not None and row.review_on < today) for row in rows]


def how_many_help(user: object, person: Candidate) -> int:
    """How many things that help are recorded: enough to say that there is something to read, without reading it."""
    return supports(user).filter(candidate__in=records_of(person)).count()


def _with_shares(user: object, person: Candidate) -> QuerySet[Support]:
    standing = SupportShare.objects.filter(withdrawn_on__isnull=True).select_related("introduction__employer").order_by("id")
    rows = supports(user).filter(candidate__in=records_of(person)).select_related("candidate", "recorded_by")
    return rows.prefetch_related(Prefetch("shares", standing)).order_by("agreed_on", "id")


def _known_to(row: Support, mine: Collection[int]) -> str:
    """An employer is named to who sees what led there; of others it is said that there are some, and how many."""
    shares = row.shares.all()
    names = sorted({share.introduction.employer.name for share in shares if share.introduction_id in mine})
    others = len({share.introduction.employer_id for share in shares if share.introduction_id not in mine})
    hidden = [] if not others else ["one employer out of your sight" if others == 1 else f"{others} employers out of your sight"]
    told = [*(["the trainer of their course"] if row.with_trainer else []), *names, *hidden]
    return f"Those who look after them, and {', '.join(told)}" if told else "Those who look after them"


def may_be_told(user: object, person: Candidate, *, row: Support | None = None) -> list[Introduction]:
    """For which jobs an employer may be told what helps: put forward there, and the person's yes to sharing stands.

    Also where `row` is shared by now, whatever became of the job since: or nobody could take that back.
    """
    may = Q(stage__in=SHOWN, consent__isnull=False, consent__withdrawn_on__isnull=True, consent__voided_at__isnull=True)
    if row is not None:
        may |= Q(pk__in=SupportShare.objects.filter(support=row, withdrawn_on__isnull=True).values("introduction"))
    rows = introductions(user).filter(may, pathway__candidate__in=records_of(person))
    return list(rows.select_related("employer", "heading", "pathway", "consent").order_by("id"))


def told_to_employer(user: object, introduction: Introduction) -> QuerySet[Support]:
    """What the person chose to share with this employer for this job."""
    shares = SupportShare.objects.filter(introduction=introduction, withdrawn_on__isnull=True)
    return supports(user).filter(pk__in=shares.values("support")).select_related("candidate").order_by("agreed_on", "id")


def told_to_trainer(user: object) -> QuerySet[Support]:
    """What the trainer of a course may know of whoever sits there."""
    return supports(user).filter(with_trainer=True).order_by("agreed_on", "id")
