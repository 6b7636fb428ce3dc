"""Retention in sentences that may be quoted: the headline, what the curve says, and why the funnel says another number."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.figures.definition import Table
from analytics.figures.disclosure import HIDDEN, Cell

#: Why the confirmed of this figure and the sustained of the funnel are two numbers.
NOT_FUNNEL = (
    "Confirmed here and six months on Funnel are two counts: here the people whose first job began in these days, that job alone, once"
    " the time to answer is over; Funnel takes everybody who came in in these days and was confirmed at six months in any of their jobs."
)

#: A difference that chance would make less often than this is called more than chance.
BY_CHANCE = 0.05


def people_words(cell: Cell) -> str:
    """A number in a sentence; a hidden one is said as what it may be."""
    return "between 1 and 7" if cell.text == HIDDEN else cell.text


def headline(rates: Table, shown: Cell, silent: Cell) -> str:
    """The one sentence to quote. `silent` are the people due of whom nothing sure is known."""
    share, _, confirmed, due = (number.cell for number in rates.lines[0].numbers)
    if due.text == "0":
        return f"{shown.text} people started. Nobody's six-month date and time to answer have passed yet."
    of = f" ({share.text})" if share.value is not None else ""
    unknown = f"{people_words(silent)} are not known and count as not" if silent.text != "0" else "of none of them is that unknown"
    return (
        f"{people_words(confirmed)} of {people_words(due)} people{of} whose six months are over were confirmed still in the job; {unknown}."
    )


def curve_words(cells: Sequence[Cell]) -> str:
    """What the curve says, told apart from the headline. `cells` are its points by month, the first day first."""
    told = [
        f"{cells[month].text} after {words}"
        for month, words in ((3, "three months"), (6, "six months"))
        if len(cells) > month and cells[month].value is not None
    ]
    if not told:
        return "Too few people have been followed for an estimate yet."
    return (
        f"An estimate, not the headline: still in the job are {' and '.join(told)}. It counts everybody who started, each for as long as"
        " something is known of them, also those whose six months are not over."
    )


def quarters_words(chance: float, reckoned: str) -> str:
    """Whether people who began in different quarters stay differently; how it was reckoned stands in brackets."""
    if chance >= BY_CHANCE:
        return f"Between quarters people stay no more differently than chance explains ({reckoned}, p = {chance:.2f})."
    return f"Between quarters people stay differently, by more than chance explains ({reckoned}, p = {max(chance, 0.001):.3f})."
