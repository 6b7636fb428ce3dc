"""One text out of the door: claimed once, asked again, settled by what is known."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from accounts.models import BankHoliday
from ground.clock import real_now
from outreach import delivery
from outreach.backends import Accepted, Outgoing, SendError
from outreach.backends.locmem import LocMem
from outreach.models import Fact, Message, MessageEvent, PhoneLine
from outreach.services.message import change_fact, end_fact, withdraw_messages
from tests.factories import AT
from tests.outreach.conftest import standing, text


def raising(error: Exception) -> Callable[[Outgoing], None]:
    def fate(_: Outgoing) -> None:
        raise error

    return fate


def long_ago(message: Message) -> None:
    """Its lease is over: the worker that held it is gone."""
    Message.objects.filter(pk=message.pk).update(lease_until=real_now() - timedelta(seconds=1))


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


@pytest.mark.django_db
class TestOutcomes:
    def test_surely_not_taken_rests_and_goes_again(self, provider: LocMem):
        message = text()
        provider.before.append(raising(SendError("not_sent", "refused")))
        before = real_now()
        assert delivery.sweep(at=AT) == {"ready": 1}
        message.refresh_from_db()
        assert (message.state, message.attempt, message.error_code, message.lease_until) == ("ready", 1, "refused", None)
        assert timedelta(seconds=14) < message.next_try - before < timedelta(seconds=47)
        assert delivery.sweep(at=AT) == {}
        Message.objects.update(next_try=before - timedelta(seconds=1))
        assert delivery.sweep(at=AT) == {"accepted": 1}
        assert len(provider.taken) == 1

    @pytest.mark.parametrize(("attempt", "least", "most"), [(1, 15, 45), (3, 60, 180), (7, 900, 1800), (19, 900, 1800)])
    def test_pauses_grow_to_half_an_hour(self, provider: LocMem, attempt: int, least: int, most: int):
        outgoing = replace(_claimed(text()), attempt=attempt)
        rest = delivery.pause(outgoing, SendError("not_sent")).total_seconds()
        assert least <= rest <= most
        assert delivery.pause(outgoing, SendError("not_sent", retry_after=4000)).total_seconds() == 4000

    def test_the_twentieth_try_is_the_last(self, provider: LocMem):
        message = text()
        Message.objects.update(attempt=19)
        provider.before.append(raising(SendError("not_sent", "refused")))
        assert delivery.sweep(at=AT) == {"expired": 1}
        assert standing(message) == ("expired", "tries")

    @pytest.mark.parametrize("error", [SendError("unknown", "502"), SendError("a word nobody knows"), TimeoutError(), ValueError("7700")])
    def test_anything_that_might_have_been_taken_is_not_sent_again(self, provider: LocMem, error: Exception):
        message = text()
        provider.after.append(raising(error))
        assert delivery.sweep(at=AT) == {"unknown": 1}
        assert delivery.sweep(at=AT + timedelta(hours=3)) == {}
        assert standing(message) == ("unknown", "")
        assert len(provider.taken) == 1

    def test_a_plain_no_is_one_call(self, provider: LocMem):
        message = text()
        provider.before.append(raising(SendError("rejected", "21602")))
        assert delivery.sweep(at=AT) == {"rejected": 1}
        assert delivery.sweep(at=AT) == {}
        assert standing(message) == ("rejected", "rejected")
        assert PhoneLine.objects.get().health == "good"

    def test_a_bad_number_marks_the_line(self, provider: LocMem):
        message = text()
        provider.before.append(raising(SendError("bad_number", "21211")))
        delivery.sweep(at=AT)
        assert standing(message) == ("rejected", "bad_number")
        assert PhoneLine.objects.get().health == "bad"

    def test_the_providers_block_opts_the_line_out(self, provider: LocMem):
        message = text()
        provider.before.append(raising(SendError("opted_out", "21610")))
        delivery.sweep(at=AT)
        assert standing(message) == ("rejected", "opted_out")
        assert PhoneLine.objects.get().opted_out_at == AT

    def test_an_answer_that_comes_late_is_still_kept(self, provider: LocMem):
        message = text()
        outgoing = _claimed(message)
        long_ago(message)
        assert delivery.sweep(at=AT) == {"unknown": 1}
        assert delivery.bind(outgoing.id, Accepted("SM1", "queued"), backend="locmem", at=AT) == "accepted"
        assert standing(message) == ("accepted", "")

    def test_one_row_has_one_provider_id_for_ever(self, provider: LocMem):
        message = text()
        delivery.sweep(at=AT)
        assert delivery.bind(message.pk, Accepted("another", "sent"), backend="locmem", at=AT) == ""
        message.refresh_from_db()
        assert message.provider_id == f"locmem-{message.uuid}-1"

    def test_what_was_settled_and_was_in_fact_sent_says_so_and_stays(self, provider: LocMem):
        message = text()
        _claimed(message)
        Message.objects.update(state="cancelled")
        assert delivery.bind(message.pk, Accepted("SM1", "sent"), backend="locmem", at=AT) == "was in fact sent"
        message.refresh_from_db()
        assert (message.state, message.provider_id) == ("cancelled", "SM1")


def _claimed(message: Message) -> Outgoing:
    outgoing = delivery.claim(message_id=message.pk, at=AT)
    assert outgoing is not None
    return outgoing


@pytest.mark.django_db
class TestLease:
    def test_a_claim_holds_for_two_minutes_of_the_databases_time(self, provider: LocMem):
        message = text()
        before = real_now()
        outgoing = _claimed(message)
        message.refresh_from_db()
        assert (message.state, message.attempt, outgoing.attempt) == ("sending", 1, 1)
        assert timedelta(seconds=119) < message.lease_until - before < timedelta(seconds=125)
        assert delivery.claim(message_id=message.pk, at=AT) is None

    def test_killed_between_claim_and_call_it_is_unknown_never_ready(self, provider: LocMem):
        message = text()
        _claimed(message)
        assert delivery.sweep(at=AT) == {}
        long_ago(message)
        assert delivery.sweep(at=AT) == {"unknown": 1}
        assert delivery.sweep(at=AT) == {}
        message.refresh_from_db()
        assert (message.state, message.error_code, message.lease_until) == ("unknown", "lease", None)
        assert provider.taken == []

    def test_with_little_of_the_lease_left_no_call_is_begun(self, provider: LocMem):
        message = text()
        outgoing = replace(_claimed(message), lease_until=real_now() + timedelta(seconds=59))
        assert delivery.hand_over(outgoing, at=AT) == "ready"
        assert provider.taken == []
        assert standing(message) == ("ready", "")

    def test_an_answer_to_a_lost_claim_settles_nothing_of_the_next(self, provider: LocMem):
        message = text()
        old = _claimed(message)
        Message.objects.filter(pk=message.pk).update(state="ready")
        _claimed(message)
        provider.before.append(raising(SendError("rejected", "1")))
        assert delivery.hand_over(old, at=AT) == ""
        assert standing(message) == ("sending", "")


@pytest.mark.django_db
class TestReconciling:
    def unknown(self, provider: LocMem, *, taken: bool, **more) -> Message:
        message = text(**more)
        (provider.after if taken else provider.before).append(raising(TimeoutError()))
        assert delivery.sweep(at=AT) == {"unknown": 1}
        return message

    def later(self) -> None:
        Message.objects.update(attempt_at=real_now() - timedelta(seconds=901))

    def test_nobody_asks_before_the_provider_had_time_to_settle(self, provider: LocMem):
        self.unknown(provider, taken=False)
        assert delivery.reconcile(at=AT) == {}

    def test_what_the_provider_knows_of_was_taken(self, provider: LocMem):
        message = self.unknown(provider, taken=True)
        self.later()
        assert delivery.reconcile(at=AT) == {"accepted": 1}
        message.refresh_from_db()
        assert (message.state, message.provider_id) == ("accepted", f"locmem-{message.uuid}-1")
        assert len(provider.taken) == 1

    def test_what_it_does_not_know_of_goes_again_and_says_that_it_may_be_double(self, provider: LocMem):
        message = self.unknown(provider, taken=False)
        self.later()
        assert delivery.reconcile(at=AT) == {"ready": 1}
        assert delivery.sweep(at=AT) == {"accepted": 1}
        message.refresh_from_db()
        assert (message.possible_duplicate, message.attempt, len(provider.taken)) == (True, 2, 1)

    def test_what_would_hurt_twice_is_given_up_instead(self, provider: LocMem):
        message = self.unknown(provider, taken=False, delivery_class="at_most_once")
        self.later()
        assert delivery.reconcile(at=AT) == {"abandoned": 1}
        assert delivery.sweep(at=AT) == {}
        assert standing(message) == ("abandoned", "unknown")

    def test_the_third_time_it_is_given_up(self, provider: LocMem):
        message = self.unknown(provider, taken=False)
        Message.objects.update(attempt=3)
        self.later()
        assert delivery.reconcile(at=AT) == {"abandoned": 1}
        assert standing(message) == ("abandoned", "unknown")

    def test_what_is_no_longer_true_is_given_up(self, provider: LocMem):
        message = self.unknown(provider, taken=False)
        Fact.objects.update(value="cancelled")
        self.later()
        assert delivery.reconcile(at=AT) == {"abandoned": 1}
        assert standing(message) == ("abandoned", "unknown")


def both(act: Callable[[], object]) -> None:
    """Two workers at the same moment, each with a connection of its own."""
    ready = Barrier(2)

    def work() -> None:
        try:
            ready.wait(5)
            act()
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_two_workers_never_both_call(self, provider: LocMem):
        messages = [text(occasion=f"o{number}", fact="", phone=f"+4477009002{number:02}") for number in range(40)]
        both(lambda: [delivery.deliver(message_id=message.pk, at=AT) for message in messages])
        delivery.sweep(at=AT)
        assert len(provider.taken) == 40
        assert len({sent.reference for sent in provider.taken}) == 40
        assert set(Message.objects.values_list("state", "attempt")) == {("accepted", 1)}

    def test_two_sweeps_of_one_number_never_double(self, provider: LocMem):
        first = text(occasion="o0")
        for number in range(1, 20):
            text(occasion=f"o{number}", candidate=first.candidate)
        both(lambda: delivery.sweep(at=AT))
        delivery.sweep(at=AT)
        assert len(provider.taken) == 20
        assert set(Message.objects.values_list("state", "attempt")) == {("accepted", 1)}

    def test_no_claim_while_an_opt_out_holds_the_line(self, provider: LocMem):
        message = text()

        def claim_meanwhile() -> None:
            try:
                seen.append(delivery.claim(message_id=message.pk, at=AT))
            finally:
                connection.close()

        seen: list[object] = []
        with transaction.atomic():
            line = PhoneLine.objects.select_for_update(no_key=True).get()
            thread = Thread(target=claim_meanwhile)
            thread.start()
            thread.join(10)
            line.opted_out_at = AT
            line.save()
        assert seen == [None]
        assert delivery.sweep(at=AT) == {}
        assert standing(message) == ("suppressed", "opted_out")

    def test_no_claim_while_a_step_changes_what_it_relies_on(self, provider: LocMem):
        message = text()
        seen: list[object] = []

        def claim_meanwhile() -> None:
            try:
                seen.append(delivery.claim(message_id=message.pk, at=AT))
            finally:
                connection.close()

        with transaction.atomic():
            change_fact(key="interview:1", value="cancelled")
            thread = Thread(target=claim_meanwhile)
            thread.start()
            thread.join(10)
        assert seen == [None]
        delivery.sweep(at=AT)
        assert standing(message) == ("expired", "untrue")
        assert provider.taken == []

    def test_the_claim_is_committed_and_no_transaction_is_open_while_the_provider_is_called(self, provider: LocMem):
        message = text()
        seen: list[object] = []

        def look(_: Outgoing) -> None:
            seen.append(connection.in_atomic_block)

            def from_elsewhere() -> None:
                seen.append(Message.objects.get(pk=message.pk).state)
                connection.close()

            thread = Thread(target=from_elsewhere)
            thread.start()
            thread.join(10)

        provider.before.append(look)
        delivery.sweep(at=AT)
        assert seen == [False, "sending"]

    def test_a_claim_inside_another_transaction_is_refused(self, provider: LocMem):
        message = text()
        with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
            delivery.claim(message_id=message.pk, at=AT)
