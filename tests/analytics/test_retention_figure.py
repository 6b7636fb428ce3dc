"""The retention figure over starts made by hand."""

import math
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from analytics.figures.definition import Cut
from analytics.figures.disclosure import OPERATIONAL, PARTNER
from analytics.figures.intervals import wilson
from analytics.figures.retention import Check, Start, curve, first_starts, follow_up, months_after, outcome, retention
from ground.clock import add_months

AS_AT = date(2026, 11, 21)
MOMENT = datetime(2026, 11, 21, 12, tzinfo=UTC)


def cut(profile=OPERATIONAL, start=None, end=AS_AT, as_at=AS_AT):
    return Cut(1, "I Can", start, end, as_at, MOMENT, MOMENT, profile)


def a_start(first_day, *states, ended="", last_day=None, reason="", person=None, placement=0, another_job=False):
    """A job with its checks at 4 weeks, 13 weeks and six months in these states."""
    due = (first_day + timedelta(days=28), first_day + timedelta(days=91), add_months(first_day, 6))
    window = (14, 14, 28)
    names = ("four_weeks", "thirteen_weeks", "six_months")
    checks = tuple(
        Check(name, day, day + timedelta(days=days), state) for name, day, days, state in zip(names, due, window, states, strict=False)
    )
    return Start(person or uuid4(), first_day, checks, ended, last_day, reason, placement=placement, another_job=another_job)


def table(figure, title):
    return next(each for each in figure.tables if each.title == title)


def words(figure, title):
    return {line.label: [number.cell.text for number in line.numbers] for line in table(figure, title).lines}


OLD = date(2026, 1, 5)  # six months on 5 July, window over on 2 August


def test_unknown_counts_as_not_retained_and_is_left_out_of_those_known():
    starts = [a_start(OLD, "confirmed", "confirmed", state) for state in ["confirmed"] * 6 + ["not_in_post"] * 2 + ["unknown", "asking"]]
    rates = words(retention(starts, cut()), "In work at six months")
    assert rates["Confirmed of those due"] == ["60.0%", "31.3 to 83.2%", "6", "10"]
    assert rates["Confirmed of those known"][0] == "75.0%"
    assert rates["If all not known had left"][0] == "60.0%"
    assert rates["If all not known had stayed"][0] == "80.0%"


def test_due_only_once_the_date_and_the_window_have_passed():
    start = a_start(OLD, "confirmed", "confirmed", "confirmed")
    assert outcome(start, date(2026, 8, 2)) == "not_due"
    assert outcome(start, date(2026, 8, 3)) == "confirmed"
    open_still = a_start(OLD, "confirmed", "confirmed", "scheduled")
    assert outcome(open_still, date(2026, 8, 3)) == "asking"


def test_exempt_is_outside_the_base_and_printed():
    starts = [
        a_start(OLD, "confirmed", "confirmed", "confirmed"),
        a_start(OLD, "confirmed", "exempt", "exempt", ended="left", reason="death"),
    ]
    figure = retention(starts, cut())
    assert words(figure, "In work at six months")["Confirmed of those due"][2:] == ["1", "1"]
    assert words(figure, "What became of those who started")["Exempt"] == ["1", ""]


def test_a_term_that_ended_before_its_date_is_on_a_line_of_its_own():
    due = add_months(OLD, 6)
    ended = a_start(OLD, "confirmed", "confirmed", "not_in_post", ended="completed", last_day=due - timedelta(days=1))
    lasted = a_start(OLD, "confirmed", "confirmed", "confirmed", ended="completed", last_day=due)
    became = words(retention([ended, lasted], cut()), "What became of those who started")
    assert became["Not in post"][0] == "1"
    assert became["of these, a fixed term ended"][0] == "1"


def test_the_unit_is_a_persons_first_start_in_the_window():
    amina = UUID(int=1)
    early = a_start(date(2025, 6, 2), "confirmed", "confirmed", "not_in_post", person=amina, placement=1)
    again = a_start(date(2026, 1, 5), "confirmed", "confirmed", "confirmed", person=amina, placement=2)
    assert first_starts([again, early], cut()) == ([early], 1)
    assert first_starts([again, early], cut(start=date(2026, 1, 1))) == ([again], 0)


