"""The morning's digest: one worker's day on one page, and in numbers that tell nothing of anybody."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Count

from accounts.choices import RuleCode
from accounts.models import Membership, ProgrammeRule, SignIn, User
from accounts.queries import STAFF_SIDE, places_of
from ground.actor import Actor
from ground.clock import today_london
from pathways.queries.due import ListRow
from pathways.queries.today import CHATS, DUE, HEADINGS, MOST, OVERDUE, QUIET, STUCK, Asked, Place, places_of_day, rows_of_day
from pathways.scope import CASE_ROLES, held
from pathways.workflow.pathway import OPEN

#: Of so many rows the page shows all; of a longer day the first, for nobody reads more in the morning.
LONGEST = 100
#: One of something, and several, in the order of the day.
WORDS = {
    CHATS: ("chat today", "chats today"),
    OVERDUE: ("thing overdue", "things overdue"),
    DUE: ("thing due today", "things due today"),
    STUCK: ("check that is stuck", "checks that are stuck"),
    QUIET: ("person gone quiet", "people gone quiet"),
}


@dataclass(frozen=True)
class Held:
    """How many open people somebody holds in one programme, and how many one caseload should hold there."""

    programme: str
    number: int
    limit: int

    @property
    def over(self) -> bool:
        """Whether it is more than should be."""
        return self.number > self.limit


@dataclass(frozen=True)
class Digest:
    """A worker's day: numbers, rows in groups, and the size of the caseload."""

    numbers: list[str]
    groups: list[tuple[str, list[ListRow]]]
    caseloads: list[Held]
    more: int = 0


def digest(*, user: Any, actors: Sequence[Actor], at: datetime) -> Digest:
    """The day of who is at the desk, as the page shows it. The number of queries does not grow with the rows."""
    asked = Asked(user=user, actors=actors, at=at)
    places = places_of_day(asked)
    rows = rows_of_day(places[:LONGEST], asked)
    groups = [(HEADINGS[group], [row for _, row in part]) for group, part in groupby(rows, key=lambda pair: pair[0])]
    return Digest(in_numbers(places), groups, caseloads(user, today=asked.today), more=max(len(places) - LONGEST, 0))


def in_numbers(places: Sequence[Place]) -> list[str]:
    """2 chats today, 1 thing overdue: only what there is."""
    found = Counter(place.group for place in places[:MOST])
    return [f"{found[group]:,} {WORDS[group][0 if found[group] == 1 else 1]}" for group in WORDS if found[group]]


def caseloads(user: Any, *, today: date) -> list[Held]:
    """How many open people the user holds in each programme, beside its limit: two queries."""
    rows = (
        held(user)
        .filter(stage__in=OPEN, owner=user.pk)
        .values("programme", "programme__name")
        .annotate(number=Count("pk"))
        .order_by("programme__name")
    )
    limits = ProgrammeRule.objects.standing([RuleCode.CASELOAD_LIMIT], day=today)
    return [Held(row["programme__name"], row["number"], limits.value(RuleCode.CASELOAD_LIMIT, row["programme"])) for row in rows]


def who_begins_a_day(*, today: date) -> list[User]:
    """Workers and leads who have a seat today, by id: each has a digest, when anything is owed."""
    seats = Membership.objects.unscoped("workers, each with their own day").current(today).filter(role__in=CASE_ROLES)
    return list(
        User.objects.unscoped("workers, each with their own day").filter(pk__in=seats.values("user"), is_active=True).order_by("id")
    )


def day_of(user: User, *, at: datetime) -> list[Place]:
    """All that is owed by a worker today, at whichever desk they sit down: each thing once."""
    return sorted({place for mine in _desks(user, at=at) for place in places_of_day(mine)})


def _desks(user: User, *, at: datetime) -> Iterator[Asked]:
    for place in places_of(user=user, proof=SignIn.Proof.SECOND_FACTOR, day=today_london(at)):
        if place.side == STAFF_SIDE:
            user.desk = place.desk(user.pk)  # type: ignore[attr-defined]  # as the middleware does for a request
            yield Asked(user=user, actors=[], at=at)
