"""A person's own page: whose a link is, whose sitting a browser holds, and where they stand in their own words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext

from candidates.models import Candidate, CandidateLink, CandidateSession, ContactRoute
from candidates.services.link import digest_of
from ground.clock import today_london
from pathways.models import Interview, Introduction, Pathway, Placement, RetentionCheck, StageChange, Task, TrainingPlace
from pathways.models.task import TaskState
from pathways.queries.company import reachable_route_of, records_of, text_route_of
from pathways.services.undo import DAYS
from pathways.workflow.introduction import FLAGS as INTRODUCTION
from pathways.workflow.introduction import LIVE
from pathways.workflow.pathway import FLAGS, Stage
from pathways.workflow.placement import BEFORE_START
from pathways.workflow.placement import FLAGS as PLACEMENT
from pathways.workflow.retention_check import ASKING
from pathways.workflow.told import DID, IN_TOUCH, NEXT, OURS, THEIRS, WHO
from pathways.workflow.training_place import FLAGS as PLACE

LONGEST_TOKEN = 64
MOST_UNDOS = 3
#: How far back an own deed is read: more than anybody does in fourteen days.
MOST_DEEDS = 20


def link_of(token: str, *, at: datetime) -> CandidateLink | None:
    """The link with this random part, while it is good. Unknown, over, taken back, of somebody who died: all the same, None."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    links = CandidateLink.objects.select_related("candidate__organisation")
    return links.filter(digest=digest_of(token), revoked_at__isnull=True, expires_at__gt=at, candidate__died_on__isnull=True).first()


def is_bound(link: CandidateLink) -> bool:
    """Whether texts still go to the number that it was made for, or it was made for none."""
    if not link.number:
        return True
    return _is_theirs(link.candidate, link.number)


def _is_theirs(person: Candidate, number: str) -> bool:
    """Whether texts to the person go to this number, and arrive."""
    route = reachable_route_of(person)
    return route is not None and route.value == number


def session_of(link: CandidateLink, held: str, *, at: datetime) -> CandidateSession | None:
    """The sitting that a browser holds, if it is one of this very link and not over."""
    if not held or len(held) > LONGEST_TOKEN or not held.isascii():
        return None
    standing = CandidateSession.objects.filter(digest=digest_of(held), link=link, ended_at__isnull=True, ends_at__gt=at)
    found = standing.select_related("code").first()
    # A letter's link is bound to no number and outlives a changed one; what was opened with the old phone does not.
    return found if found is not None and (link.number or _is_theirs(link.candidate, found.code.number)) else None


def is_shared(link: CandidateLink) -> bool:
    """Whether others read along on the number that the code went to: it says so, or another person holds it too."""
    candidate = link.candidate
    route = text_route_of(candidate)
    number = link.number or (route.value if route is not None else "")
    if not number:
        return False
    held = ContactRoute.objects.current().filter(value=number)
    same = records_of(candidate)
    if held.filter(candidate__in=same, is_shared=True).exists():
        return True
    return held.exclude(candidate__in=same).filter(candidate__died_on__isnull=True).exists()


# -- where they stand --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NextStep:
    """What is next, who does it, by when."""

    words: str
    who: str
    by: date | None


@dataclass(frozen=True)
class Told:
    """A row of theirs and what is said of it."""

    row: Introduction | Placement | TrainingPlace | Interview | RetentionCheck
    words: str


@dataclass
class Story:
    """One case, with what is live in it."""

    case: Pathway
    where: str
    next: NextStep | None
    chats: list[Told] = field(default_factory=list)
    seats: list[Told] = field(default_factory=list)
    offers: list[Told] = field(default_factory=list)
    forward: list[Told] = field(default_factory=list)
    jobs: list[Told] = field(default_factory=list)
    checks: list[Told] = field(default_factory=list)

    def others(self, offer: Introduction) -> list[Introduction]:
        """What else is live beside this offer."""
        return [each.row for each in (*self.offers, *self.forward) if isinstance(each.row, Introduction) and each.row.pk != offer.pk]


@dataclass(frozen=True)
class Deed:
    """What they did on this page themselves, and may take back."""

    change: StageChange
    words: str


