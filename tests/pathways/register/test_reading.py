"""Registers read whole: what is taken, what is asked, what comes back with a reason, and what is nobody."""

import random
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from pathways.backends.register.files import open_register
from pathways.backends.register.mapping import MappingRefused
from pathways.backends.register.proposals import Place
from pathways.backends.register.reading import Reading, read_register
from pathways.backends.register.rejects import write_rejects
from tests.pathways.register.made_up import PHASES, TODAY, Read, phase_row, steps


def test_a_person_with_dates_becomes_steps(read_csv: Read) -> None:
    said = phase_row(
        Chat="2 Feb 2026", Course_start="Feb-26", Course_end="13/03/2026", Offer="yes", Start="20/04/2026", **{"6m check": "Y 23/10/26"}
    )
    reading = read_csv(PHASES, [*said[:-1], "Sustained"])
    person = reading.people[0]
    assert person.fields["first_name"] == "Ann"
    assert person.fields["phone"] == "+447700900123"
    assert steps(reading) == [
        ("pathway.log_outreach", "2026-01-13", "exact"),
        ("pathway.express_interest", "2026-01-20", "exact"),
        ("interview.hold", "2026-02-02", "exact"),
        ("training_place.start", "2026-02-01", "month"),
        ("training_place.finish", "2026-03-13", "exact"),
        ("introduction.offer", None, "unknown"),
        ("placement.start", "2026-04-20", "exact"),
        ("retention_check.confirm", "2026-10-23", "exact"),
    ]
    assert (person.shown, person.stage_in_register, person.stage) == ("sustained", "sustained", "sustained")
    assert reading.counts() == {"take": 1, "decide": 0, "reject": 0, "ignore": 0}


@pytest.mark.parametrize(
    ("said", "letter", "reason"),
    [
        ({"EOI": "31.02.2026"}, "G", "There is no such day as 31.02.2026"),
        ({"Start": "12/09/2052"}, "L", "12 September 2052 is in the future"),
        ({"EOI": "21/12/2026"}, "G", "21 December 2026 is in the future"),
        ({"1st contact": "21/08/1925"}, "F", "21 August 1925 is long before the programme began"),
        ({"Course start": "02/03/2026", "Course end": "20/02/2026"}, "J", "The course ends before it begins"),
        ({"Start": "02/03/2026", "Left": "20/02/2026"}, "N", "The job was left before its first day"),
        ({"Start": "02/03/2026", "6m check": "20/02/2026"}, "M", "The six-month check is before the first day"),
        ({"Name": ""}, "B", "There is no name"),
        ({"Name": "", "Ref": ""}, "B", "There is neither a name nor a reference"),
        ({"Name": "n" * 300}, "B", "The name is longer than 200 characters"),
        ({"Postcode": "x" * 10_001}, "E", "This cell holds 10,001 characters; at most 10,000 are read"),
    ],
)
def test_a_row_that_cannot_be_comes_back_with_cell_and_reason(read_csv: Read, said: dict[str, str], letter: str, reason: str) -> None:
    reading = read_csv(PHASES, phase_row(**said), phase_row(Ref="R2", Name="Bea Other", DOB="", Mobile="", EOI="25/01/2026"))
    assert [(each.place.row, each.at and each.at.letter, each.reason) for each in reading.rejected] == [(2, letter, reason)]
    assert [person.fields["ref"] for person in reading.people] == ["R2"]


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ({"Offer": "13/01/2026"}, "order", "The offer is dated before the interest"),
        ({"Offer": "20/03/2026", "Start": "02/03/2026"}, "order", "The job began before it was offered"),
        ({"Offer": "20/03/2026; 27/03/2026"}, "several", "holds several dates"),
        ({"Start": "02/03/2026", "Status": "Job ready"}, "behind", "The register says “Job ready” (job ready), the dates show: in work"),
        ({"Chat": "02/02/2026", "Status": "DNA x2"}, "behind", "a missed chat"),
        ({"Start": "02/03/2026", "Status": "Withdrawn"}, "behind", "withdrawn"),
    ],
)
def test_what_only_a_person_can_say_is_asked(read_csv: Read, said: dict[str, str], kind: str, words: str) -> None:
    reading = read_csv(PHASES, phase_row(**said))
    assert [decision.kind for decision in reading.decisions] == [kind]
    assert words in reading.decisions[0].question
    assert reading.outcome(Place("", 2)) == "decide"


