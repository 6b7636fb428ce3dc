"""Career headings: posted at once, put right, confirmed once a month, opened again. Closing and filling begin in pathways."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models.functions import Coalesce
from django_fsm import TransitionNotAllowed

from accounts.choices import RuleCode
from accounts.models import History, Organisation, Programme, ProgrammeRule
from accounts.services.audit import note, service
from accounts.standard import RULES
from employers.choices import PayGrade
from employers.models import CareerHeading
from employers.services.pay import grade
from employers.workflow.heading import STEPS, HeadingStage
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, Refused

#: Asked once a month whether it is still true.
ASK_AFTER = timedelta(days=28)
#: What an employer says of an opening.
SAID = ("title", "family", "site", "hours_pattern", "hours_a_week", "pay", "pay_unit", "pay_reason", "places", "start_by")


@service("heading.post")
def post_heading(*, organisation: Organisation, programme: Programme, said: Mapping[str, Any], by: Actor, at: datetime) -> CareerHeading:
    """A new opening, open at once. Pay is graded by the rates of the day; under the minimum for 21 and over it needs a reason."""
    today = today_london(at)
    if programme.organisation_id != organisation.pk and not programme.partnerships.filter(organisation=organisation, ends_on=None).exists():
        raise Refused("This employer takes no part in this programme.", field="employer")
    heading = CareerHeading(organisation=organisation, programme=programme, posted_by_id=by.user_id, created_at=at)
    for name, value in _graded(said, today=today).items():
        setattr(heading, name, value)
    _refuse_past(said.get("start_by"), today=today)
    heading.post()
    heading.posted_on = heading.confirmed_on = today
    heading.save(force_insert=True)
    note(fields=[name for name in SAID if said.get(name) not in (None, "")], subject=heading)
    return heading


@service("heading.edit")
def edit_heading(*, heading: CareerHeading, said: Mapping[str, Any], version: int, by: Actor, at: datetime) -> CareerHeading:
    """Put an opening right. Whoever reads it through has confirmed it too. Raises Conflict when it was changed meanwhile."""
    today = today_london(at)
    locked = lock_heading(heading, version=version)
    if locked.stage in {HeadingStage.FILLED, HeadingStage.CLOSED}:
        raise Conflict("This opening has ended: open it again first.")
    if said.get("start_by") != locked.start_by:
        _refuse_past(said.get("start_by"), today=today)
    changed = [name for name in SAID if name in said and said[name] != getattr(locked, name)]
    for name, value in _graded(said, today=today).items():
        setattr(locked, name, value)
    if locked.stage in {HeadingStage.OPEN, HeadingStage.STALE}:
        locked.confirm()
        locked.confirmed_on = today
    locked.version += 1
    locked.save()
    note(fields=changed, subject=locked)
    return locked


@service("heading.confirm")
def confirm_heading(*, heading: CareerHeading, version: int | None = None, by: Actor, at: datetime) -> CareerHeading:
    """Still true."""
    return move_heading(heading=heading, step="confirm", version=version, confirmed_on=today_london(at))


@service("heading.publish")
def publish_heading(*, heading: CareerHeading, version: int | None = None, by: Actor, at: datetime) -> CareerHeading:
    """A draft becomes real."""
    today = today_london(at)
    return move_heading(heading=heading, step="post", version=version, posted_on=today, confirmed_on=today)


@service("heading.reopen")
def reopen_heading(*, heading: CareerHeading, version: int | None = None, by: Actor, at: datetime) -> CareerHeading:
    """Open again after all. Those whose introductions were closed are put forward anew, with a fresh yes."""
    return move_heading(heading=heading, step="reopen", version=version, confirmed_on=today_london(at), ended_on=None)


@service("heading.go_stale")
def let_go_stale(*, heading: CareerHeading, by: Actor, at: datetime) -> CareerHeading:
    """Nobody has confirmed it for as long as the programme's rule says: still open, and to be asked about."""
    locked = lock_heading(heading)
    if locked.stage == HeadingStage.OPEN and went_stale(locked, ProgrammeRule.objects.history(RuleCode.STALE_DAYS), today_london(at)):
        return move_heading(heading=locked, step="go_stale")
    return locked


def unconfirmed(*, today: date) -> list[CareerHeading]:
    """Open ones whose last yes is older than the rule of its day allows, by id: for the clock. Two queries."""
    stale, least = ProgrammeRule.objects.history(RuleCode.STALE_DAYS), timedelta(days=RULES[RuleCode.STALE_DAYS].least)
    rows = CareerHeading.objects.filter(stage=HeadingStage.OPEN).annotate(true_on=Coalesce("confirmed_on", "posted_on"))
    return [row for row in rows.filter(true_on__lte=today - least).order_by("id") if went_stale(row, stale, today)]


def went_stale(heading: CareerHeading, stale: History, today: date) -> bool:
    """Whether the last yes is older than the rule of its day, of `history(RuleCode.STALE_DAYS)`, allows."""
    last = heading.confirmed_on or heading.posted_on
    return last is not None and last + timedelta(days=stale.value(heading.programme_id, last)) <= today


def lock_heading(heading: CareerHeading, *, version: int | None = None) -> CareerHeading:
    """The row as it is now, held until the end of the transaction. Raises Conflict when it is not the version that was seen."""
    locked = CareerHeading.objects.select_for_update(no_key=True, of=("self",)).get(pk=heading.pk)
    if version is not None and locked.version != version:
        raise Conflict()
    return locked


def move_heading(*, heading: CareerHeading, step: str, version: int | None = None, **values: Any) -> CareerHeading:
    """Take one step of the chart on a locked row. Part of a service, which writes the audit."""
    locked = lock_heading(heading, version=version)
    try:
        getattr(locked, step)()
    except TransitionNotAllowed as refusal:
        raise Conflict(f"“{STEPS.get(step, 'This')}” is no longer open: things have moved on.") from refusal
    for name, value in values.items():
        setattr(locked, name, value)
    locked.version += 1
    locked.save()
    return locked


def _graded(said: Mapping[str, Any], *, today: date) -> dict[str, Any]:
    """What was said, with its pay held against the rates of the day."""
    values = {name: said[name] for name in SAID if name in said}
    verdict = grade(pay=values.get("pay"), unit=values.get("pay_unit", ""), on=today)
    if verdict == PayGrade.BELOW and not values.get("pay_reason"):
        raise Refused("This is under the legal minimum for people of 21 and over: say why.", field="pay_reason")
    if verdict != PayGrade.BELOW:
        values["pay_reason"] = ""
    return {**values, "pay_grade": verdict}


def _refuse_past(start_by: date | None, *, today: date) -> None:
    if start_by is not None and start_by < today:
        raise Refused("That day is past.", field="start_by")
