"""One e-mail out of the door: its subject, which names nobody, and its words."""

from __future__ import annotations

import json
import smtplib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string

from accounts.models import Mail
from ground.sealing import CannotOpen


@dataclass(frozen=True)
class Letter:
    """What somebody reads."""

    subject: str
    body: str


def template_of(kind: str) -> str:
    """accounts/invitation -> accounts/mail/invitation.txt, in the app's own templates."""
    app, _, name = kind.partition("/")
    return f"{app}/mail/{name}.txt"


def write_letter(kind: str, context: dict[str, Any]) -> Letter:
    """The first line of the template is the subject; what follows the empty line is the body."""
    text = render_to_string(template_of(kind), {**context, "site": settings.PUBLIC_BASE_URL})
    subject, _, body = text.partition("\n")
    return Letter(subject.strip(), body.strip() + "\n")


def read_letter(mail: Mail) -> Letter:
    """The e-mail as it was or will be sent; without its words once they were forgotten."""
    if mail.context is None:
        return Letter(mail.subject, "")
    return Letter(mail.subject, write_letter(mail.kind, json.loads(mail.context)).body)


class SurelyNot(Exception):
    """The server did not take it, and may later."""


class Never(Exception):
    """The server will not take it: a plain no, or words that cannot be opened."""


def hand_over(mail: Mail) -> None:
    """Give it to the mail server. SurelyNot or Never when it was surely not taken; anything else may have been taken."""
    try:
        letter = read_letter(mail)
    except CannotOpen as closed:
        raise Never("sealed") from closed
    message = EmailMessage(
        subject=letter.subject,
        body=letter.body,
        to=[mail.to],
        headers={"Message-ID": f"<{mail.uuid}@{settings.PUBLIC_BASE_URL.partition('://')[2].partition(':')[0]}>"},
    )
    server = get_connection(fail_silently=False)
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as away:
        raise SurelyNot(type(away).__name__) from away
    try:
        server.send_messages([message])
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as no:
        codes = [code for code, _ in no.recipients.values()] if isinstance(no, smtplib.SMTPRecipientsRefused) else [no.smtp_code]
        if all(code >= 500 for code in codes):
            raise Never(type(no).__name__) from no
        raise SurelyNot(type(no).__name__) from no
    finally:
        server.close()
