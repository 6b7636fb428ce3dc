"""Two at once: one text is one call, an opt-out and a step are waited for, and nobody waits inside a transaction."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from outreach import delivery
from outreach.backends import Outgoing
from outreach.backends.locmem import LocMem
from outreach.models import Message, PhoneLine
from outreach.services.message import change_fact
from tests.factories import AT
from tests.outreach.conftest import standing, text


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
