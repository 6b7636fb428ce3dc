"""Who may do what with a career heading. One seat gives both the row and the verb; no heading, no."""

import rules

from accounts.choices import Role
from accounts.desk import Desk, Seat, desk_of
from employers.models import CareerHeading
from ground.actor import Actor
from ground.door import NotYours

#: To post an opening and put it right; to take a step on it.
WRITE, MOVE = "employers.write_heading", "employers.move_heading"


def _reaches(seat: Seat, heading: CareerHeading) -> bool:
    """Whether the opening is the seat's: an employer's own, in the programme it names if it does; else of its programmes."""
    if seat.role == Role.EMPLOYER:
        return seat.organisation_id == heading.organisation_id and seat.programme_id in (None, heading.programme_id)
    return seat.programmes_of().filter(pk=heading.programme_id).exists()


def actor_on(desk: Desk, heading: CareerHeading, *roles: str) -> Actor:
    """Who acts on the opening: the first seat in the order of these roles that reaches it. Raises NotYours when none does."""
    for role in roles:
        for seat in desk.seats_as(role):
            if _reaches(seat, heading):
                return desk.actor_of(seat)
    raise NotYours()


def _by_a_seat(user: object, heading: CareerHeading | None, role: str) -> bool:
    desk = desk_of(user)
    if heading is None or desk is None:
        return False
    return any(_reaches(seat, heading) for seat in desk.seats_as(role))


@rules.predicate
def is_own_heading(user: object, heading: CareerHeading | None) -> bool:
    """An employer's own opening, in the programme of their seat where it names one."""
    return _by_a_seat(user, heading, Role.EMPLOYER)


@rules.predicate
def leads_its_programme(user: object, heading: CareerHeading | None) -> bool:
    """A lead looks after every opening of the programme."""
    return _by_a_seat(user, heading, Role.PROGRAMME_LEAD)


@rules.predicate
def works_in_its_programme(user: object, heading: CareerHeading | None) -> bool:
    """A worker may pass on the employer's word about an opening."""
    return _by_a_seat(user, heading, Role.OUTREACH_WORKER)


rules.add_perm(WRITE, is_own_heading | leads_its_programme)
rules.add_perm(MOVE, is_own_heading | leads_its_programme | works_in_its_programme)
