"""A desk: the memberships a signed-in person works with in one request.

Read at each request, kept nowhere. A right is never put together from two seats: one seat gives both the row and the verb.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.apps import apps
from django.db.models import Q, QuerySet

from ground.actor import Actor, Kind
from ground.door import NotYours

if TYPE_CHECKING:
    from accounts.models import Organisation, Programme


#: What the log calls somebody in this role.
KIND_OF: Final[dict[str, Kind]] = {
    "administrator": "administrator",
    "programme_lead": "lead",
    "outreach_worker": "worker",
    "trainer": "trainer",
    "employer": "employer",
}


class _All:
    """Every programme of the organisation."""

    def __repr__(self) -> str:
        return "ALL"


ALL: Final = _All()


@dataclass(frozen=True)
class Seat:
    """One current membership."""

    membership_id: int
    role: str
    organisation_id: int
    programme_id: int | None = None
    marks: frozenset[str] = field(default_factory=frozenset)

    def programmes_of(self) -> QuerySet[Programme, Any]:
        """The programmes this seat reaches: its own, or all in which its organisation takes part."""
        programmes = apps.get_model("accounts", "Programme")._base_manager
        if self.programme_id is not None:
            return programmes.filter(pk=self.programme_id).values("pk")
        partners = apps.get_model("accounts", "ProgrammePartner")._base_manager
        joined = partners.filter(organisation=self.organisation_id, ends_on__isnull=True).values("programme")
        return programmes.filter(Q(organisation=self.organisation_id) | Q(pk__in=joined)).values("pk")

    def organisations_of(self) -> QuerySet[Organisation, Any]:
        """The organisations an administrator's seat looks after: its own, and partners in programmes it is accountable for."""
        organisations = apps.get_model("accounts", "Organisation")._base_manager
        partners = apps.get_model("accounts", "ProgrammePartner")._base_manager
        joined = partners.filter(programme__organisation=self.organisation_id, ends_on__isnull=True).values("organisation")
        return organisations.filter(Q(pk=self.organisation_id) | Q(pk__in=joined)).values("pk")


@dataclass(frozen=True)
class Desk:
    """Whom somebody works for now, and in which roles."""

    user_id: int
    organisation_id: int
    seats: tuple[Seat, ...] = ()
    #: Whose desks are looked after today, besides one's own.
    covers: frozenset[int] = frozenset()
    #: People whom this user must never see, by their public ids.
    blocks: frozenset[UUID] = frozenset()

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(seat.role for seat in self.seats)

    def has(self, *roles: str) -> bool:
        """Whether one of these roles is held."""
        return bool(self.roles.intersection(roles))

    def seats_as(self, *roles: str) -> tuple[Seat, ...]:
        return tuple(seat for seat in self.seats if seat.role in roles)

    def seat(self, *roles: str) -> Seat | None:
        """The first seat in the order of the roles asked for."""
        for role in roles:
            for seat in self.seats:
                if seat.role == role:
                    return seat
        return None

    def programme_ids(self, *roles: str) -> list[int] | _All:
        """The programmes named by the seats in these roles; ALL when one of them is for the whole organisation."""
        seats = self.seats_as(*roles)
        if any(seat.programme_id is None for seat in seats):
            return ALL
        return sorted({seat.programme_id for seat in seats if seat.programme_id is not None})

    def actor(self, *roles: str) -> Actor:
        """Who acts, by the first seat held among these roles (any role when none is named)."""
        seat = self.seat(*roles) if roles else (self.seats[0] if self.seats else None)
        if seat is None:
            raise NotYours()
        return self.actor_of(seat)

    def actor_of(self, seat: Seat) -> Actor:
        """Who acts by this seat and no other."""
        return Actor(
            kind=KIND_OF[seat.role],
            user_id=self.user_id,
            membership_id=seat.membership_id,
            organisation_id=seat.organisation_id,
            programme_id=seat.programme_id,
            covers=self.covers,
        )

    def actors(self, *roles: str) -> list[Actor]:
        """One actor for each seat in these roles, in the order of the roles."""
        return [self.actor_of(seat) for role in roles for seat in self.seats_as(role)]

    def marked(self, mark: str, *roles: str) -> bool:
        """Whether a seat in one of these roles carries the mark."""
        return any(mark in seat.marks for seat in self.seats_as(*roles))


def desk_of(user: object) -> Desk | None:
    """The desk of a signed-in, active person with at least one seat; otherwise None, which sees nothing."""
    if user is None or not getattr(user, "is_authenticated", False) or not getattr(user, "is_active", False):
        return None
    desk = getattr(user, "desk", None)
    return desk if isinstance(desk, Desk) and desk.seats else None
