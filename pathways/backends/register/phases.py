"""Rows of one person each: a date column for every phase."""

from datetime import date

from pathways.backends.register import columns
from pathways.backends.register.dates import written
from pathways.backends.register.days import Fits, Said, settle
from pathways.backends.register.headings import Column
from pathways.backends.register.order import Disorder, disorders, too_soon
from pathways.backends.register.proposals import Decision, Fact, Flag, Place, Spot
from pathways.backends.register.rows import RowRead, RowReader, wrong_day
from pathways.backends.register.sheets import Cell

STEP_OF_FIELD = {
    "outreach_on": "pathway.log_outreach",
    "interest_on": "pathway.express_interest",
    "interview_on": "interview.hold",
    "training_on": "training_place.start",
    "training_end_on": "training_place.finish",
    "offer_on": "introduction.offer",
    "start_on": "placement.start",
    "sustained_on": "retention_check.confirm",
    "left_on": "placement.leave",
}
MISSED = "interview.miss"
#: What a day still to come means.
PLANNED = {
    "interview_on": "interview.book",
    "training_on": "training_place.book",
    "training_end_on": "",
    "start_on": "placement.agree_start",
}
#: What comes before each phase, for dates that the dates beside them must settle.
EARLIER = {
    "outreach_on": (),
    "interest_on": ("outreach_on",),
    "interview_on": ("outreach_on",),
    "training_on": ("outreach_on", "interest_on"),
    "training_end_on": ("outreach_on", "interest_on", "training_on"),
    "offer_on": ("outreach_on", "interest_on"),
    "start_on": ("outreach_on", "interest_on", "offer_on"),
    "sustained_on": ("outreach_on", "interest_on", "offer_on", "start_on"),
    "left_on": ("outreach_on", "interest_on", "offer_on", "start_on"),
}


OUT = ("out", "Leave the row out")


