"""One person at each point of the way, so that every step of every chart has something to be taken on."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Milestone, Organisation, Reason
from ground.clock import read_clock, today_london
from outreach.models import Contact
from pathways.models import Interview, Introduction, Pathway, Placement, PreEmploymentCheck, RetentionCheck, TrainingPlace
from pathways.services import case as cases
from pathways.services import interview, introduction, placement, retention, training
from pathways.services.contact import log_contact
from pathways.services.door import Taken
from tests.factories import World, actor, organisation, partner, user

OFFER = {"offer_hours": Decimal("37.5"), "offer_pay": Decimal("12.90"), "offer_pay_unit": "hour", "offer_kind": "permanent"}
REASONS = {
    "skip_training": "has_experience",
    "skip_chat": "chat_elsewhere",
    "not_now": "health",
    "withdrawn": "changed_mind",
    "ineligible": "age",
    "missed": "ill",
    "leave": "new_job",
    "leave_training": "health",
    "decline": "hours",
    "decline_offer": "hours",
    "fall_through": "changed_mind",
    "offer_withdrawn": "cut",
    "pause": "childcare",
    "hand_over": "balance",
}


class Scene(World):
    """A world around today, with the reasons that steps ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = read_clock()
        self.today = today_london(self.now)
        self.past = self.now - timedelta(days=20)
        self.colleague = user("outreach_worker", self.delivery, self.programme)
        for kind, code in REASONS.items():
            Reason.objects.create(
                kind=kind, code=code, label=code.replace("_", " ").capitalize(), valid_from=self.today - timedelta(days=900)
            )

    def open(self, **more: Any) -> Pathway:
        """An interested person's case, twenty days old."""
        return self.case(at=self.past, **more)

    def ready(self) -> Pathway:
        return cases.mark_ready(case=self.open(), by=self.by, at=self.past, taken=Taken(reason="has_experience"))

    def tried(self) -> Pathway:
        """Tried three times over ten days on two channels."""
        case = self.open()
        for days, channel in ((12, "call"), (6, "text"), (1, "call")):
            log_contact(case=case, channel=channel, outcome="no_answer", by=self.by, at=self.now, day=self.today - timedelta(days=days))
        assert Contact.objects.filter(candidate=case.candidate).count() == 3
        return case

    def withdrawn(self, days_ago: int = 5) -> Pathway:
        at = self.now - timedelta(days=days_ago)
        case = self.case(at=at - timedelta(days=1))
        return cases.withdraw(case=case, by=self.by, at=at)

    def not_now(self) -> Pathway:
        """Is to be asked again in a month."""
        later = self.today + timedelta(days=30)
        return cases.set_not_now(case=self.open(), revisit_on=later, by=self.by, at=self.now, taken=Taken(reason="health"))

    def chat(self, *, to_come: bool = True) -> Interview:
        case = self.open()
        when = self.now + timedelta(days=1) if to_come else self.past + timedelta(hours=3)
        return interview.book_chat(case=case, when=when, place="Library", host=self.worker, by=self.by, at=self.past)

    def hosted(self) -> Interview:
        """A chat whose time has passed, hosted by the employer with the person's yes."""
        when, place = self.past + timedelta(hours=3), "Main desk"
        return interview.book_chat(
            case=self.open(), when=when, place=place, host=None, employer=self.trust, consent_how="phone", by=self.by, at=self.past
        )

    def held(self) -> Interview:
        return interview.hold_chat(case=self.open(), by=self.by, at=self.past)

    def waiting(self) -> TrainingPlace:
        return training.join_waiting(case=self.open(), course=self.course(), by=self.by, at=self.past)

    def seat(self, *, begun: bool = False) -> TrainingPlace:
        place = training.book_seat(case=self.open(), course=self.course(), by=self.by, at=self.past)
        return training.start_training(place=place, by=self.by, at=self.past) if begun else place

    def other_trust(self) -> Organisation:
        """A second employer of the programme."""
        return partner(self.programme, organisation("employer"))

    def drafted(self) -> Introduction:
        return introduction.draft_introduction(case=self.open(), heading=self.heading(), by=self.by, at=self.past)

    def sent(self) -> Introduction:
        return introduction.send_introduction(introduction=self.drafted(), consent_how="phone", by=self.by, at=self.past)

    def offered(self) -> Introduction:
        return introduction.offer_job(introduction=self.sent(), offer=OFFER, by=self.by, at=self.past)

    def accepted(self) -> Introduction:
        return introduction.accept_offer(introduction=self.offered(), by=self.by, at=self.past)

    def job(self, *, started: bool = False, kind: str = "permanent") -> Placement:
        job = Placement.objects.get(introduction=self.accepted())
        Placement.objects.filter(pk=job.pk).update(kind=kind)
        job.refresh_from_db()
        if started:
            placement.start_placement(placement=job, first_day=today_london(self.past), by=self.by, at=self.past)
        return job

    def left(self) -> Pathway:
        """Has left the only job, and nothing is to be asked any more."""
        Milestone.objects.all().delete()
        job = self.job(started=True)
        placement.leave_job(placement=job, last_day=today_london(self.past), by=self.by, at=self.past)
        return Pathway.objects.get(pk=job.pathway_id)

    def left_unsaid(self) -> Placement:
        """Has left, and nobody knows when or why."""
        job = self.job(started=True)
        return placement.leave_job(placement=job, last_day=None, by=self.by, at=self.past)

    def paused(self) -> Pathway:
        return cases.pause_case(
            case=self.open(), review_on=self.today + timedelta(days=30), by=self.by, at=self.past, taken=Taken(reason="childcare")
        )

    def superseded(self) -> Introduction:
        """Closed for another job, which then fell through."""
        first = self.offered()
        other = introduction.draft_introduction(case=first.pathway, heading=self.heading(title="Porter"), by=self.by, at=self.past)
        introduction.send_introduction(introduction=other, consent_how="phone", by=self.by, at=self.past)
        introduction.accept_offer(introduction=first, by=self.by, at=self.past)
        placement.fall_through(placement=Placement.objects.get(introduction=first), by=self.by, at=self.past)
        other.refresh_from_db()
        return other

    def check(self) -> PreEmploymentCheck:
        return PreEmploymentCheck.objects.filter(placement=self.job()).order_by("id")[0]

    def due(self) -> RetentionCheck:
        """In work for five weeks: the four-week check is open."""
        at = self.now - timedelta(days=31)
        case = self.case(at=at)
        start = today_london(at)
        placement.record_own_job(case=case, employer_words="Corner bakery", job={"title": "Baker"}, start_on=start, by=self.by, at=at)
        check = RetentionCheck.objects.get(milestone="four_weeks", pathway=case)
        retention.move_with_the_clock(check=check, at=self.now)
        check.refresh_from_db()
        return check

    def answered(self, *, in_post: bool = True) -> RetentionCheck:
        """The four-week check, answered by the person."""
        check = self.due()
        return retention.answer_check(check=check, in_post=in_post, known_on=self.today, grade="self", by=self.by, at=self.now)

    def disputed(self) -> RetentionCheck:
        """The person said yes, the employer no."""
        check = self.answered()
        return retention.answer_check(check=check, in_post=False, known_on=self.today, grade="employer", by=self.by, at=self.now)

    @property
    def lead_by(self) -> Any:
        return actor(self.lead)
