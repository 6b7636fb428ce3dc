"""Who must not see a person, and who could be kept from seeing them."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.choices import Role
from accounts.models import ConflictBlock, Membership, User
from candidates.models import Candidate
from pathways.models import Interview, Pathway, Task
from pathways.models.task import TaskState
from pathways.queries.company import cases_of, with_any_key
from pathways.workflow.interview import InterviewStage

#: Roles whose rows are people: an administrator sees none.
SEE_PEOPLE = (Role.PROGRAMME_LEAD, Role.OUTREACH_WORKER, Role.TRAINER, Role.EMPLOYER)


def standing_of(person: Candidate, *, today: date) -> QuerySet[ConflictBlock]:
    """Who must not see the person today or from a day to come, by name; whichever of their records it was set on."""
    records = cases_of(person).order_by().values("candidate__uuid")
    rows = ConflictBlock.objects.filter(Q(to_on__isnull=True) | Q(to_on__gte=today), person__in=records, ended_at__isnull=True)
    return rows.select_related("user", "set_by").order_by("user__name", "id")


def kept_from(people: Collection[UUID] | QuerySet, *, today: date) -> QuerySet:
    """Ids of users who must not see one of these people."""
    return ConflictBlock.objects.standing(today).filter(person__in=people).order_by().values("user")


def people_of(cases: Collection[int]) -> QuerySet:
    """Public ids of the people of these cases, of all their records."""
    return Pathway.objects.filter(with_any_key(Pathway.objects.filter(pk__in=cases))).order_by().values("candidate__uuid")


def who_could_see(person: Candidate, *, programmes: Collection[int], today: date) -> list[User]:
    """Everybody whose seat reaches one of these programmes now, at whichever organisation, by name; two queries."""
    cases = cases_of(person).filter(programme__in=programmes).select_related("programme")
    reach = Q(programme__in=programmes)
    for case in cases:
        reach |= Q(programme__isnull=True, organisation__in={case.programme.organisation_id, *case.programme.taking_part})
    seats = Membership.objects.unscoped("users who could see a person").current(today).filter(reach, role__in=SEE_PEOPLE)
    found = User.objects.unscoped("users who could see a person").filter(pk__in=seats.values("user"), is_active=True)
    return list(found.order_by("name", "id"))


def what_they_do_for(user: User, person: Candidate) -> str:
    """Why somebody cannot be kept from a person yet: they hold the case, or something is still theirs to do. Empty when nothing is."""
    cases = cases_of(person)
    if cases.open().filter(owner=user).exists():
        return f"{user.name} holds this person: hand the person over to somebody else first."
    if Interview.objects.filter(pathway__in=cases, stage=InterviewStage.BOOKED, host=user).exists():
        return f"{user.name} holds a chat with this person: give the chat another host first."
    if Task.objects.filter(pathway__in=cases, state=TaskState.OPEN, assignee=user).exists():
        return f"{user.name} still has something to do for this person: give it to somebody else first."
    return ""
