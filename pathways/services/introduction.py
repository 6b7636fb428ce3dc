"""Putting a person forward: with their yes, to one employer's opening, until an offer is taken or it ends."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.choices import RuleCode
from accounts.models import BankHoliday, ProgrammeRule
from accounts.services.audit import service
from candidates.models import Candidate, ContactRoute
from employers.models import CareerHeading
from employers.services.heading import lock_heading
from employers.services.pay import grade
from ground.actor import SYSTEM, Actor
from ground.clock import add_working_days, today_london
from ground.door import Conflict, Refused, transact
from pathways.models import Consent, Introduction, Pathway, Placement, StageChange
from pathways.models.introduction import ConsentKind
from pathways.queries.company import going_on, read_together, records_of
from pathways.queries.facts import marks_of
from pathways.services.case import on_its_own
from pathways.services.door import ONE_OPEN, TODAY, Taken, change_stage
from pathways.services.locking import lock_case
from pathways.services.mail import tell_employer
from pathways.services.placement import make_placement
from pathways.workflow.introduction import LIVE, IntroductionStage
from pathways.workflow.pathway import OPEN, Stage

#: Hours a week from which accepting one job closes the other introductions unless the person says otherwise.
FULL_ENOUGH = 30


@service("introduction.draft")
def draft_introduction(*, case: Pathway, heading: CareerHeading, by: Actor, at: datetime, taken: Taken = TODAY) -> Introduction:
    """Chosen with the person; nothing has been shared yet."""
    row = Introduction(pathway=case, heading=heading, employer_id=heading.organisation_id)
    lock_case(row)
    if not lock_heading(heading).is_open and by.kind != "import":
        raise Conflict("This opening is no longer open.")
    _refuse_twice(row)
    change_stage(subject=row, step="draft", by=by, at=at, taken=taken)
    return row


def _refuse_twice(row: Introduction) -> None:
    """Of one case the database sees to it; of several that are read together, this does."""
    others = read_together(row.pathway) if row.pathway.is_shared else []
    if others and Introduction.objects.filter(pathway__in=others, heading=row.heading_id, stage__in=LIVE).exclude(pk=row.pk).exists():
        raise Conflict(ONE_OPEN["introduction_one_live"])


@service("introduction.send")
def send_introduction(
    *,
    introduction: Introduction,
    consent_how: str,
    share_phone: bool = True,
    note: str = "",
    by: Actor,
    at: datetime,
    taken: Taken = TODAY,
) -> Introduction:
    """Sent with the person's yes. What was shared is kept as it was shared: the minimum card and no more."""
    case = Pathway.objects.select_related("candidate").get(pk=introduction.pathway_id)
    if not marks_of(going_on(case))["interested"]:
        raise Refused("This person has not expressed interest yet.")
    if not consent_how:
        raise Refused("Say how the person agreed to being put forward to this employer.", field="consent_how")
    day = taken.happened_on or today_london(at)
    consent = Consent.objects.create(
        candidate_id=case.candidate_id,
        kind=ConsentKind.SHARE,
        employer_id=introduction.employer_id,
        given_on=day,
        given_how=consent_how,
        recorded_by_id=by.user_id,
    )
    shared: dict[str, Any] = {"name": case.candidate.name, "called": case.candidate.called}
    if share_phone:
        shared["phone"] = shared_phone(case.candidate)
    if note:
        shared["note"] = note

    def consequences(change: StageChange) -> None:
        Consent.objects.filter(pk=consent.pk).update(opened_by=change)
        tell_employer(change=change, introduction=introduction)

    values = {"sent_on": day, "shared": shared, "consent_id": consent.pk}
    change_stage(subject=introduction, step="send", by=by, at=at, values=values, taken=taken, then=consequences)
    return introduction


def shared_phone(candidate: Candidate) -> str:
    """The number that an employer would be given: the person's first; nothing without one."""
    phones = ContactRoute.objects.current().filter(kind__in=["mobile", "landline"])
    first = phones.filter(candidate=candidate).first() or phones.filter(candidate__in=records_of(candidate)).first()
    return first.value if first else ""


