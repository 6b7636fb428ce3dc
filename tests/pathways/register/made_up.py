"""Rows of registers that nobody kept, and what a reading makes of them."""

from collections.abc import Callable
from datetime import date

from pathways.backends.register.reading import Reading

TODAY = date(2026, 11, 21)
Read = Callable[..., Reading]
PHASES = [
    "Ref",
    "Name",
    "DOB",
    "Mobile",
    "Postcode",
    "1st contact",
    "EOI",
    "Chat",
    "Course start",
    "Course end",
    "Offer",
    "Start",
    "6m check",
    "Left",
    "Status",
]


def phase_row(**said: str) -> list[str]:
    whole = {
        "Ref": "R1",
        "Name": "Ann Other",
        "DOB": "14/06/1987",
        "Mobile": "07700 900123",
        "1st contact": "13/01/2026",
        "EOI": "20/01/2026",
    }
    return [({**whole, **{name.replace("_", " "): value for name, value in said.items()}}).get(heading, "") for heading in PHASES]


def steps(reading: Reading, index: int = 0) -> list[tuple[str, str | None, str]]:
    return [(fact.step, fact.on and fact.on.isoformat(), fact.quality) for fact in reading.people[index].facts]


CONTACTS = ["Date", "Client ref", "Name", "Tel", "DOB", "Status", "Employer", "Notes", "Staff"]


def contact(
    on: str, status: str, *, ref: str = "C-1", name: str = "Ann Other", tel: str = "", dob: str = "", staff: str = "DT", employer: str = ""
) -> list[str]:
    return [on, ref, name, tel, dob, status, employer, "", staff]
