"""Texts that did not go, or that nobody knows of, while what they told still stands: a worker says the words instead."""

from datetime import datetime, timedelta

from django.db.models import Q

from ground.clock import today_london
from ground.door import transact
from outreach.choices import MessageState
from outreach.models import Fact, Message
from outreach.services.template import tidy
from pathways.models import Pathway, StageChange, Task
from pathways.models.task import TaskKind
from pathways.services.task import open_task, put_words, show_next
from pathways.services.text import LONGEST_TASK, TELLINGS, Moment, said_aloud, values_of
from pathways.workflow.owed import TOLD_BY_HAND

DID_NOT_GO = (
    MessageState.EXPIRED,
    MessageState.SUPPRESSED,
    MessageState.REJECTED,
    MessageState.UNDELIVERED,
    MessageState.FAILED,
)
#: Tasks that steps open by themselves, and that hold the words where no text can go.
ASKED_BY = frozenset(each.asked_by for each in TELLINGS.values() if each.asked_by)
#: How long after it was given up a text is still looked at: longer than any silence of the clock that is caught up.
LOOK_BACK = timedelta(days=4)


def unsent(*, at: datetime) -> list[Message]:
    """Texts that people were to be reached by and were not, which are true still, and for which nobody was asked yet.

    One that failed is asked for while its words are of use. One dropped because its time had come is asked for all the same:
    its person was told nothing, and a voice may still save the day.
    """
    of_use = Q(expires_at__gt=at) | Q(state=MessageState.EXPIRED, reason="late")
    given_up = Message.objects.filter(of_use, state__in=(*DID_NOT_GO, MessageState.ABANDONED), final_at__gt=at - LOOK_BACK)
    found = []
    for message in given_up.filter(written_for__isnull=False).order_by("id"):
        true = Fact.objects.filter(key=message.fact, value=message.fact_value).exists()
        if true and not _asked(message):
            found.append(message)
    return found


def _asked(message: Message) -> bool:
    """Whether somebody was asked to say it. What is told by hand had its task before the text: only one with words counts."""
    asked = Task.objects.filter(kind__in=[TaskKind.TELL, *ASKED_BY], opened_by__uuid=str(message.written_for))
    return asked.exclude(words="").exists()


def tell_unsent(*, at: datetime) -> int:
    """Open the worker's tasks for them; how many."""
    return sum(_ask(message=message, at=at) for message in unsent(at=at))


@transact
def _ask(*, message: Message, at: datetime) -> bool:
    change = StageChange.objects.filter(uuid=str(message.written_for), undone_by__isnull=True).first()
    if change is None or change.pathway_id is None or not _must_reach(change):
        return False
    return say_instead(message=message, change=change, at=at)


def _must_reach(change: StageChange) -> bool:
    told = (change.machine, change.step)
    return told in TOLD_BY_HAND or (told in TELLINGS and TELLINGS[told].must_reach)


def say_instead(*, message: Message, change: StageChange, at: datetime) -> bool:
    """Ask a worker to say what this text did not; whether the case still owes it."""
    case = Pathway.objects.select_for_update(no_key=True).get(pk=change.pathway_id or 0)
    own = TELLINGS[change.machine, change.step].asked_by if (change.machine, change.step) in TELLINGS else ""
    lead = "This text may not have arrived: " if message.state == MessageState.ABANDONED else "A text did not go. Say: "
    ring = values_of(case, Moment(expires_at=at))["ring_us"]
    words = tidy(lead + said_aloud(message.body.partition(". ")[2] or message.body, ring), LONGEST_TASK)
    if own:
        return put_words(change, kind=own, words=words)
    owed = open_task(
        pathway_id=case.pk,
        kind=TaskKind.TELL,
        subject=f"{change.machine}:{change.subject_id}",
        due_on=today_london(at),
        owed_by="worker",
        change=change,
        stage=case.stage,
        words=words,
    )
    show_next(pathway_id=case.pk)
    return owed
