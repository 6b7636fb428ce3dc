"""People who may be there twice: the list of pairs, one pair side by side, and the merges that were made.

Both records of a pair are in sight of whoever reads of it, or it is not there: nothing tells that another exists.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from candidates.choices import Agreement
from candidates.likeness import in_words
from candidates.models import Merge, MergeProposal, NotSame, SuggestedPair
from ground.clock import today_london
from ground.tables import Column
from ground.templatetags.said import day, in_days
from pathways.models import Pathway
from pathways.queries.due import Act, ListRow, stage_words
from pathways.queries.interests import isolated
from pathways.queries.search import latest_cases
from pathways.scope import held, pathways, records
from pathways.workflow.pathway import Stage

#: The best first. A merge that was made last stands first.
ORDER = ("-points", "-id")
MERGES_ORDER = ("-merged_at", "-id")
#: What they may have in common, as the address says it -> the reasons that count as it.
IN_COMMON: Mapping[str, tuple[str, ...]] = {
    "number": (Agreement.PHONE, Agreement.PHONE_SHARED),
    "e-mail": (Agreement.EMAIL, Agreement.EMAIL_SHARED, Agreement.EMAIL_ALIKE),
    "birthday": (Agreement.BORN, Agreement.BORN_JANUARY, Agreement.BORN_SWAPPED, Agreement.BORN_NEAR),
    "postcode": (Agreement.POSTCODE, Agreement.POSTCODE_NEAR),
    "name": (Agreement.NAME, Agreement.NAME_ALIKE, Agreement.NAME_SWAPPED, Agreement.NAME_SHORT),
}


def pairs(user: object) -> QuerySet[SuggestedPair]:
    """Pairs both of whose people are in sight, by whichever of their records."""
    seen = records(user)
    return SuggestedPair.objects.filter(one__in=seen, other__in=seen).select_related("one", "other")


def listed(user: object, filters: Mapping[str, str]) -> QuerySet[SuggestedPair]:
    """Pairs as the filters ask for them, each may be left out: show (proposed, apart), whose (me), common (see IN_COMMON).

    What was told apart leaves the list, by whichever of their records, unless it was proposed and somebody must answer. So does a
    record that is read under another one: the key of a person is that of the record which goes on, and no case bears its own any more.
    """
    seen = pathways(user).exclude(stage=Stage.VOID)
    one, other = seen.filter(person_key=OuterRef("one__uuid")), seen.filter(person_key=OuterRef("other__uuid"))
    rows = SuggestedPair.objects.filter(Exists(one), Exists(other)).select_related("one", "other")
    proposed = Exists(MergeProposal.objects.filter(one=OuterRef("one"), other=OuterRef("other"), closed_at__isnull=True))
    rows = rows.filter(_told_apart() if filters.get("show") == "apart" else Q(proposed) | ~Q(_told_apart()))
    if filters.get("show") == "proposed":
        rows = rows.filter(proposed)
    if filters.get("whose") == "me":
        rows = rows.filter(Exists(_of(held(user), "one")) | Exists(_of(held(user), "other")))
    codes = IN_COMMON.get(filters.get("common", ""))
    return rows.filter(agree__overlap=list(codes)) if codes else rows


def _told_apart() -> Exists:
    """Whether somebody told these two apart, or a record of the one from a record of the other. NotSame is a short table."""

    def records_under(record: str) -> QuerySet:
        return Pathway.objects.filter(person_key=OuterRef(OuterRef(f"{record}__uuid"))).order_by().values("candidate")

    one, other = records_under("one"), records_under("other")
    said = NotSame.objects.filter(ended_at__isnull=True)
    return Exists(said.filter(Q(one__in=one, other__in=other) | Q(one__in=other, other__in=one)))


def _of(cases: QuerySet[Pathway], record: str) -> QuerySet[Pathway]:
    return cases.filter(person_key=OuterRef(f"{record}__uuid"))


def both_mine(user: object, rows: QuerySet[SuggestedPair]) -> QuerySet[SuggestedPair]:
    """Of these, pairs of two people on the user's own desk: what a worker may take away."""
    mine = pathways(user).filter(owner=getattr(user, "pk", None))
    return rows.filter(Exists(_of(mine, "one")), Exists(_of(mine, "other")))


def proposals_of(rows: Sequence[SuggestedPair]) -> dict[tuple[int, int], MergeProposal]:
    """Open proposals by the two records that they are about. One query."""
    found = MergeProposal.objects.filter(closed_at__isnull=True, one__in=[row.one_id for row in rows])
    return {(each.one_id, each.other_id): each for each in found.select_related("proposed_by", "kept")}


def cases_of_pairs(user: object, rows: Sequence[SuggestedPair]) -> dict[int, Pathway]:
    """Record -> the case in sight to meet the person in. One query."""
    return latest_cases(user, {pk for row in rows for pk in (row.one_id, row.other_id)})


def href(pair: SuggestedPair) -> str:
    """The page of a pair."""
    return f"/duplicates/{pair.uuid}/"


