"""What the list of people behind a number shows beside a name: two queries for all of them."""

from __future__ import annotations

from collections.abc import Iterable

from pathways.models import Introduction, Placement
from pathways.workflow.introduction import IntroductionStage
from pathways.workflow.placement import PlacementStage


def employers_of(*, cases: Iterable[int]) -> dict[int, str]:
    """Where each of these cases has or had its latest job, else who made the latest offer; nothing for the others. Two queries."""
    wanted = list(cases)
    offered = Introduction.objects.filter(pathway__in=wanted, offered_on__isnull=False).exclude(stage=IntroductionStage.VOID)
    jobs = Placement.objects.filter(pathway__in=wanted).exclude(stage=PlacementStage.VOID)
    found = dict(offered.order_by("offered_on", "id").values_list("pathway", "employer__name"))
    for case, name, words in jobs.order_by("first_day", "id").values_list("pathway", "employer__name", "employer_words"):
        found[case] = name or words or found.get(case, "")
    return found
