"""The funnel over journeys made by hand."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

from accounts.choices import Phase
from analytics.figures.definition import Cut, flat
from analytics.figures.disclosure import OPERATIONAL, PARTNER
from analytics.figures.funnel import Journey, Reach, behind, cohort_day, funnel, in_cohort, not_yet_six_months

MOMENT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ALL = list(Phase.values)


def cut(profile=OPERATIONAL, start=None, end=date(2026, 11, 21)):
    return Cut(1, "I Can", start, end, date(2026, 11, 21), MOMENT, MOMENT, profile)


def journey(now="interested", reason="", **days):
    """A person by the day of month in October 2026 on which each phase was reached; a text is a day that is not exact."""
    reached = {phase: Reach(date(2026, 10, int(day)), isinstance(day, int)) for phase, day in days.items()}
    return Journey(uuid4(), reached, now, reason)


def words(figure, title):
    table = next(each for each in figure.tables if each.title == title)
    return {line.label: [number.cell.text for number in line.numbers] for line in table.lines}


def test_conversion_is_of_those_who_reached_the_phase_before_and_skipping_is_a_third_count():
    people = [
        journey(outreach=1, interest=2, interview=5),
        journey(outreach=1, interest=4),
        journey(outreach=1),
        journey(outreach=1, interview=9),
        journey(interest=3, interview=7),
    ]
    reached = words(funnel(people, cut(), ALL, {}), "Reached")
    assert reached["Outreach"] == ["4", "", "", ""]
    assert reached["Expression of interest"] == ["3", "50.0%", "1", "2"]
    assert reached["Interview"] == ["3", "66.7%", "1", "3.5"]
    assert reached["Training"] == ["0", "0.0%", "0", "–"]


def test_medians_leave_out_dates_that_are_not_exact_or_the_other_way_round():
    people = [
        journey(interview=1, training=11),
        journey(interview=1, training="20"),
        journey(interview=15, training=3),
    ]
    table = funnel(people, cut(), ALL, {}).tables[0]
    median = table.lines[3].numbers[3]
    assert (median.cell.text, median.whole.text) == ("10", "1")
    assert median.note == "2 left out: date not exact, or dates in the wrong order"
    assert table.unknown[0][1].text == "1"
    assert table.unknown_said == "1 person has a date that is not exact."
    assert funnel(people[::2], cut(), ALL, {}).tables[0].unknown_said == ""
    assert words(funnel(people[1:2], cut(), ALL, {}), "Reached")["Training"][3] == "no exact dates"


def test_days_on_which_a_case_was_paused_are_left_out_from_the_second_definition_on():
    october = [date(2026, 10, day) for day in range(1, 32)]
    pauses = ((october[3], october[8]), (october[6], october[9]), (october[24], None))  # from the 4th to the 9th, and from the 25th on
    people = [replace(journey(outreach=2, interest=12, interview=28), paused=pauses)]
    told = {}
    for as_at in (date(2026, 11, 25), date(2026, 11, 26)):
        figure = funnel(people, replace(cut(), as_at=as_at), ALL, {})
        told[figure.definition.version] = [words(figure, "Reached")[phase][3] for phase in ("Expression of interest", "Interview")]
    assert told == {1: ["10", "16"], 2: ["4", "13"]}


def test_the_cohort_day_is_the_first_phase_shown_or_the_first_one_entered():
    met = journey(outreach=3, interest=9)
    came = journey(interest=9)
    assert cohort_day(met, ALL) == date(2026, 10, 3)
    assert cohort_day(met, ALL[1:]) == date(2026, 10, 9)
    assert cohort_day(came, ALL) == date(2026, 10, 9)
    assert cohort_day(journey(outreach=3), ALL[1:]) is None
    inside = cut(start=date(2026, 10, 4), end=date(2026, 10, 9))
    assert in_cohort([met, came], inside, ALL) == [came]


def test_where_people_are_is_in_the_order_of_the_way_with_two_lines_of_their_own():
    people = [
        journey("pre_start", offer=3),
        journey("own_job_to_start", interest=3),
        journey("ready_without_course", interest=3),
        journey("job_ready", training=3),
        journey("sustained", interest=3),
        journey("not_now", "caring", interest=3),
    ]
    figure = funnel(people, cut(), ALL, {"caring": "Caring for somebody"})
    now = next(table for table in figure.tables if table.title == "Now")
    assert [line.label for line in now.lines] == [
        "Job ready",
        "Job ready without a course",
        "Start to come",
        "Own job, start to come",
        "Six months in work",
        "Not now",
    ]
    assert words(figure, "Why people stopped") == {"Caring for somebody": ["1", "100.0%"]}


def test_each_number_finds_the_people_it_counts():
    people = [journey(outreach=1, interest=2), journey(interest=2), journey("chatted", outreach=1)]
    figure = funnel(people, cut(), ALL, {})
    finders = behind(people, ALL)
    checked = 0
    for table in figure.tables:
        for line in table.lines:
            for number in line.numbers:
                if number.behind:
                    name, value = number.behind.split("=")
                    assert len(finders[name](value)) == number.cell.value
                    checked += 1
    assert checked >= 14


def test_nothing_small_leaves_for_partners_in_any_table_or_drawing():
    people = [journey("interested", interest=2) for _ in range(40)] + [journey("chatted", interest=2, interview=4) for _ in range(3)]
    figure = funnel(people, cut(PARTNER), ALL, {})
    assert words(figure, "Reached")["Interview"] == ["*", "*", "0", "too few to say"]
    assert words(figure, "Now") == {"Interested": ["40"], "Chat held": ["*"]}
    assert figure.people.text == "45"
    bar = figure.drawings[0].bars[2]
    assert (bar.words, bar.length) == ("*", None)
    assert not any(cell in {"3", "43"} for line in flat(figure) for cell in line)


def test_who_is_not_yet_at_six_months_is_counted_by_the_first_day_in_work():
    people = [journey(retention=1), journey(retention=20), journey(retention=20, sustained=21), journey(interest=1)]
    on = {
        day: not_yet_six_months(people, replace(cut(), as_at=day)).text for day in (date(2027, 3, 31), date(2027, 4, 1), date(2027, 4, 20))
    }
    assert on == {date(2027, 3, 31): "2", date(2027, 4, 1): "1", date(2027, 4, 20): "0"}
    assert not_yet_six_months(people, cut(PARTNER)).text == "*"


def test_every_line_for_a_spreadsheet_says_what_it_is():
    lines = list(flat(funnel([journey(outreach=1, interest=2)], cut(start=date(2026, 10, 1)), ALL, {})))
    assert lines[4] == (
        "Funnel",
        "funnel",
        "1",
        "I Can",
        "2026-10-01",
        "2026-11-21",
        "first entry to outreach, or where that was skipped to the first phase entered",
        "2026-11-21",
        "2026-11-21T12:00+00:00",
        "2026-11-21T12:00+00:00",
        "Exact, for the programme's own use",
        "Reached",
        "Expression of interest",
        "People",
        "1",
        "",
        "",
        "",
        "",
        "people with a date that is not exact: 0",
        "expressed interest",
    )


def test_an_empty_programme_is_said_plainly():
    assert funnel([], cut(), ALL, {}).summary == "Nobody is in this cohort yet."


def test_those_who_stopped_without_a_reason_can_be_pressed_and_open_people_are_not_among_them():
    people = [journey("not_now", "", interest=1), journey("not_now", "caring", interest=1), journey("interested", "", interest=1)]
    lost = next(table for table in funnel(people, cut(), ALL, {"caring": "Caring"}).tables if table.title == "Why people stopped")
    number = next(line for line in lost.lines if line.label == "Reason not recorded").numbers[0]
    name, _, value = number.behind.partition("=")
    assert behind(people, ALL)[name](value) == people[:1]
    assert number.cell.text == "1"