def test_the_registers_word_adds_and_never_takes_back(read_csv: Read) -> None:
    further = read_csv(PHASES, phase_row(Offer="02/03/2026", Status="Started"))
    assert (further.people[0].shown, further.people[0].stage) == ("offered", "in_work")
    closed = read_csv(PHASES, phase_row(Chat="02/02/2026", Status="W/D"))
    assert closed.people[0].stage == "withdrawn"
    assert steps(closed)[-1] == ("pathway.withdraw", None, "unknown")
    paused = read_csv(PHASES, phase_row(Chat="02/02/2026", Status="on hold - childcare"))
    assert (paused.people[0].stage, paused.people[0].paused) == ("chatted", True)
    unclear = read_csv(PHASES, phase_row(Chat="02/02/2026", Status="see notes"))
    assert unclear.people[0].stage == "chatted"
    assert [flag.reason for flag in unclear.people[0].flags] == ["We did not recognise this status, so we left it out"]


def test_a_day_still_to_come_is_a_plan_where_plans_are_made(read_csv: Read) -> None:
    reading = read_csv(PHASES, phase_row(Chat="01/12/2026", Start="04/01/2027"))
    assert steps(reading)[2:] == [("interview.book", "2026-12-01", "exact"), ("placement.agree_start", "2027-01-04", "exact")]
    booked = read_csv(PHASES, phase_row(Course_start="place on Jan course"))
    assert steps(booked)[2:] == [("training_place.book", None, "unknown")]


def test_a_file_that_says_its_day_knows_nothing_later(read_csv: Read) -> None:
    reading = read_csv(["Tracker"], ["Position at 31/10/2026"], [], PHASES, phase_row(Start="16/11/2026"))
    assert reading.position_at == date(2026, 10, 31)
    assert steps(reading)[-1] == ("placement.agree_start", "2026-11-16", "exact")


def test_a_chat_missed_and_kept_in_one_cell(read_csv: Read) -> None:
    reading = read_csv(PHASES, phase_row(Chat="DNA 28/07/26, came 04/08/26"))
    assert steps(reading)[2:] == [("interview.miss", "2026-07-28", "exact"), ("interview.hold", "2026-08-04", "exact")]


def test_both_habits_in_a_column_are_settled_by_the_dates_beside_or_asked(read_csv: Read) -> None:
    rows = [
        phase_row(Ref="R1", Name="Ann Other", **{"1st contact": "25/05/2026", "EOI": "1 June 2026"}),
        phase_row(Ref="R2", Name="Bea Other", DOB="", Mobile="", **{"1st contact": "05/26/2026", "EOI": "1 June 2026"}),
        phase_row(Ref="R3", Name="Cy Other", DOB="", Mobile="", **{"1st contact": "03/06/2026", "EOI": "10 April 2026"}),
        phase_row(Ref="R4", Name="Di Other", DOB="", Mobile="", **{"1st contact": "03/04/2026", "EOI": "1 June 2026"}),
    ]
    reading = read_csv(PHASES, *rows)
    assert reading.tables[0].habits["outreach_on"].whole == "unclear"
    assert [person.facts[0].on for person in reading.people[:3]] == [date(2026, 5, 25), date(2026, 5, 26), date(2026, 3, 6)]
    assert [flag.field for flag in reading.people[2].flags] == ["outreach_on"]
    assert [(decision.kind, decision.options[:2]) for decision in reading.decisions] == [
        ("date", (("2026-04-03", "3 April 2026"), ("2026-03-04", "4 March 2026")))
    ]


def test_a_column_of_american_dates_is_read_so(read_csv: Read) -> None:
    reading = read_csv(PHASES, phase_row(**{"1st contact": "01/25/2026", "EOI": "02/03/2026"}))
    assert [fact.on for fact in reading.people[0].facts] == [date(2026, 1, 25), date(2026, 2, 3)]


def test_a_date_without_a_year_takes_it_from_the_dates_beside(read_csv: Read) -> None:
    reading = read_csv(PHASES, phase_row(Chat="3/2", Offer="w/c 9th March"))
    assert steps(reading)[2:] == [("interview.hold", "2026-02-03", "exact"), ("introduction.offer", "2026-03-01", "month")]
    assert ("interview_on", "The year was taken from the dates beside it") in [
        (flag.field, flag.reason) for flag in reading.people[0].flags
    ]


