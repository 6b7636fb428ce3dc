"""Writing a text into the outbox: what is kept, and what is refused with a sentence."""

from datetime import UTC, datetime, timedelta

import pytest

from candidates.models import Candidate
from ground.actor import SYSTEM
from ground.door import Refused
from outreach.models import Message, PhoneLine, Template
from outreach.services.line import line_of
from outreach.services.message import noting_texts, queue_message
from tests.factories import AT, organisation, person
from tests.outreach.conftest import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("provider")]


def test_a_text_is_kept_as_it_was_worded_with_what_it_relies_on():
    message = text()
    message.refresh_from_db()
    assert message.body == "Hello Amina, this is Northgate. Your chat is on Tuesday 1 December at 10am."
    assert (message.state, message.attempt, message.backend, message.provider_id) == ("ready", 0, "locmem", "")
    assert (message.fact, message.fact_value) == ("interview:1", "booked@2026-12-01T10:00")
    assert (message.purpose, message.delivery_class, message.language, message.parts) == ("service", "at_least_once", "en", 1)
    assert (message.line.e164, message.line.region, message.line.health) == ("+447700900101", "GB", "good")


def test_the_same_occasion_again_is_the_row_that_is_there():
    first = text()
    again = text(candidate=first.candidate, expires_at=AT + timedelta(days=3))
    assert (again.pk, Message.objects.count()) == (first.pk, 1)
    assert again.expires_at == AT + timedelta(days=1)


def test_a_number_is_one_line_whoever_shares_it_and_its_digest_hides_it():
    owner = organisation()
    first = text(candidate=person(owner, phone="+447700900102"))
    second = text(candidate=person(owner, phone="+447700900102"))
    assert first.line == second.line
    assert PhoneLine.objects.count() == 1
    assert len(first.line.digest) == 64
    assert "900102" not in first.line.digest


def test_another_key_gives_another_digest(settings):
    settings.SMS_LINE_KEY = "one"
    first = line_of("+447700900103").digest
    settings.SMS_LINE_KEY = "two"
    assert line_of("+447700900103").digest != first


def refusal(**more) -> str:
    with pytest.raises(Refused) as refused:
        text(**more)
    assert Message.objects.count() == 0
    return refused.value.sentence


def test_nobody_without_a_mobile_is_texted():
    assert refusal(candidate=person(organisation(), phone=None)) == "This person has no mobile number that may be texted."


@pytest.mark.parametrize(
    ("number", "kind"), [("+441214960123", "mobile"), ("+447700900104", "landline"), ("+35385012345", "mobile"), ("+12025550123", "mobile")]
)
def test_only_listed_mobiles_are_texted(number: str, kind: str):
    somebody = person(organisation(), phone=number)
    somebody.routes.update(kind=kind)
    assert refusal(candidate=somebody) == "This person has no mobile number that may be texted."


def test_a_person_who_wants_no_texts_gets_none():
    somebody = person(organisation(), phone="+447700900105")
    somebody.routes.update(may_text=False)
    assert refusal(candidate=somebody) == "This person has no mobile number that may be texted."


def test_the_dead_are_not_texted():
    somebody = person(organisation(), phone="+447700900106", died_on=AT.date())
    assert refusal(candidate=somebody) == "This person has died."


def test_an_opt_out_belongs_to_the_number():
    line = line_of("+447700900107")
    line.opted_out_at = AT
    line.save()
    assert refusal(phone="+447700900107") == "This number has asked for no more texts."


def test_a_number_that_does_not_work_is_checked_first():
    line = line_of("+447700900108")
    line.health = "bad"
    line.save()
    assert refusal(phone="+447700900108") == "Texts do not reach this number: check it with the person first."


def test_texts_that_are_switched_off_are_refused(settings):
    settings.SMS_BACKEND = []
    assert refusal() == "Texts are switched off here: tell the person another way."


def test_a_backend_that_reaches_nobody_is_off_in_production(settings):
    settings.SMS_BACKEND = ["console"]
    settings.RELAXED = False
    assert refusal() == "Texts are switched off here: tell the person another way."


def test_a_text_that_could_only_go_too_late_is_refused():
    saturday_night = datetime(2026, 11, 28, 20, 30, tzinfo=UTC)
    words = "Texts go out from nine to eight, not on Sundays and bank holidays: this one would come too late."
    assert refusal(not_before=saturday_night, expires_at=datetime(2026, 11, 30, 8, 0, tzinfo=UTC)) == words
    assert refusal(not_before=AT, expires_at=AT) == words
    assert text(not_before=saturday_night, expires_at=datetime(2026, 11, 30, 9, 1, tzinfo=UTC)).state == "ready"


def test_wording_that_is_not_approved_or_retired_is_not_used():
    message = text()
    somebody = person(organisation())
    Template.objects.update(approved_at=None)
    with pytest.raises(Refused, match="has not been approved"):
        _again(message, somebody)
    Template.objects.update(approved_at=AT, retired_at=AT)
    with pytest.raises(Refused, match="no longer used"):
        _again(message, somebody)


def _again(message: Message, somebody: Candidate) -> Message:
    template = Template.objects.get(pk=message.template_id)
    return queue_message(
        candidate=somebody,
        organisation=message.organisation,
        occasion="other",
        template=template,
        values={},
        not_before=AT,
        expires_at=AT + timedelta(days=1),
        by=SYSTEM,
        at=AT,
    )


def test_a_text_of_1601_characters_is_refused():
    message = text()
    somebody = person(organisation())
    Template.objects.update(body="a" * 1601)
    with pytest.raises(Refused, match="too long: 1601 characters where 1600 can be sent"):
        _again(message, somebody)
    Template.objects.update(body=" {where} ")
    with pytest.raises(Refused, match="The text is empty"):
        _again(message, somebody)


def test_what_was_written_is_noted_for_the_door_that_nudges():
    with noting_texts() as written:
        first = text()
        text(candidate=first.candidate)
    assert written == [first.pk]
