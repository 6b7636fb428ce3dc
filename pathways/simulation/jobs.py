"""Introductions, jobs, checks and closings of one person in memory, beside the methods of pathways.simulation.door."""

from datetime import date, datetime, timedelta
from typing import Any

from accounts.choices import CheckKind, RuleCode
from accounts.standard import RULES
from ground.actor import SYSTEM, Actor
from ground.clock import today_london
from pathways.ledger.taking import Case, Ledger
from pathways.models import Consent, Evidence, Introduction, Placement, PreEmploymentCheck, RetentionCheck
from pathways.models.introduction import ConsentKind
from pathways.models.task import TaskKind
from pathways.services.case import on_its_own
from pathways.services.introduction import FULL_ENOUGH
from pathways.services.last_day import grade_of, settled_by, to_find_out
from pathways.simulation.offers import offer_of, revisit
from pathways.simulation.story import PersonStory
from pathways.simulation.world import World
from pathways.workflow.introduction import LIVE
from pathways.workflow.placement import BEFORE_START, OVER

#: Invented programmes keep the rules that the product ships with.
CHASE_AFTER = timedelta(days=RULES[RuleCode.CHASE_DAYS].value)


class JobLife:
    """What happens from being put forward to leaving, and how a case ends."""

    def __init__(self, story: PersonStory, world: World, ledger: Ledger, lookups: Any) -> None:
        self.story, self.world, self.ledger, self.lookups = story, world, ledger, lookups
        self.owner, self.by, self.organisation = world.worker_of(story)
        self.heard = self.by.speaking_for("candidate", "phone")
        self.sheets, self.lean = ledger.sheets, ledger.lean
        self.person: Any = None
        self.address: Any = None
        self.chat: Any = None
        self.case: Case
        self.seats: dict[int, Any] = {}
        self.introductions: dict[int, Any] = {}
        self.jobs: dict[int, Any] = {}

    def audit(self, action: str, by: Actor, at: datetime, subject: Any, kind: str, *fields: str) -> None:
        """The row that the service would have written, about this person."""
        self.ledger.audit(action, by, at, subject, kind, *fields, person=self.person.uuid)

    def _employer(self, row: Any) -> Actor:
        return self.world.employer_actors[row.employer_place]

    def draft(self, at: datetime, introduction: int, heading: int) -> None:
        opening = self.world.headings[heading]
        row = self.ledger.child(
            self.case, Introduction.machine, at=at, heading_id=opening.pk, employer_id=opening.organisation_id, heading=opening
        )
        row.employer_place = [each.pk for each in self.world.employers].index(opening.organisation_id)
        row.employer = self.world.employers[row.employer_place]
        self.introductions[introduction] = row
        self.case.introductions.append(row)
        self.ledger.take(self.case, row, "draft", by=self.by, at=at)
        self.audit("introduction.draft", self.by, at, row, "pathways.introduction")

    def send(self, at: datetime, introduction: int, consent_how: str) -> None:
        row, day = self.introductions[introduction], today_london(at)
        consent = self.sheets.new(
            Consent,
            created=at,
            candidate_id=self.person.id,
            kind=ConsentKind.SHARE.value,
            employer_id=row.employer_id,
            given_on=day,
            given_how=consent_how,
            recorded_by_id=self.by.user_id,
        )
        phones = (each.value for each in self.person.routes if each.kind in {"mobile", "landline"})
        shared = {"name": self.person.name, "called": self.person.called, "phone": next(phones, "")}
        values = {"sent_on": day, "shared": shared, "consent_id": consent.id}
        change = self.ledger.take(self.case, row, "send", by=self.by, at=at, values=values)
        consent.opened_by_id = change.id
        self.audit("introduction.send", self.by, at, row, "pathways.introduction", "consent_how")

    def _step(self, at: datetime, number: int, step: str, *, by: Actor, reason: str = "") -> None:
        row = self.introductions[number]
        self.ledger.take(self.case, row, step, by=by, at=at, reason=reason)
        self.audit("introduction.step", by, at, row, "pathways.introduction", "step", "taken")

    def consider(self, at: datetime, introduction: int) -> None:
        self._step(at, introduction, "consider", by=self._employer(self.introductions[introduction]))

    def decline_by_employer(self, at: datetime, introduction: int, reason: str) -> None:
        self._step(at, introduction, "decline_by_employer", by=self._employer(self.introductions[introduction]), reason=reason)

    def decline_by_candidate(self, at: datetime, introduction: int, reason: str) -> None:
        self._step(at, introduction, "decline_by_candidate", by=self.heard, reason=reason)

    def withdraw_introduction(self, at: datetime, introduction: int) -> None:
        self._step(at, introduction, "withdraw", by=self.by)

    def offer(self, at: datetime, introduction: int) -> None:
        row, day = self.introductions[introduction], today_london(at)
        offer, by = offer_of(row.heading), self._employer(row)
        graded = self.lookups.grade(offer["offer_pay"], offer["offer_pay_unit"], day)
        self.ledger.take(self.case, row, "offer", by=by, at=at, values={**offer, "offered_on": day, "offer_grade": graded})
        self.audit("introduction.offer", by, at, row, "pathways.introduction", "offer")

    def accept(self, at: datetime, introduction: int) -> None:
        row = self.introductions[introduction]

        def accepted(change: Any) -> None:
            self._make_job(row, change, at)
            if row.offer_hours is not None and row.offer_hours >= FULL_ENOUGH:
                for other in self.case.introductions:
                    if other is not row and other.stage in LIVE:
                        instead = {"superseded_by_id": row.id}
                        self.ledger.take(self.case, other, "supersede", by=on_its_own(self.heard), at=at, values=instead, cause=change)

        self.ledger.take(self.case, row, "accept", by=self.heard, at=at, then=accepted)
        self.audit("introduction.accept", self.heard, at, row, "pathways.introduction")

    def _make_job(self, row: Any, change: Any, at: datetime) -> None:
        job = self._job(
            at,
            introduction_id=row.id,
            employer_id=row.employer_id,
            title=row.heading.title,
            kind=row.offer_kind or "permanent",
            hours_a_week=row.offer_hours,
            pay=row.offer_pay,
            pay_unit=row.offer_pay_unit,
        )
        job.introduction, job.employer, job.employer_place = row, row.employer, row.employer_place
        made = self.ledger.take(self.case, job, "record", by=SYSTEM, at=at, cause=change)
        for kind in () if self.lean else CheckKind:
            check = self.ledger.child(self.case, PreEmploymentCheck.machine, at=at, placement_id=job.id, kind=kind.value)
            job.before_start[kind.value] = check
            self.ledger.take(self.case, check, "plan", by=SYSTEM, at=at, cause=made)

    def _job(self, at: datetime, **values: Any) -> Any:
        job = self.ledger.child(self.case, Placement.machine, at=at, before_start={}, milestones={}, **values)
        job.introduction, job.employer, job.case = None, None, self.case
        self.jobs[len(self.jobs)] = job
        self.case.jobs.append(job)
        return job

    def withdraw_offer(self, at: datetime, introduction: int, reason: str) -> None:
        row = self.introductions[introduction]
        by = self._employer(row)

        def consequences(change: Any) -> None:
            for job in self.case.jobs:
                if job.introduction is row and job.stage != "fell_through":
                    self.ledger.take(self.case, job, "fall_through", by=by, at=at, cause=change, reason="offer_withdrawn")

        self.ledger.take(self.case, row, "withdraw_offer", by=by, at=at, reason=reason, then=consequences)
        self.audit("introduction.withdraw_offer", by, at, row, "pathways.introduction", "taken")

    def check(self, at: datetime, job: int, kind: str, step: str) -> None:
        if self.lean:
            return
        row, day = self.jobs[job].before_start[kind], today_london(at)
        by = self._employer(self.jobs[job])
        values = {"asked_on": day, "owner_words": "HR team"} if step == "ask" else {"settled_on": day}
        self.ledger.take(self.case, row, step, by=by, at=at, values=values)
        self.audit("check.step", by, at, row, "pathways.preemploymentcheck", "step", "values")

    def agree_start(self, at: datetime, job: int, on: date, start_at: str) -> None:
        row = self.jobs[job]
        by = self._employer(row)
        values = {"start_on": on, "start_at": start_at, "report_to": "the duty manager"}
        self.ledger.take(self.case, row, "agree_start", by=by, at=at, values=values)
        self.audit("placement.agree_start", by, at, row, "pathways.placement", "report_to", "start_at", "start_on")

    def start(self, at: datetime, job: int, first_day: date) -> None:
        row = self.jobs[job]
        self._start(row, first_day, self.by, at, day=max(first_day, row.latest))
        self.audit("placement.start", self.by, at, row, "pathways.placement", "first_day")

    def _start(self, job: Any, first_day: date, by: Actor, at: datetime, *, day: date, cause: Any = None) -> None:
        def plan(change: Any) -> None:
            for code, due, window in self.lookups.milestones(first_day):
                check = self.ledger.child(
                    self.case, RetentionCheck.machine, at=at, placement_id=job.id, milestone=code, due_on=due, window_days=window
                )
                check.placement, job.milestones[code] = job, check
                job.case.checks.append(check)
                self.ledger.take(self.case, check, "plan", by=SYSTEM, at=at, cause=change)

        job.recorded_on = today_london(at)
        self.ledger.take(self.case, job, "start", by=by, at=at, values={"first_day": first_day}, day=day, cause=cause, then=plan)

    def own_job(self, at: datetime, job: int, employer: str, title: str) -> None:
        day = today_london(at)
        row = self._job(at, employer_words=employer, title=title)

        def begin(change: Any) -> None:
            self._start(row, day, self.heard, at, day=day, cause=change)

        self.ledger.take(self.case, row, "record_own_job", by=self.heard, at=at, values={"start_on": day}, then=begin)
        self.audit("placement.record_own_job", self.heard, at, row, "pathways.placement", "employer_words", "job", "start_on")

    def fall_through(self, at: datetime, job: int, reason: str) -> None:
        self.ledger.take(self.case, self.jobs[job], "fall_through", by=self.heard, at=at, reason=reason)
        self.audit("placement.fall_through", self.heard, at, self.jobs[job], "pathways.placement", "taken")

    def leave(self, at: datetime, job: int, last_day: date | None, reason: str) -> None:
        self._leave(self.jobs[job], last_day, reason, self.heard, at, "leave_reason", "taken", reason=reason)

    def _leave(
        self, job: Any, last_day: date | None, leave_reason: str, by: Actor, at: datetime, *fields: str, reason: str = "", cause: Any = None
    ) -> None:
        def unknown(change: Any) -> None:
            self._find_out(job, change, at)
            for check in job.milestones.values() if last_day is not None else ():
                step = settled_by(last_day, check) if check.due_on <= today_london(at) else ""
                if step:
                    values = {"known_on": today_london(at), "grade": grade_of(by)} if step != "dispute" else {}
                    self.ledger.take(job.case, check, step, by=SYSTEM, at=at, values=values, cause=change)

        values = {"last_day": last_day, "leave_reason": leave_reason, "destination": ""}
        self.ledger.take(job.case, job, "leave", by=by, at=at, values=values, reason=reason, cause=cause, then=unknown)
        said = [*fields, "last_day"] if last_day is not None else list(fields)
        self.audit("placement.leave", by, at, job, "pathways.placement", *said)

    def _find_out(self, job: Any, change: Any, at: datetime) -> None:
        for kind, what in to_find_out(job):
            self.ledger.open_task(job.case, kind, f"placement:{job.id}:{what}", today_london(at), "worker", change)

    # Still in work?

    def clock(self, at: datetime, job: int, milestone: str) -> None:
        row = self.jobs[job]
        check, today = row.milestones[milestone], today_london(at)
        over = row.last_day is not None and row.stage in OVER

        def settle() -> None:
            still = row.last_day >= check.due_on
            values = {"known_on": today, "grade": "self"}
            step = "settle_in_post" if still else "settle_left"
            change = self.ledger.take(row.case, check, step, by=SYSTEM, at=at, values=values)
            if not still and not any(each.stage == "in_post" for each in self.jobs.values()):
                self.ledger.open_task(row.case, TaskKind.ANY_WORK, f"retention_check:{check.id}", today, "worker", change)
                self.ledger.show_next(row.case)

        if over and check.stage in {"scheduled", "open", "chasing"} and check.due_on <= today:
            return settle()
        if check.stage == "scheduled" and check.due_on <= today:
            ends = max(check.due_on, row.recorded_on) + timedelta(days=check.window_days)
            self.ledger.take(row.case, check, "open_window", by=SYSTEM, at=at, values={"window_ends": max(ends, today)})
        if check.stage == "open" and check.due_on + CHASE_AFTER <= today:
            self.ledger.take(row.case, check, "chase", by=SYSTEM, at=at)
        if check.stage in {"open", "chasing"} and check.window_ends < today:
            self.ledger.take(row.case, check, "lapse", by=SYSTEM, at=at)
        return None

    def answer(self, at: datetime, job: int, milestone: str, in_post: bool, last_day: date | None, grade: str) -> None:
        row = self.jobs[job]
        check, known_on = row.milestones[milestone], today_london(at)
        employers = grade == "employer" and row.employer_id is not None
        by = self._employer(row) if employers else self.heard
        how = "employer" if employers else "self"
        still = in_post or (last_day is not None and last_day >= check.due_on)

        def answered(change: Any) -> None:
            self.sheets.new(
                Evidence, created=at, check_row_id=check.id, in_post=still, known_on=known_on, grade=how, opened_by_id=change.id
            )
            if not in_post and row.stage == "in_post":
                self._leave(row, last_day, "", by, at, "taken", cause=change)
            elif not in_post and row.last_day is None:
                self._find_out(row, change, at)

        values = {"known_on": known_on, "grade": how}
        self.ledger.take(row.case, check, "confirm" if still else "deny", by=by, at=at, values=values, then=answered)
        fields = ["grade", "in_post", "known_on"] + (["last_day"] if last_day is not None else [])
        self.audit("retention.answer", by, at, check, "pathways.retentioncheck", *fields)

    def restart(self, at: datetime) -> None:
        ended = [each.id for each in self.case.jobs if each.stage in OVER]
        values = {"looked_past": ended, "ready_on": today_london(at)}
        self.ledger.take(self.case, self.case.row, "restart_search", by=self.by, at=at, values=values)
        self.audit("case.restart_search", self.by, at, self.case.row, "pathways.pathway", "ready")

    # The end, and back again.

    def _close(self, at: datetime, step: str, by: Actor, reason: str = "", *fields: str, **values: Any) -> None:
        case = self.case

        def close_what_is_live(change: Any) -> None:
            for rows, stages, ending in (
                (case.chats, ("booked",), "cancel"),
                (case.seats, ("waiting", "booked"), "cancel"),
                (case.seats, ("in_training",), "leave"),
                (case.introductions, LIVE, "withdraw"),
                (case.jobs, BEFORE_START, "fall_through"),
            ):
                for row in [each for each in rows if each.stage in stages]:
                    over = {"over_on": change.happened_on} if ending == "leave" else {}
                    self.ledger.take(case, row, ending, by=by, at=at, values=over, cause=change)

        values = {"closed_on": today_london(at), **values}
        self.ledger.take(case, case.row, step, by=by, at=at, values=values, reason=reason, then=close_what_is_live)
        said = [*fields, "taken"] if reason else list(fields)
        self.audit(f"case.{step}", by, at, case.row, "pathways.pathway", *said)

    def withdraw(self, at: datetime, reason: str) -> None:
        self._close(at, "withdraw", self.heard, reason, close_reason=reason)

    def not_now(self, at: datetime, reason: str, revisit_after: int) -> None:
        day = revisit(at, revisit_after)
        self._close(at, "set_not_now", self.heard, reason, "revisit_on", close_reason=reason, revisit_on=day, do_not_contact=False)

    def close_unreachable(self, at: datetime) -> None:
        self._close(at, "close_unreachable", self.by)

    def close_ineligible(self, at: datetime, reason: str, referred_to: str) -> None:
        self._close(at, "close_ineligible", self.by, reason, "referred_to", close_reason=reason, referred_to=referred_to)

    def end_follow_up(self, at: datetime) -> None:
        self._close(at, "end_follow_up", self.by)

    def reopen(self, at: datetime) -> None:
        values = {"closed_on": None, "close_reason": "", "revisit_on": None, "do_not_contact": False}
        self.ledger.take(self.case, self.case.row, "reopen", by=self.by, at=at, values=values)
        self.audit("case.reopen", self.by, at, self.case.row, "pathways.pathway")