def test_the_same_person_again_is_asked_about_and_never_merged(read_csv: Read) -> None:
    rows = [
        phase_row(Ref="R1"),
        phase_row(Ref="R2", Name="A Other"),
        phase_row(Ref="R3", Name="Ann Ohter", Mobile="07700 900777"),
        phase_row(Ref="R4", Name="Ann Other", DOB="", Mobile="", Postcode="B90 3DF"),
        phase_row(Ref="R5", Name="OTHER, Ann", DOB="", Mobile="", Postcode="b903df"),
    ]
    reading = read_csv(PHASES, *rows)
    asked = [(decision.places[0].row, decision.places[-1].row) for decision in reading.decisions]
    assert asked == [(2, 3), (2, 4), (5, 6)]
    assert len(reading.people) == 5
    assert reading.decisions[0].question == "Is “A Other” the “Ann Other” of row 2? The phone and the date of birth agree."


def test_a_shared_phone_or_a_shared_name_alone_is_no_question(read_csv: Read) -> None:
    reading = read_csv(
        PHASES, phase_row(Ref="R1"), phase_row(Ref="R2", Name="Bob Kin", DOB="01/02/1990"), phase_row(Ref="R3", DOB="03/04/1971", Mobile="")
    )
    assert (reading.decisions, len(reading.people)) == ([], 3)


def test_one_reference_for_two_people_is_asked_about(read_csv: Read) -> None:
    reading = read_csv(PHASES, phase_row(), phase_row(Name="Bob Kin", DOB="01/02/1990", Mobile="07700 900777"))
    assert [(decision.kind, decision.places[-1].row) for decision in reading.decisions] == [("one reference", 3)]
    assert len(reading.people) == 2


def test_a_row_pasted_twice_is_one_row(read_csv: Read) -> None:
    reading = read_csv(PHASES, phase_row(), phase_row())
    assert [(each.place.row, each.reason) for each in reading.ignored] == [(3, "the same row as row 2")]


def test_the_order_of_rows_changes_nothing(read_csv: Read) -> None:
    rows = [
        phase_row(Ref=f"R{n}", Name=f"Person N{n}", DOB=f"{n + 1:02}/03/1980", Mobile=f"07700 9001{n:02}", Chat=f"{n + 1}/2/26")
        for n in range(20)
    ]
    first = read_csv(PHASES, *rows)
    random.Random(7).shuffle(rows)
    second = read_csv(PHASES, *rows)

    def told(reading: Reading) -> dict[str, list[object]]:
        return {person.fields["ref"]: [person.fields, [(fact.step, fact.on) for fact in person.facts]] for person in reading.people}

    assert told(first) == told(second)


def test_titles_groups_totals_notes_and_two_tables_on_one_sheet(tmp_path: Path) -> None:
    path = tmp_path / "register.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Main")
        sheet.write_row(0, 0, ["Our tracker", "", "", "", "", ""])
        sheet.write_row(2, 0, ["Person"])
        sheet.merge_range(2, 2, 2, 3, "Interview")
        sheet.merge_range(2, 4, 2, 5, "Training")
        sheet.write_row(3, 0, ["Ref", "Name", "Date", "Notes", "Start", "End"])
        sheet.write_row(4, 0, ["R1", "Ann Other", "02/02/2026", "kind", "09/03/2026", "20/03/2026"])
        sheet.write_row(6, 0, ["R2", "Bob Kin", "03/02/2026"])
        sheet.write_row(7, 0, ["Ref", "Name", "Date", "Notes", "Start", "End"])
        sheet.write_row(8, 0, ["TOTAL", 2])
        sheet.write_row(9, 0, ["* dates in italics are estimates, last checked by nobody in particular"])
        sheet.write_row(11, 0, ["Customer", "Mobile", "Date referred", "Outcome"])
        sheet.write_row(12, 0, ["Kin, Cy", "07700 900123", "04/02/2026", "EOI"])
        cover = book.add_worksheet("Notes")
        cover.write_row(0, 0, ["Please do not sort"])
        lists = book.add_worksheet("Statuses")
        lists.write_column(0, 0, ["Status", "EOI", "Left"])
        old = book.add_worksheet("old")
        old.write_row(0, 0, ["Ref", "Name", "Status"])
        old.write_row(1, 0, ["R9", "Zed Old", "EOI"])
        old.hide()
    reading = read_register(open_register(path), today=TODAY)
    first, second = (each.table for each in reading.tables)
    assert (first.heading_rows, second.heading_rows) == ((3, 4), (12,))
    assert {name: held[0].letter for name, held in reading.tables[0].mapping.fields.items()} == {
        "ref": "A",
        "full_name": "B",
        "interview_on": "C",
        "notes": "D",
        "training_on": "E",
        "training_end_on": "F",
    }
    assert [(each.place.row, each.reason) for each in reading.ignored] == [(8, "the headings again"), (9, "a total"), (10, "a note")]
    assert [person.name for person in reading.people] == [("Ann", "Other"), ("Bob", "Kin"), ("Cy", "Kin")]
    assert dict(reading.left_alone) == {
        "Notes": "no headings that name people were found",
        "Statuses": "no headings that name people were found",
        "old": "the sheet is hidden",
    }


