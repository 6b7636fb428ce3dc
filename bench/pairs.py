"""Paired rounds: ours, floor, ours, floor, so that a machine that drifts drifts for both."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

ROUNDS = 5


@dataclass(frozen=True)
class Measured:
    """One row of the table. Seconds are of one act; the ratio is the median of the rounds' ratios."""

    name: str
    size: int
    who: str
    ours: float
    floor: float
    ratio: float
    goal: float
    rounds: int
    spread: str
    remark: str = ""

    def as_json(self) -> dict[str, object]:
        """For bench/results.json."""
        return asdict(self)


def seconds(act: Callable[[], object], times: int) -> float:
    """One act, the mean of several."""
    began = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - began) / times


def pair(
    name: str,
    *,
    size: int,
    who: str,
    ours: Callable[[], object],
    floor: Callable[[], object],
    goal: float,
    times: int = 5,
    remark: str = "",
) -> Measured:
    """Measure both in turn, after one warm-up of each that is not counted."""
    ours()
    floor()
    rounds = [(seconds(ours, times), seconds(floor, times)) for _ in range(ROUNDS)]
    ratios = sorted(mine / bare for mine, bare in rounds)
    return Measured(
        name=name,
        size=size,
        who=who,
        ours=statistics.median(mine for mine, _ in rounds),
        floor=statistics.median(bare for _, bare in rounds),
        ratio=statistics.median(ratios),
        goal=goal,
        rounds=ROUNDS,
        spread=f"{ratios[0]:.2f}-{ratios[-1]:.2f}",
        remark=remark,
    )
