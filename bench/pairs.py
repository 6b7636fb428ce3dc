"""Paired rounds: ours, floor, ours, floor, so that a machine that drifts drifts for both."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

ROUNDS = 5
#: A floor as it was seen before the product existed, on a quiet machine of two cores: seconds of one act, or of one row of many.
SEEN = {"list.caseload": 0.0092, "list.today": 0.0092, "page.person": 0.0075, "step": 1 / 2_057}
SEEN_BY_ROW = {"import": 1 / 41_000, "import.read": 1 / 41_000, "export.csv": 1 / 158_000}
#: A floor this many times slower than that is flagged: the machine was busy, or is another one.
BUSY = 1.3


@dataclass(frozen=True)
class Measured:
    """One row of the table. `ours` and `floor` of a pair are the seconds of one act; the ratio is the median of the rounds' ratios."""

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
    unit: str = "s"

    @property
    def is_pair(self) -> bool:
        """Whether there is a floor beside it; without one, the goal is for the number itself."""
        return self.floor > 0

    @property
    def met(self) -> bool:
        """Whether it is within its goal."""
        return (self.ratio if self.is_pair else self.ours) <= self.goal

    @property
    def flagged(self) -> str:
        """That the floor was slower than it was ever seen, in words; nothing when it was not."""
        seen = SEEN.get(self.name) or SEEN_BY_ROW.get(self.name, 0) * self.size
        slower = self.floor / seen if seen else 0
        return f"floor {slower:.1f} x as seen" if slower > BUSY else ""

    def line(self) -> str:
        """For the table."""
        verdict = f"goal {self.goal:g}: {'met' if self.met else 'NOT MET'}"
        head = f"{self.name:<21} {self.size:>9,} {self.who:<6} {self.remark:<22}"
        if not self.is_pair:
            return f"{head} {self.ours:>9.1f} {self.unit:<8} {'':<35} {verdict}"
        told = f"ours {self.ours * 1000:>9.1f} ms  floor {self.floor * 1000:>8.1f} ms  ratio {self.ratio:>6.2f} ({self.spread})"
        return f"{head} {told}  {verdict}  {self.flagged}".rstrip()

    def as_json(self) -> dict[str, object]:
        """For bench/results.json."""
        return {**asdict(self), "flagged": self.flagged}


def seconds(act: Callable[[], object], times: int) -> float:
    """One act, the mean of several."""
    began = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - began) / times


def counted(name: str, number: float, *, size: int, who: str, goal: float, unit: str = "", remark: str = "") -> Measured:
    """A number that is held against its goal by itself: queries, a wait, memory."""
    return Measured(name=name, size=size, who=who, ours=number, floor=0, ratio=0, goal=goal, rounds=1, spread="", remark=remark, unit=unit)


def grown(rows: Sequence[Measured]) -> list[str]:
    """From the smallest size to the largest: how far each of ours grew, and its floor on the same machine meanwhile."""
    lines = []
    first: dict[tuple[str, str, str], Measured] = {}
    for row in rows:
        small = first.setdefault((row.name, row.who, row.remark), row)
        if row.size > small.size and row.is_pair:
            ours, floor, against = row.ours / small.ours, row.floor / small.floor, row.ratio / small.ratio
            told = f"ours x{ours:.2f}  floor x{floor:.2f}  ratio x{against:.2f}"
            lines.append(f"growth {row.name:<14} {row.who:<6} {row.remark:<22} {small.size:,} -> {row.size:,}: {told}")
    return lines


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
