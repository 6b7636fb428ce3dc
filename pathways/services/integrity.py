"""Keeping what the nightly look through the rows found: last night's list and no older one."""

from collections.abc import Sequence
from datetime import datetime

from ground.door import transact
from pathways.models import Finding
from pathways.queries.integrity import Found

#: So many of one kind are kept by name; beyond that the number tells enough.
KEPT_PER_KIND = 200


@transact
def keep_findings(*, found: Sequence[Found], at: datetime) -> int:
    """Put this list in the place of the last one; how many were found."""
    Finding.objects.all().delete()
    kept: dict[str, int] = {}
    rows = []
    for each in found:
        kept[each.kind] = kept.get(each.kind, 0) + 1
        if kept[each.kind] <= KEPT_PER_KIND:
            words = each.words[:400]
            rows.append(
                Finding(found_at=at, kind=each.kind, words=words, pathway_id=each.pathway, machine=each.machine, subject=each.subject)
            )
    Finding.objects.bulk_create(rows, batch_size=500)
    return len(found)