def test_any_work_counts_another_job_and_the_persons_own_word():
    starts = [
        a_start(OLD, "confirmed", "confirmed", "not_in_post", another_job=True),
        Start(uuid4(), OLD, (Check("six_months", date(2026, 7, 5), date(2026, 8, 2), "not_in_post", any_work=True),)),
        a_start(OLD, "confirmed", "confirmed", "not_in_post"),
        a_start(OLD, "confirmed", "confirmed", "confirmed"),
    ]
    assert words(retention(starts, cut()), "In work at six months")["In any work"] == ["75.0%", "30.1 to 95.4%", "3", "4"]


def test_same_post_and_same_employer_look_at_moves_up_to_the_six_month_date():
    due = add_months(OLD, 6)
    kept = a_start(OLD, "confirmed", "confirmed", "confirmed")
    starts = [
        kept,
        replace(kept, person=uuid4(), new_role=due),
        replace(kept, person=uuid4(), new_role=due + timedelta(days=1)),
        replace(kept, person=uuid4(), new_employer=due, new_role=OLD),
        replace(a_start(OLD, "confirmed", "confirmed", "not_in_post"), new_role=OLD),
    ]
    rates = words(retention(starts, cut()), "In work at six months")
    assert rates["Confirmed of those due"][2:] == ["4", "5"]
    assert rates["Same employer"][2:] == ["3", "5"]
    assert rates["Same post"][2:] == ["2", "5"]


def test_cohorts_with_some_not_due_are_provisional():
    starts = [a_start(date(2026, 4, 1), "confirmed", "confirmed", "confirmed"), a_start(date(2026, 6, 30), "confirmed")]
    line = table(retention(starts, cut()), "By the quarter of the first day").lines[0]
    assert (line.label, line.note) == ("April to June 2026", "provisional: 1 not due yet")


@pytest.mark.parametrize(
    ("first", "day", "months"),
    [
        (date(2026, 1, 15), date(2026, 7, 15), 6),
        (date(2025, 8, 31), date(2026, 2, 28), 6),
        (date(2027, 8, 31), date(2028, 2, 29), 6),
        (date(2026, 1, 1), date(2026, 1, 1), 0),
        (date(2026, 1, 1), date(2026, 1, 17), 16 / 31),
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2026, 2, 28), date(2026, 8, 27), 5 + 30 / 31),
    ],
)
def test_months_follow_the_corresponding_date(first, day, months):
    assert months_after(first, day) == pytest.approx(months, abs=1e-12)


def test_the_last_day_before_the_date_is_a_leaving_and_the_date_itself_is_not():
    due = add_months(OLD, 6)
    left = follow_up(a_start(OLD, "confirmed", "confirmed", "not_in_post", ended="left", last_day=due - timedelta(days=1)), AS_AT)
    stayed = follow_up(a_start(OLD, "confirmed", "confirmed", "confirmed", ended="left", last_day=due), AS_AT)
    assert left.spell == (6.0, True)
    assert stayed.spell == (6.0, False)


def test_whoever_is_not_heard_of_is_followed_to_the_last_confirmed_check():
    assert follow_up(a_start(OLD, "confirmed", "confirmed", "unknown"), AS_AT).spell == (months_after(OLD, OLD + timedelta(days=91)), False)
    assert follow_up(a_start(OLD, "unknown", "unknown", "unknown"), AS_AT).spell == (0, False)
    assert follow_up(a_start(OLD, "unknown", "unknown", "confirmed"), AS_AT).spell == (6, False)


def test_leaving_without_a_last_day_uses_the_day_after_the_last_confirmed_check():
    found = follow_up(a_start(OLD, "confirmed", "not_in_post", "not_in_post"), AS_AT)
    assert found.spell == (months_after(OLD, OLD + timedelta(days=29)), True)
    assert found.last_day_guessed


def test_a_death_is_no_leaving():
    found = follow_up(a_start(OLD, "confirmed", "exempt", "exempt", ended="left", last_day=date(2026, 3, 1), reason="death"), AS_AT)
    assert found.spell == (months_after(OLD, date(2026, 3, 2)), False)


