"""How caseloads are balanced: for each worker the open people, who owes the next step, what is overdue, who has gone quiet. Exact."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Q

from pathways.queries.caseload import QUIET_DAYS, holders
from pathways.scope import pathways
from pathways.workflow.pathway import OPEN

#: Column -> the caseload's filter that lists the same people.
FILTERS: Mapping[str, Mapping[str, str]] = {
    "people": {},
    "ours": {"owed": "worker"},
    "overdue": {"due": "overdue"},
    "quiet": {"heard": "quiet"},
}


@dataclass(frozen=True)
class Tally:
    """A number of people, and the caseload that lists them."""

    number: int
    href: str


@dataclass(frozen=True)
class Load:
    """One worker's caseload in numbers; nobody's is a line of its own."""

    worker: str
    counts: Mapping[str, Tally]


def balance(user: object, *, today: date) -> list[Load]:
    """A line for each worker with open people in sight, the fullest first, and one for nobody's. Three queries, whatever the size."""
    long_ago = today - timedelta(days=QUIET_DAYS)
    quiet = Q(last_two_way_on__lte=long_ago) | Q(last_two_way_on__isnull=True, opened_on__lte=long_ago)
    rows = (
        pathways(user)
        .filter(stage__in=OPEN)
        .values("owner__uuid", "owner__name")
        .annotate(
            people=Count("pk"),
            ours=Count("pk", filter=Q(next_owed_by="worker")),
            overdue=Count("pk", filter=Q(next_due_on__lt=today)),
            quiet=Count("pk", filter=quiet),
        )
        .order_by("-people", "owner__name", "owner__uuid")
    )
    offered = {each.uuid for each in holders(user, today=today)}
    found = []
    for row in rows:
        uuid = row["owner__uuid"]
        findable = uuid is None or uuid in offered
        asked = {"whose": "all", "owner": "nobody" if uuid is None else str(uuid)}
        counts = {
            name: Tally(row[name], f"/caseload/?{urlencode({**asked, **more})}" if findable and row[name] else "")
            for name, more in FILTERS.items()
        }
        name = "Nobody yet" if uuid is None else row["owner__name"]
        found.append(Load(name if findable else f"{name}, who has no seat now", counts))
    return found
