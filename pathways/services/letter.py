"""Letters on paper: made with a fresh link, posted with one press, taken back; and the word of a person who wants none."""

from collections.abc import Sequence
from datetime import datetime

from accounts.services.audit import note, service
from candidates.models import Candidate
from candidates.services.link import revoke_link
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, Refused
from outreach.choices import Channel, ContactOutcome
from pathways.models import Letter, LetterState, LetterStop, Pathway, Task
from pathways.models.task import TaskState
from pathways.queries.letter import OVER_WHEN_POSTED, draft_of, kept_of, reasons_now, stop_of
from pathways.services.contact import log_contact, void_contact
from pathways.services.own_page import make_link
from pathways.services.task import close_task, wake_task

#: A letter is read late and lies about: its link lives longer than a text's, and asks for a code all the same.
LINK_DAYS = 60


@service("letter.make")
def make_letter(*, task: Task, named: bool, version: int, by: Actor, at: datetime) -> Letter:
    """A letter for what this task asks to tell, with a fresh link to the person's own page where it may say who we are.

    One made before for the same task, and not posted, is thrown away: its address or its words may be old. Raises Refused with the
    reason where no letter is written, Conflict when the task has changed meanwhile.
    """
    case = _locked_case(task.pathway_id)
    locked = Task.objects.select_for_update(no_key=True, of=("self",)).select_related("opened_by").get(pk=task.pk)
    if locked.version != version:
        raise Conflict()
    usual = draft_of(locked, case, at=at)
    draft = draft_of(locked, case, named=named, at=at)
    if draft.sheet is None:
        raise Refused(draft.why_not)
    for earlier in Letter.objects.filter(task=locked, state=LetterState.READY):
        _throw_away(earlier, at=at)
    link = make_link(candidate=case.candidate, days=LINK_DAYS, by=by, at=at) if named else None
    note(fields=["named", "printed", "link"])
    return Letter.objects.create(
        pathway=case,
        task=locked,
        language=draft.sheet.language,
        named=named,
        vouched=named and not usual.named,
        printed=kept_of(draft.sheet),
        link=link,
        made_on=today_london(at),
        made_by_id=by.user_id,
        created_at=at,
    )


@service("letter.post")
def post_letter(*, letter: Letter, version: int, by: Actor, at: datetime) -> Letter:
    """It is in the post, or in the person's hand: an attempt to reach them, and what it tells is told.

    Raises Refused with the reason where it should not go any more, Conflict when it was posted or thrown away meanwhile.
    """
    case, row = _locked(letter)
    if row.state != LetterState.READY or row.version != version:
        raise Conflict("This letter was posted or thrown away meanwhile.")
    if why_not := reasons_now([row])[row.pk]:
        raise Refused(why_not)
    contact = log_contact(case=case, channel=Channel.LETTER, outcome=ContactOutcome.SENT, by=by, at=at)
    if row.task.kind in OVER_WHEN_POSTED:
        close_task(task=row.task, by=by, at=at)
    row.change(version=version, state=LetterState.POSTED, posted_on=today_london(at), contact=contact)
    return row


@service("letter.unpost")
def unpost_letter(*, letter: Letter, version: int, by: Actor, at: datetime) -> Letter:
    """It did not go after all: the attempt is taken back, and what it tells is owed again. By who logged it for 14 days, a lead later."""
    _case, row = _locked(letter)
    if row.state != LetterState.POSTED or row.contact is None or row.version != version:
        raise Conflict("This letter was not posted, or somebody has taken it back.")
    if Letter.objects.filter(task=row.task_id, state=LetterState.READY).exists():
        raise Conflict("Another letter about the same was made since.")
    void_contact(contact=row.contact, by=by, at=at)
    if row.task.state == TaskState.DONE and row.task.closed_by_id is None:
        wake_task(task=row.task, due_on=row.task.due_on, by=by, at=at)
    row.change(version=version, state=LetterState.READY, posted_on=None, contact=None)
    return row


@service("letter.throw_away")
def throw_away_letter(*, letter: Letter, version: int, by: Actor, at: datetime) -> Letter:
    """It is not sent. Its link opens nothing any more."""
    _case, row = _locked(letter)
    if row.state != LetterState.READY or row.version != version:
        raise Conflict("This letter was posted or thrown away meanwhile.")
    _throw_away(row, at=at)
    return row


def _throw_away(row: Letter, *, at: datetime) -> None:
    """Whoever finds it on paper all the same finds a link that opens nothing."""
    if row.link:
        revoke_link(token=row.link.rstrip("/").rpartition("/")[2], at=at)
    row.state, row.link, row.version = LetterState.VOID, None, row.version + 1
    row.save(update_fields=["state", "link", "version"])


@service("letter.stop")
def stop_letters(*, candidate: Candidate, by: Actor, at: datetime) -> LetterStop:
    """They do not want letters: none is made, and none that waits goes, until they say otherwise. Said again, it changes nothing."""
    Candidate.objects.select_for_update(no_key=True).get(pk=candidate.pk)
    return stop_of(candidate) or LetterStop.objects.create(candidate=candidate, said_on=today_london(at), recorded_by_id=by.user_id)


@service("letter.allow")
def allow_letters(*, candidate: Candidate, by: Actor, at: datetime) -> LetterStop:
    """Letters are fine again."""
    Candidate.objects.select_for_update(no_key=True).get(pk=candidate.pk)
    stop = last = stop_of(candidate)
    if stop is None:
        raise Conflict("Letters are fine already.")
    while last is not None:  # it may have been said before two records became one person, on both
        last.change(version=last.version, ended_on=today_london(at))
        last = stop_of(candidate)
    return stop


@service("letter.print")
def note_printing(*, letters: Sequence[Letter], by: Actor, at: datetime) -> None:
    """Whoever prints letters takes names and addresses out of the house: it is written down, with how many."""
    note(fields=["printed"], rows=len(letters))


def _locked_case(key: int) -> Pathway:
    """The case, locked: cases are locked first."""
    found = Pathway.objects.select_for_update(no_key=True, of=("self",))
    return found.select_related("candidate", "owner", "organisation", "programme").get(pk=key)


def _locked(letter: Letter) -> tuple[Pathway, Letter]:
    case = _locked_case(letter.pathway_id)
    row = Letter.objects.select_for_update(no_key=True, of=("self",)).select_related("task", "contact").get(pk=letter.pk)
    row.pathway = case
    return case, row