@transact
def put_forward(
    *,
    case: Pathway,
    heading: CareerHeading,
    consent_how: str,
    share_phone: bool,
    note: str,
    by: Actor,
    at: datetime,
    taken: Taken = TODAY,
) -> Introduction:
    """Chosen and sent in one go, by the same two steps as one after the other."""
    row = draft_introduction(case=case, heading=heading, by=by, at=at, taken=taken)
    then = replace(taken, version=None)
    return send_introduction(introduction=row, consent_how=consent_how, share_phone=share_phone, note=note, by=by, at=at, taken=then)


@service("introduction.step")
def move_introduction(*, introduction: Introduction, step: str, by: Actor, at: datetime, taken: Taken = TODAY) -> Introduction:
    """Consider, invite, keep in reserve, decline, withdraw: steps that write nothing but themselves."""
    change_stage(subject=introduction, step=step, by=by, at=at, taken=taken)
    return introduction


@service("introduction.offer")
def offer_job(*, introduction: Introduction, offer: Mapping[str, Any], by: Actor, at: datetime, taken: Taken = TODAY) -> Introduction:
    """An offer: hours, pay, site, start by, kind. Pay is graded by the rates in force that day: flagged, never blocked."""
    day = taken.happened_on or today_london(at)
    start_by = offer.get("offer_start_by")
    if start_by is not None and start_by < day and by.kind != "import":
        raise Refused("The first day cannot be before the offer.", field="offer_start_by")
    pay, unit = offer.get("offer_pay"), offer.get("offer_pay_unit") or "hour"
    values = {**offer, "offered_on": day, "offer_pay_unit": unit, "offer_grade": grade(pay=pay, unit=unit, on=day)}
    change_stage(subject=introduction, step="offer", by=by, at=at, values=values, taken=taken)
    return introduction


@service("introduction.accept")
def accept_offer(
    *, introduction: Introduction, close: Collection[int] | None = None, by: Actor, at: datetime, taken: Taken = TODAY
) -> Introduction:
    """The person says yes. Makes the job and its checks; `close` names the other live introductions to close.

    None means the usual: all of them at 30 hours a week or more, none below.
    Raises Conflict when the opening's places are taken: one winner for the last place.
    """
    lock_case(introduction)
    heading = CareerHeading.objects.select_for_update(no_key=True).get(pk=introduction.heading_id)
    taken_places = Placement.objects.filter(introduction__heading=heading).exclude(stage__in=["fell_through", "void"]).count()
    if by.kind != "import" and taken_places >= heading.places:
        raise Conflict("All places of this opening have been taken.")
    change_stage(
        subject=introduction,
        step="accept",
        by=by,
        at=at,
        taken=taken,
        then=partial(_accepted, introduction=introduction, close=close, by=by, at=at),
    )
    return introduction


def _accepted(change: StageChange, *, introduction: Introduction, close: Collection[int] | None, by: Actor, at: datetime) -> None:
    make_placement(introduction=introduction, cause=change, by=by, at=at)
    mine = Introduction.objects.filter(pathway__in=read_together(introduction.pathway), stage__in=LIVE)
    others = mine.exclude(pk=introduction.pk).order_by("id")
    if close is None:
        hours = introduction.offer_hours
        chosen = list(others) if hours is not None and hours >= FULL_ENOUGH else []
    else:
        chosen = [each for each in others if each.pk in set(close)]
    for other in chosen:
        values = {"superseded_by_id": introduction.pk}
        change_stage(subject=other, step="supersede", by=on_its_own(by), at=at, values=values, taken=Taken(cause=change))


