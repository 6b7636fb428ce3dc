"""What a membership still holds: asked before it ends."""

from django.db.models import F, QuerySet

from accounts.models import Membership
from ground.templatetags.said import counted
from pathways.models import Pathway, Task
from pathways.models.task import TaskState
from pathways.scope import CASE_ROLES


def owned_by(membership: Membership) -> QuerySet[Pathway]:
    """Open cases that this membership owns, and that no other seat of the same person at the organisation could go on with."""
    if membership.role not in CASE_ROLES:
        return Pathway.objects.none()
    cases = Pathway.objects.open().filter(owner=membership.user_id, organisation=membership.organisation_id)
    others = Membership.objects.unscoped("the other seats of somebody whose right is about to end").filter(
        user=membership.user_id, organisation=membership.organisation_id, role__in=CASE_ROLES, ended_at__isnull=True, ends_on__isnull=True
    )
    for other in others.exclude(pk=membership.pk):
        cases = cases.none() if other.programme_id is None else cases.exclude(programme=other.programme_id)
    return cases if membership.programme_id is None else cases.filter(programme=membership.programme_id)


def owes_colleagues(*, membership: Membership) -> str:
    """Why the membership cannot end yet, or nothing: what a colleague gave them to do is not left on a desk that nobody opens."""
    if membership.role not in CASE_ROLES:
        return ""
    given = Task.objects.filter(assignee=membership.user_id, assigned_under=F("pathway__owner"), state=TaskState.OPEN)
    others = Membership.objects.unscoped("the other seats of somebody whose right is about to end").filter(
        user=membership.user_id, role__in=CASE_ROLES, ended_at__isnull=True, ends_on__isnull=True
    )
    number = 0 if others.exclude(pk=membership.pk).exists() else given.count()
    if not number:
        return ""
    return (
        f"{membership.user.name} still does {counted(number, 'thing')} for people whom colleagues hold. "
        "Give them to somebody else first, with “Give to a colleague” on the person’s page; then this can end."
    )


def holds_no_case(*, membership: Membership) -> str:
    """Why the membership cannot end yet, or nothing: a case is never left with somebody who cannot see it any more."""
    held = list(owned_by(membership).values_list("programme__name", flat=True).order_by("programme__name"))
    if not held:
        return ""
    where = ", ".join(dict.fromkeys(held))
    them = "it" if len(held) == 1 else "each of them"
    return (
        f"{membership.user.name} still owns {counted(len(held), 'open case')} in {where}. "
        f"A lead hands {them} over first, with “Hand over” on the person’s page; then this can end."
    )
