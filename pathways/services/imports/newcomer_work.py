"""Past steps of a new person's job, and of a case that ended, in memory: beside services/imports/finding_work.py and replay.py."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from accounts.choices import RuleCode
from ground.actor import SYSTEM
from ground.door import Refused
from pathways.models import Consent, Evidence, Introduction, Placement, PreEmploymentCheck, RetentionCheck
from pathways.models.introduction import ConsentKind
from pathways.models.log import Quality
from pathways.models.task import TaskKind
from pathways.queries.facts import SIX_MONTHS
from pathways.services.imports.newcomer import NotThisWay
from pathways.services.imports.newcomer_case import Act, Fact, NewCase, When, stood
from pathways.services.imports.retelling import NOT_RECORDED
from pathways.services.placement import EARLIEST
from pathways.workflow.introduction import LIVE
from pathways.workflow.pathway import OPEN
from pathways.workflow.placement import BEFORE_START


def _last(rows: list[Any], stages: Any) -> Any:
    return next((each for each in reversed(rows) if each.stage in stages), None)


def _introduction(case: NewCase, when: When, fact: Fact) -> Any:
    case.begin(when.implied())
    case.express_interest(when.implied())
    row = _last(case.case.introductions, LIVE)
    if row is not None:
        return row
    opening = case.asked.heading(fact.get("employer", ""), fact.get("family") or "")
    row = case.child(Introduction.machine, heading_id=opening.pk, employer_id=opening.organisation_id, heading=opening)
    case.case.introductions.append(row)
    case.take(row, "draft", when.implied())
    case.audit("introduction.draft", row)
    _send(case, when.implied(), row)
    return row


def _send(case: NewCase, when: When, row: Any) -> None:
    person = case.who.person
    consent = case.sheets.new(
        Consent,
        created=case.at,
        candidate_id=person.id,
        kind=ConsentKind.SHARE.value,
        employer_id=row.employer_id,
        given_on=when.day,
        given_how="imported",
        recorded_by_id=case.by.user_id,
    )
    shared = {"name": f"{person.first_name} {person.last_name}".strip(), "called": person.first_name}
    change = case.take(row, "send", when, values={"sent_on": when.day, "shared": shared, "consent_id": consent.id})
    consent.opened_by_id = change.id
    case.audit("introduction.send", row, "consent_how", "share_phone")


def _make_offer(case: NewCase, when: When, row: Any) -> None:
    values = {"offered_on": when.day, "offer_pay_unit": "hour", "offer_grade": str(case.asked.grade(when.day))}
    case.take(row, "offer", when, values=values)
    case.audit("introduction.offer", row, "offer")


def _put_forward(case: NewCase, when: When, fact: Fact) -> None:
    _introduction(case, when, fact)


def _invite(case: NewCase, when: When, fact: Fact) -> None:
    row = _introduction(case, when, fact)
    if row.stage == "sent":
        _move(case, when, row, "invite")


def _move(case: NewCase, when: When, row: Any, step: str) -> None:
    case.take(row, step, when)
    case.audit("introduction.step", row, "step")


def _offer(case: NewCase, when: When, fact: Fact) -> None:
    row = _introduction(case, when, fact)
    if row.stage != "offered":
        _make_offer(case, when, row)


def _offered(case: NewCase, when: When, fact: Fact) -> Any:
    """The live offer; one that was answered had been made."""
    row = _introduction(case, when, fact)
    if row.stage != "offered":
        _make_offer(case, when.implied(), row)
    return row


def _decline_by_candidate(case: NewCase, when: When, fact: Fact) -> None:
    _move(case, when, _offered(case, when, fact), "decline_by_candidate")


def _withdraw_offer(case: NewCase, when: When, row: Any) -> None:
    jobs = [each for each in case.case.jobs if each.introduction is row and each.stage not in {"fell_through", "void"}]
    if any(each.first_day is not None for each in jobs):
        raise Refused("The person has started: record that they left instead.")

    def consequences(change: Any) -> None:
        for job in jobs:
            case.take(job, "fall_through", cause=change, reason="offer_withdrawn")

    case.take(row, "withdraw_offer", when, then=consequences)
    case.audit("introduction.withdraw_offer", row)


def _take_back(case: NewCase, when: When, fact: Fact) -> None:
    _withdraw_offer(case, when, _offered(case, when, fact))


def _not_hired(case: NewCase, when: When, fact: Fact) -> None:
    row = _introduction(case, when, fact)
    if row.stage == "offered":
        _withdraw_offer(case, when, row)
    else:
        _move(case, when, row, "decline_by_employer")


def _new_job(case: NewCase, **values: Any) -> Any:
    job = case.child(Placement.machine, introduction=None, **values)
    case.case.jobs.append(job)
    return job


def _accept(case: NewCase, when: When, fact: Fact) -> None:
    row = _offered(case, when, fact)

    def make_job(change: Any) -> None:
        job = _new_job(case, introduction_id=row.id, employer_id=row.employer_id, title=row.heading.title, pay_unit=row.offer_pay_unit)
        job.introduction = row
        made = case.take(job, "record", by=SYSTEM, cause=change)
        for kind in case.asked.checks(made.happened_on):
            check = case.child(PreEmploymentCheck.machine, placement_id=job.id, kind=kind.value)
            case.take(check, "plan", by=SYSTEM, cause=made)

    case.take(row, "accept", when, then=make_job)
    case.audit("introduction.accept", row, "close")
    if fact.get("employer"):
        case.case.jobs[-1].employer_words = fact["employer"][:160]


def _job(case: NewCase, when: When, fact: Fact) -> Any:
    """The job before its start: of an accepted offer, or of one that the start itself implies was accepted."""
    found = _last(case.case.jobs, BEFORE_START)
    if found is None and stood(case.case.introductions, "offered") is not None:
        _accept(case, when, fact)
        found = _last(case.case.jobs, BEFORE_START)
    return found


def _agree(case: NewCase, when: When, fact: Fact) -> None:
    job = _job(case, when.implied(), fact)
    if job is None or not fact["on"]:
        return
    start_on = date.fromisoformat(fact["on"])
    if start_on < EARLIEST:
        raise Refused("That day is too long ago.", field="start_on")
    _not_before_offer(job, start_on)
    case.take(job, "agree_start", when, values={"start_on": start_on, "start_at": "", "report_to": ""})
    case.audit("placement.agree_start", job, "start_on")


def _not_before_offer(job: Any, day: date) -> None:
    if job.introduction is not None and job.introduction.offered_on and day < job.introduction.offered_on:
        raise Refused("The first day cannot be before the offer.")


def _start(case: NewCase, when: When, fact: Fact) -> None:
    job = _job(case, when.implied(), fact)
    if job is not None:
        _begin_job(case, job, when)
        case.audit("placement.start", job, "first_day")
        return
    case.begin(when.implied())
    if when.day < case.row.opened_on:
        raise Refused("This job began before we met.")
    words = fact.get("employer") or NOT_RECORDED
    job = _new_job(case, employer_words=words[:160], title="Not recorded")

    def begin(change: Any) -> None:
        _begin_job(case, job, when, cause=change)

    case.take(job, "record_own_job", when, values={"start_on": when.day}, then=begin)
    case.audit("placement.record_own_job", job, "employer_words", "job", "start_on")


def _begin_job(case: NewCase, job: Any, when: When, *, cause: Any = None) -> None:
    """The first day, and the checks that follow from it; the log keeps the later of it and of what was agreed."""
    first_day = when.day
    _not_before_offer(job, first_day)

    def plan(change: Any) -> None:
        for code, due, window in case.asked.milestones(first_day):
            check = case.child(RetentionCheck.machine, placement_id=job.id, milestone=code, due_on=due, window_days=window)
            check.placement = job
            case.case.checks.append(check)
            case.take(check, "plan", by=SYSTEM, cause=change)

    logged = When(max(first_day, job.latest) if job.latest else first_day, when.quality)
    case.take(job, "start", logged, cause=cause, values={"first_day": first_day}, then=plan)


def _confirm(case: NewCase, when: When, fact: Fact) -> None:
    """Six months, when the register's day can know it. A job of which nothing else is told is the door's to make."""
    if not case.case.jobs:
        raise NotThisWay
    check = next((each for each in case.case.checks if each.milestone == SIX_MONTHS and each.stage == "scheduled"), None)
    known = case.today if fact["dateless"] else when.day
    if check is None or known < check.due_on:
        case.untaken.append("The six-month check was not taken: six months were not over on its day.")
        return
    _move_with_the_clock(case, check)
    if check.stage not in {"open", "chasing"}:
        return

    def answered(change: Any) -> None:
        said = {"check_row_id": check.id, "in_post": True, "known_on": known, "grade": "self", "opened_by_id": change.id}
        case.sheets.new(Evidence, created=case.at, **said)

    stood_on = When(check.due_on, when.quality) if fact["dateless"] else when
    case.take(check, "confirm", stood_on, values={"known_on": known, "grade": "self"}, then=answered)
    case.audit("retention.answer", check, "in_post", "known_on", "grade")


def _move_with_the_clock(case: NewCase, check: Any) -> None:
    """Its window opens today, for today it is learned of; a job known to have ended settles it."""
    job = check.placement
    if job.last_day is not None and job.stage in {"left", "completed"}:
        step = "settle_in_post" if job.last_day >= check.due_on else "settle_left"
        case.take(check, step, by=SYSTEM, values={"known_on": case.today, "grade": "self"})
        return
    case.take(check, "open_window", by=SYSTEM, values={"window_ends": case.today + timedelta(days=check.window_days)})
    if check.due_on + timedelta(days=case.asked.rule(RuleCode.CHASE_DAYS, check.due_on)) <= case.today:
        case.take(check, "chase", by=SYSTEM)


def _leave(case: NewCase, when: When, fact: Fact) -> None:
    job = stood(case.case.jobs, "in_post")
    if job is None:
        return
    last_day = when.day if when.quality == Quality.EXACT else None
    if last_day is not None and job.first_day and last_day < job.first_day:
        raise Refused("The last day cannot be before the first day.", field="last_day")

    def unknown(change: Any) -> None:
        if last_day is None:
            case.ledger.open_task(case.case, TaskKind.LAST_DAY, f"placement:{job.id}:last_day", case.today, "worker", change)

    case.take(job, "leave", when, values={"last_day": last_day, "leave_reason": "", "destination": ""}, then=unknown)
    case.audit("placement.leave", job, *(["last_day"] if last_day is not None else []))


def _fell_through(case: NewCase, when: When, fact: Fact) -> None:
    job = _last(case.case.jobs, BEFORE_START)
    if job is not None:
        case.take(job, "fall_through", when)
        case.audit("placement.fall_through", job)


def _closing(step: str, *fields: str, **values: Any) -> Act:
    def act(case: NewCase, when: When, fact: Fact) -> None:
        case.begin(when.implied())
        if case.row.stage in OPEN and case.row.stage != "in_work":
            case.take(case.row, step, when, values={"closed_on": when.day, **values}, then=case.close_what_is_live)
            case.audit(f"case.{step}", case.row, *fields)
        elif case.row.stage == "in_work":
            case.untaken.append(f"“{fact['heading']}” was not taken: the dates show them in work.")

    return act


STEPS: dict[str, Callable[[NewCase, When, Fact], None]] = {
    "introduction.send": _put_forward,
    "introduction.invite": _invite,
    "introduction.offer": _offer,
    "introduction.accept": _accept,
    "introduction.decline_by_candidate": _decline_by_candidate,
    "introduction.decline_by_employer": _not_hired,
    "introduction.withdraw_offer": _take_back,
    "placement.agree_start": _agree,
    "placement.start": _start,
    "placement.leave": _leave,
    "placement.complete": _leave,
    "placement.fall_through": _fell_through,
    "retention_check.confirm": _confirm,
    "pathway.set_not_now": _closing("set_not_now", close_reason="", revisit_on=None, do_not_contact=False),
    "pathway.withdraw": _closing("withdraw", close_reason=""),
    "pathway.close_unreachable": _closing("close_unreachable"),
    "pathway.close_ineligible": _closing("close_ineligible", "referred_to", close_reason="", referred_to=""),
}
