"""One contact with one person, or an attempt at it."""

from django.db import models

from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row
from outreach.choices import Channel, ContactOutcome


class Contact(Row):
    """A call, a text by hand, a talk. Two-way ones reset "last two-way contact" on the caseload."""

    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.CASCADE, related_name="contacts")
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey("outreach.Event", on_delete=models.PROTECT, null=True, blank=True, related_name="contacts")
    channel = models.CharField(max_length=12, choices=Channel)
    outcome = models.CharField(max_length=12, choices=ContactOutcome)
    day = models.DateField()
    at = models.DateTimeField(help_text="when it was written down")
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    meaningful = models.BooleanField("meaningful intervention", default=False)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    personal = Personal(
        candidate=("candidate", "channel", "outcome", "day", "at", "minutes", "meaningful", "note"),
        other=("by",),
        neither=("programme", "organisation", "event", "voided_at"),
    )
    audit_person = person_at_end_of("candidate")

    class Meta:
        indexes = [models.Index(fields=["candidate", "-day", "-id"], name="contact_thread")]

    @property
    def is_two_way(self) -> bool:
        """Whether the person was really reached."""
        return self.outcome == ContactOutcome.SPOKE
