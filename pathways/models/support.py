"""What helps a person, agreed with them: an adjustment, support. Apart from equality answers, and never filled from them."""

from django.db import models

from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row
from ground.sealing import SealedTextField


class Support(Row):
    """One thing that helps, in plain words; whether the trainer may know of it, and the day to look at it again.

    Every read is written down. What it said before is kept nowhere: there is no history of it, and what is no longer needed is emptied.
    """

    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.CASCADE, related_name="supports")
    helps = SealedTextField()
    agreed_on = models.DateField()
    with_trainer = models.BooleanField("the trainer may know", default=False)
    review_on = models.DateField("when it is looked at again", null=True, blank=True)
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    personal = Personal(
        candidate=("candidate", "helps", "agreed_on", "with_trainer", "review_on", "ended_at"), other=("recorded_by", "ended_by")
    )
    audit_person = person_at_end_of("candidate")

    class Meta:
        indexes = [models.Index(fields=["candidate"], name="support_of", condition=models.Q(ended_at__isnull=True))]


class SupportShare(Row):
    """The person's yes that one employer may know of one thing that helps, for one job they are put forward for."""

    support = models.ForeignKey(Support, on_delete=models.CASCADE, related_name="shares")
    introduction = models.ForeignKey("pathways.Introduction", on_delete=models.CASCADE, related_name="supports")
    given_on = models.DateField()
    given_how = models.CharField(max_length=12)
    recorded_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_on = models.DateField(null=True, blank=True)

    personal = Personal(candidate=("support", "introduction", "given_on", "given_how", "withdrawn_on"), other=("recorded_by",))
    audit_person = person_at_end_of("support.candidate")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["support", "introduction"], condition=models.Q(withdrawn_on__isnull=True), name="support_shared_once"
            )
        ]
