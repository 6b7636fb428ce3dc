"""Retention: who is still in work after six months, and how long people stay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from analytics.figures import disclosure as show
from analytics.figures.definition import (
    Cut,
    Definition,
    Figure,
    Line,
    Number,
    Table,
    days_counted,
    in_force,
    quarter_begins,
    quarter_ends,
    quarter_name,
)
from analytics.figures.disclosure import Profile
from analytics.figures.retention_curve import curve_at, curve_band, curve_drawing, curve_table
from analytics.figures.retention_words import NOT_FUNNEL, headline, quarters_words, reckoned_words
from analytics.figures.survival import Curve, LogRank, Spell, kaplan_meier, log_rank
from ground.clock import add_months
from ground.templatetags.said import day as in_words

DEFINITIONS = (
    Definition(
        code="retention",
        name="Retention",
        version=1,
        valid_from=date(2020, 11, 1),
        text=(
            "The unit is a person's first start in the cohort window; later starts in it are counted on a line of their own. The first"
            " day in work decides the cohort.",
            "Due are the people whose six-month date and the time to answer have both passed: confirmed, not in post, not known, answers"
            " that disagree, and those for whom no answer was entered. Somebody at five months and 29 days is not due. A cohort in which"
            " some are not due yet is provisional.",
            "The headline is confirmed divided by due: not known counts as not retained. Beside it stand the share of those known, and"
            " what the headline would be if everybody not known had left, and if everybody had stayed.",
            "Exempt (a death, or a job entered in error) is outside the base and printed. A fixed term that reached its end before the"
            " six-month date is not in post, and printed on a line of its own.",
            "Same employer are those confirmed who had not moved to another employer by their six-month date; same post are those of them"
            " who had not moved to another role either.",
            "Any work is confirmed, or another job in post on the six-month date, or an answer that the person was in paid work.",
            "The curve is an estimate of how many are still in the job after each month, by the method of Kaplan and Meier, with a 95%"
            " log-log band, in calendar months from the first day. A person is followed up to the"
            " latest check whose time to answer is over, so that news of leaving, which comes early, and news of staying, which comes at"
            " a check, are treated alike. From the last confirmed check onwards somebody not heard of is no longer followed. A death is"
            " no leaving. When the last day is not known, the day after the last confirmed check is used and the number is printed.",
        ),
    ),
)

SIX_MONTHS = "six_months"
DEATH = "death"
CONFIRMED, NOT_IN_POST, UNKNOWN, DISPUTED, ASKING = "confirmed", "not_in_post", "unknown", "disputed", "asking"
NOT_DUE, EXEMPT = "not_due", "exempt"
DUE = (CONFIRMED, NOT_IN_POST, UNKNOWN, DISPUTED, ASKING)
NOT_HEARD = (UNKNOWN, DISPUTED, ASKING)
WORDS = {
    CONFIRMED: "Confirmed: still in post",
    NOT_IN_POST: "Not in post",
    UNKNOWN: "Not known",
    DISPUTED: "Answers disagree",
    ASKING: "No answer entered yet",
    NOT_DUE: "Not due yet",
    EXEMPT: "Exempt",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One retention check as it stood: when it was due, when its time to answer ended, what it said."""

    milestone: str
    due: date
    closes: date
    state: str
    any_work: bool = False


@dataclass(frozen=True, slots=True)
class Start:
    """One job that began, with what is known of how it went."""

    person: UUID
    first_day: date
    checks: tuple[Check, ...] = ()
    ended: str = ""
    last_day: date | None = None
    reason: str = ""
    own_job: bool = False
    case: int = 0
    placement: int = 0
    another_job: bool = False
    new_role: date | None = None
    new_employer: date | None = None

    @property
    def six_months(self) -> Check | None:
        return next((check for check in self.checks if check.milestone == SIX_MONTHS), None)

    @property
    def due(self) -> date:
        return self.six_months.due if self.six_months else add_months(self.first_day, 6)

    @property
    def same_employer(self) -> bool:
        """Still with the first employer on the six-month date, as far as moves are known."""
        return self.new_employer is None or self.new_employer > self.due

    @property
    def same_post(self) -> bool:
        """And in the first role."""
        return self.same_employer and (self.new_role is None or self.new_role > self.due)

    @property
    def ended_with_term(self) -> bool:
        return self.ended == "completed" and self.last_day is not None and self.last_day < self.due


def first_starts(starts: Iterable[Start], cut: Cut) -> tuple[list[Start], int]:
    """Each person's first start in the window, and how many later ones there are."""
    inside = [each for each in starts if each.first_day <= cut.end and (cut.start is None or each.first_day >= cut.start)]
    inside.sort(key=lambda each: (each.first_day, each.placement))
    first: dict[UUID, Start] = {}
    for each in inside:
        first.setdefault(each.person, each)
    return list(first.values()), len(inside) - len(first)


