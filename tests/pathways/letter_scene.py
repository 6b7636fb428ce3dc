"""Northgate, Sam who works there, and people whom no text reaches; and what a PDF says when it is read back."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.test import Client
from pypdf import PdfReader

from accounts.models import Organisation, User
from candidates.models import Address, ContactRoute
from ground.once import new_once
from pathways.models import Letter, Pathway, Task
from pathways.services import case as cases
from pathways.services import interview
from pathways.services.letter import make_letter
from tests.factories import actor, organisation, partner, person, user
from tests.pathways.scenes import Scene

HOME = "12 Invented Road, Ladywood, Birmingham, B1 1AA"


class Post(Scene):
    """A world in which somebody has no phone, and Sam writes to them."""

    def __init__(self) -> None:
        super().__init__()
        Organisation.objects.filter(pk=self.delivery.pk).update(name="Northgate", contact_phone="+441214960123")
        User.objects.filter(pk=self.worker.pk).update(name="Sam Field")
        self.worker.refresh_from_db()
        self.delivery.refresh_from_db()

    def amina(self, *, write_to: str = HOME, mention: bool = True, first: str = "Amina", **more: Any) -> Pathway:
        somebody = person(self.delivery, first=first, phone=None, **{"last": "Yusuf", **more})
        if write_to:
            ContactRoute.objects.create(candidate=somebody, kind="letter", value=write_to, may_mention=mention)
        else:
            ContactRoute.objects.create(candidate=somebody, kind="through", value="The library desk")
        return self.case(candidate=somebody, at=self.past)

    def lives(self, case: Pathway, lines: str, postcode: str = "") -> Address:
        return Address.objects.create(candidate=case.candidate, lines=lines, postcode=postcode)

    def to_tell(self, case: Pathway | None = None, *, days: int = 9, place: str = "Ladywood library") -> Task:
        """A chat is booked with somebody without a phone: Sam is asked to tell them."""
        case = case or self.amina()
        when = (self.now + timedelta(days=days)).replace(hour=10, minute=30, second=0, microsecond=0)
        chat = interview.book_chat(case=case, when=when, place=place, host=self.worker, by=self.by, at=self.past)
        return Task.objects.get(kind="tell", subject=f"interview:{chat.pk}", state="open")

    def foreign(self) -> Letter:
        """A letter of another organisation in the same programme."""
        other = partner(self.programme, organisation("delivery"))
        sender = user("outreach_worker", other, self.programme, name="Kit Vale")
        somebody = person(other, phone=None)
        ContactRoute.objects.create(candidate=somebody, kind="letter", value=HOME, may_mention=True)
        case = cases.new_case(candidate=somebody, programme=self.programme, organisation=other, owner=sender, opened_on=self.past.date())
        case = cases.express_interest(case=case, by=actor(sender), at=self.past)
        task = Task.objects.get(pathway=case, kind="book_chat")
        return make_letter(task=task, named=True, version=task.version, by=actor(sender), at=self.now)

    def letter(self, task: Task | None = None, *, named: bool = True) -> Letter:
        task = task or self.to_tell()
        return make_letter(task=task, named=named, version=task.version, by=self.by, at=self.now)


def pages_of(content: bytes) -> list[str]:
    """The words of each page, in the order in which they are read, on one line."""
    return [" ".join(re.sub("[\u200b\u2066-\u2069]", "", page.extract_text()).split()) for page in PdfReader(BytesIO(content)).pages]


def press(client: Client, address: str, **typed: Any) -> Any:
    return client.post(address, {"once": new_once(), **typed})
