"""Notes: plain text with a visibility. Steps never overwrite one."""

from django.db import models

from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row


class Visibility(models.TextChoices):
    """Who reads a note."""

    ME = "me", "Only me"
    TEAM = "team", "My team"
    PROGRAMME = "programme", "Everybody in the programme"
    EMPLOYER = "employer", "One employer"


class Note(Row):
    """What somebody wrote about a case, in plain text; or with a step, and then gone with it when it is taken back."""

    pathway = models.ForeignKey("pathways.Pathway", on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    visibility = models.CharField(max_length=9, choices=Visibility, default=Visibility.TEAM)
    employer = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(max_length=10_000)
    written_at = models.DateTimeField()
    day = models.DateField()
    opened_by = models.ForeignKey("pathways.StageChange", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)

    personal = Personal(
        candidate=("pathway", "text"),
        other=("author",),
        neither=("organisation", "visibility", "employer", "written_at", "day", "opened_by", "voided_at"),
    )
    audit_person = person_at_end_of("pathway.candidate")

    class Meta:
        indexes = [models.Index(fields=["pathway", "-written_at"], name="note_thread")]
        constraints = [
            models.CheckConstraint(
                name="note_to_employer_names_one", condition=~models.Q(visibility="employer") | models.Q(employer__isnull=False)
            )
        ]
