"""Who else could hold a case, or do something about it."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from accounts.choices import Role
from accounts.models import Cover, Membership, User
from pathways.models import Pathway
from pathways.queries.block import kept_from, people_of
from pathways.scope import CASE_ROLES


def may_do(case: Pathway, *, today: date) -> list[User]:
    """Workers of the case's organisation in its programme, and the programme's leads, by name; two queries.

    Nobody is among them who must not see the person.

    Where a programme shows workers their own caseload alone, the case's holder, who covers their desk today, and the leads.
    """
    worker = Q(role=Role.OUTREACH_WORKER, organisation=case.organisation_id)
    if case.programme.caseload_only:
        covers = Cover.objects.running(today).filter(holder=case.owner_id, organisation=case.organisation_id)
        worker &= Q(user=case.owner_id) | Q(user__in=covers.values("coverer"))
    partners = {case.programme.organisation_id, *case.programme.taking_part}
    reach = Q(programme=case.programme_id) | Q(programme__isnull=True, organisation__in=partners)
    seats = Membership.objects.unscoped("workers who may hold a case").current(today)
    seats = seats.filter(worker | Q(role=Role.PROGRAMME_LEAD), reach).exclude(user__in=kept_from(people_of([case.pk]), today=today))
    found = User.objects.unscoped("workers who may hold a case").filter(pk__in=seats.values("user"), is_active=True)
    return list(found.order_by("name", "id"))


def may_hold(*, organisation: int | None, programmes: Collection[int], today: date, cases: Collection[int] = ()) -> list[User]:
    """Workers and leads of the organisation whose seats reach each of these programmes now, by name; one query.

    Where `cases` says which people are meant: nobody who must not see one of them.
    """
    seats = Membership.objects.unscoped("workers who may hold a case").filter(organisation=organisation, role__in=CASE_ROLES).current(today)
    if cases:
        seats = seats.exclude(user__in=kept_from(people_of(cases), today=today))
    found = User.objects.unscoped("workers who may hold a case").filter(pk__in=seats.values("user"), is_active=True)
    for programme in sorted(set(programmes)):
        reach = Q(programme__isnull=True) | Q(programme=programme)
        found = found.filter(pk__in=seats.filter(reach).values("user"))
    return list(found.order_by("name", "id"))
