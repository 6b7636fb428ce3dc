"""What came through the public form: who is on whose page already, and what waits for somebody to look at it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from candidates.choices import RouteKind
from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row


class InterestState(models.TextChoices):
    """What became of one form that was sent."""

    TAKEN = "taken", "On somebody’s page"
    REVIEW = "review", "May be somebody we know"
    HELD = "held", "May not come from a person"
    AGAIN = "again", "Sent before"
    LEFT_OUT = "left_out", "Left out"


#: What waits for somebody to look at it.
WAITING = (InterestState.REVIEW, InterestState.HELD)


class InterestPost(Row):
    """One form as it was sent. Once it is on a person's page, or left out, its words are blanked: digests and days stay for a while.

    The address it came from, the page's stamp and the words are kept as keyed digests alone, to tell the same one again.
    """

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    event = models.ForeignKey("outreach.Event", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    notice = models.ForeignKey("accounts.PrivacyNotice", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=InterestState)
    suspect = models.CharField(max_length=10, blank=True, help_text="why it may come from no person: trap, fast, old, reused, same, many")
    received_at = models.DateTimeField()
    name = models.CharField(max_length=200, blank=True)
    way = models.CharField(max_length=10, choices=RouteKind, blank=True)
    reach = models.CharField(max_length=320, blank=True)
    typed = models.CharField(max_length=320, blank=True)
    shared = models.BooleanField(default=False)
    families = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    no_home = models.BooleanField(default=False)
    language = models.CharField(max_length=10, default="en")
    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    pathway = models.ForeignKey("pathways.Pathway", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    stamp_digest = models.CharField(max_length=64)
    words_digest = models.CharField(max_length=64)
    reach_digest = models.CharField(max_length=64)
    address_digest = models.CharField(max_length=64)
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    personal = Personal(
        candidate=(
            "received_at",
            "name",
            "way",
            "reach",
            "typed",
            "shared",
            "families",
            "postcode",
            "no_home",
            "language",
            "candidate",
            "pathway",
            "words_digest",
            "reach_digest",
            "address_digest",
        ),
        other=("decided_by",),
        neither=("programme", "organisation", "event", "notice", "state", "suspect", "stamp_digest", "decided_at"),
    )
    audit_person = person_at_end_of("candidate")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stamp_digest", "words_digest"], name="interest_sent_once")]
        indexes = [
            models.Index(
                fields=["programme", "received_at", "id"], name="interest_waiting", condition=models.Q(state__in=["review", "held"])
            ),
            models.Index(fields=["reach_digest", "received_at"], name="interest_same"),
            models.Index(fields=["words_digest", "received_at"], name="interest_again"),
            models.Index(fields=["received_at"], name="interest_age"),
        ]

    def __str__(self) -> str:
        return str(self.uuid)
