"""A row standing at each stage of each chart, brought there by steps wherever a step leads there, in a case that is otherwise usual."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import Milestone
from candidates.models import Candidate
from ground.clock import add_months, moved, today_london
from outreach.services.message import change_fact
from pathways.models import Course, Introduction, Pathway, Placement, PreEmploymentCheck, RetentionCheck, StageChange, TrainingPlace
from pathways.services import case as cases
from pathways.services import interview, introduction, placement, retention, training
from pathways.services.contact import log_contact
from pathways.services.door import let_follow
from pathways.services.heading import close_heading
from pathways.services.undo import undo_step
from pathways.workflow.truth import truth_of
from tests.factories import actor, rates, user
from tests.pathways.scenes import OFFER, Scene

#: Days since the first day after which the four-week check is due, is asked again, and is past its window.
DUE, ASKED_AGAIN, LAPSED = 30, 35, 50


class Stand(Scene):
    """A scene with a trainer, where anybody who cannot be reached has been tried often enough."""

    def __init__(self) -> None:
        super().__init__()
        rates()
        self.trainer = user("trainer", self.delivery, self.programme)
        #: Not the very moment of what is tried on the row.
        self.earlier = self.now - timedelta(hours=1)

    def open(self, **more: Any) -> Pathway:
        case = super().open(**more)
        for days, channel in ((12, "call"), (6, "text"), (1, "call")):
            log_contact(case=case, channel=channel, outcome="no_answer", by=self.by, at=self.now, day=self.today - timedelta(days=days))
        return case

    def course(self, **more: Any) -> Course:
        """One that is on today, whenever that is: its trainer sees who sits there."""
        around = {"starts_on": self.today - timedelta(days=21), "ends_on": self.today + timedelta(days=1)}
        return super().course(**{**around, **more})

    @property
    def yesterday(self) -> date:
        """A last day that leaves room for another first day before it."""
        return self.today - timedelta(days=1)

    def tried(self) -> Pathway:
        return self.open()

    def put(self, row: Any, stage: str, step: str = "") -> Any:
        """Where a step puts it that no service takes yet, or that belongs to no chart of this row: with its row in the log."""
        was, row.stage = row.stage, stage
        case = row.pk if isinstance(row, Pathway) else row.pathway_id
        type(row).objects.filter(pk=row.pk).update(stage=stage)
        change = StageChange.objects.create(
            machine=row.machine,
            subject_id=row.pk,
            pathway_id=case,
            step=step or stage,
            from_stage=was,
            to_stage=stage,
            actor_kind="system",
            happened_on=today_london(self.past),
            recorded_at=self.past,
        )
        change_fact(key=f"{row.machine}:{row.pk}", value=truth_of(row))
        if row.machine != "pathway":
            let_follow(case=Pathway.objects.get(pk=case), cause=change)
        return row

    def closed(self, step: str, **more: Any) -> Pathway:
        return getattr(cases, step)(case=self.open(), by=self.by, at=self.earlier, **more)

    def moved(self, step: str) -> Introduction:
        return introduction.move_introduction(introduction=self.sent(), step=step, by=self.by, at=self.past)

    def superseded(self) -> Introduction:
        """Another job was taken, which then did not go ahead."""
        row = self.sent()
        other = introduction.draft_introduction(case=row.pathway, heading=self.heading(title="Porter"), by=self.by, at=self.past)
        introduction.send_introduction(introduction=other, consent_how="phone", by=self.by, at=self.past)
        introduction.offer_job(introduction=other, offer=OFFER, by=self.by, at=self.past)
        introduction.accept_offer(introduction=other, by=self.by, at=self.past)
        placement.fall_through(placement=Placement.objects.get(introduction=other), by=self.by, at=self.past)
        row.refresh_from_db()
        return row

    def heading_closed(self) -> Introduction:
        row = self.sent()
        close_heading(heading=row.heading, by=actor(self.employer), at=self.past)
        row.refresh_from_db()
        return row

    def after(self, row: Any, service: Callable[..., Any], name: str, **more: Any) -> Any:
        service(**{name: row}, by=self.by, at=self.past, **more)
        row.refresh_from_db()
        return row

    def after_chat(self, service: Callable[..., Any], **more: Any) -> Any:
        """What became of a chat that an employer hosts."""
        chat = self.hosted()
        told = {"case": chat.pathway} if service is interview.hold_chat else {}
        return service(chat=chat, by=self.by, at=self.now, **told, **more)

    def asked(self, days_ago: int, *, looked: tuple[int, ...] = (0,)) -> RetentionCheck:
        """Put forward, offered, accepted and begun so many days ago; the clock looked at its four-week check so many days ago."""
        at = moved(
            self.now, -days_ago
        )  # the same hour by the wall, whatever the clocks did meanwhile: late at night a day more is another day
        row = introduction.draft_introduction(case=self.case(at=at), heading=self.heading(), by=self.by, at=at)
        introduction.send_introduction(introduction=row, consent_how="phone", by=self.by, at=at)
        introduction.offer_job(introduction=row, offer=OFFER, by=self.by, at=at)
        introduction.accept_offer(introduction=row, by=self.by, at=at)
        job = Placement.objects.get(introduction=row)
        placement.start_placement(placement=job, first_day=today_london(at), by=self.by, at=at)
        check = RetentionCheck.objects.get(placement=job, milestone="four_weeks")
        for days in looked:
            retention.move_with_the_clock(check=check, at=moved(self.now, -days))
        check.refresh_from_db()
        return check

    def answered(self, *, in_post: bool = True) -> RetentionCheck:
        check = self.asked(DUE)
        day = self.today
        return retention.answer_check(check=check, in_post=in_post, known_on=day, grade="self", by=self.by, at=self.now)

    def sustained(self) -> Pathway:
        at = datetime.combine(add_months(self.today, -7), self.now.timetz())
        case = self.case(at=at)
        job = {"employer_words": "Corner bakery", "job": {"title": "Baker"}}
        placement.record_own_job(case=case, start_on=today_london(at), by=self.by, at=at, **job)
        for check in RetentionCheck.objects.filter(pathway=case).order_by("due_on"):
            retention.move_with_the_clock(check=check, at=self.now)
            check.refresh_from_db()
            retention.answer_check(check=check, in_post=True, known_on=self.today, grade="self", by=self.by, at=self.now)
        return Pathway.objects.get(pk=case.pk)

    def settled_job(self) -> Pathway:
        """In work, with nothing left to ask."""
        Milestone.objects.all().delete()
        return Pathway.objects.get(pk=self.job(started=True).pathway_id)

    def died(self) -> Pathway:
        case = self.open()
        cases.record_death(candidate=Candidate.objects.get(pk=case.candidate_id), died_on=self.today, by=self.by, at=self.now)
        return Pathway.objects.get(pk=case.pk)

    def ended(self) -> Pathway:
        return cases.end_follow_up(case=self.left(), by=self.by, at=self.earlier)

    def marked(self, row: Any) -> Any:
        """The same case, marked ready before or after."""
        case = Pathway.objects.get(pk=row.pathway_id)
        Pathway.objects.filter(pk=case.pk).update(ready_on=today_london(self.past))
        return Pathway.objects.get(pk=case.pk)

    def uninterested(self, row_of: Callable[[Pathway], Any]) -> Pathway:
        """Somebody met, for whom more has happened already than saying that they are interested."""
        case = self.open(interested=False)
        row_of(case)
        return Pathway.objects.get(pk=case.pk)

    def check_after(self, step: str) -> PreEmploymentCheck:
        check = self.check()
        day = "asked_on" if step == "ask" else "settled_on"
        return placement.move_check(check=check, step=step, values={day: today_london(self.past)}, by=self.by, at=self.past)

    def void_check(self) -> PreEmploymentCheck:
        check = self.check()
        undo_step(change=StageChange.objects.get(step="accept"), by=self.lead_by, at=self.now)
        check.refresh_from_db()
        return check

    def exempt(self) -> RetentionCheck:
        """Of a job that ended with a death."""
        check = self.asked(DUE)
        cases.record_death(candidate=check.pathway.candidate, died_on=self.today, by=self.by, at=self.now)
        check.refresh_from_db()
        return check

    def case_of(self, row: Any) -> Pathway:
        return Pathway.objects.get(pk=row.pathway_id)


def _seat(s: Stand, case: Pathway) -> TrainingPlace:
    return training.book_seat(case=case, course=s.course(), by=s.by, at=s.past)


def _own_job(s: Stand, case: Pathway) -> Placement:
    start = today_london(s.past)
    return placement.record_own_job(case=case, employer_words="A school", job={"title": "Cook"}, start_on=start, by=s.by, at=s.past)


#: "chart stage, circumstance" -> a row that stands there.
STANDINGS: dict[str, Callable[[Stand], Any]] = {
    "pathway outreach": lambda s: s.open(interested=False),
    "pathway interested": lambda s: s.open(),
    "pathway interested, paused": lambda s: s.paused(),
    "pathway chat_booked": lambda s: s.case_of(s.chat()),
    "pathway chat_booked, no interest yet": lambda s: s.uninterested(
        lambda c: interview.book_chat(case=c, when=s.now + timedelta(days=1), place="Library", host=None, by=s.by, at=s.past)
    ),
    "pathway chatted": lambda s: s.case_of(s.held()),
    "pathway chatted, no interest yet": lambda s: s.uninterested(lambda c: interview.hold_chat(case=c, by=s.by, at=s.past)),
    "pathway training_booked": lambda s: s.case_of(s.seat()),
    "pathway training_booked, no interest yet": lambda s: s.uninterested(lambda c: _seat(s, c)),
    "pathway in_training": lambda s: s.case_of(s.seat(begun=True)),
    "pathway in_training, marked ready": lambda s: s.marked(s.seat(begun=True)),
    "pathway job_ready": lambda s: s.ready(),
    "pathway offered": lambda s: s.case_of(s.offered()),
    "pathway offered, marked ready": lambda s: s.marked(s.offered()),
    "pathway pre_start": lambda s: s.case_of(s.job()),
    "pathway in_work": lambda s: s.settled_job(),
    "pathway in_work, no interest yet": lambda s: s.uninterested(lambda c: _own_job(s, c)),
    "pathway left_work": lambda s: s.left(),
    "pathway sustained": lambda s: s.sustained(),
    "pathway not_now": lambda s: s.closed("set_not_now", do_not_contact=True),
    "pathway withdrawn": lambda s: s.closed("withdraw"),
    "pathway unreachable": lambda s: s.closed("close_unreachable"),
    "pathway ineligible": lambda s: s.closed("close_ineligible", referred_to="The careers service"),
    "pathway ended": lambda s: s.ended(),
    "pathway ended, by death": lambda s: s.died(),
    "pathway merged": lambda s: s.put(s.withdrawn(), "merged"),
    "pathway void": lambda s: cases.void_case(case=s.open(), by=s.lead_by, at=s.now),
    "interview booked, still to come": lambda s: s.chat(),
    "interview booked, its time has passed": lambda s: s.chat(to_come=False),
    "interview booked, hosted by an employer": lambda s: s.hosted(),
    "interview held": lambda s: s.held(),
    "interview held, hosted by an employer": lambda s: s.after_chat(interview.hold_chat),
    "interview missed, hosted by an employer": lambda s: s.after_chat(interview.miss_chat, missed_by="us"),
    "interview cancelled, hosted by an employer": lambda s: s.after_chat(interview.cancel_chat),
    "interview missed": lambda s: interview.miss_chat(chat=s.chat(to_come=False), missed_by="us", by=s.by, at=s.now),
    "interview cancelled": lambda s: interview.cancel_chat(chat=s.chat(), by=s.by, at=s.past),
    "interview void": lambda s: interview.void_chat(chat=s.chat(), by=s.lead_by, at=s.past),
    "training_place waiting": lambda s: s.waiting(),
    "training_place booked": lambda s: s.seat(),
    "training_place in_training": lambda s: s.seat(begun=True),
    "training_place finished": lambda s: training.finish_training(place=s.seat(begun=True), by=s.by, at=s.past),
    "training_place left": lambda s: training.leave_training(place=s.seat(begun=True), by=s.by, at=s.past),
    "training_place cancelled": lambda s: training.cancel_seat(place=s.seat(), by=s.by, at=s.past),
    "training_place void": lambda s: training.void_seat(place=s.seat(), by=s.lead_by, at=s.past),
    "introduction draft": lambda s: s.drafted(),
    "introduction sent": lambda s: s.sent(),
    "introduction considering": lambda s: s.moved("consider"),
    "introduction stale": lambda s: s.put(s.sent(), "stale", "go_stale"),
    "introduction reserve": lambda s: s.moved("reserve"),
    "introduction interview_set": lambda s: s.moved("invite"),
    "introduction offered": lambda s: s.offered(),
    "introduction accepted, before the first day": lambda s: s.accepted(),
    "introduction accepted, after the first day": lambda s: s.job(started=True).introduction,
    "introduction declined_by_candidate": lambda s: s.moved("decline_by_candidate"),
    "introduction withdrawn": lambda s: s.moved("withdraw"),
    "introduction declined_by_employer": lambda s: s.moved("decline_by_employer"),
    "introduction offer_withdrawn": lambda s: introduction.withdraw_offer(introduction=s.offered(), by=s.by, at=s.past),
    "introduction superseded": lambda s: s.superseded(),
    "introduction heading_closed": lambda s: s.heading_closed(),
    "introduction void": lambda s: introduction.move_introduction(introduction=s.sent(), step="void", by=s.lead_by, at=s.past),
    "placement checks_in_progress": lambda s: s.job(),
    "placement start_agreed": lambda s: s.after(s.job(), placement.agree_start, "placement", start_on=s.today),
    "placement in_post": lambda s: s.job(started=True),
    "placement in_post, for a fixed term": lambda s: s.job(started=True, kind="fixed_term"),
    "placement left": lambda s: placement.leave_job(placement=s.job(started=True), last_day=s.yesterday, by=s.by, at=s.now),
    "placement completed": lambda s: placement.complete_job(
        placement=s.job(started=True, kind="apprenticeship"), last_day=s.yesterday, by=s.by, at=s.now
    ),
    "placement moved": lambda s: s.put(s.job(started=True), "moved", "move_employer"),
    "placement fell_through": lambda s: s.after(s.job(), placement.fall_through, "placement"),
    "placement void": lambda s: placement.void_job(placement=s.job(), by=s.lead_by, at=s.past),
    "pre_employment_check not_started": lambda s: s.check(),
    "pre_employment_check in_progress": lambda s: s.check_after("ask"),
    "pre_employment_check cleared": lambda s: s.check_after("clear"),
    "pre_employment_check not_cleared": lambda s: s.check_after("not_clear"),
    "pre_employment_check not_required": lambda s: s.check_after("not_require"),
    "pre_employment_check void": lambda s: s.void_check(),
    "retention_check scheduled": lambda s: s.asked(DUE - 10),
    "retention_check open": lambda s: s.asked(DUE),
    "retention_check chasing": lambda s: s.asked(ASKED_AGAIN),
    "retention_check confirmed": lambda s: s.answered(in_post=True),
    "retention_check not_in_post": lambda s: s.answered(in_post=False),
    "retention_check unknown": lambda s: s.asked(LAPSED, looked=(LAPSED - 28, 0)),
    "retention_check disputed": lambda s: s.put(s.answered(in_post=True), "disputed"),
    "retention_check exempt": lambda s: s.exempt(),
    "retention_check superseded": lambda s: s.put(s.asked(DUE - 10), "superseded"),
    "retention_check void": lambda s: retention.void_check(check=s.asked(DUE), by=s.lead_by, at=s.now),
}


def standing(name: str) -> tuple[Stand, Any]:
    """A scene of its own with one row that stands where the name says, read afresh."""
    scene = Stand()
    row = STANDINGS[name](scene)
    row.refresh_from_db()
    machine, _, stage = name.partition(",")[0].partition(" ")
    assert (row.machine, row.stage) == (machine, stage), name
    return scene, row