class PhaseReader:
    """Reads the phase columns of a row into facts, rejections and decisions."""

    def __init__(self, reader: RowReader) -> None:
        self.reader = reader
        self.columns = [(name, reader.single[name]) for name in columns.PHASES if name in reader.single]

    def read(self, read: RowRead, row: list[Cell]) -> None:
        """Add what the row's dates say."""
        found = [(name, column, cell, written(cell)) for name, column in self.columns if (cell := self.reader.at(row, column)) is not None]
        if not found:
            return
        hand = self.reader.hand(row)
        clear: dict[str, tuple[date, date]] = {}
        settled: dict[str, Said] = {}
        unsettled = []
        for name, _column, _cell, one in found:
            said = settle(one, self.reader.habits[name].of(hand))
            if said.outcome == "ambiguous" or one.kind == "no_year":
                unsettled.append((name, one))
                continue
            settled[name] = said
            if said.outcome == "date" and not wrong_day(said, self.reader.bounds, may_be_planned=name in PLANNED):
                clear[name] = _span(said)
        for name, one in unsettled:
            settled[name] = settle(one, self.reader.habits[name].of(hand), fits=self._fits(name, clear))
        for name, column, cell, _one in found:
            self._take(read, name, column, cell, settled[name])
        if not read.rejected:
            self._check(read)

    def _fits(self, name: str, clear: dict[str, tuple[date, date]]) -> Fits:
        before = [span for other, span in clear.items() if other in EARLIER[name]]
        after = [span for other, span in clear.items() if name in EARLIER[other]]
        until = self.reader.bounds.today
        upper = min([last for _, last in after] + [until])
        lower = max((first for first, _ in before), default=None)
        near = [max(first for first, _ in before)] if before else []
        near += [min(last for _, last in after)] if after else []
        return Fits(lower, upper, tuple(near or [first for first, _ in clear.values()]))

    def _take(self, read: RowRead, name: str, column: Column, cell: Cell, said: Said) -> None:
        reader, step = self.reader, STEP_OF_FIELD[name]
        spot = reader.spot(read.place, column, cell)
        for day in said.missed:
            if name == "interview_on":
                read.facts.append(Fact(MISSED, day, "exact", spot))
        if said.outcome == "nothing":
            return
        if said.outcome == "impossible":
            reader.reject(read, column, cell, said.remark[:1].upper() + said.remark[1:])
        elif said.outcome == "ambiguous":
            read.decisions.append(which_day(read.place, spot, said))
        elif said.outcome == "several":
            read.decisions.append(_several(read.place, spot))
        elif said.outcome == "unreadable":
            reader.flag(read, column, cell, name, "This cannot be read as a date: nothing was taken from it")
        elif said.outcome == "unanswered":
            reader.flag(read, column, cell, name, "Asked, and no answer")
        elif said.outcome == "missed":
            if name == "interview_on":
                if not said.missed:
                    read.facts.append(Fact(MISSED, None, "unknown", spot))
            else:
                reader.flag(read, column, cell, name, "Not attended: nothing was taken from it")
        elif said.outcome == "booked":
            self._plan(read, name, column, cell, said, spot)
        elif said.outcome in ("happened", "year"):
            read.facts.append(Fact(step, None, "unknown", spot, remark=said.remark))
        else:
            self._dated(read, name, column, cell, said, spot)

    def _plan(self, read: RowRead, name: str, column: Column, cell: Cell, said: Said, spot: Spot) -> None:
        """Something that is still to come; a plan for what cannot be planned is only looked at."""
        step = PLANNED.get(name)
        if step:
            read.facts.append(Fact(step, said.on, "exact" if said.on else "unknown", spot, remark="planned"))
        else:
            self.reader.flag(read, column, cell, name, "A plan: nothing was taken from it")

    def _dated(self, read: RowRead, name: str, column: Column, cell: Cell, said: Said, spot: Spot) -> None:
        bounds = self.reader.bounds
        wrong = wrong_day(said, bounds, may_be_planned=name in PLANNED)
        if wrong:
            self.reader.reject(read, column, cell, wrong)
            return
        if said.on and name in PLANNED and said.on > bounds.known_until:
            self._plan(read, name, column, cell, said, spot)
            return
        read.facts.append(Fact(STEP_OF_FIELD[name], said.on, "month" if said.quality == "month" else "exact", spot, remark=said.remark))
        if said.remark and said.quality == "exact":
            self.reader.flag(read, column, cell, name, said.remark[:1].upper() + said.remark[1:])

    def _check(self, read: RowRead) -> None:
        by_letter = {column.letter: column for _, column in self.columns}
        told: set[str] = set()
        for disorder in disorders(read.facts):
            spot = disorder.late.at
            if spot.letter in told:
                continue
            told.add(spot.letter)
            if disorder.within:
                self.reader.reject(read, by_letter[spot.letter], spot.text, disorder.sentence)
            else:
                read.decisions.append(out_of_order(disorder))
        soon = too_soon(read.facts)
        if soon and not read.rejected:
            read.flags.append(_early_check(soon))


def _early_check(check: Fact) -> Flag:
    return Flag(check.at, "sustained_on", "The six-month check is dated before six months were over")


NOWHERE = Spot(Place("", 0), "", "", "")


def _span(said: Said) -> tuple[date, date]:
    day = said.on or date.min
    return day, Fact("", day, "month" if said.quality == "month" else "exact", NOWHERE).latest or day


def which_day(place: Place, spot: Spot, said: Said) -> Decision:
    """A date that can be two days."""
    options = (*((day.isoformat(), f"{day.day} {day:%B %Y}") for day in said.either), OUT)
    return Decision("date", (place,), f"“{spot.text}” under “{spot.heading}” can be two days. Which is meant?", options, spot)


def _several(place: Place, spot: Spot) -> Decision:
    question = f"“{spot.text}” under “{spot.heading}” holds several dates. Which counts?"
    return Decision("several", (place,), question, (("first", "The first"), ("last", "The last"), OUT), spot)


def out_of_order(disorder: Disorder) -> Decision:
    """Two dates across children in an order that cannot be."""
    late, early = disorder.late, disorder.early
    question = f"{disorder.sentence}: {spoken(late)} beside {spoken(early)}. What is right?"
    return Decision("order", (late.at.place,), question, (("as written", "Keep both"), ("without", "Leave this date out"), OUT), late.at)


def spoken(fact: Fact) -> str:
    """A fact as a question speaks of it: its cell and its day."""
    day = "no day" if fact.on is None else f"{fact.on:%B %Y}" if fact.quality == "month" else f"{fact.on.day} {fact.on:%B %Y}"
    return f"“{fact.at.heading}: {fact.at.text}” ({day})"
