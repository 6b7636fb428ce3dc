"""What a programme sets for itself from a day on: rules, milestones, reasons. Each change is a new row; no row is ever edited."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.text import slugify

from accounts.choices import MilestoneCode, ReasonKind, RuleCode
from accounts.models import Milestone, Programme, ProgrammeRule, Reason
from accounts.services.audit import note, service
from accounts.standard import MILESTONE_LENGTHS, RULES
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, Refused


def rows_of(model: type[ProgrammeRule] | type[Milestone] | type[Reason], programme: Programme, **which: str) -> int:
    """The version of what these rows say together: every change adds one, so a form that was overtaken is known by it."""
    return model._base_manager.filter(programme=programme, **which).count() + 1


def _begin(
    model: type[ProgrammeRule] | type[Milestone] | type[Reason],
    programme: Programme,
    *,
    valid_from: date,
    version: int,
    at: datetime,
    **which: str,
) -> None:
    """Hold the programme, see that nobody was faster, and that no day which is past is changed."""
    Programme._base_manager.select_for_update(no_key=True).get(pk=programme.pk)
    if rows_of(model, programme, **which) != version:
        raise Conflict()
    if valid_from < today_london(at):
        raise Refused("Choose today or a later day: what held before stays as it was.", field="valid_from")


@service("rule.set")
def set_rule(
    *, programme: Programme, code: str, value: Any, valid_from: date, why: str = "", version: int, by: Actor, at: datetime
) -> ProgrammeRule:
    """From this day on another value holds. What was opened before keeps the rule it was opened under."""
    _begin(ProgrammeRule, programme, valid_from=valid_from, version=version, at=at, code=code)
    if not RULES[RuleCode(code)].accepts(value):
        raise Refused("That cannot be set here.", field="value")
    if ProgrammeRule.objects.value(code, programme=programme.pk, day=valid_from) == value:
        raise Refused("That is what holds from that day already.", field="value")
    made = ProgrammeRule.objects.create(
        programme=programme, code=code, value=value, valid_from=valid_from, why=why, set_by_id=by.user_id, created_at=at
    )
    note(fields=[code, "valid_from"])
    return made


@service("milestone.set")
def set_milestone(
    *,
    programme: Programme,
    code: str,
    window_days: int,
    in_use: bool,
    valid_from: date,
    why: str = "",
    version: int,
    by: Actor,
    at: datetime,
) -> Milestone:
    """Jobs that begin on this day or later are asked after so, or not any more; checks of earlier ones stay as they were planned."""
    _begin(Milestone, programme, valid_from=valid_from, version=version, at=at, code=code)
    if code == MilestoneCode.SIX_MONTHS and not in_use:
        raise Refused("Six months is what “sustained” is counted by: it is always asked after.", field="in_use")
    weeks, months = MILESTONE_LENGTHS[MilestoneCode(code)]
    made = Milestone.objects.create(
        programme=programme,
        code=code,
        weeks=weeks,
        months=months,
        window_days=window_days,
        in_use=in_use,
        valid_from=valid_from,
        why=why,
        set_by_id=by.user_id,
        created_at=at,
    )
    note(fields=["window_days", "in_use", "valid_from"])
    return made


@service("reason.set")
def set_reason(
    *,
    programme: Programme,
    kind: str,
    label: str,
    in_use: bool = True,
    code: str = "",
    valid_from: date,
    why: str = "",
    version: int,
    by: Actor,
    at: datetime,
) -> Reason:
    """A reason in other words, one more, or one that is not offered any more. A new one has no `code` yet.

    What was given before is told in the words it had then.
    """
    _begin(Reason, programme, valid_from=valid_from, version=version, at=at, kind=kind)
    there = {row.code: row for row in Reason.objects.of(programme).filter(kind=ReasonKind(kind)).last_word()}
    twin = next((row for row in there.values() if row.label.casefold() == label.casefold() and row.code != code and row.in_use), None)
    if twin is not None:
        raise Refused("There is a reason in these words already.", field="label")
    name = code or _new_code(label, set(there))
    position = there[code].position if code in there else max((row.position for row in there.values()), default=0) + 1
    made = Reason.objects.create(
        programme=programme,
        kind=kind,
        code=name,
        label=label,
        position=position,
        in_use=in_use,
        valid_from=valid_from,
        why=why,
        set_by_id=by.user_id,
        created_at=at,
    )
    note(fields=["label", "in_use", "valid_from"])
    return made


def _new_code(label: str, taken: set[str]) -> str:
    first = slugify(label).replace("-", "_")[:34] or "reason"
    return next(code for code in (first, *(f"{first}_{number}" for number in range(2, 10_000))) if code not in taken)