def pair_row(
    pair: SuggestedPair, *, cases: Mapping[int, Pathway], proposals: Mapping[tuple[int, int], MergeProposal], today: date
) -> ListRow:
    """Two names, what they have in common, where each is and with whom, and who says that they are one."""
    proposal = proposals.get((pair.one_id, pair.other_id))
    where = [_where(cases[pk]) for pk in (pair.one_id, pair.other_id) if pk in cases]
    return ListRow(
        key=f"d-{pair.uuid}",
        name=f"{isolated(pair.one.name)} and {isolated(pair.other.name)}",
        href=href(pair),
        where=common_words(pair),
        next=proposed_words(proposal, today) if proposal is not None else "",
        owed="The lead" if proposal is not None else "",
        note=" · ".join(where),
        acts=[Act("Compare", href(pair), tap=False)],
    )


def common_words(pair: SuggestedPair) -> str:
    """What the two have in common, as a sentence begins."""
    words = in_words(pair.agree)
    return f"{words[:1].upper()}{words[1:]}"


def _where(case: Pathway) -> str:
    whose = case.owner.name if case.owner is not None else "nobody’s yet"
    return f"{stage_words(case)}, {whose}"


def proposed_words(proposal: MergeProposal, today: date) -> str:
    """Who thinks that they are one, and since when."""
    return f"Proposed by {proposal.proposed_by.name} {in_days(today_london(proposal.proposed_at), today)}"


def apart_words(apart: NotSame, today: date) -> str:
    """Who said that they are two, and when."""
    return f"{apart.said_by.name} said {in_days(today_london(apart.said_at), today)} that they are two people"


def columns(cases: Mapping[int, Pathway], proposals: Mapping[tuple[int, int], MergeProposal]) -> list[Column]:
    """The list as a table: what the screen shows, in the same words."""

    def stage(pk: int) -> str:
        return stage_words(cases[pk]) if pk in cases else ""

    def worker(pk: int) -> str:
        owner = cases[pk].owner if pk in cases else None
        return owner.name if owner is not None else "Nobody yet"

    def proposed(pair: SuggestedPair) -> str:
        proposal = proposals.get((pair.one_id, pair.other_id))
        return proposal.proposed_by.name if proposal is not None else ""

    return [
        Column("Name", lambda pair: pair.one.name),
        Column("Where they are", lambda pair: stage(pair.one_id)),
        Column("Worker", lambda pair: worker(pair.one_id)),
        Column("May also be", lambda pair: pair.other.name),
        Column("Where that record is", lambda pair: stage(pair.other_id)),
        Column("Worker of that record", lambda pair: worker(pair.other_id)),
        Column("In common", common_words),
        Column("Proposed by", proposed),
        Column("Found on", lambda pair: today_london(pair.found_at)),
    ]


def ordering() -> list[Any]:
    """The order of a file: the list's own."""
    return [F(word.removeprefix("-")).desc() for word in ORDER]


# -- merges that were made ---------------------------------------------------------------------------------------------------------


def merges(user: object) -> QuerySet[Merge]:
    """Merges of people in sight: while it stands the two are one person, and whoever sees one case of theirs reads of both."""
    seen = records(user)
    return Merge.objects.filter(kept__in=seen, absorbed__in=seen).select_related("kept", "absorbed", "merged_by", "ended_by")


def merges_listed(user: object, filters: Mapping[str, str]) -> QuerySet[Merge]:
    """Those that stand, or with show=ended those that were taken apart again."""
    return merges(user).filter(ended_at__isnull=filters.get("show") != "ended")


def merge_row(merge: Merge) -> ListRow:
    """Which record was kept and which was merged into it, when and by whom; and when they were taken apart."""
    return ListRow(
        key=f"m-{merge.uuid}",
        name=f"{isolated(merge.kept.name)}, with {isolated(merge.absorbed.name)} merged in",
        href=f"/duplicates/merges/{merge.uuid}/",
        where=merged_words(merge),
        note=ended_words(merge),
    )


def merged_words(merge: Merge) -> str:
    """When, and by whom."""
    return f"Merged on {day(today_london(merge.merged_at))}{_by(merge.merged_by)}"


def ended_words(merge: Merge) -> str:
    """When they were taken apart again, and by whom; nothing while they are one."""
    return f"Taken apart on {day(today_london(merge.ended_at))}{_by(merge.ended_by)}" if merge.ended_at is not None else ""


def _by(user: Any) -> str:
    return f" by {user.name}" if user is not None else ""


def proposal_of(pair: SuggestedPair) -> MergeProposal | None:
    """The open proposal that these two are one person."""
    return proposals_of([pair]).get((pair.one_id, pair.other_id))


def pair_told_apart(user: object, apart: NotSame) -> SuggestedPair | None:
    """The pair of which it was said, where it can be taken back: in sight, whatever was merged since."""
    return pairs(user).filter(one=apart.one_id, other=apart.other_id).first()


def pair_between(user: object, one: int, other: int) -> SuggestedPair | None:
    """The pair of these two records, when it is there and in sight."""
    low, high = sorted((one, other))
    return pairs(user).filter(Q(one=low, other=high)).first()
