"""The case as a whole: opened, marked, closed, reopened, handed over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import models

from accounts.choices import RuleCode
from accounts.models import Organisation, PrivacyNotice, Programme, ProgrammeRule, User
from accounts.services.audit import service
from candidates.models import Candidate
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, Refused
from outreach.models import Event
from outreach.services.message import stop_messages_to
from pathways.models import Interview, Introduction, Ownership, Pathway, Placement, RetentionCheck, StageChange, TrainingPlace
from pathways.queries.colleagues import may_hold
from pathways.queries.company import cases_of
from pathways.queries.facts import marks_of
from pathways.services.block import is_blocked, refuse_blocked
from pathways.services.door import TODAY, Taken, change_stage, last_day_of
from pathways.services.locking import lock_cases, lock_records
from pathways.services.pause import begin_pause, end_pause, go_on
from pathways.services.task import owe_nothing
from pathways.services.training import offer_seat
from pathways.workflow.introduction import LIVE
from pathways.workflow.pathway import OPEN, Stage
from pathways.workflow.placement import BEFORE_START, OVER
from pathways.workflow.retention_check import STANDING, UNSETTLED


def new_case(
    *,
    candidate: Candidate,
    programme: Programme,
    organisation: Organisation,
    owner: User | None = None,
    opened_on: date,
    source: str = "",
    event: Event | None = None,
) -> Pathway:
    """A case not yet saved: the first step saves it."""
    earlier = list(cases_of(candidate).order_by("id"))
    same = [each for each in earlier if each.programme_id == programme.pk]
    case = Pathway(
        candidate=candidate,
        person_key=earlier[0].person_key if earlier else candidate.uuid,
        programme=programme,
        organisation=organisation,
        owner=owner,
        attempt=len(same) + 1,
        previous=same[-1] if same else None,
        opened_on=opened_on,
        stage_since=opened_on,
        source=source,
        event=event,
    )
    case.of_known = bool(earlier)
    return case


def _own(change: StageChange, *, case: Pathway) -> None:
    if case.owner_id is not None:
        Ownership.objects.create(pathway=case, user_id=case.owner_id, from_on=change.happened_on, opened_by=change)


def _held_no_more(change: StageChange, *, case: Pathway) -> None:
    """The interval of whoever holds the case ends with this change."""
    rows = Ownership.objects.filter(pathway=case, to_on__isnull=True, voided_at__isnull=True)
    rows.update(to_on=change.happened_on, closed_by=change)


@service("case.log_outreach")
def log_outreach(*, case: Pathway, by: Actor, at: datetime, taken: Taken = TODAY) -> Pathway:
    """A named person was met: the case opens."""
    change_stage(subject=case, step="log_outreach", by=by, at=at, taken=taken, then=partial(_own, case=case))
    return case


@service("case.express_interest")
def express_interest(
    *, case: Pathway, by: Actor, at: datetime, families: Sequence[str] = (), notice: PrivacyNotice | None = None, taken: Taken = TODAY
) -> Pathway:
    """Interest is expressed; a new case opens with it, an open one goes on."""
    if case.pk is not None and marks_of(case)["interested"]:
        raise Conflict("Interest has been expressed already.")
    values: dict[str, Any] = {
        "interested_on": taken.happened_on or today_london(at),
        "families": list(families) or case.families,
        "notice_id": notice.pk if notice else case.notice_id,
    }
    then = partial(_own, case=case) if case.pk is None else None
    change_stage(subject=case, step="express_interest", by=by, at=at, values=values, taken=taken, then=then)
    return case


@service("case.wants")
def set_families(
    *, case: Pathway, version: int, families: Sequence[str], by: Actor, at: datetime, barriers: Sequence[str] | None = None
) -> Pathway:
    """The kinds of work a person wants, none when they are not sure; and what gets in the way, where that was asked too."""
    case.change(version=version, families=list(families), **({} if barriers is None else {"barriers": list(barriers)}))
    return case


@service("case.mark_ready")
def mark_ready(*, case: Pathway, by: Actor, at: datetime, taken: Taken = TODAY) -> Pathway:
    """Ready for a job; a reason is asked for when no course was finished. Raises Conflict when the person is marked already."""
    if marks_of(case)["marked_ready"]:
        raise Conflict("This person is marked ready already.")
    finished = TrainingPlace.objects.filter(pathway__in=case.ids, stage="finished").exists()
    if not finished and not taken.reason and by.kind != "import":
        raise Refused("No course has been finished: say why the person is ready without one.", field="reason")
    change_stage(subject=case, step="mark_ready", by=by, at=at, values={"ready_on": taken.happened_on or today_london(at)}, taken=taken)
    return case


@service("case.unmark_ready")
def unmark_ready(*, case: Pathway, by: Actor, at: datetime, taken: Taken = TODAY) -> Pathway:
    """The mark is taken off."""
    if not marks_of(case)["marked_ready"]:
        raise Conflict("This person is not marked ready.")
    change_stage(subject=case, step="unmark_ready", by=by, at=at, values={"ready_on": None}, taken=taken)
    return case


@service("case.restart_search")
def restart_search(*, case: Pathway, ready: bool, by: Actor, at: datetime, taken: Taken = TODAY) -> Pathway:
    """After leaving a job, the search goes on; ready now, or not."""
    ended = list(Placement.objects.filter(pathway__in=case.ids, stage__in=OVER).order_by("id").values_list("pk", flat=True))
    day = taken.happened_on or today_london(at)
    change_stage(
        subject=case, step="restart_search", by=by, at=at, values={"looked_past": ended, "ready_on": day if ready else None}, taken=taken
    )
    return case


def _close(*, case: Pathway, step: str, values: dict[str, Any], by: Actor, at: datetime, taken: Taken) -> Pathway:
    values = {"closed_on": taken.happened_on or today_london(at), **_unpaused(case), **values}
    change_stage(
        subject=case, step=step, by=by, at=at, values=values, taken=taken, then=partial(close_what_is_live, case=case, by=by, at=at)
    )
    return case


def _unpaused(case: Pathway) -> dict[str, Any]:
    """A closing ends a pause."""
    return {"paused_on": None, "available_on": None} if case.paused_on is not None else {}


def close_what_is_live(change: StageChange, *, case: Pathway, by: Actor, at: datetime) -> None:
    """Chats and seats are cancelled (a course begun: left), introductions withdrawn, jobs before their start fall through."""
    end_pause(change)
    taken = Taken(cause=change)
    rows: list[tuple[models.QuerySet, str]] = [
        (Interview.objects.filter(pathway__in=case.ids, stage="booked"), "cancel"),
        (TrainingPlace.objects.filter(pathway__in=case.ids, stage__in=["waiting", "booked"]), "cancel"),
        (TrainingPlace.objects.filter(pathway__in=case.ids, stage="in_training"), "leave"),
        (Introduction.objects.filter(pathway__in=case.ids, stage__in=LIVE), "withdraw"),
        (Placement.objects.filter(pathway__in=case.ids, stage__in=BEFORE_START), "fall_through"),
    ]
    for found, step in rows:
        for row in found.order_by("id"):
            values = {"over_on": change.happened_on} if step == "leave" else {}
            then = partial(offer_seat, place=row, at=at) if isinstance(row, TrainingPlace) else None
            change_stage(subject=row, step=step, by=by, at=at, values=values, taken=taken, then=then)


@service("case.set_not_now")
def set_not_now(
    *, case: Pathway, by: Actor, at: datetime, revisit_on: date | None = None, do_not_contact: bool = False, taken: Taken = TODAY
) -> Pathway:
    """Not now: a reason and a day to ask again, or "please do not contact"."""
    if by.kind != "import":
        if not do_not_contact and revisit_on is None:
            raise Refused("Give a day to ask again, or tick “please do not contact”.", field="revisit_on")
        if revisit_on is not None and revisit_on <= today_london(at):
            raise Refused("The day to ask again must be after today.", field="revisit_on")
    values = {"close_reason": taken.reason, "revisit_on": revisit_on, "do_not_contact": do_not_contact}
    return _close(case=case, step="set_not_now", values=values, by=by, at=at, taken=taken)


@service("case.withdraw")
def withdraw(*, case: Pathway, by: Actor, at: datetime, taken: Taken = TODAY) -> Pathway:
    """The person no longer wants this."""
    return _close(case=case, step="withdraw", values={"close_reason": taken.reason}, by=by, at=at, taken=taken)


@service("case.close_unreachable")
def close_unreachable(*, case: Pathway, by: Actor, at: datetime, taken: Taken = TODAY) -> Pathway:
    """Tried often enough, in ways enough, and no answer."""
    return _close(case=case, step="close_unreachable", values={}, by=by, at=at, taken=taken)


@service("case.close_ineligible")
def close_ineligible(*, case: Pathway, referred_to: str, by: Actor, at: datetime, taken: Taken = TODAY) -> Pathway:
    """A rule stands in the way; the person is referred on, by name."""
    if not referred_to and by.kind != "import":
        raise Refused("Say who can help this person instead.", field="referred_to")
    return _close(
        case=case, step="close_ineligible", values={"close_reason": taken.reason, "referred_to": referred_to}, by=by, at=at, taken=taken
    )


@service("case.end_follow_up")
def end_follow_up(*, case: Pathway, by: Actor, at: datetime, taken: Taken = TODAY) -> Pathway:
    """Every check is settled: nothing more is owed."""
    return _close(case=case, step="end_follow_up", values={}, by=by, at=at, taken=taken)


@service("case.void")
def void_case(*, case: Pathway, by: Actor, at: datetime, taken: Taken = TODAY) -> Pathway:
    """Entered in error: out of every count."""

    def consequences(change: StageChange) -> None:
        close_what_is_live(change, case=case, by=by, at=at)
        for job in Placement.objects.filter(pathway__in=case.ids).exclude(stage="void").order_by("id"):
            exempt_checks(change, job=job, by=by, at=at, stages=STANDING)
            change_stage(subject=job, step="void", by=by, at=at, taken=Taken(cause=change))

    values = {"closed_on": taken.happened_on or today_london(at), **_unpaused(case)}
    change_stage(subject=case, step="void", by=by, at=at, values=values, taken=taken, then=consequences)
    return case


def exempt_checks(change: StageChange | None, *, job: Placement, by: Actor, at: datetime, stages: Sequence[str]) -> None:
    """Checks in these stages are outside the count from now on, and printed."""
    for check in RetentionCheck.objects.filter(placement=job, stage__in=stages).order_by("id"):
        change_stage(subject=check, step="exempt", by=on_its_own(by), at=at, taken=Taken(cause=change))


def on_its_own(by: Actor) -> Actor:
    """A step that only another step brings about is the programme's own."""
    return Actor(kind="system", user_id=by.user_id, membership_id=by.membership_id, organisation_id=by.organisation_id)


