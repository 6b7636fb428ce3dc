"""Cover from one day to another: a desk is shared while its holder is away, and afterwards it is not."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import Cover, Membership, Organisation, Programme, User
from accounts.services.audit import note, service
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Conflict, NotYours, Refused
from ground.templatetags.said import day as said_day
from pathways.models import Pathway, Task
from pathways.models.task import TaskState
from pathways.queries.colleagues import may_hold
from pathways.rules import may_end_cover, may_set_cover
from pathways.scope import CASE_ROLES


@service("cover.set")
def set_cover(*, holder: User, coverer: User, organisation: Organisation, from_on: date, to_on: date, by: Actor, at: datetime) -> Cover:
    """From one day to another, both included, a colleague sees somebody's people and does for them what their holder may.

    By the holder, or a lead of every programme in which people are on the desk; to a colleague whose own seats reach those.
    Raises Refused with a sentence at its field, NotYours.
    """
    today = today_london(at)
    _refuse_days(from_on, to_on, today)
    programmes = _programmes_on(holder, organisation)
    if not may_set_cover(by, holder=holder.pk, organisation=organisation.pk, programmes=programmes):
        if by.kind == "lead":
            raise Refused("They hold people in a programme that you do not lead: they set their own cover.", field="holder")
        raise NotYours("Whose desk it is says who covers it, or a lead.")
    if holder.pk == coverer.pk:
        raise Refused("Nobody covers their own desk: choose a colleague.", field="coverer")
    _refuse_without_seat(holder, organisation, today, to_on=today, field="holder")
    _refuse_without_seat(coverer, organisation, today, to_on=to_on, field="to_on")
    if all(each.pk != coverer.pk for each in may_hold(organisation=organisation.pk, programmes=programmes, today=today)):
        names = ", ".join(Programme.objects.filter(pk__in=programmes).order_by("name").values_list("name", flat=True))
        raise Refused(f"{coverer.name} has no seat on each programme in which people are on this desk: {names}.", field="coverer")
    try:
        with transaction.atomic():
            return Cover.objects.create(
                holder=holder,
                coverer=coverer,
                organisation=organisation,
                from_on=from_on,
                to_on=to_on,
                made_by_id=by.user_id,
                created_at=at,
            )
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") != "cover_once_at_a_time":
            raise
        raise Refused(f"{coverer.name} covers this desk in some of these days already.", field="from_on") from error


def _refuse_days(from_on: date, to_on: date, today: date) -> None:
    if to_on < from_on:
        raise Refused("The last day cannot be before the first.", field="to_on")
    if to_on < today:
        raise Refused("That day is over: choose today or a day to come.", field="to_on")


def _programmes_on(holder: User, organisation: Organisation) -> list[int]:
    """Where people are on this desk now."""
    held = Pathway.objects.open().filter(owner=holder, organisation=organisation)
    return sorted(held.order_by().values_list("programme", flat=True).distinct())


def _refuse_without_seat(user: User, organisation: Organisation, today: date, *, to_on: date, field: str) -> None:
    """Whoever has a desk and whoever covers it works here now; who covers it, to the last day."""
    seats = Membership.objects.current(today).filter(user=user, organisation=organisation, role__in=CASE_ROLES, user__is_active=True)
    ends = list(seats.values_list("ends_on", flat=True))
    if not ends:
        raise Refused(f"{user.name} has no desk here now.", field="coverer" if field == "to_on" else field)
    last = None if None in ends else max(day for day in ends if day is not None)
    if last is not None and last < to_on:
        raise Refused(f"{user.name} works here until {said_day(last)}: choose that day or an earlier one, or somebody else.", field=field)


@service("cover.end")
def end_cover(*, cover: Cover, version: int, by: Actor, at: datetime) -> Cover:
    """It ends now: at the next request the desk is its holder's alone. Raises Conflict when it has ended, NotYours."""
    if not may_end_cover(by, cover=cover):
        raise NotYours()
    cover = Cover.objects.select_for_update(no_key=True, of=("self",)).select_related("holder", "coverer").get(pk=cover.pk)
    if cover.ended_at is not None or cover.to_on < today_london(at):
        raise Conflict("This cover has ended already.")
    cover.change(version=version, ended_at=at, ended_by_id=by.user_id)
    give_back(cover)
    note(fields=["ended_at", "ended_by"])
    return cover


def over(*, today: date) -> list[int]:
    """Covers whose last day has passed, and of which nobody has noted yet that they are over."""
    return list(Cover.objects.unscoped("covers that are over").filter(to_on__lt=today, ended_at__isnull=True).values_list("pk", flat=True))


@transaction.atomic
def note_that_it_is_over(*, cover: int, at: datetime) -> bool:
    """Its last day has passed; nobody had sight by it since."""
    found = Cover.objects.select_for_update(no_key=True).get(pk=cover)
    if found.ended_at is not None or found.to_on >= today_london(at):
        return False
    found.change(version=found.version, ended_at=at)
    give_back(found)
    return True


def give_back(cover: Cover) -> None:
    """What the holder gave the coverer to do goes back, where the coverer sees the person no more: workers see their own people alone."""
    given = Task.objects.filter(
        assignee=cover.coverer_id, assigned_under=cover.holder_id, pathway__owner=cover.holder_id, state=TaskState.OPEN
    )
    narrow = given.filter(pathway__programme__caseload_only=True, pathway__organisation=cover.organisation_id)
    ids = list(narrow.order_by("pk").values_list("pk", flat=True))
    Task.objects.filter(pk__in=ids).update(assignee=None, assigned_under=None, version=F("version") + 1)
