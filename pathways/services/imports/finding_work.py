"""Past steps of a job: put forward, offered, accepted, begun, confirmed, left."""

from dataclasses import replace
from datetime import date

from accounts.models import Organisation
from employers.models import CareerHeading, JobFamily
from ground.clock import today_london
from ground.door import Conflict
from pathways.models import ImportRun, Introduction, Placement, RetentionCheck, StageChange
from pathways.models.log import Quality
from pathways.queries.facts import SIX_MONTHS
from pathways.services import case as cases
from pathways.services import introduction, placement, retention
from pathways.services.door import Taken
from pathways.services.imports.retelling import NOT_RECORDED, Act, Fact, Retelling, begun, implied, one_at_a_time
from pathways.workflow.introduction import LIVE
from pathways.workflow.placement import BEFORE_START


def employer_named(name: str) -> Organisation:
    """The employer of that name, if it is one of ours; else the one that stands for all not recorded."""
    everybody = Organisation.objects.unscoped("the employer that a register names")
    found = everybody.filter(name__iexact=name.strip(), kinds__contains=["employer"]).first() if name.strip() else None
    found = found or everybody.filter(name=NOT_RECORDED).first()
    if found is None:
        one_at_a_time(NOT_RECORDED)
        found, _ = everybody.get_or_create(name=NOT_RECORDED, defaults={"kinds": ["employer"]})
    return found


def heading_of(run: ImportRun, employer_name: str, family_code: str) -> CareerHeading:
    """The opening that stands for all of an employer that were not recorded."""
    family = JobFamily.objects.filter(code=family_code).first() or JobFamily.objects.order_by("id").first()
    if family is None:
        raise Conflict("Set up job families first.")
    employer = employer_named(employer_name)
    own = {"organisation": employer, "programme": run.programme, "family": family, "not_recorded": True}
    found = CareerHeading.objects.filter(**own).first()
    if found is None:
        one_at_a_time("heading", employer.pk, run.programme_id, family.pk)
        found, _ = CareerHeading.objects.get_or_create(**own, defaults={"title": "Not recorded", "stage": "closed", "places": 1})
    return found


def _introduction(told: Retelling, day: date, taken: Taken, fact: Fact) -> Introduction:
    case = begun(told, day, taken)
    before = implied(taken)
    if case.interested_on is None:
        cases.express_interest(case=case, taken=before, **told.who)
    live = Introduction.objects.filter(pathway__in=case.ids, stage__in=LIVE).order_by("-id").first()
    if live is not None:
        return live
    row = introduction.draft_introduction(
        case=case, heading=heading_of(told.run, fact.get("employer", ""), fact.get("family") or ""), taken=before, **told.who
    )
    return introduction.send_introduction(introduction=row, consent_how="imported", share_phone=False, taken=before, **told.who)


