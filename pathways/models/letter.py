"""Letters on paper: for people whom no text and no code can reach."""

from django.db import models

from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row
from ground.sealing import SealedTextField


class LetterState(models.TextChoices):
    """Made and not yet in a letter box; posted, or put into somebody's hand; thrown away."""

    READY = "ready", "To post"
    POSTED = "posted", "Posted"
    VOID = "void", "Thrown away"


class Letter(Row):
    """One letter, word for word as it is printed. It says what its task asks somebody to tell, and goes with it."""

    pathway = models.ForeignKey("pathways.Pathway", on_delete=models.CASCADE, related_name="letters")
    task = models.ForeignKey("pathways.Task", on_delete=models.CASCADE, related_name="letters")
    language = models.CharField(max_length=10)
    named = models.BooleanField("it says who we are", default=False)
    vouched = models.BooleanField("whoever made it knew that this is safe there", default=False)
    printed = models.JSONField("every word on the sheet")
    link = SealedTextField("the person's own page", null=True, blank=True, help_text="Sealed: who holds it may ask for a code.")
    state = models.CharField(max_length=6, choices=LetterState, default=LetterState.READY)
    made_on = models.DateField()
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    posted_on = models.DateField(null=True, blank=True)
    contact = models.OneToOneField("outreach.Contact", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    personal = Personal(
        candidate=("pathway", "task", "language", "named", "vouched", "printed", "link", "contact"),
        other=("made_by",),
        neither=("state", "made_on", "posted_on"),
    )
    audit_person = person_at_end_of("pathway.candidate")

    class Meta:
        constraints = [
            models.CheckConstraint(name="letter_state_known", condition=models.Q(state__in=LetterState.values)),
            models.UniqueConstraint(fields=["task"], condition=models.Q(state="ready"), name="letter_one_to_post"),
            models.CheckConstraint(
                name="letter_posted_is_a_contact",
                condition=~models.Q(state="posted") | models.Q(contact__isnull=False, posted_on__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["made_on", "id"], name="letter_to_post", condition=models.Q(state="ready")),
            models.Index(fields=["-posted_on", "-id"], name="letter_posted", condition=models.Q(state="posted")),
        ]


class LetterStop(Row):
    """The person said: do not write to me. It stands until they say otherwise, whatever address they have."""

    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.CASCADE, related_name="letter_stops")
    said_on = models.DateField()
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_on = models.DateField(null=True, blank=True)

    personal = Personal(candidate=("candidate", "said_on", "ended_on"), other=("recorded_by",))
    audit_person = person_at_end_of("candidate")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["candidate"], condition=models.Q(ended_on__isnull=True), name="letter_stop_once"),
        ]
