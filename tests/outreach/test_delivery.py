"""One text out of the door: claimed once, asked again, settled by what is known."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import BankHoliday
from outreach import delivery
from outreach.backends.locmem import LocMem
from outreach.models import Message, MessageEvent, PhoneLine
from outreach.services.message import change_fact, end_fact, withdraw_messages
from tests.factories import AT
from tests.outreach.conftest import standing, text


@pytest.mark.django_db
class TestSending:
    def test_a_due_text_goes_out_once_and_keeps_the_providers_id(self, provider: LocMem):
        message = text()
        assert delivery.sweep(at=AT) == {"accepted": 1}
        assert delivery.sweep(at=AT) == {}
        assert [(sent.to, sent.body) for sent in provider.taken] == [
            ("+447700900101", "Hello Amina, this is Northgate. Your chat is on Tuesday 1 December at 10am.")
        ]
        message.refresh_from_db()
        assert (message.state, message.provider_id, message.attempt) == ("accepted", f"locmem-{message.uuid}-1", 1)
        assert (message.accepted_at, message.final_at, message.lease_until) == (AT, None, None)
        assert list(MessageEvent.objects.values_list("provider_id", "status")) == [(f"locmem-{message.uuid}-1", "sent")]

    def test_before_its_time_it_waits(self, provider: LocMem):
        message = text(not_before=AT + timedelta(minutes=5))
        assert delivery.sweep(at=AT) == {}
        assert delivery.deliver(message_id=message.pk, at=AT) == ""
        assert delivery.sweep(at=AT + timedelta(minutes=5)) == {"accepted": 1}

    def test_in_the_demo_the_console_delivers(self, settings):
        settings.SMS_BACKEND, settings.DEMO = ["console"], True
        message = text()
        assert delivery.sweep(at=AT) == {"delivered": 1}
        message.refresh_from_db()
        assert (message.state, message.provider_status, message.final_at) == ("delivered", "delivered", AT)

    def test_the_console_logs_nothing_about_anybody(self, settings, caplog):
        settings.SMS_BACKEND = ["console"]
        text()
        with caplog.at_level("DEBUG"):
            assert delivery.sweep(at=AT) == {"accepted": 1}
        said = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records if record.name.startswith("outreach"))
        assert "text handed to the console" in said
        assert "Amina" not in said
        assert "900101" not in said

    def test_a_live_backend_never_calls_a_number_of_drama(self, provider: LocMem, monkeypatch):
        message = text()
        monkeypatch.setattr(provider, "live", True)
        assert delivery.sweep(at=AT) == {}
        assert standing(message) == ("rejected", "drama")
        assert provider.taken == []


@pytest.mark.django_db
class TestAskedAgain:
    def test_after_an_opt_out_nothing_goes(self, provider: LocMem):
        message = text()
        PhoneLine.objects.update(opted_out_at=AT, opted_out_how="stop")
        assert delivery.sweep(at=AT) == {}
        assert standing(message) == ("suppressed", "opted_out")
        assert provider.taken == []

    def test_a_number_found_bad_meanwhile_is_not_called(self, provider: LocMem):
        message = text()
        PhoneLine.objects.update(health="bad")
        delivery.sweep(at=AT)
        assert standing(message) == ("suppressed", "number")
        assert provider.taken == []

    def test_what_is_no_longer_true_does_not_go(self, provider: LocMem):
        message = text()
        change_fact(key="interview:1", value="booked@2026-12-01T11:00")
        delivery.sweep(at=AT)
        assert standing(message) == ("expired", "untrue")
        assert provider.taken == []

    def test_a_fact_that_ended_was_enough(self, provider: LocMem):
        message = text()
        end_fact(key="interview:1")
        delivery.sweep(at=AT)
        assert standing(message) == ("expired", "untrue")

    def test_a_fact_that_came_back_lets_it_go(self, provider: LocMem):
        message = text()
        change_fact(key="interview:1", value="cancelled")
        change_fact(key="interview:1", value="booked@2026-12-01T10:00")
        assert delivery.sweep(at=AT) == {"accepted": 1}
        assert standing(message)[0] == "accepted"

    def test_what_was_withdrawn_does_not_go(self, provider: LocMem):
        uuid = Message._meta.get_field("uuid").get_default()
        message = text(written_for=uuid)
        assert withdraw_messages(written_for=[uuid], at=AT) == 1
        assert delivery.sweep(at=AT) == {}
        assert standing(message) == ("cancelled", "withdrawn")

    def test_too_late_is_dropped_and_never_sent(self, provider: LocMem):
        message = text(expires_at=AT + timedelta(hours=2))
        assert delivery.sweep(at=AT + timedelta(hours=2)) == {"expired": 1}
        assert standing(message) == ("expired", "late")
        assert provider.taken == []

    def test_too_late_is_seen_at_the_claim_too(self, provider: LocMem):
        message = text(expires_at=AT + timedelta(hours=2))
        assert delivery.deliver(message_id=message.pk, at=AT + timedelta(hours=2)) == ""
        assert standing(message) == ("expired", "late")


NIGHTS = {
    "before nine": datetime(2026, 11, 23, 8, 59, tzinfo=UTC),
    "from eight": datetime(2026, 11, 23, 20, 0, tzinfo=UTC),
    "on Sunday": datetime(2026, 11, 29, 12, 0, tzinfo=UTC),
    "in summer, nine in Greenwich is ten in London: seven is eight": datetime(2026, 7, 6, 7, 59, tzinfo=UTC),
    "on the morning after clocks went forward": datetime(2027, 3, 29, 7, 59, tzinfo=UTC),
    "on Boxing Day as it was moved": datetime(2026, 12, 28, 12, 0, tzinfo=UTC),
}
DAYS = {
    "at nine": datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    "just before eight": datetime(2026, 11, 23, 19, 59, tzinfo=UTC),
    "on Saturday": datetime(2026, 11, 28, 12, 0, tzinfo=UTC),
    "in summer at nine": datetime(2026, 7, 6, 8, 0, tzinfo=UTC),
}


@pytest.mark.django_db
class TestHours:
    @pytest.fixture(autouse=True)
    def holiday(self):
        BankHoliday.objects.get_or_create(day=datetime(2026, 12, 28, tzinfo=UTC).date(), defaults={"name": "Boxing Day (substitute day)"})

    @pytest.mark.parametrize("night", NIGHTS.values(), ids=NIGHTS.keys())
    def test_at_night_it_waits(self, provider: LocMem, night: datetime):
        message = text(not_before=night, expires_at=night + timedelta(days=4))
        assert delivery.sweep(at=night) == {}
        assert delivery.deliver(message_id=message.pk, at=night) == ""
        assert standing(message) == ("ready", "")
        assert provider.taken == []

    @pytest.mark.parametrize("day", DAYS.values(), ids=DAYS.keys())
    def test_by_day_it_goes(self, provider: LocMem, day: datetime):
        text(not_before=day, expires_at=day + timedelta(days=1))
        assert delivery.sweep(at=day) == {"accepted": 1}

    def test_a_setting_lifts_them(self, provider: LocMem, settings):
        settings.SMS_HOURS = "all"
        night = NIGHTS["from eight"]
        text(not_before=night, expires_at=night + timedelta(minutes=5))
        assert delivery.sweep(at=night) == {"accepted": 1}

    def test_a_sign_in_code_is_not_held_up(self, provider: LocMem):
        message = text(not_before=AT, expires_at=AT + timedelta(days=1))
        Message.objects.update(purpose="security")
        assert delivery.sweep(at=NIGHTS["from eight"]) == {"accepted": 1}
        assert standing(message)[0] == "accepted"
