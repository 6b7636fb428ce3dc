"""The outbox: one row is one text meant for one person, and at most one provider id."""

import pgtrigger
from django.db import models

from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row
from ground.sealing import SealedTextField
from outreach.choices import DeliveryClass, LineHealth, MessageState, Purpose


class PhoneLine(Row):
    """One number, no person on it. An opt-out belongs to the number and survives everything."""

    digest = models.CharField("keyed digest of the number", max_length=64, unique=True)
    e164 = models.CharField(max_length=16, blank=True)
    health = models.CharField(max_length=10, choices=LineHealth, default=LineHealth.GOOD)
    opted_out_at = models.DateTimeField(null=True, blank=True)
    opted_out_how = models.CharField(max_length=10, blank=True)
    region = models.CharField(max_length=2, blank=True)

    personal = Personal(candidate=("digest", "e164", "health", "opted_out_at", "opted_out_how", "region"))


class Template(Row):
    """The wording of a text in one language and one version. Versions do not change."""

    code = models.SlugField(max_length=40)
    language = models.CharField(max_length=10, default="en")
    edition = models.PositiveIntegerField(default=1)
    body = models.TextField()
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.SERVICE)
    delivery_class = models.CharField(max_length=15, choices=DeliveryClass)
    approved_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    personal = Personal(neither=("code", "language", "edition", "body", "purpose", "delivery_class", "approved_at", "retired_at"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "language", "edition"], name="template_edition")]


class Fact(models.Model):
    """What must still be true when a text goes out. The floor above writes it; a forgotten cancellation cannot send."""

    key = models.CharField(max_length=80, unique=True)
    value = models.CharField(max_length=120)

    personal = Personal(neither=("key", "value"))

    def __str__(self) -> str:
        return self.key


class Message(Row):
    """A text to be sent, being sent, or sent. Unique by person and occasion: the moment it tells of, not the try."""

    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.CASCADE, related_name="messages")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    line = models.ForeignKey(PhoneLine, on_delete=models.PROTECT, related_name="messages")
    occasion = models.CharField(max_length=120)
    channel = models.CharField(max_length=5, default="text")
    template = models.ForeignKey(Template, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    language = models.CharField(max_length=10, default="en")
    body = models.TextField(blank=True)
    sealed_body = SealedTextField("what the phone gets, where it holds more than staff may read: a code, a link", null=True, blank=True)
    purpose = models.CharField(max_length=12, choices=Purpose, default=Purpose.SERVICE)
    delivery_class = models.CharField(max_length=15, choices=DeliveryClass)
    not_before = models.DateTimeField()
    expires_at = models.DateTimeField()
    fact = models.CharField(max_length=80, blank=True)
    fact_value = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=11, choices=MessageState, default=MessageState.READY)
    attempt = models.PositiveSmallIntegerField(default=0)
    attempt_at = models.DateTimeField(null=True, blank=True)
    next_try = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    final_at = models.DateTimeField(null=True, blank=True)
    backend = models.CharField(max_length=10, blank=True)
    provider_id = models.CharField(max_length=64, blank=True)
    provider_status = models.CharField(max_length=20, blank=True)
    error_code = models.CharField(max_length=20, blank=True)
    parts = models.PositiveSmallIntegerField(default=1)
    possible_duplicate = models.BooleanField(default=False)
    reason = models.CharField(max_length=40, blank=True)
    resend_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    written_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    written_for = models.UUIDField("the change that asked for it", null=True, blank=True, db_index=True)

    personal = Personal(
        candidate=("candidate", "line", "body", "sealed_body", "language", "occasion"),
        other=("written_by",),
        neither=(
            "organisation",
            "channel",
            "template",
            "purpose",
            "delivery_class",
            "not_before",
            "expires_at",
            "fact",
            "fact_value",
            "state",
            "attempt",
            "attempt_at",
            "next_try",
            "lease_until",
            "accepted_at",
            "final_at",
            "backend",
            "provider_id",
            "provider_status",
            "error_code",
            "parts",
            "possible_duplicate",
            "reason",
            "resend_of",
            "written_for",
        ),
    )
    audit_person = person_at_end_of("candidate")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["candidate", "occasion"], name="message_once_an_occasion"),
            models.UniqueConstraint(fields=["backend", "provider_id"], condition=~models.Q(provider_id=""), name="message_one_provider_id"),
            models.CheckConstraint(name="message_state_known", condition=models.Q(state__in=MessageState.values)),
        ]
        indexes = [
            models.Index(fields=["not_before", "id"], name="message_due", condition=models.Q(state="ready")),
            models.Index(fields=["lease_until"], name="message_leased", condition=models.Q(state__in=["sending", "unknown"])),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="forget_sealed",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                # A code goes with the hand-over, whichever way the state is written. A link stays while the text may still go again.
                func="""
                IF NEW.sealed_body IS NOT NULL AND NEW.state NOT IN ('ready', 'sending')
                    AND (NEW.purpose = 'security' OR NEW.state NOT IN ('unknown', 'cancelled')) THEN
                    NEW.sealed_body = NULL;
                END IF;
                RETURN NEW;
                """,
            )
        ]


class DemoText(Row):
    """What an invented phone shows of a text whose words were sealed. Written in a demo alone, where a page stands for the phone."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="demo_text")
    words = SealedTextField()

    personal = Personal(candidate=("message", "words"))
    audit_person = person_at_end_of("message.candidate")


class MessageEvent(models.Model):
    """What a provider said of a text, as it came. Append-only."""

    append_only = True

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="events")
    backend = models.CharField(max_length=10)
    provider_id = models.CharField(max_length=64)
    status = models.CharField(max_length=20)
    error_code = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()

    personal = Personal(neither=("message", "backend", "provider_id", "status", "error_code", "at"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["backend", "provider_id", "status", "error_code"], name="event_once")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="append_only_whole",
                operation=pgtrigger.Truncate,
                when=pgtrigger.Before,
                level=pgtrigger.Statement,
                func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.backend} {self.status}"
