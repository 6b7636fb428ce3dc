"""What a random actor may try on a case: every step of every chart, with something in its hands."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Milestone
from ground.actor import Actor
from ground.clock import today_london
from ground.rows import Row
from pathways.models import (
    MACHINES,
    Interview,
    Introduction,
    Pathway,
    Placement,
    PreEmploymentCheck,
    RetentionCheck,
    StageChange,
    Task,
    TrainingPlace,
)
from pathways.queries.company import going_on
from pathways.queries.facts import facts_of
from pathways.services import case as cases
from pathways.services import employment, interview, introduction, placement, retention, training
from pathways.services.door import Taken, chart_steps
from pathways.workflow.follow import follow
from pathways.workflow.introduction import LIVE
from pathways.workflow.pathway import OPEN
from pathways.workflow.placement import BEFORE_START
from tests.factories import World

Try = Callable[[Any, Actor, datetime], object]

OFFER = {"offer_hours": Decimal("35"), "offer_pay": Decimal("13"), "offer_pay_unit": "hour", "offer_kind": "fixed_term"}


class Walk:
    """One world, two openings, one course, and everything that can be tried in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.headings = [world.heading(places=1), world.heading(title="Porter", places=3)]
        self.course = world.course(capacity=1)
        Milestone.objects.create(programme=world.programme, code="twenty_six_weeks", weeks=26, window_days=28, valid_from=date(2000, 1, 1))

    def begin(self, case: Pathway, far: int, at: datetime) -> None:
        """Take the person some way before the blind part begins: 1 put forward, 2 offered, 3 accepted, 4 in post."""
        by = self.world.by
        if far == 0:
            return
        cases.express_interest(case=case, by=by, at=at)
        row = introduction.draft_introduction(case=case, heading=self.headings[1], by=by, at=at)
        introduction.send_introduction(introduction=row, consent_how="phone", by=by, at=at)
        if far >= 2:
            introduction.offer_job(introduction=row, offer=OFFER, by=by, at=at)
        if far >= 3:
            introduction.accept_offer(introduction=row, by=by, at=at)
        if far >= 4:
            placement.start_placement(placement=Placement.objects.get(introduction=row), first_day=today_london(at), by=by, at=at)

    def on_case(self) -> dict[str, Try]:
        """Steps on the case, and those that begin a row in it."""
        world = self.world
        return {
            "express_interest": lambda c, by, at: cases.express_interest(case=c, by=by, at=at),
            "mark_ready": lambda c, by, at: cases.mark_ready(case=c, by=by, at=at, taken=Taken(reason="experience")),
            "unmark_ready": lambda c, by, at: cases.unmark_ready(case=c, by=by, at=at),
            "restart": lambda c, by, at: cases.restart_search(case=c, ready=True, by=by, at=at),
            "not_now": lambda c, by, at: cases.set_not_now(case=c, revisit_on=today_london(at) + timedelta(days=30), by=by, at=at),
            "withdraw": lambda c, by, at: cases.withdraw(case=c, by=by, at=at),
            "unreachable": lambda c, by, at: cases.close_unreachable(case=c, by=by, at=at),
            "ineligible": lambda c, by, at: cases.close_ineligible(case=c, referred_to="the Jobcentre", by=by, at=at),
            "end_follow_up": lambda c, by, at: cases.end_follow_up(case=c, by=by, at=at),
            "void": lambda c, by, at: cases.void_case(case=c, by=by, at=at),
            "reopen": lambda c, by, at: cases.reopen(case=c, by=by, at=at),
            "return": lambda c, by, at: cases.start_again(previous=c, owner=world.worker, by=by, at=at),
            "hand_over": lambda c, by, at: cases.hand_over(case=c, to=world.lead, organisation=world.delivery, by=by, at=at),
            "pause": lambda c, by, at: cases.pause_case(
                case=c, review_on=today_london(at) + timedelta(days=20), by=by, at=at, taken=Taken(reason="away")
            ),
            "resume": lambda c, by, at: cases.resume_case(case=c, by=by, at=at),
            "book_chat": lambda c, by, at: interview.book_chat(case=c, when=at + timedelta(days=2), place="Café", host=None, by=by, at=at),
            "hold_chat": lambda c, by, at: interview.hold_chat(case=c, by=by, at=at),
            "wait": lambda c, by, at: training.join_waiting(case=c, course=self.course, by=by, at=at),
            "book_seat": lambda c, by, at: training.book_seat(case=c, course=self.course, over_capacity_reason="kin", by=by, at=at),
            "draft_first": lambda c, by, at: introduction.draft_introduction(case=c, heading=self.headings[0], by=by, at=at),
            "draft_second": lambda c, by, at: introduction.draft_introduction(case=c, heading=self.headings[1], by=by, at=at),
            "own_job": lambda c, by, at: placement.record_own_job(
                case=c, employer_words="A bakery", job={"title": "Baker"}, start_on=today_london(at), by=by, at=at
            ),
            "own_job_to_come": lambda c, by, at: placement.record_own_job(
                case=c, employer_words="A school", job={"title": "Cook"}, start_on=today_london(at) + timedelta(days=9), by=by, at=at
            ),
        }

    def on_child(self) -> dict[str, tuple[type[Row], Try]]:
        """Steps on a chat, a seat, an introduction, a job, a check."""
        tries: dict[str, tuple[type[Row], Try]] = {
            "interview.move": (
                Interview,
                lambda r, by, at: interview.move_chat(chat=r, when=at + timedelta(days=3), place="Hub", host=None, by=by, at=at),
            ),
            "interview.hold": (
                Interview,
                lambda r, by, at: interview.hold_chat(case=r.pathway, chat=r, by=by, at=at),
            ),
            "interview.miss": (
                Interview,
                lambda r, by, at: interview.miss_chat(chat=r, missed_by="us", by=by, at=at),
            ),
            "interview.cancel": (
                Interview,
                lambda r, by, at: interview.cancel_chat(chat=r, by=by, at=at),
            ),
            "training_place.start": (TrainingPlace, lambda r, by, at: training.start_training(place=r, by=by, at=at)),
            "training_place.finish": (TrainingPlace, lambda r, by, at: training.finish_training(place=r, by=by, at=at)),
            "training_place.leave": (TrainingPlace, lambda r, by, at: training.leave_training(place=r, by=by, at=at)),
            "training_place.cancel": (TrainingPlace, lambda r, by, at: training.cancel_seat(place=r, by=by, at=at)),
            "introduction.send": (
                Introduction,
                lambda r, by, at: introduction.send_introduction(introduction=r, consent_how="phone", by=by, at=at),
            ),
            "introduction.offer": (Introduction, lambda r, by, at: introduction.offer_job(introduction=r, offer=OFFER, by=by, at=at)),
            "introduction.accept": (Introduction, lambda r, by, at: introduction.accept_offer(introduction=r, by=by, at=at)),
            "introduction.withdraw_offer": (Introduction, lambda r, by, at: introduction.withdraw_offer(introduction=r, by=by, at=at)),
            "placement.agree_start": (
                Placement,
                lambda r, by, at: placement.agree_start(placement=r, start_on=today_london(at) + timedelta(days=5), by=by, at=at),
            ),
            "placement.start": (
                Placement,
                lambda r, by, at: placement.start_placement(placement=r, first_day=today_london(at), by=by, at=at),
            ),
            "placement.fall_through": (Placement, lambda r, by, at: placement.fall_through(placement=r, by=by, at=at)),
            "placement.leave": (Placement, lambda r, by, at: placement.leave_job(placement=r, last_day=today_london(at), by=by, at=at)),
            "placement.complete": (
                Placement,
                lambda r, by, at: placement.complete_job(placement=r, last_day=today_london(at), by=by, at=at),
            ),
            "pre_employment_check.clear": (
                PreEmploymentCheck,
                lambda r, by, at: placement.move_check(check=r, step="clear", values={"settled_on": today_london(at)}, by=by, at=at),
            ),
            "retention_check.tick": (RetentionCheck, lambda r, by, at: retention.move_with_the_clock(check=r, at=at)),
            "retention_check.confirm": (
                RetentionCheck,
                lambda r, by, at: retention.answer_check(check=r, in_post=True, known_on=today_london(at), grade="self", by=by, at=at),
            ),
            "retention_check.deny": (
                RetentionCheck,
                lambda r, by, at: retention.answer_check(check=r, in_post=False, known_on=today_london(at), grade="employer", by=by, at=at),
            ),
        }
        tries |= self._of_jobs()
        for step in ("consider", "invite", "reserve", "decline_by_candidate", "decline_by_employer", "withdraw"):
            tries[f"introduction.{step}"] = (Introduction, _moves(step))
        return tries

    def _of_jobs(self) -> dict[str, tuple[type[Row], Try]]:
        """A job that goes on in another way, and what more than one person says of it."""
        role = {"title": "Clerk", "kind": "permanent", "hours_a_week": None, "ends_on": None}
        found: dict[str, tuple[type[Row], Try]] = {
            "introduction.go_stale": (Introduction, lambda r, by, at: introduction.let_go_stale(introduction=r, at=at)),
            "introduction.revive": (
                Introduction,
                lambda r, by, at: introduction.revive_introduction(introduction=r, consent_how="phone", by=by, at=at),
            ),
            "placement.move_role": (Placement, lambda r, by, at: employment.move_role(placement=r, role=role, by=by, at=at)),
            "placement.move_employer": (
                Placement,
                lambda r, by, at: employment.move_employer(
                    placement=r, employer=self.world.trust, role=role, first_day=today_london(at), by=by, at=at
                ),
            ),
            "placement.correct_start": (
                Placement,
                lambda r, by, at: employment.correct_start(
                    placement=r, first_day=max(r.pathway.opened_on, (r.first_day or today_london(at)) - timedelta(days=3)), by=by, at=at
                ),
            ),
            "placement.tell_leaving": (
                Placement,
                lambda r, by, at: employment.tell_leaving(placement=r, last_day=today_london(at), destination="", by=by, at=at),
            ),
            "retention_check.ask_call": (RetentionCheck, lambda r, by, at: retention.ask_for_call(check=r, by=by, at=at)),
            "retention_check.say_any_work": (
                RetentionCheck,
                lambda r, by, at: retention.say_any_work(check=r, any_work=True, by=by, at=at),
            ),
        }
        for in_post in (True, False):
            found[f"retention_check.{'settle_still' if in_post else 'settle_gone'}"] = (RetentionCheck, _settles(in_post))
        found["retention_check.answer_again"] = (
            RetentionCheck,
            lambda r, by, at: retention.answer_check(
                check=r, in_post=r.stage == "not_in_post", known_on=today_london(at), grade="employer", by=by, at=at
            ),
        )
        return found


