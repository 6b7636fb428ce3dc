"""What a person does on their own page that is no step of a chart: asks for a time, asks us to stop."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import BankHoliday, User
from accounts.services.audit import service
from candidates.models import Candidate, ContactRoute
from candidates.services.person import change_route
from ground.actor import Actor
from ground.clock import add_working_days, today_london
from ground.door import Conflict, transact
from outreach.choices import MessageState
from outreach.models import Message
from outreach.services.message import withdraw_message
from outreach.services.template import tidy
from pathways.models import Interview, Pathway, Task
from pathways.models.task import TaskState
from pathways.queries.chat_times import free_times
from pathways.queries.letter import stop_of
from pathways.services import interview
from pathways.services.case import set_not_now
from pathways.services.door import Taken
from pathways.services.letter import stop_letters
from pathways.services.locking import lock_records
from pathways.services.task import add_task
from pathways.services.text import LONGEST_TASK
from pathways.workflow.pathway import OPEN_NOT_IN_WORK


def _ask(case: Pathway, words: str, *, by: Actor, at: datetime) -> None:
    """On the list of whoever looks after them, by the next working day; what is there already is not put twice."""
    words = tidy(words, LONGEST_TASK)
    if Task.objects.filter(pathway=case, state=TaskState.OPEN, words=words).exists():
        return
    due = add_working_days(today_london(at), 1, frozenset(BankHoliday.objects.values_list("day", flat=True)))
    add_task(pathway=case, words=words, due_on=due, by=by, at=at)


@service("own_page.ask_time")
def ask_for_time(*, case: Pathway, wish: str, moving: bool, by: Actor, at: datetime) -> Pathway:
    """When a chat would suit them, where no time on offer does: a worker books it. One that is booked stands until then."""
    what = "Asks on their own page for another time for the chat" if moving else "Asks on their own page for a chat"
    _ask(case, f"{what}: {wish}" if wish else what, by=by, at=at)
    return case


#: Where a chat is that a person booked by themselves: no room is promised by a page.
BY_PHONE = "by phone"


@transact
def book_time(*, case: Pathway, when: datetime, by: Actor, at: datetime) -> Interview:
    """A chat by phone at one of the times that the page offers. Raises Conflict when the time is taken by now."""
    _hold_time(case.owner, when, at=at)
    return interview.book_chat(case=case, when=when, place=BY_PHONE, host=case.owner, by=by, at=at)


@transact
def move_to_time(*, chat: Interview, when: datetime, taken: Taken, by: Actor, at: datetime) -> Interview:
    """The chat at another of those times, with the same host at the same place. Raises Conflict when the time is taken by now."""
    _hold_time(chat.host, when, at=at)
    return interview.move_chat(chat=chat, when=when, place=chat.place, host=chat.host, by=by, at=at, taken=taken)


def _hold_time(host: User | None, when: datetime, *, at: datetime) -> None:
    """One at a time for each host: of two who choose the same moment the second is told."""
    if host is not None:
        User.objects.unscoped("whose time it is").select_for_update(no_key=True).get(pk=host.pk)
    if when not in free_times(host, at=at):
        raise Conflict("This time is taken by now: choose another.")


@transact
def stop_contact(*, person: Candidate, cases: Sequence[Pathway], by: Actor, at: datetime) -> None:
    """ "Stop contacting me": a case not in work rests until they come back; for one in work no text, call or letter goes to them any more.

    The job is not ended by it, nor are its questions to the employer. Whoever stands in several records is one person: it
    holds for the numbers and the texts of all of them.
    """
    records = lock_records(person)
    for case in cases:
        if case.stage in OPEN_NOT_IN_WORK:
            set_not_now(case=case, do_not_contact=True, by=by, at=at)
        elif case.is_open:
            _ask(case, "Asked on their own page that we stop contacting them", by=by, at=at)
    for route in ContactRoute.objects.current().filter(candidate__in=records, kind__in=["mobile", "landline"]):
        if route.may_text or route.may_call:
            change_route(route=route, version=route.version, values={"may_text": False, "may_call": False}, by=by, at=at)
    if stop_of(person) is None:
        stop_letters(candidate=person, by=by, at=at)
    for message in Message.objects.filter(candidate__in=records, state=MessageState.READY).order_by("id"):
        withdraw_message(message=message, reason="asked to stop", at=at)
