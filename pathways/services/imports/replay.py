"""Past steps, taken through the same door as today's: a date makes its child, and the log says that it was imported."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from accounts.models import Organisation
from employers.models import CareerHeading, JobFamily
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict
from pathways.models import Course, ImportRun, Interview, Introduction, Pathway, Placement, RetentionCheck, StageChange, TrainingPlace
from pathways.models.log import Quality
from pathways.queries.facts import SIX_MONTHS
from pathways.services import case as cases
from pathways.services import interview, introduction, placement, retention, training
from pathways.services.door import Taken, change_stage
from pathways.services.imports.order import in_order
from pathways.workflow.introduction import LIVE
from pathways.workflow.pathway import OPEN
from pathways.workflow.placement import BEFORE_START

NOT_RECORDED = "Employer not recorded"


@dataclass
class Replay:
    """One case, one file, and the steps that its dates support."""

    case: Pathway
    run: ImportRun
    by: Actor
    at: datetime

    def take(self, facts: list[dict[str, Any]]) -> None:
        """Each step that the log does not hold yet, in the order of days."""
        logged = set(
            StageChange.objects.filter(pathway=self.case, undoes__isnull=True, undone_by__isnull=True).values_list("machine", "step")
            if self.case.pk
            else []
        )
        for fact in in_order(facts, today=today_london(self.at)):
            machine, step = fact["step"].split(".")
            if (machine, step) in logged:
                continue
            act = STEPS.get(fact["step"])
            if act is not None:
                act(self, fact["day"], self.taken(fact), fact)

    def taken(self, fact: dict[str, Any]) -> Taken:
        """When, how sure, and from which file."""
        return Taken(happened_on=fact["day"], quality=fact["quality"], import_run=self.run)

    @property
    def who(self) -> dict[str, Any]:
        """The importer, at the time of the run."""
        return {"by": self.by, "at": self.at}

    def reach(self, stage: str) -> None:
        """At most one fact to reach the register's stage, marked so; never back, never on a case that has ended."""
        self.case.refresh_from_db()
        if not stage or stage == self.case.stage or self.case.stage not in OPEN or stage not in OPEN:
            return
        taken = Taken(quality=Quality.UNKNOWN, import_run=self.run)
        change_stage(subject=self.case, step="import_stage", values={"imported_stage": stage}, taken=taken, **self.who)


Act = Callable[[Replay, date, Taken, dict[str, Any]], None]


def open_case(replay: Replay, day: date, taken: Taken) -> None:
    """The first contact, where the file says nothing of it: the day of the first thing it does know."""
    if replay.case.pk is None:
        replay.case.opened_on = replay.case.stage_since = day
        cases.log_outreach(case=replay.case, taken=taken, **replay.who)


