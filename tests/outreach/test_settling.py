"""What becomes of a text that was handed over: by the answer, by silence, by what the provider knows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from ground.clock import real_now
from outreach import delivery
from outreach.backends import Accepted, Outgoing, SendError
from outreach.backends.locmem import LocMem
from outreach.models import Fact, Message, PhoneLine
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
