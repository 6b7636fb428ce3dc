"""A person with a phone and a link, and a browser without a cookie or a script that opens it."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from candidates.models import CandidateLink, ContactRoute
from ground.actor import SYSTEM
from ground.clock import london, read_clock
from outreach.models import Message
from pathways.models import Pathway
from pathways.services.own_page import make_link
from tests.pathways.scenes import Scene as Steps

NUMBER = "+447700900123"


def by_day() -> datetime:
    """Now, or tomorrow's noon when texts rest for the night: these tests are run at any hour."""
    now = read_clock()
    noon = london(now).replace(hour=12, minute=0)
    return now if abs(now - noon) < timedelta(hours=3) else noon + timedelta(days=1)


class Own(Steps):
    """A world whose people have phones, and links to their own pages."""

    def __init__(self) -> None:
        super().__init__()
        self.delivery.contact_phone = "+441214960123"
        self.delivery.save()

    def reachable(self, case: Pathway, number: str = NUMBER, **safe: Any) -> Pathway:
        """The same case, whose person has this number and no other way."""
        values = {"kind": "mobile", "value": number, "typed": number, "may_mention": True, **safe}
        ContactRoute.objects.filter(candidate=case.candidate).update(**values)
        return case

    def by_letter(self, case: Pathway) -> Pathway:
        """The same case, whose person can be written to and not rung."""
        return self.reachable(case, "12 Some Road, Birmingham", kind="letter")

    def browser(self, case: Pathway, purpose: str = "page", *, address: str = "192.0.2.9") -> "Browser":
        where = make_link(candidate=case.candidate, purpose=purpose, by=SYSTEM, at=self.now)
        return Browser(where, address=address)


class Browser:
    """Somebody's phone, holding a link."""

    def __init__(self, where: str, *, address: str = "192.0.2.9") -> None:
        self.path = "/" + where.split("/", 3)[3]
        self.client = Client(enforce_csrf_checks=True, REMOTE_ADDR=address)

    @property
    def token(self) -> str:
        return self.path.split("/")[2]

    @property
    def link(self) -> CandidateLink:
        return CandidateLink.objects.latest("id")

    def get(self, more: str = "", **headers: Any) -> HttpResponse:
        return self.client.get(self.path + more, **headers)

    def post(self, **fields: Any) -> HttpResponse:
        return self.client.post(self.path, fields)

    def stamp(self, page: HttpResponse | None = None) -> str:
        return hidden(page or self.get(), "stamp")

    def ask(self) -> HttpResponse:
        return self.post(act="ask", stamp=self.stamp())

    def open(self, digits: str = "") -> HttpResponse:
        return self.post(act="open", code=digits or code_sent(), stamp=self.stamp())

    def sit(self) -> HttpResponse:
        """Through the code and onto the page."""
        self.ask()
        answer = self.open()
        assert answer.status_code == 302, answer.content.decode()
        return self.get()

    def act(self, name: str, row: Any, page: HttpResponse | None = None, **fields: Any) -> HttpResponse:
        """The form of one act on the page, sent with these fields."""
        page = page or self.get()
        return self.post(**{**form_of(page, name, str(row.uuid)), **fields})


def hidden(page: HttpResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())
    assert found is not None, page.content.decode()
    return found[1]


def form_of(page: HttpResponse, name: str, row: str) -> dict[str, str]:
    """What the form of an act carries, hidden."""
    for form in re.findall(r"<form.*?</form>", page.content.decode(), re.DOTALL):
        fields = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form))
        if fields.get("act") == name and fields.get("row") == row:
            return fields
    raise AssertionError(f"no {name} on the page: {offered(page)}")


def offered(page: HttpResponse) -> list[str]:
    """The acts that a page offers, in order."""
    return re.findall(r'name="act" value="([a-z._]+)" id', page.content.decode()) or re.findall(
        r'name="act" value="([a-z_]+\.[a-z_]+|undo)"', page.content.decode()
    )


def code_sent() -> str:
    """The digits of the last text with a code, as the phone would show them."""
    message = Message.objects.filter(purpose="security").latest("id")
    found = re.search(r"\d{6}", message.sealed_body or "")
    assert found is not None
    return found[0]


def now() -> datetime:
    return read_clock()