def test_news_of_leaving_waits_for_the_next_check():
    first = date(2026, 10, 1)  # 4 weeks on 29 October, window over on 12 November; 13 weeks on 31 December
    found = follow_up(a_start(first, "confirmed", ended="left", last_day=date(2026, 11, 15)), AS_AT)
    assert found.spell == (months_after(first, date(2026, 10, 29)), False)
    assert found.left_since


def test_nobody_yet_is_said_plainly():
    figure = retention([], cut())
    assert figure.summary == "0 people started. No one has reached six months and the time to answer yet."
    assert figure.drawings == ()


def test_the_headline_is_one_sentence_and_the_curve_says_that_it_is_not_it():
    starts = [a_start(OLD, "confirmed", "confirmed", state) for state in ["confirmed"] * 6 + ["not_in_post"] * 2 + ["unknown", "asking"]]
    figure = retention(starts, cut())
    said = "6 of 10 people (60.0%) whose six months are over were confirmed still in the job; 2 are not known and count as not in the job."
    assert figure.summary == said
    assert figure.drawings[0].summary.startswith(
        "An estimate, not the headline: 100.0% are still in the job after three months and 75.0% after six months."
    )


def test_what_differs_between_quarters_is_said_in_plain_words():
    stayed = [a_start(OLD, "confirmed", "confirmed", "confirmed", placement=number) for number in range(20)]
    later = date(2026, 4, 6)
    others = [a_start(later, "confirmed", "confirmed", "confirmed", placement=50 + number) for number in range(20)]
    left = [
        a_start(later, "confirmed", "not_in_post", "not_in_post", ended="left", last_day=date(2026, 5, 20), placement=50 + number)
        for number in range(20)
    ]
    gone = [a_start(OLD, "confirmed", "not_in_post", "not_in_post", ended="left", last_day=date(2026, 2, 20), placement=99)]
    alike, apart = (" ".join(retention(stayed + each, cut()).notes) for each in (others + left[:1] + gone, left))
    assert "Between quarters people stay differently, by more than chance explains" in apart
    assert "Between quarters people stay no more differently than chance explains" in alike


def test_a_hidden_number_is_said_in_words_in_the_headline():
    starts = [a_start(OLD, "confirmed", "confirmed", "confirmed", placement=number) for number in range(40)]
    starts += [a_start(OLD, "confirmed", "confirmed", "unknown", placement=50 + number) for number in range(3)]
    said = retention(starts, cut(PARTNER)).summary
    assert said.startswith("40 of 45 people whose six months are over")
    assert said.endswith("between 1 and 7 are not known and count as not in the job.")


def test_for_partners_the_curve_stands_at_whole_months_from_rounded_counts():
    starts = [a_start(OLD, "confirmed", "confirmed", "confirmed") for _ in range(41)]
    starts += [a_start(OLD, "confirmed", "confirmed", "not_in_post", ended="left", last_day=date(2026, 5, 1)) for _ in range(11)]
    figure = retention(starts, cut(PARTNER))
    month_by_month = words(figure, "The curve, month by month")
    assert month_by_month["3 months"] == ["50", "100%", "93 to 100%"]
    assert month_by_month["6 months"] == ["40", "80%", "67 to 89%"]
    assert figure.drawings[0].line.count(" L ") == 14
    assert "*" not in figure.summary


def test_without_an_estimate_there_is_one_sentence_and_no_line():
    for profile in (OPERATIONAL, PARTNER):
        figure = retention([a_start(AS_AT - timedelta(days=80), "confirmed") for _ in range(70)], cut(profile))
        (drawn,) = figure.drawings
        assert drawn.summary == "Too few people have been followed for an estimate yet."
        assert (drawn.line, drawn.band, drawn.up, drawn.end_label) == ("", "", (), "")
        assert figure.tables[0].caption == "Nobody has reached six months and the time to answer yet, so there are no rates."
        assert {line.numbers[0].cell.text for line in figure.tables[0].lines[:7]} == {"–"}


def test_the_line_ends_where_nobody_is_followed_any_longer():
    last = date(2026, 5, 4)
    gone = [a_start(OLD, "confirmed", "confirmed", "not_in_post", ended="left", last_day=last) for _ in range(70)]
    (drawn,) = retention(gone, cut()).drawings
    reached = 1000 * months_after(OLD, last + timedelta(days=1)) / 6
    assert reached < 1000
    assert max(float(corner.split()[-2]) for corner in drawn.line.split(" L ")) == pytest.approx(reached, abs=0.01)
    assert drawn.end_label == ""


