"""A troubled register of 40 rows, to try the import with: every kind of mess that real ones hold, and nobody real."""

import csv
import io
from datetime import date, timedelta

from candidates.models import Candidate, ContactRoute

HEADINGS = (
    "Ref", "Name", "DOB", "Mob no", "E-mail", "Postcode", "How heard", "Expression of interest", "Interview",
    "Training start", "Training end", "Job offer", "Start date", "Status", "Employer", "Ethnicity", "Comments",
)  # fmt: skip
#: How one hand writes a day, and the next.
SHAPES = ("%d/%m/%Y", "%d.%m.%y", "%Y-%m-%d", "%d %B %Y", "%d-%b-%y", "%a %d/%m/%Y")
STATUSES = (
    "Interested",
    "DNA x2",
    "Booked",
    "in training",
    "JOB READY",
    "Offered",
    "Started",
    "Withdrawn - health",
    "No contact",
    "on hold",
    "",
)
NAMES = (
    "Orla Pendry", "HAMID SAROOSH", "Wren, Tilda", "mr Dev Acharya", "Nkem Obiora", "Ottoline Grice", "Bartek Wilk", "Shirin Vaziri",
    "Colm Darragh", "Zhara Idle", "Pete ‘Pip’ Hallam", "Renée Duchêne", "José Almará", "Agnes Tull", "Devon Marsh", "Iman Guled",
    "Jo Penhale", "Kit Rowntree", "Lata Menghani", "Mick Fallon", "Nia Prosser", "Otis Bellfield", "Pia Sandoval", "Quentin Ash",
    "Ruth Vinter", "Sol Abiodun",
)  # fmt: skip
PHONES = (
    "07700 900{n}", "+44 7700 900{n}", "07700900{n} (mum)", "7700900{n}", "07700 900{n} / 0121 496 0{n}", "none", "ask at the hostel", "",
)  # fmt: skip
POSTCODES = ("B0 1AA", "b01ab", "B0 1AD ", "BO 1AE", "B0  1AF", "", "n/a", "ZZ99 3VZ")
ETHNICITIES = ("Asian - Pakistani", "White British", "prefer not to say", "", "A", "Black African", "Any other")


def register_sample(*, today: date) -> bytes:
    """The file: cp1252 CSV with title rows, a blank row, 40 rows of people and a totals row. Some are people of the demo."""
    out = io.StringIO(newline="")
    sheet = csv.writer(out, delimiter=";")
    sheet.writerow(["I Can outreach register - Heartwood", *[""] * (len(HEADINGS) - 1)])
    sheet.writerow([f"Printed {today:%d/%m/%Y}", *[""] * (len(HEADINGS) - 1)])
    sheet.writerow([""] * len(HEADINGS))
    sheet.writerow(HEADINGS)
    rows = [*_known(today), *_impossible(today)]
    rows += [_row(place, name, today) for place, name in enumerate(NAMES)]
    rows.append(list(rows[len(rows) // 2]))  # the same row twice
    for row in rows[:40]:
        sheet.writerow(row)
    sheet.writerow(["Total", str(len(rows[:40])), *[""] * (len(HEADINGS) - 2)])
    return out.getvalue().encode("cp1252")


def _day(place: int, today: date, ago: int) -> str:
    return (today - timedelta(days=ago)).strftime(SHAPES[place % len(SHAPES)])


def _row(place: int, name: str, today: date) -> list[str]:
    """Somebody new, in one hand or another, as far as they got."""
    far = place % 7
    ago = 200 - place * 3
    steps = [_day(place + step, today, ago - step * 18) if step <= far else "" for step in range(6)]
    if place == 9:
        steps[0] = (today - timedelta(days=ago)).strftime("%b %Y")
    birth = date(1970 + place, 1 + place % 12, 1 + place % 27)
    return [
        f"HW/{place + 100}",
        name,
        "" if place % 5 == 4 else birth.strftime(SHAPES[place % 3]),
        PHONES[place % len(PHONES)].format(n=f"{960 + place:03d}"),
        f"person{place}@example.org" if place % 3 == 0 else "",
        POSTCODES[place % len(POSTCODES)],
        ("Stall", "word of mouth", "JCP", "")[place % 4],
        *steps,
        STATUSES[place % len(STATUSES)],
        ("Arden Vale Hospitals", "Arden Vale hosp.", "", "Castle Bridge Care Homes")[place % 4] if far >= 5 else "",
        ETHNICITIES[place % len(ETHNICITIES)],
        ("rang twice", "", "=see sheet 2", "mum has the phone")[place % 4],
    ]


def _line(**said: str) -> list[str]:
    """A row by the names of its columns, which are said here in small letters and underscores."""
    return [said.get(heading.lower().replace(" ", "_").replace("-", "_"), "") for heading in HEADINGS]


def _impossible(today: date) -> list[list[str]]:
    """Rows that cannot go in as they are."""
    to_come = (today + timedelta(days=90)).strftime("%d/%m/%Y")
    soon, before = _day(0, today, 40), _day(0, today, 90)
    return [
        _line(
            ref="HW/60",
            name="Vic Tranter",
            mob_no="07700 900950",
            expression_of_interest="31.02.2026",
            status="Interested",
            comments="no such day",
        ),
        _line(
            ref="HW/61",
            name="Una Corless",
            mob_no="07700 900951",
            expression_of_interest=to_come,
            status="Interested",
            comments="a day to come",
        ),
        _line(
            ref="HW/62",
            name="Theo Blick",
            mob_no="07700 900952",
            expression_of_interest=soon,
            job_offer=soon,
            start_date=before,
            status="Started",
        ),
        _line(ref="HW/63", name="Sal Merrin", mob_no="07700 900953", expression_of_interest=before, job_offer="45/01/2026"),
        _line(ref="HW/64", mob_no="07700 900954", expression_of_interest="TBC", status="??", comments="nobody knows"),
    ]


def _known(today: date) -> list[list[str]]:
    """People of the demo, as another hand would have them: the same phone, another spelling, a later step."""
    routes = ContactRoute.objects.filter(kind="mobile", is_shared=False, ended_on__isnull=True).select_related("candidate")
    certain = routes.filter(candidate__date_of_birth__isnull=False, candidate__birth_quality="exact").order_by("-id")[:8]
    return [
        _line(
            ref=f"HW/{place + 1}",
            name=_spelt(route.candidate, place),
            dob=f"{route.candidate.date_of_birth:%d/%m/%Y}" if place % 3 else "",
            mob_no="0" + route.value[3:],
            how_heard="Stall",
            expression_of_interest=_day(place, today, 60 + place),
            status="Interested",
            comments="on the other list too?",
        )
        for place, route in enumerate(certain)
    ]


def _spelt(person: Candidate, place: int) -> str:
    """A name in one of the ways that registers hold it."""
    first, last = person.first_name, person.last_name
    return (f"{first} {last}", f"{first} {last}".upper(), f"{last}, {first}", f"{first[0]} {last}")[place % 4]