def outcome(start: Start, as_at: date) -> str:
    """What a start counts as on a day."""
    check = start.six_months
    if check is not None and check.state == EXEMPT:
        return EXEMPT
    if check is None or check.closes >= as_at:
        return NOT_DUE
    return check.state if check.state in DUE else ASKING


def months_after(first: date, day: date) -> float:
    """Calendar months from one day to another, the broken one as a share of its length; the six-month date is exactly 6."""
    whole = (day.year - first.year) * 12 + day.month - first.month
    if add_months(first, whole) > day:
        whole -= 1
    begun, over = add_months(first, whole), add_months(first, whole + 1)
    return whole + (day - begun).days / (over - begun).days


@dataclass(frozen=True, slots=True)
class Followed:
    """How long somebody was followed, and what was taken for granted on the way."""

    spell: Spell
    last_day_guessed: bool = False
    left_since: bool = False


def follow_up(start: Start, as_at: date) -> Followed:
    """Follow a start to the latest check whose time to answer is over, or to its end, or to the last that was heard."""
    over = sorted((each for each in start.checks if each.closes < as_at and each.due <= start.due), key=lambda each: each.due)
    limit = over[-1].due if over else start.first_day
    confirmed = [each.due for each in over if each.state == CONFIRMED]
    heard = max(confirmed, default=start.first_day)

    def until(day: date, *, ended: bool, guessed: bool = False) -> Followed:
        return Followed(Spell(months_after(start.first_day, day), ended), last_day_guessed=guessed)

    gone = start.last_day + timedelta(days=1) if start.last_day is not None and start.ended else None
    if gone is not None and gone <= limit:
        return until(gone, ended=start.reason != DEATH)
    if gone is not None:
        return Followed(Spell(months_after(start.first_day, limit), False), left_since=start.reason != DEATH and gone <= start.due)
    denied = [each for each in over if each.state == NOT_IN_POST and each.due > heard]
    if denied:
        return until(heard + timedelta(days=1), ended=True, guessed=True)
    return until(heard, ended=False)


def curve(starts: Iterable[Start], as_at: date) -> Curve:
    """The Kaplan-Meier curve of some starts, in calendar months."""
    return kaplan_meier(follow_up(each, as_at).spell for each in starts)


def behind(starts: Sequence[Start], cut: Cut) -> dict[str, Callable[[str], list[Start]]]:
    """How each number of the page finds the people it counts, by the name it has in the address."""
    firsts, _ = first_starts(starts, cut)
    return {
        "outcome": lambda state: [each for each in firsts if outcome(each, cut.as_at) == state],
        "quarter": lambda day: [each for each in firsts if quarter_begins(each.first_day).isoformat() == day],
    }


def retention(starts: Sequence[Start], cut: Cut) -> Figure:
    """The figure for a cut."""
    definition = in_force(DEFINITIONS, cut.as_at)
    firsts, later = first_starts(starts, cut)
    profile = cut.profile
    outcomes = [outcome(each, cut.as_at) for each in firsts]
    fitted = curve(firsts, cut.as_at)
    shown = show.count(len(firsts), profile)
    rates = _rates(firsts, outcomes, fitted, profile)
    compared = _compared(firsts, cut)
    return Figure(
        definition=definition,
        cut=cut,
        decided_by="first day of the person's first start in the window",
        people=shown,
        tables=(
            rates,
            _outcomes(firsts, outcomes, later, profile),
            _quarters(firsts, cut),
            curve_table(fitted, profile),
        ),
        numerator="people confirmed in post on their six-month date",
        denominator="people whose six-month date and time to answer have passed",
        summary=headline(rates, shown, show.count(sum(each in NOT_HEARD for each in outcomes), profile)),
        notes=tuple(_notes(firsts, cut, compared)),
        reckoned=reckoned_words(compared) if compared else "",
        drawings=(curve_drawing(fitted, shown, profile),) if firsts else (),
    )


def _rates(firsts: Sequence[Start], outcomes: Sequence[str], fitted: Curve, profile: Profile) -> Table:
    due = sum(each in DUE for each in outcomes)
    confirmed = outcomes.count(CONFIRMED)
    silent = sum(each in NOT_HEARD for each in outcomes)
    working = sum(
        state == CONFIRMED or (state in DUE and (each.another_job or bool(each.six_months and each.six_months.any_work)))
        for each, state in zip(firsts, outcomes, strict=True)
    )

    stayed = [each for each, state in zip(firsts, outcomes, strict=True) if state == CONFIRMED]

    def line(label: str, part: int, whole: int, note: str, *, strong: bool = False) -> Line:
        top, base = show.count(part, profile), show.count(whole, profile)
        return Line(
            label,
            (
                Number("Share", show.share(part, whole, profile), top, base),
                Number("95% interval", show.limits(part, whole, profile), top, base),
                Number("People", top),
                Number("Out of", base),
            ),
            note=note,
            strong=strong,
        )

    at_six = curve_at(fitted, 6, profile)
    return Table(
        "In work at six months",
        "Rate",
        (
            line("Confirmed of those due", confirmed, due, "the headline, to quote: not known counts as not in the job", strong=True),
            line("Confirmed of those known", confirmed, due - silent, "as if those not known did not exist"),
            line("If all not known had left", confirmed, due, "the lowest that it can be"),
            line("If all not known had stayed", confirmed + silent, due, "the highest that it can be"),
            line("Same employer", sum(each.same_employer for each in stayed), due, "confirmed, and with the employer of the first day"),
            line("Same post", sum(each.same_post for each in stayed), due, "confirmed, and in the role of the first day"),
            line("In any work", working, due, "in this job, in another, or in paid work by their own word"),
            Line(
                "Curve at six months",
                (
                    Number("Share", at_six, whole=show.count(fitted.people, profile)),
                    Number("95% interval", curve_band(at_six, profile)),
                    Number("People", show.NOTHING),
                    Number("Out of", show.count(fitted.people, profile)),
                ),
                note="an estimate that also counts people whose six months are not over (Kaplan-Meier)",
            ),
        ),
        unknown=tuple((WORDS[state].lower(), show.count(outcomes.count(state), profile)) for state in NOT_HEARD),
        caption="" if due else "Nobody has reached six months and the time to answer yet, so there are no rates.",
    )


