"""Equality questions, put to a person after they have told us of their interest, or on paper. What is said goes in; nothing comes out.

Pages that show people know this file alone, and it hands back no answer.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from accounts.choices import RuleCode
from accounts.models import Programme, ProgrammeRule
from accounts.services.audit import note, service
from candidates.choices import Question
from candidates.models import Candidate
from candidates.services import equality
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict
from pathways.models import Pathway
from pathways.queries.company import records_of

#: Put to everybody, in this order; a programme adds to them. "Registered as disabled" comes from registers alone.
USUAL = (Question.ETHNIC_GROUP, Question.HEALTH_CONDITION, Question.REDUCES_ACTIVITY, Question.SEX)
THEMSELVES = Actor(kind="candidate")


def questions_of(programme: Programme | None, *, at: datetime) -> list[str]:
    """The questions that are put in a programme today, in their order: one query."""
    if programme is None:
        return [*USUAL]
    chosen = ProgrammeRule.objects.value(RuleCode.EQUALITY, programme=programme.pk, day=today_london(at))
    return [*USUAL, *(question for question in Question.values if question in chosen)]


def keep_own_answers(*, case: UUID, answers: Mapping[str, str], own_words: Mapping[str, str], at: datetime) -> None:
    """What the person said of themselves. Without a case, or after an objection, it is dropped: with the same page after as much work."""
    person, records = _person_of(case)
    if not equality.may_be_asked(records) or person is None:
        drop_answers(answers=answers, own_words=own_words, by=THEMSELVES, at=at)
        return
    try:
        equality.answer_questions(candidate=person, answers=answers, own_words=own_words, by=THEMSELVES, at=at, records=records)
    except Conflict:  # they objected in another window meanwhile
        return


@service("equality.drop")
def drop_answers(*, answers: Mapping[str, str], own_words: Mapping[str, str], by: Actor, at: datetime) -> None:
    """Answers that are nobody's to keep: written for nobody and taken back at once, so that the time it takes tells nothing either."""
    with transaction.atomic():
        equality.answer_questions(candidate=nobody(), answers=answers, own_words=own_words, by=by, at=at)
        transaction.set_rollback(True)
    note(fields=["dropped"])


def nobody() -> Candidate:
    """Somebody who is not there, and is never kept."""
    return Candidate(pk=0)


def object_to_questions(*, case: UUID, at: datetime) -> None:
    """The person does not want to be asked: their answers go, and nobody asks again, whichever of their records is looked at."""
    person, records = _person_of(case)
    if person is None:
        drop_answers(answers={}, own_words={}, by=THEMSELVES, at=at)
    else:
        equality.object_to_questions(candidate=person, by=THEMSELVES, at=at, records=records)


def _person_of(case: UUID) -> tuple[Candidate | None, list[int]]:
    """The record that the case was opened on, and every record of the same person. One query, whoever they are and nobody too."""
    key = Pathway.objects.counted().filter(uuid=case).values("person_key")
    rows = list(Pathway.objects.filter(person_key__in=key).select_related("candidate").order_by("pk"))
    person = next((row.candidate for row in rows if row.uuid == case), None)
    return person, sorted({row.candidate_id for row in rows} or {nobody().pk})


def may_be_asked(person: Candidate) -> bool:
    """Whether the questions may be put to somebody at all."""
    return equality.may_be_asked(records_of(person))


def paper_keyed(person: Candidate) -> date | None:
    """The day on which their paper form was keyed: all that is told of it."""
    return equality.paper_keyed(person, records_of(person))


def key_paper_form(
    *, person: Candidate, asked: Sequence[str], said: Mapping[str, str], own_words: Mapping[str, str], by: Actor, at: datetime
) -> None:
    """Key what stands on paper, once. A question left empty there was asked, and has no answer."""
    answers = {question: said.get(question) or "not_known" for question in asked}
    if answers.get(Question.HEALTH_CONDITION) != "yes" and Question.REDUCES_ACTIVITY in answers:
        answers[Question.REDUCES_ACTIVITY] = "not_asked"
    words = {question: said_so for question, said_so in own_words.items() if answers[question] != "prefer_not"}
    equality.key_paper_form(candidate=person, answers=answers, own_words=words, by=by, at=at, records=records_of(person))