@service("introduction.revive")
def revive_introduction(*, introduction: Introduction, consent_how: str, by: Actor, at: datetime, taken: Taken = TODAY) -> Introduction:
    """Put forward again, with the person's yes, after the job that was taken instead fell through.

    Raises Conflict when that job still stands, the opening is no longer open, or it never was sent there.
    """
    case = lock_case(introduction)
    if not lock_heading(introduction.heading).is_open:
        raise Conflict("This opening is no longer open.")
    introduction.refresh_from_db()
    if case is None or not going_on(case).is_open:
        raise Conflict("This case has ended: reopen it first.")
    _refuse_twice(introduction)
    if not may_revive(introduction):
        raise Conflict("Only one that was sent, and was closed for a job that then fell through, is put forward again.")
    if not consent_how:
        raise Refused("Say how the person agreed to being put forward to this employer.", field="consent_how")
    consent = Consent.objects.create(
        candidate_id=case.candidate_id,
        kind=ConsentKind.SHARE,
        employer_id=introduction.employer_id,
        given_on=taken.happened_on or today_london(at),
        given_how=consent_how,
        recorded_by_id=by.user_id,
    )

    def consequences(change: StageChange) -> None:
        Consent.objects.filter(pk=consent.pk).update(opened_by=change)
        tell_employer(change=change, introduction=introduction)

    values = {"consent_id": consent.pk, "superseded_by_id": None}
    change_stage(subject=introduction, step="revive", by=by, at=at, values=values, taken=taken, then=consequences)
    return introduction


def may_revive(introduction: Introduction) -> bool:
    """Whether it had been sent, and the job for which it was closed did not go ahead."""
    if introduction.sent_on is None or introduction.superseded_by is None:
        return False
    jobs = [job.stage for job in introduction.superseded_by.placements.all() if job.stage != "void"]
    return bool(jobs) and set(jobs) == {"fell_through"}


def silent_introductions(*, at: datetime) -> list[int]:
    """Introductions about which the employer has said nothing for as long as the programme's rule says; not while the person is away."""
    return _silent(Introduction.objects.all(), at=at)


def _silent(among: QuerySet[Introduction], *, at: datetime) -> list[int]:
    holidays = frozenset(BankHoliday.objects.values_list("day", flat=True))
    said = StageChange.objects.filter(machine="introduction", undoes__isnull=True, undone_by__isnull=True, subject_id=OuterRef("pk"))
    stages = [IntroductionStage.SENT, IntroductionStage.CONSIDERING]
    # Nothing lives on a case that was taken in but with one that goes on.
    waiting = among.filter(stage__in=stages, pathway__stage__in=[*OPEN, Stage.MERGED], pathway__paused_on__isnull=True)
    asked = waiting.annotate(since=Subquery(said.order_by("-id").values("happened_on")[:1])).order_by("since", "id")
    today = today_london(at)
    rules = ProgrammeRule.objects.standing([RuleCode.SILENT_DAYS], day=today)

    def is_over(since: date, programme: int) -> bool:
        return add_working_days(since, rules.value(RuleCode.SILENT_DAYS, programme), holidays) <= today

    rows = asked.values_list("pk", "since", "pathway__programme")
    return [pk for pk, since, programme in rows if since and is_over(since, programme)]


@transact
def let_go_stale(*, introduction: Introduction, at: datetime) -> bool:
    """Nothing was heard: the employer is asked again and the worker told. False when somebody answered meanwhile."""
    lock_case(introduction)
    if not _silent(Introduction.objects.filter(pk=introduction.pk), at=at):
        return False
    change_stage(subject=introduction, step="go_stale", by=SYSTEM, at=at)
    return True


@service("introduction.withdraw_offer")
def withdraw_offer(*, introduction: Introduction, by: Actor, at: datetime, taken: Taken = TODAY) -> Introduction:
    """The employer takes the offer back before the start; its job falls through."""
    jobs = Placement.objects.filter(introduction=introduction).exclude(stage__in=["fell_through", "void"])
    if jobs.filter(first_day__isnull=False).exists():
        raise Conflict("The person has started: record that they left instead.")

    def consequences(change: StageChange) -> None:
        for job in jobs.order_by("id"):
            change_stage(subject=job, step="fall_through", by=by, at=at, taken=Taken(cause=change, reason="offer_withdrawn"))

    change_stage(subject=introduction, step="withdraw_offer", by=by, at=at, taken=taken, then=consequences)
    return introduction
