"""What pages ask of openings, and how pay stands in words."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet

from accounts.choices import Role
from accounts.desk import desk_of
from accounts.models import Audit, Organisation, Programme, ProgrammePartner
from employers.choices import PayGrade, PayUnit, RateCode
from employers.models import CareerHeading
from employers.services.heading import ASK_AFTER
from employers.services.pay import grade, hourly, rates_on
from employers.workflow.heading import OPEN, HeadingStage
from ground.templatetags.said import money


@dataclass(frozen=True)
class Order:
    """One way to sort the list."""

    words: str
    keys: tuple[str, ...]


ORDERS = {
    "": Order("Newest first", ("-posted_on", "-id")),
    "title": Order("Job title", ("title", "id")),
    "start_by": Order("Start by", ("start_by", "id")),
    "confirmed": Order("Longest unconfirmed first", ("confirmed_on", "id")),
}


def headings(*, user: object, words: str = "", stage: str = "", family: str = "") -> QuerySet[CareerHeading]:
    """Openings in sight, with all that the list shows; open ones unless told."""
    rows = CareerHeading.objects.for_user(user).select_related("organisation", "family", "programme")
    if stage == "":
        rows = rows.filter(stage__in=OPEN)
    elif stage != "all":
        rows = rows.filter(stage=stage)
    if family:
        rows = rows.filter(family__code=family)
    if words:
        rows = rows.filter(Q(title__icontains=words) | Q(site__icontains=words) | Q(organisation__name__icontains=words))
    return rows


def to_confirm(heading: CareerHeading, *, today: date) -> bool:
    """Whether it is time to ask: is this still true?"""
    if heading.stage == HeadingStage.STALE:
        return True
    return heading.stage == HeadingStage.OPEN and heading.confirmed_on is not None and heading.confirmed_on + ASK_AFTER <= today


def count_open(*, user: object, today: date) -> tuple[int, int]:
    """How many openings in sight are open, and how many of those are to be confirmed."""
    rows = CareerHeading.objects.for_user(user).open()
    asked = Q(stage=HeadingStage.STALE) | Q(confirmed_on__lte=today - ASK_AFTER)
    found = rows.aggregate(all=Count("pk"), asked=Count("pk", filter=asked))
    return found["all"], found["asked"]


def held_against(pay: Decimal | None, unit: str, *, on: date) -> str:
    """How pay stands that day, in a sentence; nothing where there is nothing to hold it against."""
    verdict = grade(pay=pay, unit=unit, on=on)
    if pay is None or verdict == PayGrade.UNKNOWN:
        return ""
    rates = rates_on(on)
    about = f"About {money(hourly(pay=pay, unit=unit))} an hour. " if unit == PayUnit.YEAR else ""
    if verdict == PayGrade.BELOW:
        return f"{about}Under the legal minimum of {money(rates[RateCode.NATIONAL])} an hour for people of 21 and over."
    if verdict == PayGrade.REAL:
        return f"{about}At or above the real Living Wage of {money(rates[RateCode.REAL_UK])} an hour."
    real = f", and under the real Living Wage of {money(rates[RateCode.REAL_UK])}" if RateCode.REAL_UK in rates else ""
    return f"{about}Above the legal minimum of {money(rates[RateCode.NATIONAL])} an hour{real}. That is allowed."


def is_below(pay: Decimal, unit: str, *, on: date) -> bool:
    """Whether pay is under the legal minimum for people of 21 and over that day."""
    return grade(pay=pay, unit=unit, on=on) == PayGrade.BELOW


def employers_for(user: object) -> list[Organisation]:
    """For whom this user may post: their own organisation, or for a lead the employers that take part in the programme."""
    desk = desk_of(user)
    if desk is None:
        return []
    ids = [seat.organisation_id for seat in desk.seats_as(Role.EMPLOYER)]
    rows = Organisation.objects.unscoped("the user's own organisation, or employers of a lead's programmes")
    if ids:
        return list(rows.filter(pk__in=ids).order_by("name", "id"))
    programmes = [programme.pk for programme in programmes_for(user)]
    partners = ProgrammePartner.objects.filter(programme__in=programmes, ends_on__isnull=True).values("organisation")
    return list(rows.filter(pk__in=partners, kinds__contains=["employer"]).order_by("name", "id"))


def programmes_for(user: object) -> list[Programme]:
    """In which programmes this user may post an opening."""
    desk = desk_of(user)
    if desk is None:
        return []
    seen = Q(pk__in=[])
    for seat in desk.seats_as(Role.EMPLOYER, Role.PROGRAMME_LEAD):
        seen |= Q(pk__in=seat.programmes_of())
    return list(Programme.objects.unscoped("those of the user's own seats").filter(seen).order_by("name", "id"))


def changed_by(heading: CareerHeading, *, user: object) -> str:
    """Who changed an opening last: a colleague by name, others by their organisation."""
    desk = desk_of(user)
    last = Audit.objects.filter(object_kind="employers.careerheading", object=heading.uuid).order_by("-id").select_related("actor").first()
    if last is None or desk is None or last.actor is None or last.organisation_id is None:
        return ""
    if last.organisation_id == desk.organisation_id:
        return str(last.actor.name)
    organisation = Organisation.objects.unscoped("the name of who changed an opening").filter(pk=last.organisation_id).first()
    return organisation.name if organisation else ""
