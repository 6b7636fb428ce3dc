"""Stories taken through the door: every deed by the service that a page would call, at the time it was done."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from candidates.models import Candidate
from candidates.services import equality, person
from ground.actor import Actor
from ground.clock import today_london
from outreach.choices import MessageState
from outreach.models import Message
from outreach.rules import next_opening
from pathways.models import Interview, Introduction, Pathway, Placement, PreEmploymentCheck, RetentionCheck, TrainingPlace
from pathways.services import case as cases
from pathways.services import contact, interview, placement, retention, training
from pathways.services import introduction as putting_forward
from pathways.services.door import Taken
from pathways.simulation.days import HOLIDAYS, moment
from pathways.simulation.offers import offer_of, revisit
from pathways.simulation.story import PersonStory
from pathways.simulation.world import World


def load_through_the_door(stories: Iterable[PersonStory], *, world: World) -> None:
    """Take each person's deeds in their order, by the people who would have done them. Texts wait in the outbox."""
    for story in stories:
        Life(story, world).live()


def let_texts_arrive(*, world: World) -> int:
    """Texts of the past arrived when texts may first go, as they count when stories are loaded in bulk; how many there were."""
    people = Pathway.objects.filter(programme=world.programme).values("candidate")
    written = Message.objects.filter(candidate__in=people, state=MessageState.READY)
    opens = [(message, next_opening(message.created_at, HOLIDAYS)) for message in written]
    arrived = [(message, went) for message, went in opens if world.at is None or went <= world.at]
    for message, went in arrived:
        message.state, message.attempt = MessageState.DELIVERED, 1
        message.attempt_at = message.accepted_at = message.final_at = went
        message.provider_id, message.provider_status = f"{message.backend}-{message.uuid}", "delivered"
    names = ["state", "attempt", "attempt_at", "accepted_at", "final_at", "provider_id", "provider_status"]
    return Message.objects.bulk_update([message for message, _ in arrived], names, batch_size=500)


