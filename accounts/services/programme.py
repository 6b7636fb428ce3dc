"""Programmes, who takes part in them, and the dated words that every programme starts with."""

from __future__ import annotations

from datetime import date, datetime

from accounts.choices import FunnelStart, RuleCode
from accounts.models import BankHoliday, Milestone, Organisation, Programme, ProgrammePartner, ProgrammeRule, Reason
from accounts.services.audit import note, service
from accounts.standard import BANK_HOLIDAYS, MILESTONES, REASONS, RULES
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Refused

#: Standard rows hold from before any register that is brought in.
ALWAYS = date(2000, 1, 1)


@service("programme.add")
def add_programme(
    *,
    name: str,
    code: str,
    organisation: Organisation,
    starts_on: date,
    by: Actor,
    at: datetime,
    funnel_starts_at: str = FunnelStart.INTEREST,
    caseload_only: bool = False,
    caseload_limit: int = 25,
) -> Programme:
    """A programme with the organisation that is accountable for it; the standard milestones and reasons hold at once."""
    if Programme.objects.filter(code__iexact=code).exists():
        raise Refused("There is a programme with that code already.", field="code")
    if Programme.objects.filter(name__iexact=name.strip()).exists():
        raise Refused("There is a programme of that name already.", field="name")
    lay_out_standard_rows()
    made = Programme.objects.create(
        name=name.strip(), code=code, organisation=organisation, starts_on=starts_on, caseload_only=caseload_only, created_at=at
    )
    own = {RuleCode.FUNNEL_STARTS_AT: str(funnel_starts_at), RuleCode.CASELOAD_LIMIT: caseload_limit}
    for rule, value in own.items():
        if value != RULES[rule].value:
            ProgrammeRule.objects.create(programme=made, code=rule, value=value, valid_from=ALWAYS, set_by_id=by.user_id, created_at=at)
    return made


@service("programme.add_partner")
def add_partner(
    *, programme: Programme, organisation: Organisation, by: Actor, at: datetime, starts_on: date | None = None
) -> ProgrammePartner:
    """An organisation joins a programme; nothing happens when it takes part already."""
    partner, _ = ProgrammePartner.objects.get_or_create(
        programme=programme,
        organisation=organisation,
        ends_on=None,
        defaults={"starts_on": starts_on or today_london(at), "created_at": at},
    )
    return partner


@service("programme.end_partner")
def end_partner(*, partner: ProgrammePartner, ends_on: date, by: Actor, at: datetime) -> ProgrammePartner:
    """An organisation leaves a programme after this day."""
    if ends_on < partner.starts_on:
        raise Refused("The last day cannot be before the first.", field="ends_on")
    partner.change(version=partner.version, ends_on=ends_on)
    note(fields=["ends_on"])
    return partner


def lay_out_standard_rows() -> int:
    """Add the rules, milestones, reasons and bank holidays that hold for every programme, where they are missing; how many were."""
    milestones = [
        Milestone(code=code, weeks=weeks, months=months, window_days=window, valid_from=ALWAYS)
        for code, weeks, months, window in MILESTONES
    ]
    reasons = [
        Reason(kind=kind, code=code, label=label, position=position, valid_from=ALWAYS)
        for kind, words in REASONS.items()
        for position, (code, label) in enumerate(words)
    ]
    holidays = [BankHoliday(day=day, name=name) for day, name in BANK_HOLIDAYS]
    there = set(ProgrammeRule.objects.filter(programme__isnull=True).values_list("code", flat=True))
    before = _standard_rows()
    ProgrammeRule.objects.bulk_create(
        ProgrammeRule(code=code, value=shipped.value, valid_from=ALWAYS) for code, shipped in RULES.items() if code not in there
    )
    Milestone._base_manager.bulk_create(milestones, ignore_conflicts=True)
    Reason._base_manager.bulk_create(reasons, ignore_conflicts=True)
    BankHoliday._base_manager.bulk_create(holidays, ignore_conflicts=True)
    return _standard_rows() - before


def _standard_rows() -> int:
    return sum(model._base_manager.count() for model in (ProgrammeRule, Milestone, Reason, BankHoliday))
