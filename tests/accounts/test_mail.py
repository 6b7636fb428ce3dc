"""E-mails leave once, from rows; what is not known is said."""

import smtplib
from datetime import timedelta

import pytest
from django.core.mail.backends.base import BaseEmailBackend

from accounts.delivery import read_letter
from accounts.models import Mail
from accounts.services.mail import cancel_mail, claim, deliver, queue_mail, sweep
from accounts.tasks import sweep_mail
from tests import factories

AT = factories.AT


def queued(**more) -> Mail:
    given = {"to": "Dawn@Example.org", "kind": "accounts/sign_in_code", "context": {"code": "123456"}, "at": AT}
    return queue_mail(**{**given, **more})


class Away(BaseEmailBackend):
    """A mail server that does not answer."""

    def open(self):
        raise ConnectionRefusedError

    def send_messages(self, messages):
        raise AssertionError("never reached")


class SaysNo(BaseEmailBackend):
    """A mail server that knows no such mailbox."""

    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({"dawn@example.org": (550, b"no such mailbox")})


class HangsUp(BaseEmailBackend):
    """A mail server whose last word is lost."""

    def send_messages(self, messages):
        raise smtplib.SMTPServerDisconnected("gone")


def backend(settings, kind: type) -> None:
    settings.EMAIL_BACKEND = f"tests.accounts.test_mail.{kind.__name__}"


def sweep_at(at):
    return sweep(at=at, now=at)


def test_a_queued_mail_is_sent_once(transactional_db, mailoutbox):
    queued()
    assert sweep_at(AT) == {"accepted": 1}
    assert sweep_at(AT + timedelta(minutes=5)) == {}
    (sent,) = mailoutbox
    assert (sent.to, sent.subject) == (["dawn@example.org"], "Your code for Pathways")
    assert "123456" in sent.body
    row = Mail.objects.get()
    assert (row.state, row.attempt, row.settled_at, row.lease_until) == ("accepted", 1, AT, None)


def test_the_subject_never_holds_what_the_mail_says(db):
    row = queued(kind="accounts/invitation", context={"path": "/invitation/abc/", "organisation": "Ladywood Trust"})
    assert row.subject == "You are invited to Pathways"
    assert "Ladywood Trust" in read_letter(row).body


def test_a_claimed_mail_is_nobody_elses(transactional_db):
    queued()
    assert claim(at=AT, now=AT) is not None
    assert claim(at=AT, now=AT) is None


@pytest.mark.parametrize(("at_least_once", "state"), [(True, "accepted"), (False, "unknown")])
def test_a_mail_whose_worker_died_is_sent_again_only_where_twice_does_no_harm(transactional_db, mailoutbox, at_least_once, state):
    queued(at_least_once=at_least_once)
    claim(at=AT, now=AT)
    assert sweep_at(AT + timedelta(minutes=1)) == {}
    assert sweep_at(AT + timedelta(minutes=3)) == {state: 1}
    assert len(mailoutbox) == (1 if at_least_once else 0)


def test_a_server_that_is_away_is_tried_again_later(transactional_db, settings, mailoutbox):
    kept = settings.EMAIL_BACKEND
    backend(settings, Away)
    queued()
    assert sweep_at(AT) == {"ready": 1}
    assert (Mail.objects.get().fault, Mail.objects.get().not_before) == ("ConnectionRefusedError", AT + timedelta(seconds=30))
    settings.EMAIL_BACKEND = kept
    assert sweep_at(AT + timedelta(seconds=29)) == {}
    assert sweep_at(AT + timedelta(seconds=30)) == {"accepted": 1}


def test_a_plain_no_is_final(transactional_db, settings):
    backend(settings, SaysNo)
    queued()
    assert sweep_at(AT) == {"rejected": 1}
    assert Mail.objects.get().fault == "SMTPRecipientsRefused"


@pytest.mark.parametrize(("at_least_once", "state"), [(True, "ready"), (False, "unknown")])
def test_a_lost_answer_is_not_taken_for_a_no(transactional_db, settings, at_least_once, state):
    backend(settings, HangsUp)
    row = queued(at_least_once=at_least_once)
    assert deliver(mail=claim(at=AT, now=AT), at=AT) == state
    row.refresh_from_db()
    assert row.state == state


def test_a_mail_too_late_is_not_sent_and_its_words_are_forgotten(transactional_db, mailoutbox):
    queued(lives=timedelta(minutes=10))
    assert sweep_at(AT + timedelta(minutes=11)) == {"expired": 1}
    assert mailoutbox == []
    assert Mail.objects.get().context is None
    assert read_letter(Mail.objects.get()).body == ""


def test_a_waiting_mail_can_be_stopped(db):
    row = queued()
    assert cancel_mail(mail=row, at=AT) is True
    assert cancel_mail(mail=row, at=AT) is False
    assert claim(at=AT, now=AT) is None


def test_the_job_says_what_it_would_do(transactional_db, mailoutbox):
    queued()
    assert sweep_mail(at=AT, dry_run=True) == "1 e-mails would be sent."
    assert sweep_mail(at=AT, dry_run=False) == "1 accepted"
    assert len(mailoutbox) == 1
