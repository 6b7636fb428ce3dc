"""Intervals for shares: Wilson for one, Newcombe for the difference of two, Holm across a table of comparisons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

Z95 = NormalDist().inv_cdf(0.975)


def wilson(part: int, whole: int, *, z: float = Z95) -> tuple[float, float]:
    """The Wilson score interval of a share; (0, 1) when there is nobody to divide by."""
    if whole == 0:
        return 0.0, 1.0
    share = part / whole
    widening = 1 + z * z / whole
    centre = (share + z * z / (2 * whole)) / widening
    half = z * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole)) / widening
    # At the ends the exact limits are 0 and 1: rounding may leave them a hair outside.
    return (0.0 if part == 0 else max(0.0, centre - half)), (1.0 if part == whole else min(1.0, centre + half))


def newcombe(part: int, whole: int, other_part: int, other_whole: int, *, z: float = Z95) -> tuple[float, float]:
    """Newcombe's hybrid score interval of one share minus another."""
    share, other = part / whole, other_part / other_whole
    low, high = wilson(part, whole, z=z)
    other_low, other_high = wilson(other_part, other_whole, z=z)
    difference = share - other
    below = math.hypot(share - low, other_high - other)
    above = math.hypot(high - share, other - other_low)
    return difference - below, difference + above


def chance_of_no_difference(part: int, whole: int, other_part: int, other_whole: int) -> float:
    """The level at which Newcombe's interval just touches 0: small when the two shares differ beyond chance."""
    if part * other_whole == other_part * whole:
        return 1.0
    narrow, wide = 0.0, 40.0
    for _ in range(80):
        middle = (narrow + wide) / 2
        low, high = newcombe(part, whole, other_part, other_whole, z=middle)
        if low <= 0 <= high:
            wide = middle
        else:
            narrow = middle
    return math.erfc(narrow / math.sqrt(2))


def holm(chances: Sequence[float], *, level: float = 0.05) -> list[bool]:
    """Which comparisons of a table stand when all of them are asked at once (Holm's step-down rule)."""
    standing = [False] * len(chances)
    for tried, place in enumerate(sorted(range(len(chances)), key=lambda index: chances[index])):
        if chances[place] > level / (len(chances) - tried):
            break
        standing[place] = True
    return standing