@service("person.record_death")
def record_death(*, candidate: Candidate, died_on: date, by: Actor, at: datetime) -> Candidate:
    """Of the person, on whichever of their records: every open case ends, and closed ones keep their stage.

    In all of them jobs are left and unsettled checks are exempt; nothing more is owed, and no text that waits is sent.
    """
    if died_on > today_london(at):
        raise Refused("That day is still to come.", field="died_on")
    records = lock_records(candidate)
    candidate.change(version=candidate.version, died_on=died_on)
    for same in Candidate.objects.filter(pk__in=records[1:]).order_by("pk"):
        same.change(version=same.version, died_on=died_on)
    cases = Pathway.objects.select_for_update(no_key=True, of=("self",)).filter(candidate__in=records).order_by("id")
    for case in [each for each in cases if each.stage not in {Stage.VOID, Stage.MERGED}]:
        if case.stage in OPEN:
            end_by_death(case=case, died_on=died_on, by=by, at=at)
        else:
            _leave_by_death(None, case=case, died_on=died_on, by=by, at=at)
        owe_nothing(case=case, by=by, at=at)
    for same in Candidate.objects.filter(pk__in=records).order_by("pk"):
        stop_messages_to(candidate=same, at=at)
    return candidate


def end_by_death(*, case: Pathway, died_on: date, by: Actor, at: datetime) -> None:
    """This case ends because the person has died."""

    def consequences(change: StageChange) -> None:
        close_what_is_live(change, case=case, by=by, at=at)
        _leave_by_death(change, case=case, died_on=died_on, by=by, at=at)

    day = max(died_on, last_day_of(case) or died_on)
    values = {"closed_on": died_on, "close_reason": "death", **_unpaused(case)}
    taken = Taken(happened_on=day, reason="death")
    change_stage(subject=case, step="end_by_death", by=on_its_own(by), at=at, values=values, taken=taken, then=consequences)