@dataclass(frozen=True)
class OwnPage:
    """All that their page shows."""

    person: Candidate
    stories: list[Story]
    deeds: list[Deed]

    def story_of(self, case: UUID | str) -> Story | None:
        """The story of this case, if it is one of theirs that is shown."""
        return next((each for each in self.stories if str(each.case.uuid) == str(case)), None)


def own_page(person: Candidate, *, today: date) -> OwnPage:
    """Every case of the person that is open, else the latest that was; merged records are one person."""
    keys = Pathway.objects.filter(candidate=person).values("person_key")
    cases = Pathway.objects.filter(person_key__in=keys).exclude(stage__in=[Stage.MERGED, Stage.VOID])
    found = list(cases.select_related("candidate", "owner", "organisation", "programme").order_by("-id"))
    shown = [case for case in found if case.is_open] or found[:1]
    stories = {case.pk: _story(case, today=today) for case in shown}
    whose = {pk: case.pk for case in shown for pk in (case.pk, *case.read_with)}
    if whose:
        _fill(stories, whose, today=today)
    return OwnPage(person, list(stories.values()), _deeds([pk for case in shown for pk in case.ids], today=today))


def _story(case: Pathway, *, today: date) -> Story:
    return Story(case, gettext(FLAGS[case.stage].to_candidate), _next(case, today=today))


def _next(case: Pathway, *, today: date) -> NextStep | None:
    return _step(case.next_kind, case.next_owed_by, case.next_due_on, today=today) if case.next_kind else None


def _step(kind: str, owes: str, due_on: date | None, *, today: date) -> NextStep:
    by = due_on if due_on is not None and due_on >= today else None  # a day that has passed is for us to put right
    return NextStep(gettext(NEXT.get(kind, IN_TOUCH)), gettext(WHO.get(owes, OURS)), by)


def _fill(stories: dict[int, Story], whose: dict[int, int], *, today: date) -> None:
    ids = list(whose)
    mine = Q(owed_by="candidate") | Q(kind__in=THEIRS)
    for task in Task.objects.filter(mine, pathway__in=ids, state=TaskState.OPEN).order_by("-due_on", "-id"):
        # What they do themselves comes first, whatever else is owed; of several the soonest.
        stories[whose[task.pathway_id]].next = _step(task.kind, "candidate", task.due_on, today=today)
    for chat in Interview.objects.filter(pathway__in=ids, stage="booked").select_related("host", "pathway").order_by("at", "id"):
        stories[whose[chat.pathway_id]].chats.append(Told(chat, ""))
    seats = TrainingPlace.objects.filter(pathway__in=ids, stage__in=["waiting", "booked", "in_training"])
    for seat in seats.select_related("course").order_by("id"):
        stories[whose[seat.pathway_id]].seats.append(Told(seat, gettext(PLACE[seat.stage].to_candidate)))
    rows = Introduction.objects.filter(pathway__in=ids, stage__in=LIVE).select_related("heading", "employer", "pathway")
    for row in rows.order_by("offered_on", "id"):
        story = stories[whose[row.pathway_id]]
        told = Told(row, gettext(INTRODUCTION[row.stage].to_candidate))
        (story.offers if row.stage == "offered" else story.forward).append(told)
    jobs = Placement.objects.filter(pathway__in=ids, stage__in=[*BEFORE_START, "in_post"]).select_related("employer", "pathway")
    for job in jobs.order_by("id"):
        stories[whose[job.pathway_id]].jobs.append(Told(job, gettext(PLACEMENT[job.stage].to_candidate)))
    asked = RetentionCheck.objects.filter(pathway__in=ids, stage__in=ASKING).select_related("placement__employer", "pathway")
    for check in asked.order_by("due_on", "id"):
        stories[whose[check.pathway_id]].checks.append(Told(check, ""))


def _deeds(cases: Sequence[int], *, today: date) -> list[Deed]:
    """Their own steps of the last days that nobody took back, the latest first."""
    rows = StageChange.objects.filter(
        pathway__in=cases, actor_kind="candidate", actor__isnull=True, cause__isnull=True, undoes__isnull=True, undone_by__isnull=True
    )
    lately = [row for row in rows.order_by("-id")[:MOST_DEEDS] if today_london(row.recorded_at) >= today - timedelta(days=DAYS)]
    return [Deed(row, gettext(DID[row.machine, row.step])) for row in lately if (row.machine, row.step) in DID][:MOST_UNDOS]