def _outreach(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> None:
    open_case(replay, day, taken)


def _interest(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> None:
    if replay.case.pk is None:
        replay.case.opened_on = replay.case.stage_since = day
    if replay.case.interested_on is None:
        cases.express_interest(case=replay.case, taken=taken, **replay.who)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def _begun(replay: Replay, day: date, taken: Taken) -> Pathway:
    """Whatever came later was preceded by a first contact."""
    open_case(replay, day, taken)
    return replay.case


def _book(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> None:
    case = _begun(replay, min(day, today_london(replay.at)), taken)
    booked = Taken(happened_on=None, quality=Quality.UNKNOWN, import_run=replay.run)
    interview.book_chat(case=case, when=_noon(day), place="", host=None, taken=booked, **replay.who)


def _hold(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> None:
    interview.hold_chat(case=_begun(replay, day, taken), taken=taken, **replay.who)


def _miss(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> None:
    case = _begun(replay, day, taken)
    chat = Interview.objects.filter(pathway=case, stage="booked").first()
    if chat is None:
        chat = interview.book_chat(case=case, when=_noon(day), place="", host=None, taken=taken, **replay.who)
    if chat.at is not None and chat.at <= replay.at:
        interview.miss_chat(chat=chat, missed_by="candidate", taken=taken, **replay.who)


def _course(replay: Replay) -> Course:
    course, _ = Course.objects.get_or_create(
        organisation=replay.run.organisation, programme=replay.run.programme, before_pathways=True, defaults={"name": "Before Pathways"}
    )
    return course


def _seat(replay: Replay, day: date, taken: Taken) -> TrainingPlace:
    case = _begun(replay, day, taken)
    place = TrainingPlace.objects.filter(pathway=case, stage__in=["waiting", "booked", "in_training"]).order_by("id").first()
    return place or training.book_seat(case=case, course=_course(replay), taken=taken, **replay.who)


def _book_seat(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> None:
    _seat(replay, day, Taken(quality=Quality.UNKNOWN, import_run=replay.run) if day > today_london(replay.at) else taken)


def _start_course(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> None:
    place = _seat(replay, day, taken)
    if place.stage == "booked":
        training.start_training(place=place, taken=taken, **replay.who)


def _finish_course(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> None:
    place = _seat(replay, day, taken)
    if place.stage == "booked":
        training.start_training(place=place, taken=taken, **replay.who)
    training.finish_training(place=place, taken=taken, **replay.who)


def _leave_course(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> None:
    place = _seat(replay, day, taken)
    if place.stage == "booked":
        training.start_training(place=place, taken=taken, **replay.who)
    training.leave_training(place=place, taken=taken, **replay.who)


def employer_named(name: str) -> Organisation:
    """The employer of that name, if it is one of ours; else the one that stands for all not recorded."""
    everybody = Organisation.objects.unscoped("the employer that a register names")
    found = everybody.filter(name__iexact=name.strip(), kinds__contains=["employer"]).first() if name.strip() else None
    if found is not None:
        return found
    spare, _ = everybody.get_or_create(name=NOT_RECORDED, defaults={"kinds": ["employer"]})
    return spare


def _heading(replay: Replay, fact: dict[str, Any]) -> CareerHeading:
    family = JobFamily.objects.filter(code=fact.get("family") or "").first() or JobFamily.objects.order_by("id").first()
    if family is None:
        raise Conflict("Set up job families first.")
    heading, _ = CareerHeading.objects.get_or_create(
        organisation=employer_named(fact.get("employer", "")),
        programme=replay.run.programme,
        family=family,
        not_recorded=True,
        defaults={"title": "Not recorded", "stage": "closed", "places": 1},
    )
    return heading


def _introduction(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> Introduction:
    case = _begun(replay, day, taken)
    if case.interested_on is None:
        cases.express_interest(case=case, taken=taken, **replay.who)
    live = Introduction.objects.filter(pathway=case, stage__in=LIVE).order_by("-id").first()
    if live is not None:
        return live
    row = introduction.draft_introduction(case=case, heading=_heading(replay, fact), taken=taken, **replay.who)
    return introduction.send_introduction(introduction=row, consent_how="imported", share_phone=False, taken=taken, **replay.who)


def _offer(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> None:
    row = _introduction(replay, day, taken, fact)
    if row.stage != "offered":
        introduction.offer_job(introduction=row, offer={}, taken=taken, **replay.who)


def _accept(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> None:
    row = _introduction(replay, day, taken, fact)
    if row.stage != "offered":
        introduction.offer_job(introduction=row, offer={}, taken=taken, **replay.who)
    introduction.accept_offer(introduction=row, close=[], taken=taken, **replay.who)
    if fact.get("employer"):
        Placement.objects.filter(introduction=row).update(employer_words=fact["employer"][:160])


def _job(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> Placement | None:
    """The job before its start: of an accepted offer, or of one that the start itself implies was accepted."""
    case = replay.case
    found = Placement.objects.filter(pathway=case, stage__in=BEFORE_START).order_by("-id").first() if case.pk else None
    if found is None and case.pk and Introduction.objects.filter(pathway=case, stage="offered").exists():
        _accept(replay, day, taken, fact)
        found = Placement.objects.filter(pathway=case, stage__in=BEFORE_START).order_by("-id").first()
    return found


def _agree(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> None:
    now = Taken(quality=Quality.UNKNOWN, import_run=replay.run) if day > today_london(replay.at) else taken
    job = _job(replay, min(day, today_london(replay.at)), now, fact)
    if job is not None:
        placement.agree_start(placement=job, start_on=day, taken=now, **replay.who)


def _start(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> None:
    job = _job(replay, day, taken, fact)
    if job is not None:
        placement.start_placement(placement=job, first_day=day, taken=taken, **replay.who)
        return
    case = _begun(replay, day, taken)
    words = fact.get("employer") or NOT_RECORDED
    placement.record_own_job(case=case, employer_words=words[:160], job={"title": "Not recorded"}, start_on=day, taken=taken, **replay.who)


def _confirm(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> None:
    """Six months, when the register's day can know it: earlier it answers nothing."""
    if replay.case.pk is None:
        return
    check = RetentionCheck.objects.filter(pathway=replay.case, milestone=SIX_MONTHS, stage__in=["scheduled", "open", "chasing"]).first()
    if check is None or day < check.due_on:
        return
    retention.move_with_the_clock(check=check, at=replay.at)
    check.refresh_from_db()
    if check.stage in {"open", "chasing", "unknown"}:
        retention.answer_check(check=check, in_post=True, known_on=day, grade="self", taken=taken, **replay.who)


def _leave(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> None:
    job = Placement.objects.filter(pathway=replay.case, stage="in_post").order_by("id").first() if replay.case.pk else None
    if job is not None:
        known = day if taken.quality == Quality.EXACT else None
        placement.leave_job(placement=job, last_day=known, taken=taken, **replay.who)


def _closing(close: Callable[..., Any], **more: Any) -> Act:
    def act(replay: Replay, day: date, taken: Taken, fact: dict[str, Any]) -> None:
        case = _begun(replay, day, taken)
        case.refresh_from_db()
        if case.stage in OPEN and case.stage != "in_work":
            close(case=case, taken=taken, **more, **replay.who)

    return act


STEPS: dict[str, Act] = {
    "pathway.log_outreach": _outreach,
    "pathway.express_interest": _interest,
    "interview.book": _book,
    "interview.hold": _hold,
    "interview.miss": _miss,
    "training_place.book": _book_seat,
    "training_place.start": _start_course,
    "training_place.finish": _finish_course,
    "training_place.leave": _leave_course,
    "introduction.offer": _offer,
    "introduction.accept": _accept,
    "placement.agree_start": _agree,
    "placement.start": _start,
    "placement.leave": _leave,
    "retention_check.confirm": _confirm,
    "pathway.set_not_now": _closing(cases.set_not_now),
    "pathway.withdraw": _closing(cases.withdraw),
    "pathway.close_unreachable": _closing(cases.close_unreachable),
    "pathway.close_ineligible": _closing(cases.close_ineligible, referred_to=""),
}
