"""The board: four figures, each number the way to its definition and, where it is exact, to its people."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.choices import Phase
from analytics.figures.definition import Figure, Line, Number, Table
from analytics.figures.disclosure import Cell
from analytics.figures.funnel import HAVING, REACHED, in_cohort, named, not_yet_six_months
from analytics.views import equality, funnel, retention, wards
from analytics.views.asking import Asked, ask, page
from analytics.views.equality import other_days
from ground.door import open_to
from pathways.queries.balance import balance

CAME, ENGAGED = "who came in", "who expressed interest"


@dataclass(frozen=True)
class Stat:
    """One number of the board."""

    number: str
    name: str
    href: str
    base: str = ""
    note: str = ""
    people: str = ""


@dataclass(frozen=True)
class Part:
    """One figure on the board."""

    heading: str
    figure: Figure
    href: str
    more: str
    whom: str
    stats: tuple[Stat, ...] = ()
    drawing: object = None
    why: str = ""
    #: Whether it counts other days, or is shown for others, than the board says at its top.
    apart: bool = False


@open_to("programme_lead")
def board(request: HttpRequest) -> HttpResponse:
    """What a lead looks at first."""
    asked = ask(request)
    if asked is None or not asked.readable:
        return page(request, asked, "analytics/board.html")
    journeys, people = funnel.count(asked)
    stayed = retention.count(asked)[1]
    equal = equality.count(asked)
    lived = wards.count(asked, journeys)
    waiting = not_yet_six_months(in_cohort(journeys, asked.cut, asked.phases), asked.cut)
    parts = [
        Part("Funnel", people, _to(asked, "board_funnel"), "All of the funnel", CAME, _reached(asked, people.tables[0], waiting)),
        Part(
            "Retention",
            stayed,
            _to(asked, "board_retention"),
            "All of retention",
            "whose first job began in this period",
            _stayed(asked, stayed),
            _first(stayed),
            _others(asked, people.people),
        ),
        Part(
            "Equality",
            equal,
            _to(asked, "board_equality"),
            "All of equality",
            CAME,
            drawing=equal.tables[0].drawing if equal.tables else None,
            why=other_days(equal.cut, asked.cut, people.people),
            apart=equal.cut != asked.cut,
        ),
    ]
    if lived is not None:
        fewer = f"Fewer than the funnel's {people.people.text}: only who expressed interest is counted by ward."
        why = fewer if lived.people.text != people.people.text else ""
        parts.append(Part("Wards", lived, _to(asked, "board_wards"), "All wards", ENGAGED, drawing=_first(lived), why=why))
    loads = balance(request.user, today=asked.today) if asked.cut.profile.exact else []
    return page(request, asked, "analytics/board.html", parts=parts, loads=loads)


def _to(asked: Asked, name: str) -> str:
    return f"{reverse(name)}?{asked.address}" if asked.address else reverse(name)


def _first(figure: Figure) -> object:
    return figure.drawings[0] if figure.drawings else None


def _behind(asked: Asked, name: str, number: Number) -> str:
    if not (number.behind and asked.cut.profile.exact and number.cell.value):
        return ""
    more = f"&{asked.address}" if asked.address else ""
    return f"{reverse(name)}?{number.behind}{more}"


def _others(asked: Asked, came: Cell) -> str:
    """Why Retention counts other people than the funnel. From the beginning to the as-at day they are those of the funnel who started."""
    if asked.cut.start is None and asked.cut.end >= asked.cut.as_at:
        return ""
    return f"Not the same people as the funnel's {came.text}: these are chosen by their first day in work."


def _reached(asked: Asked, table: Table, waiting: Cell) -> tuple[Stat, ...]:
    """One stat a phase: how many, how many of the phase before went on to it, and how many came without that."""
    stats: list[Stat] = []
    before = ""
    for phase, line in zip(asked.phases, table.lines, strict=True):
        number, onward = line.numbers[:2]
        pair = f"{onward.part.text} of {onward.whole.text} who {REACHED.get(before, '')} ({onward.cell.text})"
        stats.append(
            Stat(
                number=number.cell.text,
                name=named(phase),
                href=f"{_to(asked, 'board_funnel')}#definition",
                base=pair if onward.cell.value is not None else "",
                note=_beside(phase, line, before, waiting),
                people=_behind(asked, "board_funnel_people", number),
            )
        )
        before = phase
    return tuple(stats)


def _beside(phase: str, line: Line, before: str, waiting: Cell) -> str:
    """What stands under a phase: who skipped the one before, and for six months why Retention says another number."""
    onward, without = line.numbers[1:3]
    told = [f"{without.cell.text} came without {HAVING[before]}"] if without.cell.text not in {"", "0"} else []
    if phase == Phase.SUSTAINED:
        if before == Phase.RETENTION and waiting.text != "0":
            told.append(f"Not yet at six months: {waiting.text} of the {onward.whole.text}")
        told.append("The rate to quote is under Retention")
    return f"{'. '.join(told)}." if told else ""


def _stayed(asked: Asked, figure: Figure) -> tuple[Stat, ...]:
    rates, became = figure.tables[0].lines, figure.tables[1].lines
    href = f"{_to(asked, 'board_retention')}#definition"
    share, _, confirmed, due = (number.cell for number in rates[0].numbers)
    known = due.text != "0"
    stats = [
        Stat(
            share.text if known else "Not yet",
            "Confirmed still in the job after six months",
            href,
            base=f"{confirmed.text} of {due.text} whose six months are over" if known else "Nobody is due yet",
        )
    ]
    for line in became:
        if line.label in {"Not known", "Not due yet"}:
            number = line.numbers[0]
            stats.append(Stat(number.cell.text, line.label, href, people=_behind(asked, "board_retention_people", number)))
    return tuple(stats)
