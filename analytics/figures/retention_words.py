"""Retention in sentences that may be quoted: the headline, what the curve says, and why the funnel says another number."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.figures.definition import Table
from analytics.figures.disclosure import Cell, in_words, people_words
from analytics.figures.survival import LogRank

#: Why the confirmed of this figure and the sustained of the funnel are two numbers.
NOT_FUNNEL = (
    "Six months is counted here for the first job alone, of people who began it in this period, once the time to answer is over."
    " Funnel counts everybody who came in during this period, in any of their jobs, as soon as it is confirmed."
)

#: What the curve says where it does not reach three months.
NO_ESTIMATE = "Too few people have been followed for an estimate yet."

#: A difference that chance would make less often than this is called more than chance.
BY_CHANCE = 0.05


def headline(rates: Table, shown: Cell, silent: Cell) -> str:
    """The one sentence to quote. `silent` are the people due of whom nothing sure is known."""
    share, _, confirmed, due = (number.cell for number in rates.lines[0].numbers)
    if due.text == "0":
        return f"{people_words(shown).capitalize()} started. No one has reached six months and the time to answer yet."
    of = f" ({share.text})" if share.value is not None else ""
    were = "was" if due.value == 1 else "were"
    confirm = f"{in_words(confirmed)} of {people_words(due)}{of} whose six months are over {were} confirmed still in the job"
    if silent.text == "0":
        return f"{confirm}; what became of them is known of all."
    count = "1 is not known and counts" if silent.value == 1 else f"{in_words(silent)} are not known and count"
    return f"{confirm}; {count} as not in the job."


def curve_words(cells: Sequence[Cell]) -> str:
    """What the curve says, told apart from the headline. `cells` are its points by month, the first day first."""
    known = [(cells[month].text, words) for month, words in ((3, "three months"), (6, "six months")) if cells[month].value is not None]
    told = [f"{share}{'' if place else ' are still in the job'} after {words}" for place, (share, words) in enumerate(known)]
    if not told:
        return NO_ESTIMATE
    return (
        f"An estimate, not the headline: {' and '.join(told)}. It counts everybody who started, each for as long as"
        " something is known of them, including people whose six months are not over."
    )


def quarters_words(chance: float) -> str:
    """Whether people who began in different quarters stay differently."""
    if chance >= BY_CHANCE:
        return "Between quarters people stay no more differently than chance explains."
    return "Between quarters people stay differently, by more than chance explains."


def reckoned_words(compared: LogRank) -> str:
    """How that was reckoned."""
    chance = f"{compared.chance:.2f}" if compared.chance >= BY_CHANCE else f"{max(compared.chance, 0.001):.3f}"
    freedom = f"{compared.freedom} degree{'' if compared.freedom == 1 else 's'} of freedom"
    return f"Log-rank test: {compared.statistic:.2f}, {freedom}, p = {chance}"
