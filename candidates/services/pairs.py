"""Pairs of records that may be one person: looked for when a record is written or changed, and kept for the list."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from candidates.likeness import Known, Likeness
from candidates.models import Candidate, Merge, MergeProposal, NotSame, SuggestedPair
from candidates.models.alike import compared, known_of, near, records_of, roots_of
from candidates.models.spelling import knows_trigrams
from ground.door import transact

#: So many people are looked at in one transaction.
SLICE = 200


def compare_again(records: Iterable[int]) -> None:
    """What is known of these records has changed: others who may be the same are looked for anew, within the minute."""
    Candidate.objects.filter(pk__in=list(records), compared_at__isnull=False).update(compared_at=None)


def to_compare() -> int:
    """How many records wait to be compared."""
    return Candidate.objects.filter(compared_at__isnull=True).count()


@transact
def compare_next(*, at: datetime, most: int = SLICE) -> int:
    """Look for others who may be the next of the people that wait, and keep whom it finds; how many people it was.

    Done twice, it changes nothing. Rows that somebody is at are left to the next time. People are locked before their pairs, as by
    whoever decides about them; two who compare at once may still meet in the pairs, and the one in the way tries again.
    """
    waiting = Candidate.objects.select_for_update(no_key=True, skip_locked=True).filter(compared_at__isnull=True)
    records = [row.pk for row in waiting.order_by("id").only("pk")[:most]]
    if records:
        keep_pairs(people=set(roots_of(records).values()), at=at)
        Candidate.objects.filter(pk__in=records).update(compared_at=at)
    return len(records)


def pairs_to_look_at_again(*, before: int, most: int = SLICE) -> list[int]:
    """Numbers of the next suggested pairs below this one, the latest first; 0 begins."""
    pairs = SuggestedPair.objects.filter(pk__lt=before) if before else SuggestedPair.objects.all()
    return list(pairs.order_by("-id").values_list("pk", flat=True)[:most])


@transact
def look_again(*, pairs: Collection[int], at: datetime) -> int:
    """Compare these pairs anew, as the night does: what no longer holds leaves the list. How many people it was."""
    rows = SuggestedPair.objects.filter(pk__in=pairs).values_list("one", "other")
    people = set(roots_of({pk for row in rows for pk in row}).values())
    keep_pairs(people=people, at=at)
    return len(people)


def keep_pairs(*, people: Collection[int], at: datetime) -> None:
    """The pairs of these people, as they are today; `people` are those who were absorbed by nobody."""
    members = records_of(people)
    wanted = _whole(members, known_of({record for records in members.values() for record in records}))
    found = near(wanted, trigrams=knows_trigrams())
    roots = roots_of({record for records in found.values() for record in records})
    others = {person: {roots[record] for record in records} - {person} for person, records in found.items()}
    known = _known({other for each in others.values() for other in each} - set(wanted)) | wanted
    apart = _told_apart(known)
    pairs: dict[tuple[int, int], Likeness] = {}
    for person, one in wanted.items():
        near_by = {other: known[other] for other in others[person] if frozenset((person, other)) not in apart}
        for other, like in compared(one, near_by):
            pairs[min(person, other), max(person, other)] = like
    _forget(people, pairs)
    rows = [
        SuggestedPair(one_id=one, other_id=other, points=like.points, agree=list(like.agree), found_at=at)
        for (one, other), like in sorted(pairs.items())
    ]
    SuggestedPair.objects.bulk_create(rows, update_conflicts=True, unique_fields=["one", "other"], update_fields=["points", "agree"])


def _forget(people: Collection[int], pairs: Collection[tuple[int, int]]) -> None:
    """Pairs of these people that are alike no more, unless somebody has said something of them, or they are one person by now."""
    said = {
        "proposed": Exists(MergeProposal.objects.filter(one=OuterRef("one"), other=OuterRef("other"), closed_at__isnull=True)),
        "apart": Exists(NotSame.objects.filter(one=OuterRef("one"), other=OuterRef("other"), ended_at__isnull=True)),
    }
    absorbed = Merge.objects.filter(ended_at__isnull=True).values("absorbed")
    rows = SuggestedPair.objects.filter(Q(one__in=people) | Q(other__in=people)).exclude(Q(one__in=absorbed) | Q(other__in=absorbed))
    gone = [
        row for row, *two in rows.filter(*(~each for each in said.values())).values_list("pk", "one", "other") if tuple(two) not in pairs
    ]
    SuggestedPair.objects.filter(pk__in=gone).delete()


def _known(people: Collection[int]) -> dict[int, Known]:
    members = records_of(people)
    return _whole(members, known_of({record for records in members.values() for record in records}))


def _whole(members: dict[int, list[int]], known: dict[int, Known]) -> dict[int, Known]:
    """What is known of each person by all of their records."""
    found: dict[int, Known] = {}
    for person, records in members.items():
        whole = Known()
        for record in records:
            whole |= known[record]
        found[person] = whole
    return found


def _told_apart(people: Collection[int]) -> set[frozenset[int]]:
    """People one of whose records somebody told apart from one of the other's: they are not asked about again under another name.

    Two records that were told apart themselves keep their pair, for the page on which it can be taken back.
    """
    rows = NotSame.objects.filter(ended_at__isnull=True).values_list("one", "other")
    said = list(rows.filter(Q(one__in=people) | Q(other__in=people)))
    absorbed = list(Merge.objects.filter(ended_at__isnull=True, kept__in=people).values_list("absorbed", flat=True))
    said += list(rows.filter(Q(one__in=absorbed) | Q(other__in=absorbed))) if absorbed else []
    roots = roots_of({pk for row in said for pk in row})
    return {frozenset((roots[one], roots[other])) for one, other in said if (roots[one], roots[other]) != (one, other)}