def test_headings_in_two_rows_of_a_csv(read_csv: Read) -> None:
    reading = read_csv(
        ["Ref", "Name", "Interview", "", "Offer", ""],
        ["", "", "Date", "Outcome", "Date", "Notes"],
        ["R1", "Ann Other", "02/02/2026", "", "20/03/2026", "x"],
    )
    assert [fact.step for fact in reading.people[0].facts] == ["interview.hold", "introduction.offer"]


def test_a_mapping_is_given_by_heading_or_letter_and_kept(read_csv: Read) -> None:
    rows = (["No.", "Who", "Zap", "Zap", "Where now"], ["R1", "Ann Other", "13/01/2026", "02/03/2026", "flying"])
    mapping = {
        "columns": {"No.": "ref", "Who": "full_name", "C": "outreach_on", "D": "offer_on", "Where now": "status"},
        "values": {"Where now": {"flying": "in_work"}},
    }
    reading = read_csv(*rows, mapping=mapping)
    assert [fact.step for fact in reading.people[0].facts] == ["pathway.log_outreach", "introduction.offer"]
    assert reading.people[0].stage == "in_work"
    assert reading.mapping == [mapping]


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ({"columns": {"Nome": "full_name"}}, "No column is headed “Nome”"),
        ({"columns": {"Name": "shoe_size"}}, "“Name” is mapped to “shoe_size”, which is no field"),
        (
            {"columns": {"Name": "full_name"}, "values": {"Status": {"EOI": "keen"}}},
            "“EOI” is mapped to “keen”, which is neither a stage nor a step",
        ),
        ({"sheet": "Main", "columns": {"Name": "full_name"}}, "The file has no sheet “Main”"),
        (["x"], "A mapping looks like"),
    ],
)
def test_a_mapping_that_does_not_fit_is_refused_in_words(read_csv: Read, mapping: object, sentence: str) -> None:
    with pytest.raises(MappingRefused, match=sentence):
        read_csv(PHASES, phase_row(), mapping=mapping)


def test_a_file_of_no_people_is_read_and_holds_nobody(read_csv: Read) -> None:
    reading = read_csv(["AREACD", "Value"], ["E06000001", "3,481"])
    assert (reading.people, reading.tables, reading.left_alone) == ([], [], [("", "no headings that name people were found")])


def test_rejected_rows_come_back_in_their_columns_and_go_in_once_corrected(read_csv: Read, tmp_path: Path) -> None:
    reading = read_csv(PHASES, phase_row(EOI="31.02.2026", Postcode="=1+1"), phase_row(Ref="R2", Name="Bob Kin", DOB="", Mobile=""))
    path = tmp_path / "back.xlsx"
    assert write_rejects(reading, path) == 1
    book = open_register(path)
    assert book.sheets[0].rows[0] == ["Row", "What to correct", "In column", *PHASES]
    assert book.sheets[0].rows[1][:4] == [2, "There is no such day as 31.02.2026", "EOI", "R1"]
    again = read_register(book, today=TODAY)
    assert [each.reason for each in again.rejected] == ["There is no such day as 31.02.2026"]
    book.sheets[0].rows[1][PHASES.index("EOI") + 3] = "20/01/2026"
    corrected = read_register(book, today=TODAY)
    assert [person.fields["ref"] for person in corrected.people] == ["R1"]
    assert corrected.rejected == []


def test_equality_answers_go_their_own_way(read_csv: Read) -> None:
    reading = read_csv(["Ref", "Name", "Ethnic origin", "Disability?"], ["R1", "Ann Other", "Pakistani", "Prefer not to say"])
    person = reading.people[0]
    assert {name: (answer.state, answer.code) for name, answer in person.answers.items()} == {
        "ethnic_group": ("value", "11"),
        "health_condition": ("prefer_not", ""),
    }
    assert "ethnic_group" not in person.fields


def test_ten_thousand_rows_take_seconds(read_csv: Read) -> None:
    import time

    rows = [
        phase_row(Ref=f"R{n}", Name=f"Person N{n}", DOB="", Mobile=f"077009{n:05}", Chat="02/02/2026", Offer="20/03/2026")
        for n in range(10_000)
    ]
    started = time.process_time()
    reading = read_csv(PHASES, *rows)
    assert reading.rows_read == 10_000
    assert time.process_time() - started < 30  # well under a second a thousand; wide, for a busy machine
