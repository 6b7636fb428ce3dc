"""Who is one person with whom: merges, proposals of them, and people whom somebody told apart."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row


class Merge(Row):
    """Two records are one person, because somebody said so. The row is all there is: nothing is re-pointed.

    The absorbed record reads on under the kept one; a kept record may later be absorbed itself. A person is the tree that hangs
    together by rows that have not ended.
    """

    kept = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="took_in")
    absorbed = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="taken_in")
    merged_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    merged_at = models.DateTimeField()
    ended_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    personal = Personal(candidate=("kept", "absorbed", "merged_at", "ended_at"), other=("merged_by", "ended_by"))
    audit_person = person_at_end_of("kept")

    class Meta:
        ordering = ("id",)
        constraints = [
            models.CheckConstraint(name="merge_of_two", condition=~Q(kept=F("absorbed"))),
            models.UniqueConstraint(fields=["absorbed"], condition=Q(ended_at__isnull=True), name="merge_absorbed_once"),
        ]
        indexes = [models.Index(fields=["kept"], name="merge_kept", condition=Q(ended_at__isnull=True))]

    def __str__(self) -> str:
        return str(self.uuid)


class Pair(Row):
    """Something said of two records; the one with the lower number stands first, so that a pair is one pair."""

    one = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="+")

    audit_person = person_at_end_of("one")

    class Meta:
        abstract = True
        ordering = ("id",)
        constraints = [models.CheckConstraint(name="%(class)s_in_order", condition=Q(one__lt=F("other")))]

    def __str__(self) -> str:
        return str(self.uuid)


class MergeProposal(Pair):
    """A worker thinks that two records are one person; a lead, or whoever may, says yes or no."""

    class Outcome(models.TextChoices):
        MERGED = "merged", "Merged"
        NOT_SAME = "not_same", "Not the same person"
        TAKEN_BACK = "taken_back", "Taken back"

    kept = models.ForeignKey("candidates.Candidate", on_delete=models.PROTECT, related_name="+", help_text="Which of the two would go on.")
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    closed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)

    personal = Personal(candidate=("one", "other", "kept", "proposed_at", "closed_at", "outcome"), other=("proposed_by", "closed_by"))

    class Meta(Pair.Meta):
        constraints = [
            *Pair.Meta.constraints,
            models.UniqueConstraint(fields=["one", "other"], condition=Q(closed_at__isnull=True), name="mergeproposal_open_once"),
        ]


class NotSame(Pair):
    """Somebody looked at two records and said that they are two people: nobody is asked again until it is taken back."""

    said_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()
    ended_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    personal = Personal(candidate=("one", "other", "said_at", "ended_at"), other=("said_by", "ended_by"))

    class Meta(Pair.Meta):
        constraints = [
            *Pair.Meta.constraints,
            models.UniqueConstraint(fields=["one", "other"], condition=Q(ended_at__isnull=True), name="notsame_said_once"),
        ]


class SuggestedPair(Pair):
    """Two records that are alike enough to be asked about: found when one of them is written or changed, and looked at again each night.

    It says nothing by itself. It stays while somebody proposes or denies that they are one person, for their page has its address.
    """

    points = models.SmallIntegerField(help_text="How like they are: candidates.likeness.")
    agree = ArrayField(models.CharField(max_length=20), help_text="What they have in common: candidates.choices.Agreement.")
    found_at = models.DateTimeField()

    personal = Personal(candidate=("one", "other", "points", "agree", "found_at"))

    class Meta(Pair.Meta):
        constraints = [
            *Pair.Meta.constraints,
            models.UniqueConstraint(fields=["one", "other"], name="suggestedpair_once"),
        ]
        indexes = [models.Index(fields=["-points", "-id"], name="suggestedpair_best")]
