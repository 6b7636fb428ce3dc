"""Programmes, partners and the dated words that hold on a day."""

from datetime import date

import pytest

from accounts.choices import RuleCode
from accounts.models import BankHoliday, Milestone, Programme, ProgrammeRule, Reason
from accounts.services.organisation import add_organisation
from accounts.services.programme import add_partner, add_programme, end_partner, lay_out_standard_rows
from ground.actor import SYSTEM
from ground.door import Refused
from tests import factories

AT = factories.AT


def test_a_programme_begins_with_the_standard_words(db):
    made = add_programme(
        name="Ladywood Works", code="ladywood", organisation=factories.organisation(), starts_on=factories.DAY, by=SYSTEM, at=AT
    )
    milestones = Milestone.objects.of(made).on(factories.DAY).order_by("window_days", "weeks")
    assert [(row.code, row.weeks, row.months) for row in milestones] == [
        ("four_weeks", 4, None),
        ("thirteen_weeks", 13, None),
        ("six_months", None, 6),
    ]
    assert Reason.objects.of(made).on(factories.DAY).filter(kind="missed").count() == 3
    assert BankHoliday.objects.filter(day=date(2026, 12, 28)).count() == 1
    rules = ProgrammeRule.objects.standing(RuleCode.values, day=factories.DAY)
    shown = rules.value("phases_shown", made.pk)
    assert (shown[0], shown[-1], rules.value("funnel_starts_at", made.pk), rules.value("caseload_limit", made.pk)) == (
        "outreach",
        "sustained",
        "interest",
        25,
    )
    assert lay_out_standard_rows() == 0


def test_a_dated_row_holds_from_its_first_day_to_the_day_before_its_end(db):
    made = factories.programme()
    Reason.objects.create(
        programme=made, kind="leave", code="strike", label="Strike", valid_from=date(2026, 3, 1), valid_to=date(2026, 4, 1)
    )
    days = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1))
    held = [Reason.objects.of(made).on(day).filter(code="strike").count() for day in days]
    assert held == [0, 1, 1, 0]
    assert Reason.objects.of(factories.programme()).filter(code="strike").count() == 0


def test_names_and_codes_are_used_once(db):
    trust = add_organisation(name="Ladywood Trust", kinds=["delivery", "employer"], by=SYSTEM, at=AT)
    given = {"organisation": trust, "starts_on": factories.DAY, "by": SYSTEM, "at": AT}
    add_programme(name="Ladywood Works", code="ladywood", **given)
    for name, code in (("Other", "Ladywood"), ("LADYWOOD WORKS", "other")):
        with pytest.raises(Refused, match="already"):
            add_programme(name=name, code=code, **given)
    with pytest.raises(Refused, match="already"):
        add_organisation(name="ladywood trust", kinds=["delivery"], by=SYSTEM, at=AT)
    assert Programme.objects.count() == 1


def test_a_partner_joins_once_and_may_leave_and_join_again(db):
    made, other = factories.programme(), factories.organisation()
    first = add_partner(programme=made, organisation=other, by=SYSTEM, at=AT)
    assert add_partner(programme=made, organisation=other, by=SYSTEM, at=AT) == first
    end_partner(partner=first, ends_on=factories.DAY, by=SYSTEM, at=AT)
    assert add_partner(programme=made, organisation=other, by=SYSTEM, at=AT) != first
    with pytest.raises(Refused, match="cannot be before the first"):
        end_partner(partner=first, ends_on=date(2020, 1, 1), by=SYSTEM, at=AT)
