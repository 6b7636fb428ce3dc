"""The one query by which equality answers are used: a set of people in, counts out, never rows."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Count

from candidates.choices import AnswerState
from candidates.models import EqualityAnswer


def equality_counts(people: Iterable[int], question: str) -> dict[str, int]:
    """Answers to one question among these candidates: code (or "group:Asian") -> people, and the three silences by name.

    People without a row count under "not_asked". `people` is a queryset of candidate ids or a collection of them.
    """
    ids = people if hasattr(people, "values_list") else list(people)
    total = ids.count() if hasattr(ids, "values_list") else len(set(ids))
    rows = EqualityAnswer.objects.filter(candidate__in=ids, question=question).order_by()
    counts: Counter[str] = Counter()
    for row in rows.values("state", "code", "group").annotate(people=Count("candidate", distinct=True)):
        key = row["state"] if row["state"] != AnswerState.VALUE else (row["code"] or f"group:{row['group']}")
        counts[key] += row["people"]
    counts[AnswerState.NOT_ASKED] += total - sum(counts.values())
    return dict(counts)
