"""The public form: whose it is, and what it offers."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from accounts.models import Organisation, PrivacyNotice, Programme, User
from employers.models import JobFamily
from outreach.models import Event
from pathways.queries.colleagues import may_hold


@dataclass(frozen=True)
class PublicForm:
    """What one opening of the form shows: the programme that it leads to, the notice that it shows, and the kinds of work."""

    programme: Programme
    organisation: Organisation
    event: Event | None
    code_ended: bool
    notice: PrivacyNotice | None
    families: list[JobFamily]


def public_form(*, code: str, language: str, today: date) -> PublicForm | None:
    """The form behind this code, or behind none; None when no programme is running. A code that is over leads to the programme."""
    event = Event.objects.filter(code__iexact=code).select_related("programme__organisation", "organisation").first() if code else None
    programme = event.programme if event is not None and _runs(event.programme, today) else first_programme(today)
    if programme is None:
        return None
    live = event is not None and event.programme_id == programme.pk and event.is_open_on(today)
    return PublicForm(
        programme=programme,
        organisation=event.organisation if live and event is not None else programme.organisation,
        event=event if live else None,
        code_ended=bool(code) and not live,
        notice=notice_of(programme, language=language, today=today),
        families=list(JobFamily.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today)),
    )


def _runs(programme: Programme, today: date) -> bool:
    return programme.starts_on <= today and (programme.ends_on is None or programme.ends_on >= today)


def first_programme(today: date) -> Programme | None:
    """Where an interest without a code goes: the programme that has run for the longest."""
    running = Programme.objects.unscoped("the public form").filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), starts_on__lte=today)
    return running.select_related("organisation").order_by("starts_on", "id").first()


def holder_of(event: Event | None, *, today: date) -> User | None:
    """Whose an interest from this event is: the colleague's who stood there alone, while they may hold it. Else nobody's yet."""
    there = list(event.staff.all()[:2]) if event is not None else []
    if event is None or len(there) != 1:
        return None
    may = may_hold(organisation=event.organisation_id, programmes=[event.programme_id], today=today)
    return next((user for user in may if user == there[0]), None)


def notice_of(programme: Programme, *, language: str, today: date) -> PrivacyNotice | None:
    """The notice in the reader's language, else in English."""
    notices = PrivacyNotice.objects.filter(programme=programme, funding_stream__isnull=True, language__in=[language, "en"]).on(today)
    found = {each.language: each for each in notices.order_by("edition")}
    return found.get(language) or found.get("en")
