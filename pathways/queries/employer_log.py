"""What an employer's people have done themselves, in words, and how they take it back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q

from ground.actor import Actor
from ground.clock import today_london
from ground.rows import Row
from ground.templatetags.said import in_days, time_of_day
from pathways.models import Interview, Introduction, Placement, PreEmploymentCheck, StageChange
from pathways.queries.employer_words import THEN, shared_of
from pathways.queries.timeline_words import title_of
from pathways.scope import SCOPES, changes
from pathways.services.undo import may_undo

#: Where the record speaks of the employer from outside.
SAID = {
    "introduction.consider": "Considering",
    "introduction.decline_by_employer": "Declined",
    "introduction.withdraw_offer": "Offer withdrawn",
    "placement.start": "Started",
    "pre_employment_check.ask": "Asked for",
    "pre_employment_check.receive": "Received",
    "pre_employment_check.clear": "Cleared",
    "pre_employment_check.not_clear": "Not cleared",
    "pre_employment_check.not_require": "Not required",
    "retention_check.confirm": "Still in work",
    "retention_check.deny": "Left",
}
#: How long the page says what was just done.
JUST_NOW = timedelta(minutes=15)


@dataclass(frozen=True)
class Done:
    """What this person has just done, in words, what comes next, and how to take it back."""

    words: str
    then: str
    undo: str


def just_done(user: object, *, by: Actor, at: datetime, back: str, about: Iterable[Row] = (), of: tuple[str, ...] = ()) -> Done | None:
    """The last step that this user took a moment ago, while it may be undone.

    With `about`, on one of these rows; with `of`, of one of these machines: a page speaks of its own people only.
    """
    whose = [Q(machine=row.machine, subject_id=row.pk) for row in about] + [Q(machine=machine) for machine in of]
    rows = changes(user).filter(
        reduce(or_, whose, Q()), actor=by.user_id, actor_kind="employer", recorded_at__gt=at - JUST_NOW, recorded_at__lte=at
    )
    last = rows.filter(cause=None, undoes=None).select_related("undone_by").order_by("-id").first()
    if last is None or not may_undo(change=last, by=by, at=at):
        return None
    words = f"{who_of(last, user)}: {label_of(last)}, {time_of_day(last.recorded_at)}."
    return Done(words, THEN.get(f"{last.machine}.{last.step}", ""), f"/changes/{last.uuid}/undo/?{urlencode({'back': back})}")


def who_of(change: StageChange, user: object) -> str:
    """Whom a step was about, by the name that was shared."""
    row: Any = SCOPES[change.machine](user).get(pk=change.subject_id)
    check = f", {row.get_kind_display().lower()}" if isinstance(row, PreEmploymentCheck) else ""
    return f"{shared_of(row)}{check}"


@dataclass(frozen=True)
class Recorded:
    """One step of this employer's, who took it, and how it is taken back while it may be."""

    words: str
    who: str
    undo: str


def history(row: Introduction | Interview | Placement, user: object, *, by: Actor, at: datetime, back: str) -> list[Recorded]:
    """This employer's own steps on one row, newest first."""
    mine = changes(user).filter(machine=row.machine, subject_id=row.pk, organisation=by.organisation_id, undoes=None, cause=None)
    found = mine.filter(undone_by=None).select_related("actor").order_by("-id")[:20]
    today = today_london(at)
    more = urlencode({"back": back})
    return [
        Recorded(
            words=f"{label_of(each)}, {in_days(each.happened_on, today)}",
            who=each.actor.name if each.actor is not None else "",
            undo=f"/changes/{each.uuid}/undo/?{more}" if may_undo(change=each, by=by, at=at) else "",
        )
        for each in found
    ]


def label_of(change: StageChange) -> str:
    """What has happened, as its taker would say it."""
    return SAID.get(f"{change.machine}.{change.step}") or title_of(change)
