"""Whom a name means that was typed without a page to look at: one person for certain, or some who may be meant."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from candidates.models.candidate import fold
from pathways.models import Course, Pathway, TrainingPlace
from pathways.queries.register import on_register
from pathways.queries.search import found_before, latest_cases, read_words, search
from pathways.scope import pathways, people
from pathways.workflow.pathway import Stage

#: Cases on which nothing new is written.
CLOSED_TO_NOTES = (Stage.MERGED, Stage.VOID)
MOST = 5
MERGED = "This person was put together with another record meanwhile. Look who goes on, and save it there."
GONE = "This person is no longer here, or no longer yours to see. Say who it is about, or leave it out."
ONE_OF_THESE = "More than one person may be meant, or the name is not quite theirs. Choose who it is about."
NOBODY = "Nobody whom you may see has this name. Put the name right, or leave it out."


@dataclass(frozen=True)
class Meant:
    """The one case that is meant; else why it is not certain, and those who may be meant."""

    case: Pathway | None = None
    why: str = ""
    maybe: list[Pathway] = field(default_factory=list)


def case_meant(user: object, uuid: str) -> Meant:
    """The case of an address that was open on the device."""
    case = pathways(user).filter(uuid=uuid).select_related("candidate", "programme").first()
    if case is None:
        return Meant(why=GONE)
    if case.stage not in CLOSED_TO_NOTES:
        return Meant(case)
    goes_on = pathways(user).filter(pk=case.merged_into_id).select_related("candidate", "programme")
    return Meant(why=MERGED if case.stage == Stage.MERGED else GONE, maybe=list(goes_on))


def person_meant(user: object, typed: str, *, page: str = "") -> Meant:
    """Whoever has exactly this name, when it is one person; `page` is the id of the person whose page was asked for, if any.

    A page alone proves nothing: it was not there to be looked at. Only where the name is theirs too are they meant.
    """
    name = fold(typed)
    if not name:
        return Meant(why=NOBODY)
    wanted = people(user).filter(uuid=page) if page else people(user).filter(folded_name__startswith=name)
    exact = [each.pk for each in wanted.order_by("id")[: 10 * MOST] if is_name_of(name, each)]
    cases = [case for case in latest_cases(user, exact).values() if case.stage not in CLOSED_TO_NOTES]
    if len(cases) == 1 and len(exact) == 1:
        return Meant(cases[0])
    alike = [] if read_words(typed).lacking else [(case.candidate_id, "") for case in search(user, typed).rows[:MOST]]
    found = found_before(user, [*[(pk, "") for pk in wanted.values_list("pk", flat=True) if page], *alike], more=False, kind="").rows
    return _choice(found)


def _choice(found: Iterable[Pathway]) -> Meant:
    maybe = list({case.pk: case for case in found if case.stage not in CLOSED_TO_NOTES}.values())
    return Meant(why=ONE_OF_THESE if maybe else NOBODY, maybe=maybe)


def is_name_of(folded: str, person: object) -> bool:
    """Whether it is somebody's name as it stands on their page, or with the name that they go by."""
    first, last, known = (getattr(person, name) for name in ("first_name", "last_name", "known_as"))
    return folded in {fold(f"{first} {last}"), fold(f"{known} {last}") if known else ""}


@dataclass(frozen=True)
class ThoseThere:
    """Names of a register from memory: the seats that they mean, and lines that mean nobody for certain."""

    places: list[TrainingPlace]
    unclear: list[str]


def those_there(user: object, course: Course, day: date, typed: str) -> ThoseThere:
    """Each line is a name: a whole one, or a first name that only one person on the course has."""
    seats = on_register(user, course, day)
    there: dict[int, TrainingPlace] = {}
    unclear = []
    for line in dict.fromkeys(re.split(r"[\n,;]+", typed)):
        name = fold(line)
        if not name:
            continue
        found = [seat for seat in seats if is_name_of(name, seat.pathway.candidate)]
        found = found or [seat for seat in seats if name in {fold(each) for each in _called(seat)}]
        if len(found) == 1:
            there[found[0].pk] = found[0]
        else:
            unclear.append(line.strip()[:80])
    return ThoseThere(list(there.values()), unclear)


def _called(seat: TrainingPlace) -> tuple[str, str]:
    return seat.pathway.candidate.first_name, seat.pathway.candidate.known_as