def _outcomes(firsts: Sequence[Start], outcomes: Sequence[str], later: int, profile: Profile) -> Table:
    due = sum(each in DUE for each in outcomes)
    lines = []
    for state in (*DUE, NOT_DUE, EXEMPT):
        number = outcomes.count(state)
        base = show.NOTHING if state in {NOT_DUE, EXEMPT} else show.count(due, profile)
        of_due = show.NOTHING if state in {NOT_DUE, EXEMPT} else show.share(number, due, profile)
        shown = show.count(number, profile)
        lines.append(Line(WORDS[state], (Number("People", shown, behind=f"outcome={state}"), Number("Of those due", of_due, shown, base))))
    term = sum(each.ended_with_term and state == NOT_IN_POST for each, state in zip(firsts, outcomes, strict=True))
    lines.insert(
        2, Line("of these, a fixed term ended", (Number("People", show.count(term, profile)), Number("Of those due", show.NOTHING)))
    )
    lines.append(
        Line(
            "Later starts of the same people",
            (Number("People", show.count(later, profile)), Number("Of those due", show.NOTHING)),
            note="starts, not people",
        )
    )
    return Table(
        "What became of those who started", "Outcome", tuple(lines), caption="Each person once, by their first start in the window."
    )


def _quarters(firsts: Sequence[Start], cut: Cut) -> Table:
    profile = cut.profile
    lines = []
    for begins in sorted({quarter_begins(each.first_day) for each in firsts}):
        cohort = [each for each in firsts if quarter_begins(each.first_day) == begins]
        outcomes = [outcome(each, cut.as_at) for each in cohort]
        due, confirmed, waiting = sum(each in DUE for each in outcomes), outcomes.count(CONFIRMED), outcomes.count(NOT_DUE)
        top, base = show.count(confirmed, profile), show.count(due, profile)
        first, last = days_counted(begins, cut)
        part = f"only {in_words(first)} to {in_words(last)}" if (first, last) != (begins, quarter_ends(begins)) else ""
        provisional = f"provisional: {show.count(waiting, profile).text} not due yet" if waiting else ""
        lines.append(
            Line(
                quarter_name(begins),
                (
                    Number("Started", show.count(len(cohort), profile), behind=f"quarter={begins.isoformat()}"),
                    Number("Due", base),
                    Number("Confirmed", top),
                    Number("Of those due", show.share(confirmed, due, profile), top, base),
                    Number("Curve at six months", curve_at(curve(cohort, cut.as_at), 6, profile), whole=show.count(len(cohort), profile)),
                ),
                note="; ".join(words for words in (part, provisional) if words),
            )
        )
    return Table("By the quarter of the first day", "Started in", tuple(lines))


def _compared(firsts: Sequence[Start], cut: Cut) -> LogRank | None:
    """Whether people of different quarters stay equally long; exact alone: the statistic would tell what the rounding hides."""
    if not cut.profile.exact:
        return None
    cohorts = [
        [follow_up(each, cut.as_at).spell for each in firsts if quarter_begins(each.first_day) == begins]
        for begins in sorted({quarter_begins(each.first_day) for each in firsts})
    ]
    return log_rank(cohorts)


def _notes(firsts: Sequence[Start], cut: Cut, compared: LogRank | None) -> list[str]:
    profile = cut.profile
    followed = [follow_up(each, cut.as_at) for each in firsts]
    guessed, since = sum(each.last_day_guessed for each in followed), sum(each.left_since for each in followed)
    found = [NOT_FUNNEL]
    if guessed:
        found.append(
            f"{show.count(guessed, profile).text} left without a last day on record: the day after their last confirmed check is used."
        )
    if since:
        found.append(f"{show.count(since, profile).text} left after their latest check; they enter the curve when the next one is over.")
    if compared is not None:
        found.append(quarters_words(compared.chance))
    return found
