"""Telling somebody that an employer did not take it further. Nothing goes by itself: a worker changes the drafted words and sends them."""

from datetime import datetime, timedelta

from accounts.services.audit import service
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, Refused
from outreach.choices import MessageState
from outreach.models import Message
from outreach.services.message import queue_message, set_fact
from outreach.services.template import faults_of_words
from pathways.models import Introduction, Pathway, StageChange, Task
from pathways.models.task import TaskState
from pathways.queries.company import text_route_of
from pathways.queries.decline import SHARED, Draft, draft_of
from pathways.services.task import show_next
from pathways.services.text import template_for
from pathways.workflow.owed import TOLD_BY_HAND
from pathways.workflow.truth import truth_of

#: For so long such a text is of use: over any holidays.
LIVES = timedelta(days=7)


def decline_told_by(task: Task) -> StageChange | None:
    """The decline of which this task is to tell, while it stands; None for any other task."""
    change = StageChange.objects.filter(pk=task.opened_by_id, undone_by__isnull=True).first() if task.opened_by_id else None
    return change if change is not None and (change.machine, change.step) in TOLD_BY_HAND else None


@service("decline.text")
def text_decline(*, task: Task, words: str, version: int, by: Actor, at: datetime) -> Message:
    """Send these words as a text, and tick the task off: somebody pressed, and nothing else sends them.

    Raises Refused where no text can go, or where these words should not; Conflict when the task has been done, or changed, meanwhile.
    """
    case = Pathway.objects.select_for_update(no_key=True, of=("self",)).select_related("candidate", "organisation", "owner").get(tasks=task)
    locked = Task.objects.select_for_update(no_key=True).get(pk=task.pk)
    change = decline_told_by(locked)
    if locked.state != TaskState.OPEN or change is None:
        raise Conflict("This has been done already.")
    if locked.version != version:
        raise Conflict
    row = Introduction.objects.select_related("employer").get(pk=change.subject_id)
    draft = draft_of(case, change, row, at=at)
    if draft.why_not:
        raise Refused(f"No text can go: {draft.why_not} Tell them another way.")
    _refuse_words(words, draft, row)
    message = _write(words, draft, case=case, change=change, row=row, by=by, at=at)
    locked.state, locked.closed_by_user_id, locked.closed_on = TaskState.DONE, by.user_id, today_london(at)
    locked.version += 1
    locked.save(update_fields=["state", "closed_by_user", "closed_on", "version"])
    show_next(pathway_id=case.pk)
    return message


def _refuse_words(words: str, draft: Draft, row: Introduction) -> None:
    """What others would read on a shared number, and what no text should say."""
    if not words.strip():
        raise Refused("Write what to tell them first.", field="words")
    shared = draft.route is not None and draft.route.is_shared
    if shared and row.employer.name.casefold() in words.casefold():
        raise Refused("Others share this number: leave out which employer it is.", field="words")
    if faults := faults_of_words(words, drafted=draft.words):
        raise Refused(" ".join(faults), field="words")


def _write(words: str, draft: Draft, *, case: Pathway, change: StageChange, row: Introduction, by: Actor, at: datetime) -> Message:
    fact, truth = f"{change.machine}:{change.subject_id}", truth_of(row)
    occasion = f"{fact}@:declined"
    known = Message.objects.filter(candidate=case.candidate, fact=fact).values_list("occasion", flat=True)
    earlier = sum(each.partition("#")[0] == occasion for each in known)
    set_fact(key=fact, value=truth)
    return queue_message(
        candidate=case.candidate,
        organisation=case.organisation,
        occasion=f"{occasion}#{earlier + 1}" if earlier else occasion,
        template=template_for(draft.code, candidate=case.candidate, at=at),
        values={},
        not_before=at,
        expires_at=at + LIVES,
        fact=fact,
        fact_value=truth,
        written_for=change.uuid,
        route=draft.route,
        words=words,
        by=by,
        at=at,
    )


def text_decline_again(*, message: Message, change: StageChange, by: Actor, at: datetime) -> Message:
    """The same words to the number that is theirs now. Raises Refused where that one may not carry them."""
    case = Pathway.objects.select_related("candidate", "organisation", "owner").get(changes=change)
    row = Introduction.objects.select_related("employer").get(pk=change.subject_id)
    draft = draft_of(case, change, row, at=at)
    if draft.why_not:
        raise Refused(f"No text can go: {draft.why_not} Tell them another way.")
    _refuse_words(message.body, draft, row)
    return _write(message.body, draft, case=case, change=change, row=row, by=by, at=at)


def still_safe(message: Message) -> bool:
    """Whether such a text, waiting, may still go to the number it was written for: it is theirs, and no less safe than it was."""
    route = text_route_of(message.candidate)
    if route is None or route.value != message.line.e164 or not route.may_mention or message.state != MessageState.READY:
        return False
    return not route.is_shared or (message.template is not None and message.template.code == SHARED)
