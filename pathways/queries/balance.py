"""How caseloads are balanced: for each worker the open people, who owes the next step, what is overdue, who has gone quiet. Exact."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q

from accounts.choices import RuleCode
from accounts.models import ProgrammeRule
from pathways.queries.caseload import gone_quiet, holders
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
    #: Where these people are handed over, and where somebody is asked to cover the desk; nothing where the lead may not.
    hand_over: str = ""
    cover: str = ""
    limit: int | None = None

    @property
    def over(self) -> bool:
        """Whether more people are open than one caseload should hold."""
        return self.limit is not None and self.counts["people"].number > self.limit


def balance(user: object, *, today: date) -> list[Load]:
    """A line for each worker with open people in sight, the fullest first, and one for nobody's. Four queries, whatever the size."""
    rules = ProgrammeRule.objects.standing([RuleCode.QUIET_DAYS, RuleCode.CASELOAD_LIMIT], day=today)
    quiet = gone_quiet(rules, today)
    rows = (
        pathways(user)
        .filter(stage__in=OPEN)
        .values("owner__uuid", "owner__name")
        .annotate(
            people=Count("pk"),
            ours=Count("pk", filter=Q(next_owed_by="worker")),
            overdue=Count("pk", filter=Q(next_due_on__lt=today)),
            quiet=Count("pk", filter=quiet),
            programmes=ArrayAgg("programme", distinct=True),
        )
        .order_by("-people", "owner__name", "owner__uuid")
    )
    offered = {each.uuid: each for each in holders(user, today=today)}
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
        limit = None if uuid is None else max(rules.value(RuleCode.CASELOAD_LIMIT, programme) for programme in row["programmes"])
        here = uuid is not None and findable and offered[uuid].is_colleague
        acts = {
            "hand_over": f"/caseload/hand-over/?{urlencode({**asked, 'all': '1'})}" if findable else "",
            "cover": f"/caseload/cover/add/?{urlencode({'desk': str(uuid)})}" if here else "",
        }
        found.append(Load(name if findable else f"{name}, who has no seat now", counts, limit=limit, **acts))
    return found
