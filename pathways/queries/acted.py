"""What somebody has just done with one tap, read back from its row: the words for the list, and the way to undo it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from ground.actor import Actor
from ground.clock import today_london
from ground.templatetags.said import in_days, time_of_day
from outreach.choices import Channel, ContactOutcome
from outreach.models import Contact
from pathways.models import Letter, LetterState, Pathway, StageChange, Task
from pathways.models.task import TaskState
from pathways.queries.due import Act, ListRow, one_of, person_href, stage_words
from pathways.queries.foretold import told_words
from pathways.queries.timeline_words import title_of
from pathways.scope import changes, contacts, letters, pathways, tasks
from pathways.services.undo import may_undo

#: What was done, as an address names it: a step, a contact, a letter or a task, and its id.
KINDS = ("change", "contact", "letter", "task")


@dataclass(frozen=True)
class Acted:
    """Which case it was done on, what was done, in words, and how to take it back."""

    case_id: int
    words: str
    undo: Act | None = None


def acted(user: object, *, did: str, actors: Sequence[Actor], at: datetime, back: str, was: str = "") -> Acted | None:
    """What the address says was just done, when it is in sight; nothing otherwise."""
    kind, _, key = did.partition("-")
    if kind not in KINDS:
        return None
    try:
        uuid = UUID(key)
    except ValueError:
        return None
    more = urlencode({"back": back})
    if kind == "change":
        change = changes(user).filter(uuid=uuid).select_related("undone_by", "actor", "pathway__programme").first()
        return _step(change, actors=actors, at=at, more=more) if change is not None else None
    if kind == "contact":
        contact = contacts(user).filter(uuid=uuid).first()
        return _contact(contact, actors=actors, more=more) if contact is not None else None
    if kind == "letter":
        letter = letters(user).filter(uuid=uuid, state=LetterState.POSTED).select_related("task").first()
        return _letter(letter, more=more) if letter is not None else None
    task = tasks(user).filter(uuid=uuid).first()
    return _task(task, at=at, more=more, was=was) if task is not None else None


def _step(change: StageChange, *, actors: Sequence[Actor], at: datetime, more: str) -> Acted | None:
    if change.pathway is None:
        return None
    by = one_of(actors, change.pathway)
    undo = Act("Undo", f"/changes/{change.uuid}/undo/?{more}", kind="quiet") if may_undo(change=change, by=by, at=at) else None
    words = f"{said_of(change)}, {_just_now(change.recorded_at, at)}. {told_words(change)}".strip()
    return Acted(change.pathway.pk, words, undo)


def said_of(change: StageChange) -> str:
    """What a step that was just taken is called to whoever took it: who takes somebody has handed nobody over."""
    case = change.pathway
    took = change.machine == "pathway" and change.step == "hand_over" and case is not None and case.owner_id == change.actor_id
    return "Taken, yours now" if took and change.undoes_id is None else title_of(change)


def _contact(contact: Contact, *, actors: Sequence[Actor], more: str) -> Acted | None:
    if contact.voided_at is not None:
        return None
    case = Pathway.objects.select_related("programme").get(pk=contact.case_id)  # type: ignore[attr-defined]  # annotated by scope.contacts
    by = one_of(actors, case)
    mine = contact.by_id == by.user_id or by.kind == "lead"
    undo = Act("Undo", f"/contacts/{contact.uuid}/undo/?{more}", kind="quiet", version=contact.version) if mine else None
    return Acted(case.pk, f"{contact_words(contact)}, {time_of_day(contact.at)}.", undo)


def _letter(letter: Letter, *, more: str) -> Acted:
    how = "posted" if letter.printed["to"][1:] else "handed over"
    still = "" if letter.task.state == TaskState.DONE else f" “{letter.task.get_kind_display()}” stays on the list."
    undo = Act("Undo", f"/letters/{letter.uuid}/undo/?{more}", kind="quiet", version=letter.version)
    return Acted(letter.pathway_id, f"The letter is logged as {how}.{still}", undo)


def _task(task: Task, *, at: datetime, more: str, was: str) -> Acted:
    today = today_london(at)
    words = "Done." if task.state == TaskState.DONE else f"Put off to {in_days(task.due_on, today)}."
    undo = Act(
        "Undo", f"/tasks/{task.uuid}/undo/?{more}", name="due_on", value=_day_or(was, task.due_on), version=task.version, kind="quiet"
    )
    return Acted(task.pathway_id, words, undo)


def done_row(user: object, done: Acted) -> ListRow | None:
    """The row that says what was done, with its way back."""
    case = pathways(user).filter(pk=done.case_id).select_related("candidate").first()
    if case is None:
        return None
    return ListRow(
        key="acted",
        name=case.candidate.name,
        href=person_href(case),
        where=stage_words(case),
        done=done.words,
        acts=[done.undo] if done.undo is not None else [],
    )


def say_done(rows: list[ListRow], said: ListRow, *, key: str, place: int) -> int:
    """Put the row that says what was done where the acted-on row is, or was: the list keeps its shape. Its number."""
    number = next((number for number, row in enumerate(rows) if row.key == key), None)
    if number is not None:
        rows[number] = said
        return number
    number = max(0, min(place, len(rows)))
    rows.insert(number, said)
    return number


def _day_or(text: str, otherwise: date) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return otherwise.isoformat()


def _just_now(moment: datetime, at: datetime) -> str:
    return time_of_day(moment) if today_london(moment) == today_london(at) else in_days(today_london(moment), today_london(at))


def contact_words(contact: Any) -> str:
    """Rang, no answer; spoke on the phone; met."""
    known = {
        (Channel.CALL, ContactOutcome.NO_ANSWER): "Rang, no answer",
        (Channel.CALL, ContactOutcome.SPOKE): "Spoke on the phone",
        (Channel.CALL, ContactOutcome.LEFT_MESSAGE): "Rang, left a message",
        (Channel.CALL, ContactOutcome.WRONG_NUMBER): "Rang, wrong number",
        (Channel.FACE, ContactOutcome.SPOKE): "Met and spoke",
        (Channel.FACE, ContactOutcome.NO_ANSWER): "Called round, nobody in",
        (Channel.TEXT, ContactOutcome.SENT): "Texted by hand",
        (Channel.TEXT, ContactOutcome.SPOKE): "Exchanged texts",
        (Channel.WHATSAPP, ContactOutcome.SENT): "Sent a WhatsApp message",
        (Channel.WHATSAPP, ContactOutcome.SPOKE): "Exchanged WhatsApp messages",
        (Channel.EMAIL, ContactOutcome.SENT): "Sent an e-mail",
        (Channel.EMAIL, ContactOutcome.SPOKE): "Exchanged e-mails",
        (Channel.LETTER, ContactOutcome.SENT): "Sent a letter",
        (Channel.LETTER, ContactOutcome.SPOKE): "Exchanged letters",
    }
    return known.get((contact.channel, contact.outcome)) or f"{contact.get_channel_display()}: {contact.get_outcome_display().lower()}"
