"""Whether what merges left behind agrees: rows that say who is one person, keys of cases, and which cases are read together."""

from collections.abc import Iterator

from django.db.models import Count, F, OuterRef, Q, Subquery

from candidates.models import Merge
from pathways.models import Pathway
from pathways.queries.company import standing_merges
from pathways.workflow.pathway import Stage

#: Words without a name, and the case that they are about.
Wrong = tuple[str, Pathway]


def astray() -> Iterator[Wrong]:
    """Everything that does not agree, in words."""
    yield from _keys()
    yield from _targets()
    yield from _read_with()


def _keys() -> Iterator[Wrong]:
    """Records that are one person have one key; records that are not have none in common."""
    keys = {name: Pathway.objects.filter(candidate=OuterRef(name)).order_by("pk").values("person_key")[:1] for name in ("kept", "absorbed")}
    standing = Merge.objects.filter(ended_at__isnull=True).annotate(**{f"{name}_key": Subquery(rows) for name, rows in keys.items()})
    for row in standing.exclude(kept_key=F("absorbed_key")).order_by("pk"):
        case = Pathway.objects.filter(candidate=row.absorbed_id).order_by("pk").first()
        if case is not None:
            yield "Two records were made one person, yet their cases are counted as two people’s.", case
    shared = Pathway.objects.order_by().values("person_key").annotate(records=Count("candidate", distinct=True)).filter(records__gt=1)
    for key in shared.values_list("person_key", flat=True):
        cases = list(Pathway.objects.filter(person_key=key).order_by("pk"))
        tree = {pk for row in standing_merges([cases[0].candidate_id]) for pk in (row.kept_id, row.absorbed_id)}
        for case in cases:
            if case.candidate_id not in tree:
                yield "This case is counted as another person’s, yet no merge says that the two are one.", case


def _targets() -> Iterator[Wrong]:
    """A case that was taken in names the one that goes on: of the same person, in the same programme."""
    merged, named = Q(stage=Stage.MERGED), Q(merged_into__isnull=False)
    for case in Pathway.objects.filter(merged & ~named).order_by("pk"):
        yield "The case was merged, yet names no case that goes on.", case
    for case in Pathway.objects.filter(named & ~merged).order_by("pk"):
        yield "The case names another that goes on, yet was not merged.", case
    foreign = Pathway.objects.filter(merged_into__isnull=False).exclude(
        person_key=F("merged_into__person_key"), programme=F("merged_into__programme")
    )
    for case in foreign.order_by("pk"):
        yield "The case was merged with one of another person or programme.", case


def _read_with() -> Iterator[Wrong]:
    """What a case lists as read with it is what was taken into it, at whatever remove."""
    above = dict(Pathway.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into"))
    inside: dict[int, set[int]] = {}
    for pk in above:
        seen, target = {pk}, above.get(pk)
        while target is not None and target not in seen:
            inside.setdefault(target, set()).add(pk)
            seen.add(target)
            target = above.get(target)
    listed = Pathway.objects.exclude(read_with=[]) | Pathway.objects.filter(pk__in=inside)
    for case in listed.order_by("pk"):
        if set(case.read_with) != inside.get(case.pk, set()) or len(case.read_with) != len(set(case.read_with)):
            yield "The cases listed as read with this one are not those that were merged into it.", case
