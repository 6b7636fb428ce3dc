"""Where the marks of a chart go. Lengths across are percentages, so that words keep their size on any screen; templates draw them.

A drawing takes cells that have passed the disclosure engine and nothing else: what is hidden has no length.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.figures.disclosure import Cell
from analytics.figures.survival import Curve

ROW = 46
PLOT = 220


@dataclass(frozen=True)
class Bar:
    """One bar: its words, its length, and where an interval or a benchmark stands."""

    label: str
    words: str
    length: float | None
    low: float | None = None
    high: float | None = None
    mark: float | None = None
    highlight: bool = False
    top: int = 0

    @property
    def text_at(self) -> int:
        return self.top + 16

    @property
    def bar_at(self) -> int:
        return self.top + 23

    @property
    def middle(self) -> int:
        return self.top + 31


@dataclass(frozen=True)
class Bars:
    """Ranked or ordered bars."""

    kind = "bars"
    name: str
    title: str
    base: str
    summary: str
    bars: tuple[Bar, ...]
    mark_words: str = ""

    @property
    def height(self) -> int:
        return ROW * len(self.bars) + 4


@dataclass(frozen=True)
class Piece:
    """What one bar is drawn from."""

    label: str
    words: str
    cell: Cell
    mark: float | None = None
    highlight: bool = False


def bars(
    name: str, title: str, base: str, summary: str, pieces: Sequence[Piece], *, most: float | None = None, mark_words: str = ""
) -> Bars:
    """Bars scaled to the longest of them, or to `most`; a hidden number is a row without a bar."""
    ends = [end for piece in pieces for end in (piece.cell.value, piece.cell.high, piece.mark) if end is not None]
    full = most or max(ends, default=0) or 1.0

    def across(value: float | None) -> float | None:
        return None if value is None else round(min(100.0, max(0.0, 100 * value / full)), 2)

    drawn = tuple(
        Bar(
            label=piece.label,
            words=piece.words,
            length=across(piece.cell.value),
            low=across(piece.cell.low),
            high=across(piece.cell.high),
            mark=across(piece.mark),
            highlight=piece.highlight,
            top=ROW * number,
        )
        for number, piece in enumerate(pieces)
    )
    return Bars(name, title, base, summary, drawn, mark_words)


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis."""

    at: float
    label: str
    anchor: str = "middle"
    below: str = ""


@dataclass(frozen=True)
class Steps:
    """A curve in steps with its band, drawn in a field of 1,000 by 1,000."""

    kind = "steps"
    name: str
    title: str
    base: str
    summary: str
    line: str
    band: str
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    end_label: str
    end_at: float
    height: int = PLOT + 92
    plot: int = PLOT
    below: int = PLOT + 34
    below_words: int = PLOT + 60
    below_numbers: int = PLOT + 80


Point = tuple[float, float, float, float]


def curve_points(curve: Curve, last: float) -> list[Point]:
    """The corners of a curve up to a time: time, survival, lower and upper limit."""
    points: list[Point] = [(0.0, 1.0, 1.0, 1.0)]
    points += [(step.time, step.survival, step.lower, step.upper) for step in curve.steps if step.time <= last]
    return points


def steps(
    name: str,
    title: str,
    base: str,
    summary: str,
    points: Sequence[Point],
    *,
    last: float,
    until: float,
    at_risk: Sequence[tuple[float, str, str]],
    end_label: str,
) -> Steps:
    """A stepped curve over `last` months, drawn as far as somebody is followed (`until`); with no points it is words alone.

    `at_risk` names the places on the axis: time, label, number still followed.
    """
    if not points:
        return Steps(name, title, base, summary, line="", band="", across=(), up=(), end_label="", end_at=0)

    def x(time: float) -> float:
        return round(1000 * min(time, last) / last, 2)

    def y(value: float) -> float:
        return round(1000 * (1 - value), 2)

    reach = [*points, (min(until, last), *points[-1][1:])]
    line = _stairs([(x(time), y(value)) for time, value, _, _ in reach])
    upper = _stairs([(x(time), y(high)) for time, _, _, high in reach])
    lower = _stairs([(x(time), y(low)) for time, _, low, _ in reach])
    band = " L ".join([upper, *reversed(lower.split(" L "))]) if len(points) > 1 else ""
    fifths = (1.0, 0.8, 0.6, 0.4, 0.2, 0.0)
    across = tuple(
        Tick(
            at=round(100 * time / last, 2),
            label=label,
            anchor="start" if time == 0 else "end" if time >= last else "middle",
            below=number,
        )
        for time, label, number in at_risk
    )
    return Steps(
        name=name,
        title=title,
        base=base,
        summary=summary,
        line=f"M {line}",
        band=f"M {band} Z" if band else "",
        across=across,
        up=tuple(Tick(at=round(24 + PLOT * (1 - level), 1), label=f"{level:.0%}") for level in fifths),
        end_label=end_label,
        end_at=round(24 + PLOT * y(points[-1][2]) / 1000 + 19, 1),
    )


def _stairs(points: Sequence[tuple[float, float]]) -> str:
    corners = [points[0]]
    for place, height in points[1:]:
        corners += [(place, corners[-1][1]), (place, height)]
    return " L ".join(f"{place} {height}" for place, height in corners)
