"""The outbox of e-mails: a row is committed with its cause, and sent afterwards."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.choices import MailState
from ground.rows import Personal, Row
from ground.sealing import SealedTextField


class Mail(Row):
    """One e-mail. Its subject names nobody; what goes into the text is sealed, since it may hold a link that signs in."""

    to = models.EmailField()
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="mails")
    kind = models.CharField(max_length=80, help_text="The template: accounts/invitation is templates/accounts/mail/invitation.txt.")
    subject = models.CharField(max_length=150)
    context = SealedTextField(null=True, blank=True, help_text="JSON for the template; emptied once nobody needs it.")
    state = models.CharField(max_length=12, choices=MailState.choices, default=MailState.READY)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField()
    expires_at = models.DateTimeField()
    at_least_once = models.BooleanField(
        default=True, help_text="Sent again when nobody knows whether it went: a second copy does no harm, a missing one does."
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=80, blank=True, help_text="The kind of error, never its text.")

    personal = Personal(
        other=("to", "user", "context"),
        neither=(
            "kind",
            "subject",
            "state",
            "attempt",
            "lease_until",
            "not_before",
            "expires_at",
            "at_least_once",
            "settled_at",
            "fault",
        ),
    )

    class Meta:
        ordering = ("-id",)
        constraints = [models.CheckConstraint(condition=Q(state__in=MailState.values), name="mail_state_known")]
        indexes = [models.Index(fields=("not_before", "id"), condition=Q(state__in=("ready", "sending")), name="mail_due")]

    def __str__(self) -> str:
        return f"Mail {self.pk}"
