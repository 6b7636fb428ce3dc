"""Contacts, notes and permissions that no step asks for."""

from datetime import date, datetime, timedelta

from accounts.models import BankHoliday, Organisation
from accounts.services.audit import service
from candidates.models import Candidate
from ground.actor import Actor
from ground.clock import add_working_days, today_london
from ground.door import Conflict, Refused
from outreach.models import Contact, Event
from pathways.models import Consent, Interview, Note, Pathway, Task
from pathways.models.introduction import ConsentKind
from pathways.models.note import Visibility
from pathways.models.task import TaskKind, TaskState
from pathways.queries.company import going_on, with_key
from pathways.services.last_talk import show_talk, show_what_is_left
from pathways.services.task import open_task, show_next

LONGEST_NOTE = 10_000
#: For so long whoever logged a contact may take it back; a step's is the same.
UNDO_DAYS = 14
#: What a talk takes care of, on the list of the day.
DONE_BY_TALKING = (TaskKind.NEXT_CONTACT, TaskKind.TELL, TaskKind.REVISIT, TaskKind.CALL)


@service("contact.log")
def log_contact(
    *,
    case: Pathway,
    channel: str,
    outcome: str,
    by: Actor,
    at: datetime,
    day: date | None = None,
    note: str = "",
    minutes: int | None = None,
    meaningful: bool = False,
    event: Event | None = None,
) -> Contact:
    """A call, a text by hand, a talk, or an attempt. A talk closes "get in touch"; an attempt leaves it."""
    today = today_london(at)
    on = day or today
    if on > today:
        raise Refused("That day is still to come.", field="day")
    contact = Contact.objects.create(
        candidate_id=case.candidate_id,
        programme_id=case.programme_id,
        organisation_id=by.organisation_id or case.organisation_id,
        event=event,
        channel=channel,
        outcome=outcome,
        day=on,
        at=at,
        minutes=minutes,
        meaningful=meaningful,
        by_id=by.user_id,
        note=note.strip(),
    )
    if contact.is_two_way:
        show_talk(case=case, on=on)
        done = Task.objects.filter(pathway__in=case.ids, state=TaskState.OPEN, kind__in=DONE_BY_TALKING)
        for task in [*done, *_keeping_in_touch(case, on)]:
            task.state, task.closed_by_user_id, task.closed_on, task.version = TaskState.DONE, by.user_id, today, task.version + 1
            task.save(update_fields=["state", "closed_by_user", "closed_on", "version"])
        show_next(pathway_id=case.pk)
    return contact


def _keeping_in_touch(case: Pathway, on: date) -> list[Task]:
    due = Task.objects.filter(pathway__in=case.ids, state=TaskState.OPEN, kind=TaskKind.KEEP_IN_TOUCH, due_on__lte=on)
    return list(due.order_by("due_on", "id")[:1])


def may_void(contact: Contact, *, by: Actor, at: datetime) -> bool:
    """Whoever logged it, for 14 days; the lead later."""
    if contact.voided_at is not None:
        return False
    return by.kind == "lead" or (contact.by_id == by.user_id and today_london(at) <= today_london(contact.at) + timedelta(days=UNDO_DAYS))


def may_be_meaningful(contact: Contact, *, by: Actor, at: datetime) -> bool:
    """A talk that nobody has said it of yet; by whoever may take the contact back."""
    return contact.is_two_way and not contact.meaningful and may_void(contact, by=by, at=at)


@service("contact.meaningful")
def mark_meaningful(*, contact: Contact, by: Actor, at: datetime) -> Contact:
    """It moved something on: the talk counts as a meaningful intervention. Raises Conflict when that was said already."""
    if contact.meaningful or contact.voided_at is not None:
        raise Conflict("This has been said already, or the contact was taken back.")
    if not may_be_meaningful(contact, by=by, at=at):
        raise Refused(f"Whoever logged a talk says so within {UNDO_DAYS} days, a lead later.")
    contact.change(version=contact.version, meaningful=True)
    return contact


@service("contact.void")
def void_contact(*, contact: Contact, by: Actor, at: datetime) -> Contact:
    """Logged by mistake: it stays in the log and leaves every count."""
    if contact.voided_at is not None:
        raise Conflict("This has been taken back already.")
    if contact.by_id != by.user_id and by.kind != "lead":
        raise Refused("Only the person who logged it, or a lead, can take it back.")
    if not may_void(contact, by=by, at=at):
        raise Refused(f"It was logged more than {UNDO_DAYS} days ago: a lead can take it back.")
    contact.change(version=contact.version, voided_at=at)
    mine = Pathway.objects.filter(candidate=contact.candidate_id, programme=contact.programme_id).order_by("-id").first()
    if mine is not None and contact.is_two_way:
        show_what_is_left(cases=[mine])
        _owe_again(contact, going_on(mine))
    return contact