def fits(name: str, row: Row) -> bool:
    """Whether the chart opens this step from where the row stands; the clock may always look."""
    if name == "retention_check.tick":
        return row.stage in {"scheduled", "open", "chasing"}
    machine, step = name.split(".")
    return row.stage in chart_steps(machine)[step].sources


def _settles(in_post: bool) -> Try:
    return lambda r, by, at: retention.settle_check(check=r, in_post=in_post, by=by, at=at)


def _moves(step: str) -> Try:
    return lambda r, by, at: introduction.move_introduction(introduction=r, step=step, by=by, at=at)


def snapshot(case_ids: list[int]) -> dict[str, object]:
    """Everything that stands: stages and coded fields of rows that are not void, open tasks, the case's own row."""
    seen: dict[str, object] = {}
    for name, model in MACHINES.items():
        skip = {"version", "created_at", "updated_at"}
        columns = [each.attname for each in model._meta.concrete_fields if each.attname not in skip]
        rows = model.objects.filter(pk__in=case_ids) if name == "pathway" else model.objects.filter(pathway__in=case_ids)
        seen[name] = sorted(map(str, rows.exclude(stage="void").values_list(*columns)))
    seen["tasks"] = sorted(map(str, Task.objects.filter(pathway__in=case_ids, state="open").values_list("kind", "subject", "due_on")))
    return seen


