"""Who may do what in accounts. One seat gives both the row and the verb; no object, no."""

from __future__ import annotations

from dataclasses import dataclass

import rules
from django.db.models import Q, QuerySet

from accounts.choices import OrganisationKind, Role
from accounts.desk import Seat, desk_of
from accounts.models import Invitation, Membership, Organisation, Programme


@dataclass(frozen=True)
class Opening:
    """A right that somebody is about to give: in which organisation, as what, on which programme."""

    organisation: Organisation
    role: str
    programme: Programme | None


@dataclass(frozen=True)
class Openings:
    """What somebody may choose from when they let a colleague in; the rules above decide again on what was chosen."""

    roles: list[str]
    organisations: QuerySet[Organisation]
    programmes: QuerySet[Programme]
    #: Whether one programme must be named, rather than all of the organisation.
    one_programme: bool


def openings(user: object) -> Openings:
    """An administrator's organisations and every role; a lead's programmes and workers of delivery partners; an employer's own people."""
    desk = desk_of(user)
    organisations, programmes = Organisation.objects.for_user(user), Programme.objects.for_user(user)
    if desk is None:
        return Openings([], organisations.none(), programmes.none(), one_programme=False)
    if looked_after := desk.seats_as(Role.ADMINISTRATOR):
        seen = Q(pk__in=[])
        for seat in looked_after:
            seen |= Q(pk__in=seat.organisations_of())
        return Openings(list(Role.values), organisations.filter(seen), programmes, one_programme=False)
    if led := desk.seats_as(Role.PROGRAMME_LEAD):
        seen = Q(pk__in=[])
        for seat in led:
            seen |= Q(pk__in=seat.programmes_of())
        delivering = organisations.filter(kinds__contains=[OrganisationKind.DELIVERY])
        return Openings([Role.OUTREACH_WORKER], delivering, programmes.filter(seen), one_programme=True)
    return Openings([Role.EMPLOYER], organisations.filter(pk=desk.organisation_id), programmes.none(), one_programme=False)


def _administers(user: object, organisation: Organisation) -> bool:
    desk = desk_of(user)
    if desk is None:
        return False
    return any(seat.organisations_of().filter(pk=organisation.pk).exists() for seat in desk.seats_as(Role.ADMINISTRATOR))


@rules.predicate
def administers(user: object, row: Opening | Membership | Invitation | None) -> bool:
    return row is not None and _administers(user, row.organisation)


@rules.predicate
def leads_its_programme(user: object, opening: Opening | None) -> bool:
    """A lead lets outreach workers into the programmes of their own seat."""
    desk = desk_of(user)
    if opening is None or desk is None or opening.role != Role.OUTREACH_WORKER or opening.programme is None:
        return False
    return any(seat.programmes_of().filter(pk=opening.programme.pk).exists() for seat in desk.seats_as(Role.PROGRAMME_LEAD))


@rules.predicate
def is_employers_colleague(user: object, opening: Opening | None) -> bool:
    """An employer's people let in colleagues of their own organisation."""
    desk = desk_of(user)
    if opening is None or desk is None or opening.role != Role.EMPLOYER or opening.programme is not None:
        return False
    return any(seat.organisation_id == opening.organisation.pk for seat in desk.seats_as(Role.EMPLOYER))


def programmes_ruled(user: object) -> QuerySet[Programme]:
    """The programmes whose rules the user may read: those of a lead's and an administrator's seats."""
    desk = desk_of(user)
    seen = Q(pk__in=[])
    for seat in desk.seats_as(Role.PROGRAMME_LEAD, Role.ADMINISTRATOR) if desk is not None else ():
        seen |= Q(pk__in=seat.programmes_of())
    return Programme.objects.for_user(user).filter(seen)


def ruler(user: object, programme: Programme) -> Seat | None:
    """The seat by which somebody may set a programme's rules: its lead's, or an administrator's of the organisation accountable for it."""
    desk = desk_of(user)
    if desk is None:
        return None
    for seat in desk.seats_as(Role.PROGRAMME_LEAD):
        if seat.programmes_of().filter(pk=programme.pk).exists():
            return seat
    for seat in desk.seats_as(Role.ADMINISTRATOR):
        if seat.organisation_id == programme.organisation_id and seat.programme_id in {None, programme.pk}:
            return seat
    return None


@rules.predicate
def may_rule(user: object, programme: Programme | None) -> bool:
    return programme is not None and ruler(user, programme) is not None


rules.add_perm("accounts.set_rules", may_rule)
rules.add_perm("accounts.invite", administers | leads_its_programme | is_employers_colleague)
rules.add_perm("accounts.end_membership", administers)
rules.add_perm("accounts.cancel_invitation", administers)
rules.add_perm("accounts.take_away_second_factor", administers)
