"""What was typed without signal: the keys that devices seal it with, and each form as it arrived."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models

from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row
from ground.sealing import SealedTextField


class DeviceKey(Row):
    """The key of one user on one device. The device holds the public half and can only seal with it."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    private = SealedTextField()
    public = models.CharField(max_length=100)
    made_at = models.DateTimeField()

    personal = Personal(other=("user",), neither=("private", "public", "made_at"))

    class Meta:
        indexes = [models.Index(fields=["user", "-made_at"], name="devicekey_of")]

    def __str__(self) -> str:
        return str(self.uuid)


class KeptKind(models.TextChoices):
    """What can be done without signal."""

    PERSON = "person", "A person"
    NOTE = "note", "A note"
    REGISTER = "register", "A register"


class KeptState(models.TextChoices):
    """What became of a form that arrived later than it was typed."""

    TAKEN = "taken", "Taken"
    TO_CORRECT = "to_correct", "To be corrected"
    LEFT_OUT = "left_out", "Left out"


@dataclass(frozen=True)
class Words:
    """What was typed, until it is put right: where it was going, its fields in order, and why it was not taken."""

    path: str
    fields: Sequence[tuple[str, str]]
    why: str

    def as_text(self) -> str:
        return json.dumps([self.path, [list(pair) for pair in self.fields], self.why])


class KeptForm(Row):
    """One form that was kept on a device. Its one-use token is its name: however often it arrives, it is taken once.

    The words are here, sealed, only while they wait to be corrected by whoever typed them; then the row alone stays, without a word.
    """

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    once = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=KeptKind)
    state = models.CharField(max_length=10, choices=KeptState)
    typed_at = models.DateTimeField(help_text="by the device's clock, held within what the server knows")
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    body = SealedTextField(null=True, blank=True)

    personal = Personal(
        candidate=("candidate", "body"), other=("user",), neither=("once", "kind", "state", "typed_at", "received_at", "settled_at")
    )
    audit_person = person_at_end_of("candidate")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "once"], name="keptform_taken_once"),
            models.CheckConstraint(
                name="keptform_words_while_waiting", condition=models.Q(state="to_correct") | models.Q(body__isnull=True)
            ),
        ]
        indexes = [
            models.Index(fields=["user", "typed_at", "id"], name="keptform_waiting", condition=models.Q(state="to_correct")),
            models.Index(fields=["user", "-settled_at"], name="keptform_lately"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    @property
    def words(self) -> Words:
        """What was typed; nothing once it was settled."""
        path, fields, why = json.loads(self.body or '["", [], ""]')
        return Words(path, [(name, value) for name, value in fields], why)