class Life:
    """One person on their way through the services."""

    def __init__(self, story: PersonStory, world: World) -> None:
        self.story, self.world = story, world
        self.owner, self.by, self.organisation = world.worker_of(story)
        self.heard = self.by.speaking_for("candidate", "phone")
        self.person: Candidate
        self.case: Pathway
        self.chat: Interview
        self.seats: dict[int, TrainingPlace] = {}
        self.introductions: dict[int, Introduction] = {}
        self.jobs: dict[int, Placement] = {}

    def live(self) -> None:
        """All deeds, one after another."""
        for deed in self.story.deeds:
            act: Callable[..., None] = getattr(self, deed.verb)
            act(deed.at, **deed.how)

    def _employer(self, row: Introduction | Placement) -> Actor:
        place = [each.pk for each in self.world.employers].index(row.employer_id)
        return self.world.employer_actors[place]

    def _fresh(self, row: Any) -> Any:
        row.refresh_from_db()
        return row

    # Met, and told us who they are.

    def _arrive(self, at: datetime, by: Actor) -> None:
        story = self.story
        self.person = person.add_person(
            organisation=self.organisation,
            first_name=story.first_name,
            last_name=story.last_name,
            known_as=story.known_as,
            date_of_birth=story.date_of_birth,
            birth_quality=story.birth_quality,
            language=story.language,
            by=by,
            at=at,
        )
        for route in story.routes:
            self.reach(at, route.kind, route.value, safe=route.safe, by=by)
        if story.postcode or story.no_fixed_abode:
            person.set_address(
                candidate=self.person, postcode=story.postcode, lines=story.lines, no_fixed_abode=story.no_fixed_abode, by=by, at=at
            )

    def reach(self, at: datetime, kind: str, value: str, safe: dict[str, Any] | None = None, by: Actor | None = None) -> None:
        person.add_route(candidate=self.person, kind=kind, value=value, safe=safe, by=by or self.by, at=at)

    def _open(self, at: datetime, *, owned: bool) -> None:
        event = self.world.events[self.story.event] if self.story.event is not None else None
        self.case = cases.new_case(
            candidate=self.person,
            programme=self.world.programme,
            organisation=self.organisation,
            owner=self.owner if owned else None,
            opened_on=today_london(at),
            source=self.story.source,
            event=event,
        )

    def meet(self, at: datetime) -> None:
        self._arrive(at, self.by)
        self._open(at, owned=True)
        cases.log_outreach(case=self.case, by=self.by, at=at)

    def sign_up(self, at: datetime, families: list[str]) -> None:
        alone = Actor(kind="candidate", organisation_id=self.organisation.pk)
        self._arrive(at, alone)
        self._open(at, owned=False)
        cases.express_interest(case=self.case, families=families, notice=self.world.notice, by=alone, at=at)

    def take(self, at: datetime) -> None:
        cases.hand_over(case=self._fresh(self.case), to=self.owner, organisation=self.organisation, by=self.by, at=at)

    def interest(self, at: datetime, families: list[str]) -> None:
        cases.express_interest(case=self._fresh(self.case), families=families, notice=self.world.notice, by=self.heard, at=at)

    def answer_questions(self, at: datetime) -> None:
        alone = Actor(kind="candidate", organisation_id=self.organisation.pk)
        equality.answer_questions(candidate=self.person, answers=self.story.answers, own_words=self.story.own_words, by=alone, at=at)

    def move_home(self, at: datetime, postcode: str, lines: str, change: str) -> None:
        person.set_address(candidate=self.person, postcode=postcode, lines=lines, change=change, by=self.by, at=at)

    def contact(self, at: datetime, channel: str, outcome: str, minutes: int | None = None, meaningful: bool = False) -> None:
        contact.log_contact(
            case=self._fresh(self.case), channel=channel, outcome=outcome, minutes=minutes, meaningful=meaningful, by=self.by, at=at
        )

    def note(self, at: datetime, text: str, visibility: str, employer: int | None = None) -> None:
        named = self.world.employers[employer] if employer is not None else None
        contact.add_note(case=self.case, text=text, visibility=visibility, employer=named, by=self.by, at=at)

    # The chat.

    def book_chat(self, at: datetime, on: Any, minutes: int, place: str) -> None:
        when = moment(on, minutes)
        self.chat = interview.book_chat(case=self._fresh(self.case), when=when, place=place, host=self.owner, by=self.by, at=at)

    def move_chat(self, at: datetime, on: Any, minutes: int, place: str) -> None:
        interview.move_chat(chat=self._fresh(self.chat), when=moment(on, minutes), place=place, host=self.owner, by=self.by, at=at)

    def miss_chat(self, at: datetime, missed_by: str) -> None:
        interview.miss_chat(chat=self._fresh(self.chat), missed_by=missed_by, by=self.by, at=at, taken=Taken(reason=missed_by))

    def hold_chat(self, at: datetime, families: list[str], outcome: dict[str, Any]) -> None:
        interview.hold_chat(case=self.case, chat=self._fresh(self.chat), families=families, outcome=outcome, by=self.by, at=at)

    # Training.

    def wait(self, at: datetime, seat: int, course: int) -> None:
        self.seats[seat] = training.join_waiting(case=self.case, course=self.world.courses[course], by=self.by, at=at)

    def book_seat(self, at: datetime, seat: int, course: int) -> None:
        self.seats[seat] = training.book_seat(
            case=self.case, course=self.world.courses[course], place=self.seats.get(seat), by=self.by, at=at
        )

    def cancel_seat(self, at: datetime, seat: int) -> None:
        training.cancel_seat(place=self._fresh(self.seats[seat]), by=self.heard, at=at)

    def start_training(self, at: datetime, seat: int) -> None:
        training.start_training(place=self._fresh(self.seats[seat]), by=self.world.trainer, at=at)

    def finish_training(self, at: datetime, seat: int) -> None:
        training.finish_training(place=self._fresh(self.seats[seat]), by=self.world.trainer, at=at)

    def leave_training(self, at: datetime, seat: int, reason: str) -> None:
        training.leave_training(place=self._fresh(self.seats[seat]), by=self.by, at=at, taken=Taken(reason=reason))

    def mark_ready(self, at: datetime, reason: str) -> None:
        cases.mark_ready(case=self._fresh(self.case), by=self.by, at=at, taken=Taken(reason=reason))

    # Put forward, offered, taken.

    def draft(self, at: datetime, introduction: int, heading: int) -> None:
        self.introductions[introduction] = putting_forward.draft_introduction(
            case=self._fresh(self.case), heading=self.world.headings[heading], by=self.by, at=at
        )

    def send(self, at: datetime, introduction: int, consent_how: str) -> None:
        row = self._fresh(self.introductions[introduction])
        putting_forward.send_introduction(introduction=row, consent_how=consent_how, by=self.by, at=at)

    def _step(self, at: datetime, number: int, step: str, *, by: Actor, reason: str = "") -> None:
        putting_forward.move_introduction(
            introduction=self._fresh(self.introductions[number]), step=step, by=by, at=at, taken=Taken(reason=reason)
        )

    def consider(self, at: datetime, introduction: int) -> None:
        self._step(at, introduction, "consider", by=self._employer(self.introductions[introduction]))

    def decline_by_employer(self, at: datetime, introduction: int, reason: str) -> None:
        self._step(at, introduction, "decline_by_employer", by=self._employer(self.introductions[introduction]), reason=reason)

    def decline_by_candidate(self, at: datetime, introduction: int, reason: str) -> None:
        self._step(at, introduction, "decline_by_candidate", by=self.heard, reason=reason)

    def withdraw_introduction(self, at: datetime, introduction: int) -> None:
        self._step(at, introduction, "withdraw", by=self.by)

    def offer(self, at: datetime, introduction: int) -> None:
        row = self._fresh(self.introductions[introduction])
        putting_forward.offer_job(introduction=row, offer=offer_of(row.heading), by=self._employer(row), at=at)

    def accept(self, at: datetime, introduction: int) -> None:
        row = self._fresh(self.introductions[introduction])
        putting_forward.accept_offer(introduction=row, by=self.heard, at=at)
        self.jobs[len(self.jobs)] = Placement.objects.filter(introduction=row).latest("id")

    def withdraw_offer(self, at: datetime, introduction: int, reason: str) -> None:
        row = self._fresh(self.introductions[introduction])
        putting_forward.withdraw_offer(introduction=row, by=self._employer(row), at=at, taken=Taken(reason=reason))

    # In work.

    def check(self, at: datetime, job: int, kind: str, step: str) -> None:
        found = PreEmploymentCheck.objects.get(placement=self.jobs[job], kind=kind)
        day = today_london(at)
        values = {"asked_on": day, "owner_words": "HR team"} if step == "ask" else {"settled_on": day}
        placement.move_check(check=found, step=step, values=values, by=self._employer(self.jobs[job]), at=at)

    def agree_start(self, at: datetime, job: int, on: Any, start_at: str) -> None:
        row = self._fresh(self.jobs[job])
        placement.agree_start(placement=row, start_on=on, start_at=start_at, report_to="the duty manager", by=self._employer(row), at=at)

    def start(self, at: datetime, job: int, first_day: Any) -> None:
        placement.start_placement(placement=self._fresh(self.jobs[job]), first_day=first_day, by=self.by, at=at)

    def own_job(self, at: datetime, job: int, employer: str, title: str) -> None:
        self.jobs[job] = placement.record_own_job(
            case=self._fresh(self.case), employer_words=employer, job={"title": title}, start_on=today_london(at), by=self.heard, at=at
        )

    def fall_through(self, at: datetime, job: int, reason: str) -> None:
        placement.fall_through(placement=self._fresh(self.jobs[job]), by=self.heard, at=at, taken=Taken(reason=reason))

    def leave(self, at: datetime, job: int, last_day: Any, reason: str) -> None:
        row = self._fresh(self.jobs[job])
        placement.leave_job(placement=row, last_day=last_day, leave_reason=reason, by=self.heard, at=at, taken=Taken(reason=reason))

    def clock(self, at: datetime, job: int, milestone: str) -> None:
        retention.move_with_the_clock(check=self._check(job, milestone), at=at)

    def _check(self, job: int, milestone: str) -> RetentionCheck:
        return RetentionCheck.objects.get(placement=self.jobs[job], milestone=milestone)

    def answer(self, at: datetime, job: int, milestone: str, in_post: bool, last_day: Any, grade: str) -> None:
        employers = grade == "employer" and self.jobs[job].employer_id is not None
        retention.answer_check(
            check=self._check(job, milestone),
            in_post=in_post,
            known_on=today_london(at),
            grade="employer" if employers else "self",
            last_day=last_day,
            by=self._employer(self.jobs[job]) if employers else self.heard,
            at=at,
        )

    def restart(self, at: datetime) -> None:
        cases.restart_search(case=self._fresh(self.case), ready=True, by=self.by, at=at)

    # The end, and back again.

    def withdraw(self, at: datetime, reason: str) -> None:
        cases.withdraw(case=self._fresh(self.case), by=self.heard, at=at, taken=Taken(reason=reason))

    def not_now(self, at: datetime, reason: str, revisit_after: int) -> None:
        day = revisit(at, revisit_after)
        cases.set_not_now(case=self._fresh(self.case), revisit_on=day, by=self.heard, at=at, taken=Taken(reason=reason))

    def close_unreachable(self, at: datetime) -> None:
        cases.close_unreachable(case=self._fresh(self.case), by=self.by, at=at)

    def close_ineligible(self, at: datetime, reason: str, referred_to: str) -> None:
        cases.close_ineligible(case=self._fresh(self.case), referred_to=referred_to, by=self.by, at=at, taken=Taken(reason=reason))

    def end_follow_up(self, at: datetime) -> None:
        cases.end_follow_up(case=self._fresh(self.case), by=self.by, at=at)

    def reopen(self, at: datetime) -> None:
        cases.reopen(case=self._fresh(self.case), by=self.by, at=at)

    def come_back(self, at: datetime) -> None:
        self.case = cases.start_again(previous=self._fresh(self.case), owner=self.owner, by=self.heard, at=at)
