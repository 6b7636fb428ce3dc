"""Times for a chat that a person may choose on their own page: working days to come on which the host has nothing else."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from accounts.models import BankHoliday, Cover, User
from candidates.choices import RouteKind
from candidates.models import Candidate, ContactRoute
from ground.clock import LONDON, add_working_days, today_london
from outreach.models import Event
from pathways.models import Interview
from pathways.queries.calendar import LASTS
from pathways.queries.company import records_of
from pathways.workflow.interview import InterviewStage

#: Times of a working day at which chats are offered: an hour each, with the way there, and none over lunch.
HOURS = (time(10), time(11, 30), time(14), time(15, 30))
#: From the second working day on, so that whoever hosts it hears of it first; and no further than anybody plans.
FIRST, LAST = 2, 8
#: As many as fit on a phone's screen.
MOST = 12


def free_times(host: User | None, *, at: datetime) -> list[datetime]:
    """Up to twelve times at which the host has no chat, no stall and is not away. Of nobody, and of an employer, none is known."""
    if host is None:
        return []
    today, holidays = today_london(at), frozenset(BankHoliday.objects.values_list("day", flat=True))
    days = [add_working_days(today, number, holidays) for number in range(FIRST, LAST + 1)]
    span = {"from_on__lte": days[-1], "to_on__gte": days[0]}
    away = list(Cover.objects.filter(holder=host, **span).values_list("from_on", "to_on"))
    stalls = list(
        Event.objects.filter(staff=host, day__in=days, cancelled_on__isnull=True).values_list("day", "starts_at", "ends_at").distinct()
    )
    first, last = _at(days[0], time(0)), _at(days[-1], time(23, 59))
    chats = list(Interview.objects.filter(host=host, stage=InterviewStage.BOOKED, at__range=(first, last)).values_list("at", flat=True))
    found = [
        when
        for day in days
        if not any(begin <= day <= end for begin, end in away)
        for when in (_at(day, hour) for hour in HOURS)
        if all(abs(when - chat) >= LASTS for chat in chats) and not _at_a_stall(when, stalls)
    ]
    return found[:MOST]


def may_be_rung(person: Candidate) -> bool:
    """Whether a chat can be by phone: there is a number that may be rung."""
    phones = ContactRoute.objects.current().filter(kind__in=[RouteKind.MOBILE, RouteKind.LANDLINE], may_call=True)
    return phones.filter(candidate__in=records_of(person)).exists()


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, tzinfo=LONDON)


def _at_a_stall(when: datetime, stalls: Iterable[tuple[date, time | None, time | None]]) -> bool:
    """Whether the host stands at a stall then, or is on the way; one whose hours nobody wrote down takes the day."""
    for day, begins, ends in stalls:
        if day != today_london(when):
            continue
        if begins is None or ends is None:
            return True
        if _at(day, begins) - timedelta(hours=1) < when + LASTS and when < _at(day, ends) + timedelta(hours=1):
            return True
    return False
