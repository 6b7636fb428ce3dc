"""People who fill in the public form, as a browser without cookies or scripts sends it."""

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from accounts.models import Organisation, PrivacyNotice, Programme
from employers.services.shipped import load_shipped
from ground.clock import read_clock, today_london
from outreach.models import Event
from pathways.forms.stamp import new_stamp
from tests.factories import organisation, partner, programme, user

#: Long enough for a person to write something.
A_WHILE = timedelta(seconds=40)


class Stall:
    """A programme with a notice, its organisation, a partner with an event today, and a worker of each."""

    def __init__(self) -> None:
        load_shipped()
        self.at: datetime = read_clock()
        self.today: date = today_london(self.at)
        self.own: Organisation = organisation(name="Northfield Works")
        self.programme: Programme = programme(self.own)
        self.partner = partner(self.programme, organisation())
        self.notice = PrivacyNotice.objects.create(
            programme=self.programme, lawful_basis="Public task", text="We keep your name.", valid_from=date(2024, 1, 1)
        )
        self.event = self.event_on(self.today, code="library")
        self.worker = user("outreach_worker", self.own, self.programme, name="Samina Akhtar")
        self.partners_worker = user("outreach_worker", self.partner, self.programme)
        self.lead = user("programme_lead", self.own, self.programme)

    def event_on(self, day: date, *, code: str) -> Event:
        return Event.objects.create(organisation=self.partner, programme=self.programme, name="Library stall", day=day, code=code)


def stamp(at: datetime | None = None, *, ago: timedelta = A_WHILE) -> str:
    """The stamp of a page that was drawn a while ago."""
    return new_stamp(at=(at or read_clock()) - ago)


def written(**more: Any) -> dict[str, Any]:
    """What an honest person writes."""
    return {"name": "Amina Yusuf", "way": "mobile", "reach": "07700 900123", "once": stamp(), "website": "", **more}


def send(path: str = "/interest/", *, address: str = "192.0.2.7", **more: Any) -> HttpResponse:
    """The form sent from a browser that keeps nothing."""
    return Client(enforce_csrf_checks=True, REMOTE_ADDR=address).post(path, written(**more))
