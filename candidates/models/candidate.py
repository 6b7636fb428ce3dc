"""A person the programme knows by name."""

from typing import Any
from uuid import UUID

import pghistory
from django.db import models

from candidates.choices import BirthQuality
from candidates.likeness import LONGEST_FOLDED, fold
from ground.rows import Personal, Row


def person_at_end_of(path: str) -> property:
    """For `audit_person`: the public id of the person to whom these relations lead; None while one of them leads nowhere."""

    def person(row: Any) -> UUID | None:
        for name in path.split(".") if path else ():
            row = getattr(row, name) if row is not None else None
        return row.uuid if row is not None else None

    return property(person)


@pghistory.track(
    pghistory.UpdateEvent(),
    fields=["first_name", "last_name", "known_as", "date_of_birth", "birth_quality", "language", "died_on", "version"],
)
class Candidate(Row):
    """Somebody met at a stall, in a register or through the form. Their cases are pathways; they need no account."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    first_name = models.CharField("first name", max_length=200)
    last_name = models.CharField("last name", max_length=200, blank=True)
    known_as = models.CharField("name to use", max_length=200, blank=True)
    folded_name = models.CharField(max_length=LONGEST_FOLDED, editable=False)
    date_of_birth = models.DateField("date of birth", null=True, blank=True)
    birth_quality = models.CharField(max_length=5, choices=BirthQuality, blank=True)
    language = models.CharField("language", max_length=10, default="en")
    english_is_fine = models.BooleanField("English is fine too", default=True)
    died_on = models.DateField("date of death", null=True, blank=True)
    compared_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When others were last looked for who may be the same; empty: they are to be."
    )

    personal = Personal(
        candidate=(
            "first_name",
            "last_name",
            "known_as",
            "folded_name",
            "date_of_birth",
            "birth_quality",
            "language",
            "english_is_fine",
            "died_on",
        ),
        neither=("organisation", "compared_at"),
    )
    audit_person = person_at_end_of("")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="candidate_birth_has_quality",
                condition=models.Q(date_of_birth__isnull=True, birth_quality="")
                | models.Q(date_of_birth__isnull=False, birth_quality__in=BirthQuality.values),
            ),
        ]
        indexes = [
            models.Index(fields=["folded_name"], name="candidate_folded", opclasses=["text_pattern_ops"]),
            models.Index(fields=["folded_name", "id"], name="candidate_by_name"),
            models.Index(fields=["date_of_birth"], name="candidate_born", condition=models.Q(date_of_birth__isnull=False)),
            models.Index(fields=["id"], name="candidate_to_compare", condition=models.Q(compared_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    def save(self, *args, **kwargs) -> None:
        self.folded_name = fold(f"{self.first_name} {self.last_name} {self.known_as}")
        super().save(*args, **kwargs)

    @property
    def name(self) -> str:
        """First and last name, as on a letter."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def address_version(self) -> int:
        """What a form about where they live is opened with: it moves on with each address that is written."""
        return self.addresses.count() + 1

    @property
    def called(self) -> str:
        """The name to use when speaking to them."""
        return self.known_as or self.first_name
