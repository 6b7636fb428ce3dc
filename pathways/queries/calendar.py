"""A chat as a calendar has it, and which other chats of its host it would run into.

A phone's calendar is copied to other companies' machines: the file says that there is a chat, when and where, and leads to its page.
Whom it is with is read there, after signing in.
"""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from accounts.models import User
from ground.clock import london
from pathways.models import Interview
from pathways.scope import interviews
from pathways.workflow.interview import InterviewStage

#: How long a chat is taken to last: nobody is asked for its end.
LASTS = timedelta(minutes=45)


def chat_file(chat: Interview, *, site: str, at: datetime) -> bytes:
    """The chat as an .ics file on London's clock.

    Its name (UID) stays for good and its edition (SEQUENCE) moves on with each step, so that a calendar which has it already moves
    it instead of keeping two. Called off, the file takes it out. A chat without a time has none: ValueError.
    """
    if chat.at is None:
        raise ValueError("A chat without a time stands in no calendar.")
    off = chat.stage in {InterviewStage.CANCELLED, InterviewStage.VOID}
    page = f"{site}/interviews/{chat.uuid}/"
    made = Event()
    made.add("uid", f"chat-{chat.uuid}@{urlsplit(site).hostname}")
    made.add("sequence", chat.version)
    made.add("dtstamp", at)
    made.add("dtstart", london(chat.at))
    made.add("dtend", london(chat.at + LASTS))
    made.add("summary", "Chat")
    if chat.place:
        made.add("location", chat.place)
    made.add("url", page)
    made.add("description", f"Whom it is with: {page}")
    made.add("class", "PRIVATE")
    made.add("status", "CANCELLED" if off else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//Pathways//Chats//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if off else "PUBLISH")
    calendar.add_component(made)
    calendar.add_missing_timezones()
    return calendar.to_ical()


def clash_of(*, host: object, when: datetime, user: object, but: Interview | None) -> datetime | None:
    """When the host's other chat is that this one would run into; None where there is none.

    Of one of us every chat counts, also with people out of sight, and only its time is told. Of an employer only those in sight:
    how full its day is besides is no business of others.
    """
    if isinstance(host, User):
        rows = Interview.objects.filter(host=host)
    else:
        rows = interviews(user).filter(host_employer=getattr(host, "pk", None))
    near = rows.filter(stage=InterviewStage.BOOKED, at__gt=when - LASTS, at__lt=when + LASTS)
    if but is not None and but.pk is not None:
        near = near.exclude(pk=but.pk)
    return near.order_by("at").values_list("at", flat=True).first()
