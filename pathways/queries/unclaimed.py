"""Nobody's yet: open cases without an owner, oldest first, each taken with one press."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, QuerySet

from ground.templatetags.said import counted, days_waiting
from pathways.models import Pathway
from pathways.queries.due import Act, ListRow, person_href, stage_words
from pathways.scope import held_by_nobody
from pathways.workflow.pathway import OPEN

#: What a row shows.
SHOWN = (
    *("uuid", "version", "stage", "source", "opened_on", "candidate"),
    *("candidate__uuid", "candidate__first_name", "candidate__last_name"),
)


def nobodys(user: object) -> QuerySet[Pathway]:
    """Open cases in sight that nobody holds, oldest first."""
    waiting = held_by_nobody(user).filter(stage__in=OPEN).select_related("candidate").only(*SHOWN)
    return waiting.order_by("opened_on", "id")


#: A long list is never counted to its end.
MOST_COUNTED = 1_000


def count_words(rows: QuerySet, most: int = MOST_COUNTED) -> tuple[int, str]:
    """How many, up to a limit, and the same in words: a long list is never counted to its end."""
    number = rows.order_by()[: most + 1].count()
    return number, in_words(number, most)


def in_words(number: int, most: int = MOST_COUNTED) -> str:
    """A number that was counted up to a limit."""
    return f"more than {most:,}" if number > most else f"{number:,}"


def first_and_counts(waiting: QuerySet[Pathway], other: QuerySet, most: int) -> tuple[list[Pathway], int, int]:
    """The first of those who wait, how many they are, and how many there are of the other, up to the limit.

    One query, and a second where nobody waits: the rows bring both numbers with them.
    """
    first = list(waiting.annotate(waiting_count=_counted(waiting), other_count=_counted(other))[:most])
    if not first:
        return [], 0, count_words(other)[0]
    return first, first[0].waiting_count, first[0].other_count  # type: ignore[attr-defined]  # annotated


def _counted(rows: QuerySet) -> Func:
    return Func(ArraySubquery(rows.order_by().values("pk")[: MOST_COUNTED + 1]), function="CARDINALITY", output_field=IntegerField())


def nobodys_row(case: Pathway, *, me: Any, today: date, back: str) -> ListRow:
    """Where from, how long ago, and Take."""
    href = f"/pathways/{case.uuid}/steps/hand_over/?{urlencode({'back': back})}"
    days = (today - case.opened_on).days
    return ListRow(
        key=key_of(case),
        name=case.candidate.name,
        href=person_href(case),
        where=stage_words(case),
        next=f"From: {case.source}" if case.source else "",
        owed="Nobody yet",
        ours=True,
        due=f"for {days_waiting(case.opened_on, today)}" if days > 0 else "since today",
        waiting=counted(days, "day") if days > 0 else "",
        acts=[Act("Take", href, name="to", value=str(me.uuid), version=case.version)],
    )


def key_of(case: Pathway) -> str:
    """A case's row, as an address names it."""
    return f"c-{case.uuid}"