def test_a_quarter_that_the_window_cuts_says_which_days_it_counts():
    starts = [a_start(date(2026, 4, 20), "confirmed", "confirmed", "confirmed"), a_start(date(2026, 8, 3), "confirmed")]
    quarters = table(retention(starts, cut(start=date(2026, 4, 15), end=date(2026, 9, 30))), "By the quarter of the first day")
    assert [line.note for line in quarters.lines] == ["only 15 April 2026 to 30 June 2026", "provisional: 1 not due yet"]


def test_one_person_is_said_as_one():
    starts = [a_start(OLD, "confirmed", "confirmed", "unknown")]
    said = "0 of 1 person (0.0%) whose six months are over was confirmed still in the job; 1 is not known and counts as not in the job."
    assert retention(starts, cut()).summary == said


def simulated(seed, *, stay, silent, leavers_silent=None, people=240):
    """Starts with a known true six-month rate; whoever is silent answers nothing from some check on."""
    chance = random.Random(seed)
    hazard = -math.log(stay) / 6
    found = []
    for number in range(people):
        first = date(2025, 6, 1) + timedelta(days=chance.randrange(500))
        dues = (first + timedelta(days=28), first + timedelta(days=91), add_months(first, 6))
        months = chance.expovariate(hazard)
        whole = int(months)
        gone = add_months(first, whole) + timedelta(days=int((months - whole) * 30)) if months < 7 else date(2099, 1, 1)
        leaves = gone <= dues[-1]
        quiet = chance.random() < (leavers_silent if leavers_silent is not None and leaves else silent)
        from_check = chance.randrange(3) if quiet else 3
        states = []
        for place, due in enumerate(dues):
            states.append("unknown" if place >= from_check else "confirmed" if gone > due else "not_in_post")
        heard_of = leaves and "not_in_post" in states
        found.append(
            a_start(
                first,
                *states,
                ended="left" if heard_of else "",
                last_day=gone - timedelta(days=1) if heard_of else None,
                placement=number,
            )
        )
    return found


def test_both_printed_intervals_hold_the_true_rate_in_about_95_of_100_seeds():
    stay, held_by_wilson, held_by_curve = 0.78, 0, 0
    for seed in range(200):
        starts = simulated(seed, stay=stay, silent=0.15)
        outcomes = [outcome(each, AS_AT) for each in starts]
        confirmed, left = outcomes.count("confirmed"), outcomes.count("not_in_post")
        low, high = wilson(confirmed, confirmed + left)
        held_by_wilson += low <= stay <= high
        _, low, high = curve(starts, AS_AT).at(6)
        held_by_curve += low <= stay <= high
    assert 186 <= held_by_wilson <= 198
    assert 186 <= held_by_curve <= 198


def test_the_bounds_hold_the_truth_when_leavers_fall_silent():
    for seed in range(40):
        starts = simulated(seed, stay=0.7, silent=0.05, leavers_silent=0.6, people=600)
        rates = table(retention(starts, cut()), "In work at six months")
        low, high = rates.lines[2].numbers[1].cell.low, rates.lines[3].numbers[1].cell.high
        assert low < 0.7 < high
        assert rates.lines[1].numbers[1].cell.low > 0.7


def test_the_comparison_of_quarters_is_said_to_the_programme_alone():
    second = date(2026, 4, 6)
    early = [a_start(OLD, "confirmed", "confirmed", state) for state in ["confirmed"] * 40]
    late = [a_start(second, "not_in_post", "not_in_post", ended="left", last_day=second + timedelta(days=20 + n)) for n in range(40)]
    exact, rounded = retention(early + late, cut()), retention(early + late, cut(PARTNER))
    assert exact.reckoned.startswith("Log-rank test: ")
    assert "Between quarters" in " ".join(exact.notes)
    assert rounded.reckoned == ""
    assert "Between quarters" not in " ".join(rounded.notes)


def test_what_is_shown_to_others_is_as_known_now():
    earlier = replace(cut(PARTNER), known_by=MOMENT - timedelta(days=400))
    assert earlier.settled.known_by == MOMENT