def _leave_by_death(change: StageChange | None, *, case: Pathway, died_on: date, by: Actor, at: datetime) -> None:
    """Leaving by death censors; it is no leaving. Without a change of the case it is told in the name of who holds the case."""
    telling = by if change is not None else replace(by, organisation_id=case.organisation_id)
    for job in Placement.objects.filter(pathway__in=case.ids).exclude(stage__in=[*BEFORE_START, "fell_through", "void"]).order_by("id"):
        exempt_checks(change, job=job, by=by, at=at, stages=UNSETTLED)
        if job.stage == "in_post":
            last = max(died_on, job.first_day) if job.first_day else died_on
            values = {"last_day": last, "leave_reason": "death", "destination": ""}
            change_stage(subject=job, step="leave", by=telling, at=at, values=values, taken=Taken(cause=change, reason="death"))


def reopen_days(case: Pathway) -> int:
    """In how many days a case that ended may be opened again: by the rule of the day it ended."""
    return int(ProgrammeRule.objects.value(RuleCode.REOPEN_DAYS, programme=case.programme_id, day=case.closed_on or case.opened_on))


@service("case.reopen")
def reopen(*, case: Pathway, by: Actor, at: datetime, taken: Taken = TODAY) -> Pathway:
    """Back within 90 days, or what the programme has set, of closing or of the day agreed; to what its facts still say.

    Whoever held it holds it again, but not who must not see the person by now: then it is nobody's yet.
    """
    latest = max(day for day in (case.closed_on, case.revisit_on, date.min) if day)
    days = reopen_days(case)
    if by.kind != "import" and (today_london(at) - latest).days > days:
        raise Conflict(f"This case closed more than {days} days ago: start again instead.")
    if case.candidate.died_on:
        raise Conflict("This person has died.")
    values: dict[str, Any] = {"closed_on": None, "close_reason": "", "revisit_on": None, "do_not_contact": False}
    lock_cases([case.pk])  # so that nobody sets a block between the question and the answer
    kept_away = is_blocked(case.owner_id, case=case, at=at)
    then = partial(_held_no_more, case=case) if kept_away else None
    values |= {"owner_id": None} if kept_away else {}
    change_stage(subject=case, step="reopen", by=by, at=at, values=values, taken=taken, then=then)
    return case


