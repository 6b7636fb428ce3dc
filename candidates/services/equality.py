"""Equality answers: given by the person, or keyed once from a paper form, and blind after."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from accounts.models import Audit
from accounts.services.audit import note, service
from candidates.choices import ANSWERS, GROUP_OF, AnswerState, Question
from candidates.models import Candidate, EqualityAnswer, EqualityObjection
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, Refused


@service("equality.answer")
def answer_questions(
    *,
    candidate: Candidate,
    answers: Mapping[str, str],
    by: Actor,
    at: datetime,
    own_words: Mapping[str, str] | None = None,
    records: Collection[int] = (),
) -> Candidate:
    """Keep one answer a question: a code, or "prefer_not", "not_asked", "not_known".

    The person may change their own; what a worker keyed from paper is blind after. `records`: all of the same person, where there are more.
    Raises Conflict when the person has objected, or when somebody but the person would answer again.
    """
    records = _one_at_a_time(candidate, records)
    if not may_be_asked(records):
        raise Conflict("These questions are not put to this person.")
    for question, said in answers.items():
        _keep(candidate, question, said, (own_words or {}).get(question, ""), by=by, at=at)
    return candidate


def _one_at_a_time(candidate: Candidate, records: Collection[int]) -> set[int]:
    """An answer waits for an objection on its way, and the second of two first answers for the first. Nobody has no row to wait for.

    All records of the person are waited for, in the order in which people are locked: what is said on one of them holds for each.
    """
    every = {candidate.pk, *records}
    list(Candidate.objects.select_for_update(no_key=True).filter(pk__in=every).order_by("pk").values_list("pk"))
    return every


def _keep(candidate: Candidate, question: str, said: str, words: str, *, by: Actor, at: datetime) -> None:
    values = {**answer_of(question, said), "own_words": words, "answered_on": today_london(at)}
    found = EqualityAnswer.objects.select_for_update(no_key=True).filter(candidate=candidate, question=question).first()
    if found is None:
        EqualityAnswer.objects.create(candidate=candidate, question=question, **values)
    elif by.kind == "candidate":
        for name, value in values.items():  # saved through its row: a sealed text is bound to it
            setattr(found, name, value)
        found.version += 1
        found.save()
    elif (found.state, found.code, found.group) != (values["state"], values["code"], values["group"]):
        raise Conflict("An answer has been recorded already: only the person can change it.")


def may_be_asked(records: Collection[int]) -> bool:
    """Whether these questions may be put to the person with these records: not after a written objection on any of them, by any route."""
    return not EqualityObjection.objects.filter(candidate__in=records).exists()


@service("equality.paper")
def key_paper_form(
    *,
    candidate: Candidate,
    answers: Mapping[str, str],
    by: Actor,
    at: datetime,
    own_words: Mapping[str, str] | None = None,
    records: Collection[int] = (),
) -> Candidate:
    """A form that the person filled in on paper, keyed once. What they have said themselves stands, and nothing tells where.

    `records`: all of the same person, where there are more.
    Raises Conflict when the person has objected, or when a form of theirs was keyed before.
    """
    records = _one_at_a_time(candidate, records)
    if not may_be_asked(records):
        raise Conflict("These questions are not put to this person.")
    if paper_keyed(candidate, records) is not None:
        raise Conflict("A paper form was recorded already. Only the person can change an answer.")
    said = EqualityAnswer.objects.filter(candidate=candidate).exclude(state__in=(AnswerState.NOT_ASKED, AnswerState.NOT_KNOWN))
    said_already = set(said.values_list("question", flat=True))
    for question, answer in answers.items():
        values = {**answer_of(question, answer), "own_words": (own_words or {}).get(question, ""), "answered_on": today_london(at)}
        if question not in said_already:
            EqualityAnswer.objects.filter(candidate=candidate, question=question).delete()
            EqualityAnswer.objects.create(candidate=candidate, question=question, **values)
    note(fields=["paper_form"])
    return candidate


def paper_keyed(candidate: Candidate, records: Collection[int] = ()) -> date | None:
    """The day on which a paper form of this person was keyed, on whichever of their records. Told by the audit, which holds no answer."""
    others = Candidate.objects.filter(pk__in={*records} - {candidate.pk})  # asks nothing where there are none
    people = [candidate.uuid, *others.values_list("uuid", flat=True)]
    row = Audit.objects.filter(person__in=people, action="equality.paper").order_by("id").first()
    return today_london(row.at) if row is not None else None


def answer_of(question: str, said: str) -> dict[str, str]:
    """How one answer is kept: its state, code and group. Raises Refused when it is none of the answers."""
    silent = said in {AnswerState.PREFER_NOT, AnswerState.NOT_ASKED, AnswerState.NOT_KNOWN}
    codes = {code for code, _ in ANSWERS[Question(question)]}
    group_only = question == Question.ETHNIC_GROUP and said in {"White", "Mixed", "Asian", "Black", "Other"}
    if not silent and said not in codes and not group_only:
        raise Refused("Choose one of the answers.", field=question)
    return {
        "state": said if silent else AnswerState.VALUE,
        "code": "" if silent or group_only else said,
        "group": said if group_only else GROUP_OF.get(said, "") if question == Question.ETHNIC_GROUP else "",
    }


def keep_answers_of_new_people(*, answers: Iterable[tuple[int, str, str]], at: datetime) -> int:
    """Answers of people who have none yet: person's number, question and answer. The caller writes the audit, person by person."""
    today = today_london(at)
    rows = [
        EqualityAnswer(candidate_id=pk, question=question, answered_on=today, **answer_of(question, said)) for pk, question, said in answers
    ]
    return len(EqualityAnswer.objects.bulk_create(rows, batch_size=1_000))


@service("equality.object")
def object_to_questions(*, candidate: Candidate, by: Actor, at: datetime, records: Collection[int] = ()) -> Candidate:
    """A written objection: the answers go, the date stays, nobody asks again. On each of the person's `records`, where there are more."""
    every = _one_at_a_time(candidate, records)
    EqualityAnswer.objects.filter(candidate__in=every).delete()
    for record in sorted(every):
        EqualityObjection.objects.get_or_create(candidate_id=record, defaults={"objected_on": today_london(at)})
    return candidate