def broken(person_key: object) -> list[str]:
    """Sentences on the rules of the workflow that do not hold for one person; none when all is well."""
    wrong: list[str] = []
    cases_of = list(Pathway.objects.filter(person_key=person_key))
    if sum(case.stage in OPEN for case in cases_of) > 1:
        wrong.append("two open cases in one programme")
    for case in cases_of:
        if case.stage in OPEN and follow(facts_of(case)) != case.stage:
            wrong.append(f"case stands at {case.stage}, its facts say {follow(facts_of(case))}")
        if going_on(case).stage not in OPEN:  # a case that was taken into another is read with it
            live = [
                Interview.objects.filter(pathway=case, stage="booked").exists(),
                TrainingPlace.objects.filter(pathway=case, stage__in=["waiting", "booked", "in_training"]).exists(),
                Introduction.objects.filter(pathway=case, stage__in=LIVE).exists(),
                Placement.objects.filter(pathway=case, stage__in=BEFORE_START).exists(),
            ]
            if any(live):
                wrong.append(f"a {case.stage} case has something live: {live}")
        for check in RetentionCheck.objects.filter(pathway=case).exclude(stage__in=["void", "exempt"]).select_related("placement"):
            if check.placement.first_day is None or check.placement.stage in {"void", *BEFORE_START}:
                wrong.append("a retention check without a start")
    return wrong + unlike_the_log([case.pk for case in cases_of])


def unlike_the_log(case_ids: list[int]) -> list[str]:
    """Replay: the log's last word on each row is the row's stage, and each row of the log begins where the last ended."""
    wrong: list[str] = []
    stands: dict[tuple[str, int], str] = {}
    for change in StageChange.objects.filter(pathway__in=case_ids).order_by("id"):
        key = (change.machine, change.subject_id)
        if stands.get(key, "new") != change.from_stage:
            wrong.append(f"the log jumps: {key} from {stands.get(key)} but says {change.from_stage}")
        stands[key] = change.to_stage
    for (machine, pk), stage in stands.items():
        kept = MACHINES[machine].objects.values_list("stage", flat=True).get(pk=pk)
        if kept != stage:
            wrong.append(f"{machine} {pk} is {kept}, the log says {stage}")
    return wrong