def _offer(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    row = _introduction(told, day, taken, fact)
    if row.stage != "offered":
        introduction.offer_job(introduction=row, offer={}, taken=taken, **told.who)


def _offered(told: Retelling, day: date, taken: Taken, fact: Fact) -> Introduction:
    """The live offer; one that was answered had been made."""
    row = _introduction(told, day, taken, fact)
    if row.stage != "offered":
        introduction.offer_job(introduction=row, offer={}, taken=implied(taken), **told.who)
    return row


def _answer(step: str) -> Act:
    def act(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
        row = _offered(told, day, taken, fact)
        if step == "withdraw_offer":
            introduction.withdraw_offer(introduction=row, taken=taken, **told.who)
        else:
            introduction.move_introduction(introduction=row, step=step, taken=taken, **told.who)

    return act


def _put_forward(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    _introduction(told, day, taken, fact)


def _invite(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    row = _introduction(told, day, taken, fact)
    if row.stage == "sent":
        introduction.move_introduction(introduction=row, step="invite", taken=taken, **told.who)


def _not_hired(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    row = _introduction(told, day, taken, fact)
    step = "withdraw_offer" if row.stage == "offered" else "decline_by_employer"
    if step == "withdraw_offer":
        introduction.withdraw_offer(introduction=row, taken=taken, **told.who)
    else:
        introduction.move_introduction(introduction=row, step=step, taken=taken, **told.who)


def _accept(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    row = _offered(told, day, taken, fact)
    introduction.accept_offer(introduction=row, close=[], taken=taken, **told.who)
    if fact.get("employer"):
        Placement.objects.filter(introduction=row).update(employer_words=fact["employer"][:160])


def _job(told: Retelling, day: date, taken: Taken, fact: Fact) -> Placement | None:
    """The job before its start: of an accepted offer, or of one that the start itself implies was accepted."""
    case = told.case
    found = Placement.objects.filter(pathway__in=case.ids, stage__in=BEFORE_START).order_by("-id").first() if case.pk else None
    if found is None and case.pk and Introduction.objects.filter(pathway__in=case.ids, stage="offered").exists():
        _accept(told, day, taken, fact)
        found = Placement.objects.filter(pathway__in=case.ids, stage__in=BEFORE_START).order_by("-id").first()
    return found


def _agree(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    """A first day that is still to come, or was when the register was written."""
    job = _job(told, day, implied(taken), fact)
    if job is not None and fact["on"]:
        placement.agree_start(placement=job, start_on=date.fromisoformat(fact["on"]), taken=taken, **told.who)


def _start(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    job = _job(told, day, implied(taken), fact)
    if job is not None:
        placement.start_placement(placement=job, first_day=day, taken=taken, **told.who)
        return
    case = begun(told, day, taken)
    words = fact.get("employer") or NOT_RECORDED
    placement.record_own_job(case=case, employer_words=words[:160], job={"title": "Not recorded"}, start_on=day, taken=taken, **told.who)


def _confirm(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    """Six months, when the register's day can know it: earlier it answers nothing. Without a day it was known when the file came."""
    today = today_london(told.at)
    if told.case.pk is None or not Placement.objects.filter(pathway__in=told.case.ids).exclude(stage="void").exists():
        _start(told, day if fact["dateless"] else _before(told, day), implied(taken), {**fact, "on": ""})
    check = RetentionCheck.objects.filter(
        pathway__in=told.case.ids, milestone=SIX_MONTHS, stage__in=["scheduled", "open", "chasing"]
    ).first()
    known = today if fact["dateless"] else day
    if check is None or known < check.due_on:
        told.untaken.append("The six-month check was not taken: six months were not over on its day.")
        return
    retention.move_with_the_clock(check=check, at=told.at, taken=Taken(import_run=told.run))
    check.refresh_from_db()
    if check.stage in {"open", "chasing", "unknown"}:
        stood = replace(taken, happened_on=check.due_on) if fact["dateless"] else taken
        retention.answer_check(check=check, in_post=True, known_on=known, grade="self", taken=stood, **told.who)


def _before(told: Retelling, day: date) -> date:
    """The last day that is known before this one: a job whose first day nobody wrote down began after it."""
    log = StageChange.objects.filter(pathway__in=told.case.ids, happened_on__lte=day).order_by("-happened_on") if told.case.pk else None
    last = log.values_list("happened_on", flat=True).first() if log is not None else None
    return last or day


def _leave(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    job = Placement.objects.filter(pathway__in=told.case.ids, stage="in_post").order_by("id").first() if told.case.pk else None
    if job is not None:
        known = day if taken.quality == Quality.EXACT else None
        placement.leave_job(placement=job, last_day=known, taken=taken, **told.who)


def _fell_through(told: Retelling, day: date, taken: Taken, fact: Fact) -> None:
    job = Placement.objects.filter(pathway__in=told.case.ids, stage__in=BEFORE_START).order_by("-id").first() if told.case.pk else None
    if job is not None:
        placement.fall_through(placement=job, taken=taken, **told.who)


STEPS: dict[str, Act] = {
    "introduction.send": _put_forward,
    "introduction.invite": _invite,
    "introduction.offer": _offer,
    "introduction.accept": _accept,
    "introduction.decline_by_candidate": _answer("decline_by_candidate"),
    "introduction.decline_by_employer": _not_hired,
    "introduction.withdraw_offer": _answer("withdraw_offer"),
    "placement.agree_start": _agree,
    "placement.start": _start,
    "placement.leave": _leave,
    "placement.complete": _leave,
    "placement.fall_through": _fell_through,
    "retention_check.confirm": _confirm,
}
