"""How long people stay: the Kaplan-Meier curve, its band, and the log-rank comparison of cohorts.

Durations are counted in days from the first day in work. Nothing here knows a person or a database.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from analytics.figures.intervals import Z95


class Spell(NamedTuple):
    """One person's time: how long they were followed, and whether it ended or was only no longer seen."""

    duration: float
    ended: bool


class Step(NamedTuple):
    """One time at which somebody left or passed out of sight; survival is the share still there just after it."""

    time: float
    at_risk: int
    ended: int
    censored: int
    survival: float
    error: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Curve:
    """A Kaplan-Meier curve: a step for every distinct duration, in order."""

    people: int
    steps: tuple[Step, ...]

    @property
    def ended(self) -> int:
        return sum(step.ended for step in self.steps)

    @property
    def median(self) -> float:
        """The first time at which half or fewer are still there; infinity when that was never reached."""
        return self._first("survival")

    @property
    def median_limits(self) -> tuple[float, float]:
        """The 95% limits of the median, read off the band."""
        return self._first("lower"), self._first("upper")

    def at(self, time: float) -> tuple[float, float, float]:
        """Survival and its band at a time (share, lower, upper)."""
        found = (1.0, 1.0, 1.0)
        for step in self.steps:
            if step.time > time:
                break
            found = (step.survival, step.lower, step.upper)
        return found

    def at_risk(self, time: float) -> int:
        """How many were still followed just before a time."""
        return next((step.at_risk for step in self.steps if step.time >= time), 0)

    def _first(self, name: str) -> float:
        return next((step.time for step in self.steps if getattr(step, name) <= 0.5), math.inf)


def kaplan_meier(spells: Iterable[Spell], *, z: float = Z95) -> Curve:
    """The curve of a group, with Greenwood's error and a log-log band, which stays between 0 and 1."""
    tally: dict[float, list[int]] = {}
    people = 0
    for spell in spells:
        tally.setdefault(spell.duration, [0, 0])[0 if spell.ended else 1] += 1
        people += 1
    at_risk, survival, variance = people, 1.0, 0.0
    steps = []
    for time in sorted(tally):
        ended, censored = tally[time]
        survival *= 1 - ended / at_risk
        if at_risk > ended:
            variance += ended / (at_risk * (at_risk - ended))
        error = survival * math.sqrt(variance) if survival > 0 else math.nan
        lower, upper = _log_log(survival, variance, z)
        steps.append(Step(time, at_risk, ended, censored, survival, error, lower, upper))
        at_risk -= ended + censored
    return Curve(people, tuple(steps))


def _log_log(survival: float, variance: float, z: float) -> tuple[float, float]:
    if survival >= 1 or survival <= 0:
        return survival, survival
    logarithm = math.log(survival)
    spread = math.exp(z * math.sqrt(variance) / logarithm)
    return survival ** (1 / spread), survival**spread


class LogRank(NamedTuple):
    """Whether cohorts stay equally long: the statistic, its degrees of freedom and the chance of one as large."""

    statistic: float
    freedom: int
    chance: float


def log_rank(groups: Sequence[Sequence[Spell]]) -> LogRank | None:
    """Compare two or more groups; None when fewer than two have people, or nobody left."""
    present = [group for group in groups if group]
    times = sorted({spell.duration for group in present for spell in group if spell.ended})
    if len(present) < 2 or not times:
        return None
    size = len(present)
    excess = [0.0] * size
    covariance = [[0.0] * size for _ in range(size)]
    for time in times:
        at_risk = [sum(spell.duration >= time for spell in group) for group in present]
        ended = [sum(spell.ended and spell.duration == time for spell in group) for group in present]
        everybody, leaving = sum(at_risk), sum(ended)
        for one in range(size):
            excess[one] += ended[one] - leaving * at_risk[one] / everybody
        if everybody < 2:
            continue
        weight = leaving * (everybody - leaving) / (everybody - 1)
        for one in range(size):
            for two in range(size):
                share = at_risk[one] / everybody
                covariance[one][two] += weight * share * ((one == two) - at_risk[two] / everybody)
    freedom = size - 1
    solved = _solve([row[:freedom] for row in covariance[:freedom]], excess[:freedom])
    if solved is None:
        return None
    statistic = sum(a * b for a, b in zip(excess, solved, strict=False))
    return LogRank(statistic, freedom, chi_square_tail(statistic, freedom))


def chi_square_tail(statistic: float, freedom: int) -> float:
    """The chance that a chi-square variable is at least this large."""
    half = max(statistic, 0.0) / 2
    if freedom % 2:
        tail, term, reached = math.erfc(math.sqrt(half)), math.sqrt(half) * math.exp(-half) / math.gamma(1.5), 1
    else:
        tail, term, reached = math.exp(-half), half * math.exp(-half), 2
    while reached < freedom:
        tail += term
        reached += 2
        term *= half / (reached / 2)
    return tail


def _solve(matrix: list[list[float]], right: list[float]) -> list[float] | None:
    """Solve a small set of linear equations by elimination; None when they do not determine an answer."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        if abs(rows[pivot][column]) < 1e-12:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(size):
            if row != column:
                factor = rows[row][column] / rows[column][column]
                rows[row] = [value - factor * base for value, base in zip(rows[row], rows[column], strict=True)]
    return [rows[row][size] / rows[row][row] for row in range(size)]
