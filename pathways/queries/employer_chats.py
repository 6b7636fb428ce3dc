"""The chats that an employer hosts: with whom, by the name that was shared, when and where, and what they want. Nothing else of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from employers.models import JobFamily
from ground.actor import Actor
from ground.clock import today_london
from ground.templatetags.said import in_days, time_of_day, weekday
from pathways.models import Interview
from pathways.queries.employer import Button, buttons
from pathways.queries.employer_words import shared_name
from pathways.scope import interviews, notes
from pathways.workflow.interview import InterviewStage

#: So many stand on the start page.
FEW = 5


@dataclass
class Chat:
    """One chat as its host sees it."""

    row: Interview
    name: str
    href: str
    where: str
    wants: str
    next: str = ""
    due: str = ""
    ours: bool = False
    #: Whether its day has come: then it is what waits for its host.
    waits: bool = False
    buttons: list[Button] = field(default_factory=list)


def hosted(user: object, *, held: bool) -> QuerySet[Interview]:
    """Chats to come and those that nobody has told of yet; or those held, for as long as the employer may look back."""
    stage = InterviewStage.HELD if held else InterviewStage.BOOKED
    return interviews(user).filter(stage=stage).select_related("pathway", "consent")


def soonest(user: object) -> list[Interview]:
    """The first of the chats to come, and whether there are more: one over."""
    return list(hosted(user, held=False).order_by("at", "id")[: FEW + 1])


def chats(rows: Iterable[Interview], *, by: Actor, at: datetime, back: str) -> list[Chat]:
    """The rows of a list, with the step that the door would allow this employer."""
    found = list(rows)
    names = _families(found)
    return [_chat(row, names, by=by, at=at, back=back) for row in found]


def chat(row: Interview, *, by: Actor, at: datetime, back: str) -> Chat:
    """One chat."""
    return _chat(row, _families([row]), by=by, at=at, back=back)


def _chat(row: Interview, names: dict[str, str], *, by: Actor, at: datetime, back: str) -> Chat:
    today = today_london(at)
    made = Chat(
        row=row,
        name=shared_name(row),
        href=f"/interviews/{row.uuid}/",
        where=_where(row),
        wants=", ".join(names[code] for code in row.shared.get("families", []) if code in names),
    )
    if row.at is None or row.at <= at:  # before its time there is nothing to tell of it
        made.buttons = buttons(row, by=by, at=at, back=back)
    if row.stage == InterviewStage.BOOKED and row.at is not None:
        made.ours, made.waits = row.at <= at, today_london(row.at) <= today
        made.next = "Say how it went" if made.ours else "Have the chat"
        made.due = in_days(today_london(row.at), today)
    return made


def _where(row: Interview) -> str:
    """Monday 7 December at 10:30am, Library; once it was held, its day."""
    if row.stage == InterviewStage.HELD:
        return f"Held on {weekday(row.held_on)}"
    moment = f"{weekday(row.at)} at {time_of_day(row.at)}" if row.at is not None else ""
    return ", ".join(part for part in (moment, row.place) if part)


def _families(rows: Iterable[Interview]) -> dict[str, str]:
    """The names of the kinds of work that occur."""
    codes = {code for row in rows for code in (*row.shared.get("families", []), *row.families)}
    return dict(JobFamily.objects.filter(code__in=codes).values_list("code", "name"))


def talked_about(row: Interview) -> str:
    """The kinds of work that were talked about, in words."""
    names = _families([row])
    return ", ".join(names[code] for code in row.families if code in names)


def noted(user: object, row: Interview) -> list[str]:
    """What this employer's people noted of the chat, as they wrote it."""
    mine = notes(user).filter(opened_by__machine=row.machine, opened_by__subject_id=row.pk)
    return list(mine.order_by("id").values_list("text", flat=True))
