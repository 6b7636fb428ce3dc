"""What was done and opened, by whom. Rows are added and never changed: a trigger refuses the rest."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from ground.rows import Personal, Row
from ground.sealing import SealedTextField


class Audit(Row):
    """One act or one opening: names of fields, never their values."""

    #: The database role of the web and the worker may insert and read, nothing else.
    append_only = True

    at = models.DateTimeField()
    actor = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False)
    actor_kind = models.CharField(max_length=20)
    membership = models.ForeignKey(
        "accounts.Membership", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False
    )
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False
    )
    on_behalf_of = models.CharField(max_length=40, blank=True, help_text="Whose word was entered, and how it reached us.")
    action = models.CharField(max_length=80)
    object_kind = models.CharField(max_length=80, blank=True)
    object = models.UUIDField(null=True, blank=True)
    person = models.UUIDField(null=True, blank=True)
    fields = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    rows = models.PositiveIntegerField(default=1)
    route = models.CharField(max_length=200, blank=True)
    hour = models.DateTimeField(null=True, blank=True, help_text="For openings and refusals: one row an hour.")
    hmac = models.CharField(max_length=110, help_text="Under a key that the database never sees, which it names.")

    personal = Personal(
        candidate=("person",),
        other=("actor", "membership", "object"),
        neither=(
            "at",
            "actor_kind",
            "organisation",
            "on_behalf_of",
            "action",
            "object_kind",
            "fields",
            "rows",
            "route",
            "hour",
            "hmac",
        ),
    )

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(fields=("person", "-at"), condition=Q(person__isnull=False), name="audit_person"),
            models.Index(fields=("object", "-at"), condition=Q(object__isnull=False), name="audit_object"),
            models.Index(fields=("actor", "-at"), name="audit_actor"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("actor", "action", "person", "route", "hour"),
                condition=Q(hour__isnull=False),
                nulls_distinct=False,
                name="audit_once_an_hour",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="audit_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="audit_no_truncate",
                operation=pgtrigger.Truncate,
                when=pgtrigger.Before,
                level=pgtrigger.Statement,
                func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;",
            ),
        ]

    def __str__(self) -> str:
        return f"Audit {self.pk}"


class AuditReason(Row):
    """Why, in free text: apart from the audit, so that it can be disposed of."""

    audit = models.OneToOneField(Audit, on_delete=models.PROTECT, related_name="reason", db_constraint=False)
    text = SealedTextField()

    personal = Personal(candidate=("text",), neither=("audit",))

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"Reason of audit {self.audit_id}"
