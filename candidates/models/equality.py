"""Equality answers: read by the person, counted by analytics through one query, seen by nobody else.

Nothing points at these rows, and a test reads the import graph: no page, filter, sort or export may import them.
"""

from django.db import models

from candidates.choices import AnswerState, Question
from candidates.models.candidate import person_at_end_of
from ground.rows import Personal, Row
from ground.sealing import SealedTextField


class EqualityAnswer(Row):
    """One person's answer to one question."""

    candidate = models.ForeignKey("candidates.Candidate", on_delete=models.CASCADE, related_name="+")
    question = models.CharField(max_length=20, choices=Question)
    state = models.CharField(max_length=10, choices=AnswerState)
    code = models.CharField(max_length=20, blank=True)
    group = models.CharField(max_length=20, blank=True, help_text="where only the broader group is known")
    own_words = SealedTextField(blank=True, default="")
    answered_on = models.DateField()

    personal = Personal(candidate=("candidate", "question", "state", "code", "group", "own_words", "answered_on"))
    audit_person = person_at_end_of("candidate")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["candidate", "question"], name="equality_one_answer"),
            models.CheckConstraint(
                name="equality_value_has_code",
                condition=~models.Q(state="value") | ~models.Q(code="", group=""),
            ),
        ]


class EqualityObjection(Row):
    """A written objection: answers are deleted, the date stays, and nobody asks again by any route."""

    candidate = models.OneToOneField("candidates.Candidate", on_delete=models.CASCADE, related_name="+")
    objected_on = models.DateField()

    personal = Personal(candidate=("candidate", "objected_on"))
    audit_person = person_at_end_of("candidate")
