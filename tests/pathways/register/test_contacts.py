"""Registers of one row a contact: the status of a row says what happened on its day."""

from datetime import date

from tests.pathways.register.made_up import CONTACTS, Read, contact, steps


def test_rows_of_contacts_become_one_person_each(read_csv: Read) -> None:
    reading = read_csv(
        CONTACTS,
        contact("13/01/2026", "1st contact", tel="07700 900123", dob="14/06/1987"),
        contact("20/01/2026", "signed up!", name="A. Other"),
        contact("27/01/2026", "coffee bkd"),
        contact("02/02/2026", "DNA"),
        contact("03/02/2026", "vm left", tel="07700 900555"),
        contact("09/02/2026", "chat done", name="OTHER, ANN", ref="", tel="07700 900123"),
        contact("Mar-26", "offer (Catering)", employer="Some Trust"),
        contact("20/04/2026", "Started!"),
        delimiter=";",
        encoding="cp1252",
    )
    assert len(reading.people) == 1
    person = reading.people[0]
    assert (person.fields["first_name"], person.fields["phone"], person.also["phone"]) == ("Ann", "+447700900123", ["+447700900555"])
    assert steps(reading) == [
        ("pathway.log_outreach", "2026-01-13", "exact"),
        ("pathway.express_interest", "2026-01-20", "exact"),
        ("interview.book", "2026-01-27", "exact"),
        ("interview.miss", "2026-02-02", "exact"),
        ("interview.hold", "2026-02-09", "exact"),
        ("introduction.offer", "2026-03-01", "month"),
        ("placement.start", "2026-04-20", "exact"),
    ]
    assert (person.facts[5].employer, person.facts[5].family, person.stage) == ("Some Trust", "facilities", "in_work")
    assert reading.counts() == {"take": 8, "decide": 0, "reject": 0, "ignore": 0}


def test_a_contact_that_cannot_be_holds_up_only_itself(read_csv: Read) -> None:
    reading = read_csv(
        CONTACTS,
        contact("13/01/2026", "1st contact"),
        contact("20/01/2026", "EOI"),
        contact("31/02/2026", "chat done"),
        contact("27/03/2023", "offer"),
        contact("", "course booked"),
        contact('"', "course booked", name='"'),
    )
    assert [each.reason for each in reading.rejected] == ["There is no such day as 31/02/2026"]
    assert [(decision.kind, decision.places[-1].row) for decision in reading.decisions] == [("order", 5)]
    assert [fact.on for fact in reading.people[0].facts] == [date(2026, 1, 13), date(2026, 1, 20), None, None]
    assert reading.people[0].stage == "training_booked"
    assert "read as the cell above it" in [flag.reason for flag in reading.people[0].flags]


def test_one_worker_writes_the_month_first(read_csv: Read) -> None:
    reading = read_csv(
        CONTACTS,
        contact("13/01/2026", "1st contact", ref="C-1", dob="14/06/1987", staff="Shell"),
        contact("14/01/2026", "EOI", ref="C-1", dob="06/14/1987", staff="Shell"),
        contact("14/01/2026", "EOI", ref="C-2", name="Bob Kin", dob="25/12/1990", staff="DT"),
        contact("15/01/2026", "EOI", ref="C-3", name="Cy Lee", dob="03/04/1990", staff="DT"),
        contact("15/01/2026", "EOI", ref="C-4", name="Di Moe", dob="03/04/1990", staff="Shell"),
        contact("16/01/2026", "chat done", ref="C-4", name="Di Moe", dob="03/04/1990", staff="DT"),
        contact("17/01/2026", "EOI", ref="C-5", name="Ed Noe", dob="03/04/1990", staff="Shell"),
    )
    births = {person.fields["ref"]: person.fields.get("date_of_birth") for person in reading.people}
    assert births == {"C-1": "1987-06-14", "C-2": "1990-12-25", "C-3": "1990-04-03", "C-4": "1990-04-03", "C-5": None}
    lost = next(person for person in reading.people if person.fields["ref"] == "C-5")
    assert [(flag.field, flag.suggestion) for flag in lost.flags] == [("date_of_birth", "1990-04-03 or 1990-03-04")]


def test_a_cell_too_many_in_a_csv_is_not_put_under_the_wrong_heading(read_csv: Read) -> None:
    reading = read_csv(CONTACTS, contact("13/01/2026", "1st contact"), [*contact("14/01/2026", "EOI"), "DT"])
    assert [(each.place.row, each.reason) for each in reading.rejected] == [
        (3, "The row has a cell too many: a mark inside a cell has moved what follows")
    ]
