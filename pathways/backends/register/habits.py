"""Which way round the dates of a column are written: by the dates that can be read one way only, worker by worker.

One worker may type the month first where all others type the day first. Where one and the same hand holds both, nobody can
tell: such dates are settled by the dates beside them, or by a person.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from pathways.backends.register import columns
from pathways.backends.register.dates import written
from pathways.backends.register.days import Habit, habit_of
from pathways.backends.register.headings import Table
from pathways.backends.register.mapping import Mapping
from pathways.backends.register.sheets import shown

SLIP = 0.02  # so few of a kind are slips of the pen, not a habit


@dataclass
class ColumnHabit:
    """How a column's dates are written: as a whole, and by hand where the hands differ."""

    whole: Habit
    assumed: bool = False  # nothing shows it: day first, as is usual here
    hands: dict[str, Habit] = field(default_factory=dict)

    def of(self, hand: str) -> Habit:
        """The habit of one worker in this column."""
        return self.hands.get(hand, self.whole)


def find_habits(table: Table, mapping: Mapping) -> dict[str, ColumnHabit]:
    """The habit of each date column of a table, by field."""
    owner = mapping.first("owner")
    counted: dict[str, dict[str, list[int]]] = {}
    for name in ("date_of_birth", *columns.DATES):
        column = mapping.first(name)
        if column is None:
            continue
        hands: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for _, row in table.rows:
            if column.index >= len(row) or not isinstance(row[column.index], str):
                continue
            day, month = habit_of([written(row[column.index])])
            if day or month:
                hand = shown(row[owner.index]).strip().casefold() if owner and owner.index < len(row) else ""
                hands[hand][0] += day
                hands[hand][1] += month
        counted[name] = hands
    births = counted.pop("date_of_birth", None)
    pooled = _pooled(counted)
    found = {name: _column(hands, pooled) for name, hands in counted.items()}
    if births is not None:
        found["date_of_birth"] = _column(births, pooled)
    return found


def _pooled(counted: dict[str, dict[str, list[int]]]) -> Habit | None:
    """The habit of all dates of what happened, for a column that does not show its own."""
    every = [each for hands in counted.values() for each in hands.values()]
    return _habit(sum(day for day, _ in every), sum(month for _, month in every))


def _column(hands: dict[str, list[int]], pooled: Habit | None) -> ColumnHabit:
    day, month = sum(each[0] for each in hands.values()), sum(each[1] for each in hands.values())
    whole = _habit(day, month)
    if whole is None:
        return ColumnHabit(pooled or "day first", assumed=True)
    if whole != "unclear":
        return ColumnHabit(whole)
    own = {hand: habit for hand, (d, m) in hands.items() if hand and (habit := _habit(d, m))}
    return ColumnHabit(whole, hands=own)


def _habit(day: int, month: int) -> Habit | None:
    if not day and not month:
        return None
    if min(day, month) <= SLIP * (day + month):
        return "day first" if day > month else "month first"
    return "unclear"
