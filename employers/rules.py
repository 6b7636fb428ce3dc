"""Who may do what with a career heading. One seat gives both the row and the verb; no heading, no."""

import rules

from accounts.choices import Role
from accounts.desk import desk_of
from employers.models import CareerHeading

#: To post an opening and put it right; to take a step on it.
WRITE, MOVE = "employers.write_heading", "employers.move_heading"


@rules.predicate
def is_own_heading(user: object, heading: CareerHeading | None) -> bool:
    """An employer's own opening, in the programme of their seat where it names one."""
    desk = desk_of(user)
    if heading is None or desk is None:
        return False
    return any(
        seat.organisation_id == heading.organisation_id and seat.programme_id in (None, heading.programme_id)
        for seat in desk.seats_as(Role.EMPLOYER)
    )


def _in_programme(user: object, heading: CareerHeading | None, role: str) -> bool:
    desk = desk_of(user)
    if heading is None or desk is None:
        return False
    return any(seat.programmes_of().filter(pk=heading.programme_id).exists() for seat in desk.seats_as(role))


@rules.predicate
def leads_its_programme(user: object, heading: CareerHeading | None) -> bool:
    """A lead looks after every opening of the programme."""
    return _in_programme(user, heading, Role.PROGRAMME_LEAD)


@rules.predicate
def works_in_its_programme(user: object, heading: CareerHeading | None) -> bool:
    """A worker may pass on the employer's word about an opening."""
    return _in_programme(user, heading, Role.OUTREACH_WORKER)


rules.add_perm(WRITE, is_own_heading | leads_its_programme)
rules.add_perm(MOVE, is_own_heading | leads_its_programme | works_in_its_programme)