def _holds_again(owner: User, previous: Pathway, *, by: Actor, at: datetime) -> bool:
    """Whether a closed case's owner can be this one's: they may have left since, which ending a membership asks of open cases alone."""
    if by.kind == "import":  # a register tells of days when they were here
        return not is_blocked(owner.pk, case=previous, at=at)
    today, programmes = today_london(at), [previous.programme_id]
    return owner in may_hold(organisation=previous.organisation_id, programmes=programmes, today=today, cases=[previous.pk])


@service("case.return")
def start_again(*, previous: Pathway, owner: User | None, by: Actor, at: datetime, taken: Taken = TODAY) -> Pathway:
    """A new attempt, linked to the one before; nobody's yet when `owner` must not see the person, or works here no longer."""
    if previous.stage in {*OPEN, Stage.MERGED, Stage.VOID} or previous.candidate.died_on:
        raise Conflict("A new attempt begins only after one that has ended.")
    day = taken.happened_on or today_london(at)
    if previous.closed_on and day < previous.closed_on and by.kind != "import":
        ended = f"{previous.closed_on.day} {previous.closed_on:%B %Y}"
        raise Refused(f"The case before this one ended on {ended}: a new one cannot begin earlier.", field="happened_on")
    case = new_case(
        candidate=previous.candidate,
        programme=previous.programme,
        organisation=previous.organisation,
        owner=owner if owner is not None and _holds_again(owner, previous, by=by, at=at) else None,
        opened_on=day,
        source=previous.source,
    )
    case.previous, case.families, case.notice = previous, previous.families, previous.notice
    change_stage(subject=case, step="return", by=by, at=at, values={"interested_on": day}, taken=taken, then=partial(_own, case=case))
    return case


@service("case.pause")
def pause_case(*, case: Pathway, review_on: date, by: Actor, at: datetime, taken: Taken = TODAY) -> Pathway:
    """Nothing is asked of the person until a day on which somebody looks again. Employers see that day and no reason."""
    if case.paused_on is not None:
        raise Conflict("This case is paused already.")
    day = taken.happened_on or today_london(at)
    if review_on <= today_london(at):
        raise Refused("The day to look again must be after today.", field="review_on")
    change_stage(
        subject=case,
        step="pause",
        by=by,
        at=at,
        values={"paused_on": day, "available_on": review_on},
        taken=taken,
        then=partial(begin_pause, case=case, review_on=review_on),
    )
    return case


@service("case.resume")
def resume_case(*, case: Pathway, by: Actor, at: datetime, taken: Taken = TODAY) -> Pathway:
    """The pause is over: what was owed when it began is owed as many days later as it lasted."""
    if case.paused_on is None:
        raise Conflict("This case is not paused.")
    if taken.happened_on is not None and taken.happened_on < case.paused_on:
        raise Refused("The pause cannot end before it began.", field="happened_on")

    def consequences(change: StageChange) -> None:
        pause = end_pause(change)
        if pause is not None:
            go_on(pause)

    change_stage(subject=case, step="resume", by=by, at=at, values=_unpaused(case), taken=taken, then=consequences)
    return case


@service("case.hand_over")
def hand_over(*, case: Pathway, to: User, organisation: Organisation, by: Actor, at: datetime, taken: Taken = TODAY) -> Pathway:
    """Another worker holds the case: also how "nobody's yet" is taken."""

    def consequences(change: StageChange) -> None:
        _held_no_more(change, case=case)
        Ownership.objects.create(pathway=case, user=to, from_on=change.happened_on, opened_by=change)

    if case.owner_id == to.pk:
        raise Conflict("This person is already theirs.")
    refuse_blocked(to, case=case, at=at, field="to")
    values = {"owner_id": to.pk, "organisation_id": organisation.pk}
    change_stage(subject=case, step="hand_over", by=by, at=at, values=values, taken=taken, then=consequences)
    return case
