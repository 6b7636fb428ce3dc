"""Pages of a long list that stay fast: each page begins after the last row of the one before, never at a count.

The place in an address is sealed, since it holds the values the list is sorted by, and those may be somebody's name.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import F, Model, Q, QuerySet

from ground.sealing import CannotOpen, seal, unseal

M = TypeVar("M", bound=Model)
PLACE = "paging.place.any"
LONGEST = 4_000


@dataclass(frozen=True)
class Page(Generic[M]):
    """Some rows in order, and the places where the next and the previous page begin (None at the ends)."""

    rows: list[M]
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class _Key:
    """One thing a list is sorted by. Rows without a value come last, whichever way it runs."""

    name: str
    falling: bool

    @classmethod
    def of(cls, word: str) -> "_Key":
        return cls(word.removeprefix("-"), word.startswith("-"))

    def ordering(self, *, backwards: bool) -> Any:
        """As the database takes it. Nulls last when forwards, first when backwards."""
        column = F(self.name)
        if self.falling is not backwards:
            return column.desc(nulls_first=True) if backwards else column.desc(nulls_last=True)
        return column.asc(nulls_first=True) if backwards else column.asc(nulls_last=True)

    def beyond(self, value: Any, *, backwards: bool, or_same: bool = False) -> Q:
        """Rows with a value further on than `value`."""
        word = ("lt" if self.falling is not backwards else "gt") + ("e" if or_same else "")
        return Q(**{f"{self.name}__{word}": value})

    def empty(self, is_empty: bool = True) -> Q:
        return Q(**{f"{self.name}__isnull": is_empty})

    def same(self, value: Any) -> Q:
        return self.empty() if value is None else Q(**{self.name: value})


def keyset(queryset: QuerySet[M], *, order: tuple[str, ...], after: str | None = None, size: int = 25) -> Page[M]:
    """The page of `queryset` that begins at `after` (a place from an earlier page), sorted by `order`.

    `order` are field or annotation names, "-" for falling; rows without a value come last. The primary key is added
    unless a unique "id" or "uuid" closes the order. One query a page; two only where a page crosses from rows with a value
    to rows without. A place that cannot be read, or belongs to another order, begins at the beginning.
    """
    keys = [_Key.of(word) for word in order]
    if keys[-1:] == [] or keys[-1].name not in ("id", "pk", "uuid"):
        keys.append(_Key("pk", keys[-1].falling if keys else False))
    place = _read(after, keys)
    backwards = place is not None and place[0]
    ordered = queryset.order_by(*(key.ordering(backwards=backwards) for key in keys))
    found = list(ordered[: size + 1]) if place is None else _from(ordered, keys, place[1], backwards=backwards, size=size + 1)
    more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Page([], None, None) if place is None else keyset(queryset, order=order, after=None, size=size)
    ahead = more if not backwards else True
    behind = more if backwards else place is not None
    return Page(
        rows,
        next=_write(rows[-1], keys, backwards=False) if ahead else None,
        previous=_write(rows[0], keys, backwards=True) if behind else None,
    )


def _from(ordered: QuerySet[M], keys: list[_Key], values: Sequence[Any], *, backwards: bool, size: int) -> list[M]:
    """Rows beyond the values. The first key's part stands alone, so that its index is entered at the right place."""
    first, value = keys[0], values[0]
    beyond = _beyond(keys, values, backwards=backwards)
    if value is not None:
        rows = list(ordered.filter(first.beyond(value, backwards=backwards, or_same=True) & beyond)[:size])
        if not backwards and len(rows) < size and _may_be_empty(ordered, first.name):
            rows += list(ordered.filter(first.empty())[: size - len(rows)])
        return rows
    rows = list(ordered.filter(first.empty() & beyond)[:size])
    if backwards and len(rows) < size:
        rows += list(ordered.filter(first.empty(False))[: size - len(rows)])
    return rows


def _beyond(keys: list[_Key], values: Sequence[Any], *, backwards: bool) -> Q:
    """(a beyond x) or (a same and b beyond y) or ...; the first key's empty rows are the caller's."""
    condition, same = Q(pk__in=[]), Q()
    for place, (key, value) in enumerate(zip(keys, values, strict=True)):
        if value is not None:
            step = key.beyond(value, backwards=backwards)
            if place and not backwards:
                step |= key.empty()
            condition |= same & step
        elif backwards and place:
            condition |= same & key.empty(False)
        same &= key.same(value)
    return condition


def _may_be_empty(queryset: QuerySet[Any], name: str) -> bool:
    """Whether a sort key can be null: unknown names (annotations, other tables) may."""
    known = {field.name: field for field in queryset.model._meta.concrete_fields}
    field = known.get(name)
    return name != "pk" and (field is None or field.null)


TO_TEXT: dict[type, Callable[[Any], Any]] = {
    datetime: lambda one: ["at", one.isoformat()],
    date: lambda one: ["day", one.isoformat()],
    time: lambda one: ["time", one.isoformat()],
    UUID: lambda one: ["uuid", str(one)],
    Decimal: lambda one: ["number", str(one)],
}
FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "at": datetime.fromisoformat,
    "day": date.fromisoformat,
    "time": time.fromisoformat,
    "uuid": UUID,
    "number": Decimal,
}


def _write(row: Any, keys: list[_Key], *, backwards: bool) -> str:
    values = []
    for key in keys:
        value = _value(row, key.name)
        values.append(TO_TEXT[type(value)](value) if type(value) in TO_TEXT else value)
    return seal(json.dumps([backwards, _name(keys), values]), place=PLACE)


def _value(row: Any, name: str) -> Any:
    for part in name.split("__"):
        row = None if row is None else getattr(row, part)
    return row


def _name(keys: list[_Key]) -> str:
    return ",".join(f"{'-' if key.falling else ''}{key.name}" for key in keys)


def _read(after: str | None, keys: list[_Key]) -> tuple[bool, list[Any]] | None:
    if not after or len(after) > LONGEST or not after.isascii():
        return None
    try:
        backwards, name, values = json.loads(unseal(after, place=PLACE))
        if name != _name(keys):
            return None
        return bool(backwards), [FROM_TEXT[one[0]](one[1]) if isinstance(one, list) else one for one in values]
    except (CannotOpen, ValueError, KeyError, TypeError, InvalidOperation):
        return None
