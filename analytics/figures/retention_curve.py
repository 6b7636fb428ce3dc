"""The curve of retention as it is shown: month by month in a table, and drawn."""

from __future__ import annotations

from analytics.figures import disclosure as show
from analytics.figures.definition import Line, Number, Table
from analytics.figures.disclosure import Cell, Profile
from analytics.figures.drawing import Steps, curve_points, steps
from analytics.figures.retention_words import NO_ESTIMATE, curve_words
from analytics.figures.survival import Curve


def curve_table(fitted: Curve, profile: Profile) -> Table:
    """How many are still followed, and still in the job, on the first day and after each month."""
    lines = []
    for month in range(7):
        cell = curve_at(fitted, month, profile)
        lines.append(
            Line(
                "First day" if month == 0 else f"{month} month{'s' if month > 1 else ''}",
                (
                    Number("Still followed", show.count(fitted.at_risk(month), profile)),
                    Number("Still in the job", cell, whole=show.count(fitted.people, profile)),
                    Number("95% interval", curve_band(cell, profile)),
                ),
            )
        )
    return Table("The curve, month by month", "After", tuple(lines))


def curve_at(fitted: Curve, month: float, profile: Profile) -> Cell:
    """The curve after some months; not yet known where nobody is followed that long."""
    value, low, high = fitted.at(month)
    if not fitted.steps or fitted.steps[-1].time < month:
        return show.NOT_YET if fitted.people else show.NO_BASE
    return show.estimate(value, low, high, fitted.people, profile)


def curve_band(cell: Cell, profile: Profile) -> Cell:
    """The 95% band of a point of the curve, as a cell of its own."""
    if cell.low is None or cell.high is None:
        return show.NOTHING if cell.value is None or profile.exact else show.TOO_FEW
    return Cell(show.between(cell.low, cell.high, profile), cell.value, cell.low, cell.high)


def curve_drawing(fitted: Curve, shown: Cell, profile: Profile) -> Steps:
    """The curve as far as somebody is followed; where it does not reach three months, one sentence and no line."""
    months = range(7)
    cells = [curve_at(fitted, month, profile) for month in months]
    known = [(month, cell) for month, cell in zip(months, cells, strict=True) if cell.value is not None]
    if profile.exact:
        points, until = curve_points(fitted, 6), fitted.steps[-1].time
    else:
        points = [(float(month), *_banded(cell)) for month, cell in known]
        until = points[-1][0] if points else 0.0
    summary = curve_words(cells)
    last = cells[-1]
    return steps(
        "retention",
        "How long people stay in the job, by estimate",
        f"{show.people_words(shown)} who started work",
        summary,
        points if summary != NO_ESTIMATE else [],
        last=6,
        until=until,
        at_risk=[(month, "Start" if month == 0 else str(month), show.count(fitted.at_risk(month), profile).text) for month in months],
        end_label=f"estimate: {last.text} at six months" if last.value is not None else "",
    )


def _banded(cell: Cell) -> tuple[float, float, float]:
    """A point of the curve with its band; without one the band is as thin as the line."""
    value = cell.value or 0.0
    return value, value if cell.low is None else cell.low, value if cell.high is None else cell.high
