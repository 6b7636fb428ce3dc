"""Whom somebody chose to hand over: how many, in which programmes, and whether anybody holds them now."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from pathways.models import Pathway
from pathways.scope import pathways
from pathways.workflow.pathway import OPEN

#: So many people are named on the page, and so many colleagues who hold them; of more it says how many.
NAMED = 100
HOLDERS_NAMED = 5
READ = ("pk", "version", "stage", "programme", "owner")


@dataclass(frozen=True)
class Chosen:
    """Open cases by id, each with the version that was seen; whose they are and how many of each, None being nobody's yet; how many more
    were chosen that have ended, and stay where they are."""

    versions: Mapping[int, int]
    programmes: Sequence[int]
    holders: Mapping[int | None, int]
    ended: int

    @property
    def held(self) -> bool:
        """Whether anybody holds one of them."""
        return any(owner is not None for owner in self.holders)


def found_by_filters(rows: QuerySet[Pathway], *, most: int) -> Chosen | None:
    """All that a list's filters find; None when those are more than can go at once."""
    found = list(rows.order_by("pk").values_list(*READ)[: most + 1])
    return _chosen(found) if len(found) <= most else None


def ticked(user: object, uuids: Collection[UUID]) -> Chosen | None:
    """The cases that were ticked; None when one of them is not in the user's sight: then nothing is told of any."""
    found = list(pathways(user).filter(uuid__in=uuids).values_list(*READ))
    return _chosen(found) if len(found) == len(set(uuids)) else None


def still_in_sight(user: object, versions: Mapping[int, int]) -> Chosen:
    """Of cases that were chosen those in the user's sight now, at the versions they were chosen at."""
    found = list(pathways(user).filter(pk__in=list(versions)).values_list(*READ))
    return _chosen([(pk, versions[pk], *rest) for pk, _, *rest in found])


def _chosen(found: Sequence[tuple[Any, ...]]) -> Chosen:
    live = [row for row in found if row[2] in OPEN]
    return Chosen(
        versions={pk: version for pk, version, *_ in live},
        programmes=sorted({programme for _, _, _, programme, _ in live}),
        holders=Counter(owner for *_, owner in live),
        ended=len(found) - len(live),
    )


def names_of(user: object, chosen: Chosen) -> list[str]:
    """Who they are: as many as are named, by name."""
    rows = pathways(user).filter(pk__in=list(chosen.versions)).select_related("candidate").order_by("candidate__folded_name", "pk")
    some = rows.only("candidate__first_name", "candidate__last_name", "candidate__known_as")[:NAMED]
    return [case.candidate.name for case in some]


def holders_of(chosen: Chosen) -> list[tuple[str, int]]:
    """With whom they are now, and how many with each, the most first: as many as are named. One query."""
    most = sorted(chosen.holders.items(), key=lambda held: held[1], reverse=True)[:HOLDERS_NAMED]
    names = User.objects.in_bulk([owner for owner, _ in most if owner is not None])
    return [(names[owner].name if owner is not None else "nobody yet", number) for owner, number in most]
