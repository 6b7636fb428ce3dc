"""Somebody is met: the person, ways to reach them, and their case, in one go or not at all."""

from collections.abc import Sequence
from datetime import date, datetime

from accounts.models import Organisation, PrivacyNotice, Programme, User
from accounts.services.audit import note, service
from candidates.services.person import add_person, add_route, set_address
from ground.actor import Actor
from ground.clock import today_london
from ground.door import Refused
from outreach.choices import Channel, ContactOutcome
from outreach.models import Contact, Event
from pathways.models import Pathway
from pathways.services.case import express_interest, log_outreach, new_case
from pathways.services.door import TODAY, Taken


@service("case.meet")
def meet_person(
    *,
    organisation: Organisation,
    programme: Programme,
    owner: User | None,
    first_name: str,
    last_name: str = "",
    routes: Sequence[tuple[str, str, str]] = (),
    postcode: str = "",
    source: str = "",
    event: Event | None = None,
    interested: bool = False,
    families: Sequence[str] = (),
    notice: PrivacyNotice | None = None,
    day: date | None = None,
    by: Actor,
    at: datetime,
) -> Pathway:
    """A person met by name, and their open case. `routes` are ways to reach them: kind, value, as typed.

    Interest needs one way to reach them. At a stall the talk itself is the first contact. `day` is the day of the meeting, where it
    is learned later: without signal, people are met before they arrive here. Refused when it is still to come.
    """
    today = today_london(at)
    met = day or today
    if met > today:
        raise Refused("The day you met is still to come.")
    person = add_person(organisation=organisation, first_name=first_name, last_name=last_name, by=by, at=at)
    for kind, value, typed in routes:
        add_route(candidate=person, kind=kind, value=value, typed=typed, by=by, at=at)
    if postcode:
        set_address(candidate=person, postcode=postcode, by=by, at=at)
    case = new_case(
        candidate=person,
        programme=programme,
        organisation=organisation,
        owner=owner,
        opened_on=met,
        source=source or (event.name[:60] if event else ""),
        event=event,
    )
    case.families = list(families)
    if event is not None:
        _met_there(case, event, day=met, by=by, at=at)
    taken = Taken(happened_on=met) if met != today else TODAY
    if interested:
        express_interest(case=case, families=families, notice=notice, by=by, at=at, taken=taken)
    else:
        log_outreach(case=case, by=by, at=at, taken=taken)
    note(person=person.uuid)
    return case


def _met_there(case: Pathway, event: Event, *, day: date, by: Actor, at: datetime) -> None:
    case.last_two_way_on = day
    Contact.objects.create(
        candidate=case.candidate,
        programme=case.programme,
        organisation=case.organisation,
        event=event,
        channel=Channel.FACE,
        outcome=ContactOutcome.SPOKE,
        day=day,
        at=at,
        by_id=by.user_id,
    )
