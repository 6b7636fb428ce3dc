"""Bank holidays: shipped as published, added when proclaimed, taken off when wrong; working days know them at once."""

from datetime import date, timedelta

import pytest

from accounts.models import Audit, BankHoliday
from accounts.services.holiday import add_holiday, take_off_holiday
from accounts.services.programme import lay_out_standard_rows
from accounts.standard import BANK_HOLIDAYS
from ground.actor import SYSTEM
from ground.clock import add_working_days, read_clock, today_london
from ground.door import Conflict, Refused
from ground.once import new_once
from tests import factories
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
HERE = "/settings/bank-holidays/"


def test_the_shipped_days_are_working_days_of_each_year_once() -> None:
    days = [day for day, _ in BANK_HOLIDAYS]
    assert days == sorted(set(days))
    assert [day for day in days if day.weekday() > 4] == []
    years = {year: sum(day.year == year for day in days) for year in range(2020, 2028)}
    assert years == {2020: 8, 2021: 8, 2022: 10, 2023: 9, 2024: 8, 2025: 8, 2026: 8, 2027: 8}
    assert add_working_days(date(2026, 12, 24), 1, days) == date(2026, 12, 29)


def test_an_administrator_adds_one_and_takes_it_off_again() -> None:
    admin = factories.user("administrator", factories.organisation())
    browser = signed_in(admin)
    today = today_london(read_clock())
    day = add_working_days(today, 3)
    assert "Add the next year" in browser.get(HERE).content.decode()
    typed = {"day": day.isoformat(), "name": "A royal wedding"}
    assert browser.post(f"{HERE}add/", {**typed, "once": new_once()})["Location"] == HERE
    assert add_working_days(today, 3, set(BankHoliday.objects.values_list("day", flat=True))) > day
    assert "A royal wedding" in browser.get(HERE).content.decode()
    twice = browser.post(f"{HERE}add/", {**typed, "once": new_once()})
    assert (twice.status_code, "on the list already" in twice.content.decode()) == (422, True)
    row = BankHoliday.objects.get()
    off = f"{HERE}{row.uuid}/take-off/"
    assert browser.get(off).status_code == 200
    assert browser.post(off, {"version": "7", "once": new_once()}).status_code == 409
    assert browser.post(off, {"once": new_once()}).status_code == 422
    assert browser.post(off, {"version": "1", "once": new_once()})["Location"] == HERE
    assert (BankHoliday.objects.count(), BankHoliday._base_manager.count()) == (0, 1)
    assert browser.get(off).status_code == 404
    assert browser.post(f"{HERE}add/", {**typed, "once": new_once()}).status_code == 302
    assert (BankHoliday.objects.count(), BankHoliday._base_manager.count()) == (1, 1)
    assert list(Audit.objects.order_by("id").values_list("action", flat=True)) == ["holiday.add", "holiday.take_off", "holiday.add"]


def test_past_days_stay_as_they_were() -> None:
    today = factories.DAY
    with pytest.raises(Refused, match="day to come"):
        add_holiday(day=today, name="Today", by=SYSTEM, at=factories.AT)
    row = BankHoliday.objects.create(day=today - timedelta(days=1), name="Yesterday")
    with pytest.raises(Refused, match="past"):
        take_off_holiday(holiday=row, version=1, by=SYSTEM, at=factories.AT)
    coming = add_holiday(day=today + timedelta(days=1), name="Tomorrow", by=SYSTEM, at=factories.AT)
    take_off_holiday(holiday=coming, version=1, by=SYSTEM, at=factories.AT)
    with pytest.raises(Conflict):
        take_off_holiday(holiday=coming, version=2, by=SYSTEM, at=factories.AT)


def test_what_was_taken_off_does_not_come_back_with_an_upgrade() -> None:
    lay_out_standard_rows()
    row = BankHoliday.objects.get(day=date(2027, 12, 27))
    take_off_holiday(holiday=row, version=row.version, by=SYSTEM, at=factories.AT)
    assert lay_out_standard_rows() == 0
    assert not BankHoliday.objects.filter(day=row.day).exists()


@pytest.mark.parametrize("role", ["programme_lead", "outreach_worker", "trainer", "employer"])
def test_nobody_else_opens_them(role: str) -> None:
    row = BankHoliday.objects.create(day=factories.DAY + timedelta(days=400), name="Some day")
    browser = signed_in(factories.user(role, factories.organisation()))
    paths = (HERE, f"{HERE}add/", f"{HERE}{row.uuid}/take-off/")
    assert [browser.get(path).status_code for path in paths] == [403, 403, 403]