def _owe_again(contact: Contact, case: Pathway) -> None:
    """What the talk had taken care of is owed again, unless a step, another talk or another task did so too."""
    kinds = [*DONE_BY_TALKING, TaskKind.KEEP_IN_TOUCH] if case.is_open else [TaskKind.REVISIT]
    talks = Contact.objects.filter(with_key(case.person_key), outcome="spoke", voided_at__isnull=True)
    if talks.filter(at__gte=contact.at, programme=contact.programme_id).exists():
        return
    open_now = set(Task.objects.filter(pathway__in=case.ids, state=TaskState.OPEN).values_list("kind", "subject"))
    done = Task.objects.filter(pathway__in=case.ids, state=TaskState.DONE, kind__in=kinds, closed_by__isnull=True)
    for task in done.filter(closed_by_user=contact.by_id, closed_on=today_london(contact.at)).order_by("-id"):
        if (task.kind, task.subject) not in open_now:
            open_now.add((task.kind, task.subject))
            task.state, task.closed_by_user, task.closed_on, task.version = TaskState.OPEN, None, None, task.version + 1
            task.save(update_fields=["state", "closed_by_user", "closed_on", "version"])
    show_next(pathway_id=case.pk)


@service("note.add")
def add_note(
    *,
    case: Pathway,
    text: str,
    visibility: str,
    by: Actor,
    at: datetime,
    employer: Organisation | None = None,
    written_at: datetime | None = None,
) -> Note:
    """Plain text with a visibility. Never overwritten by a step. `written_at` is when it was written, where it arrives later."""
    words = text.strip()
    if not words:
        raise Refused("Write the note first.", field="text")
    if len(words) > LONGEST_NOTE:
        raise Refused(f"A note holds {LONGEST_NOTE:,} characters; this one has {len(words):,}.", field="text")
    if (visibility == Visibility.EMPLOYER) != (employer is not None):
        raise Refused("A note to an employer names one employer.", field="visibility")
    if by.user_id is None:
        raise Refused("A note has an author.")
    if employer is not None and not _agreed_to_share(case, employer):
        raise Refused("The person has not agreed to share with this employer.", field="employer")
    return Note.objects.create(
        pathway=case,
        author_id=by.user_id,
        organisation_id=by.organisation_id or case.organisation_id,
        visibility=visibility,
        employer=employer,
        text=words,
        written_at=min(written_at or at, at),
        day=today_london(min(written_at or at, at)),
    )


def _agreed_to_share(case: Pathway, employer: Organisation) -> bool:
    agreed = Consent.objects.filter(with_key(case.person_key), kind=ConsentKind.SHARE, employer=employer)
    return agreed.filter(withdrawn_on__isnull=True, voided_at__isnull=True).exists()


@service("consent.give")
def give_consent(
    *,
    candidate: Candidate,
    kind: str,
    given_how: str,
    by: Actor,
    at: datetime,
    employer: Organisation | None = None,
    given_on: date | None = None,
) -> Consent:
    """One permission, dated, with how it was given."""
    today = today_london(at)
    if given_on and given_on > today:
        raise Refused("That day is still to come.", field="given_on")
    if kind == ConsentKind.SHARE and employer is None:
        raise Refused("Name the employer.", field="employer")
    return Consent.objects.create(
        candidate=candidate, kind=kind, employer=employer, given_on=given_on or today, given_how=given_how, recorded_by_id=by.user_id
    )


@service("consent.withdraw")
def withdraw_consent(*, consent: Consent, by: Actor, at: datetime) -> Consent:
    """From today it allows nothing: an employer's sight ends at the next request.

    A chat that it was to host by this permission wants another host: whoever holds the person is asked for one.
    """
    if not consent.stands:
        raise Conflict("This permission has ended already.")
    chats = Interview.objects.filter(consent=consent, stage="booked").order_by("pathway", "id")
    list(Pathway.objects.select_for_update(no_key=True).filter(pk__in=chats.values("pathway")).order_by("id"))  # cases are locked first
    consent.change(version=consent.version, withdrawn_on=today_london(at))
    for chat in chats.select_related("host_employer", "pathway"):
        _ask_for_a_host(chat, at=at)
    return consent


def _ask_for_a_host(chat: Interview, *, at: datetime) -> None:
    name = chat.host_employer.name if chat.host_employer is not None else "The employer"
    today = today_london(at)
    next_day = add_working_days(today, 1, frozenset(BankHoliday.objects.values_list("day", flat=True)))
    open_task(
        pathway_id=chat.pathway_id,
        kind=TaskKind.FREE,
        subject=f"interview:{chat.pk}:host",  # moved, held or called off, the chat takes it along
        due_on=max(today, min(next_day, today_london(chat.at or at))),
        owed_by="worker",
        change=None,
        stage=chat.pathway.stage,
        words=f"{name} sees nothing of the chat any more: move it to another host, or call it off",
    )
    show_next(pathway_id=chat.pathway_id)
