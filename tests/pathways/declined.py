"""A person whom an employer did not take further, and the page with the words to tell them."""

import re
from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from accounts.models import Organisation, User
from candidates.models import ContactRoute
from ground.once import new_once
from outreach.models import Message
from pathways.models import Introduction, Pathway, Task
from pathways.services import introduction
from pathways.services.decline import text_decline
from pathways.services.door import Taken
from tests.factories import actor, person
from tests.pathways.scenes import Scene
from tests.pathways.test_employer_pages import page

USUAL = "Hello Amina, this is Northgate. The hours of the job at City Hospital do not fit what you can do. We are sorry. "
RING = "To talk about it, ring Sam on 0121 496 0123."


class Told(Scene):
    """Northgate, Sam who works there, and Amina, whom City Hospital does not take further."""

    def __init__(self) -> None:
        super().__init__()
        #: When the employer said no: so lately that it may be taken back, and long enough ago to be owed today.
        self.then = self.now - timedelta(days=10)
        Organisation.objects.filter(pk=self.delivery.pk).update(name="Northgate", contact_phone="+441214960123")
        Organisation.objects.filter(pk=self.trust.pk).update(name="City Hospital")
        User.objects.filter(pk=self.worker.pk).update(name="Sam Field")

    def amina(self, *, phone: str | None = "+447700900111", mention: bool = True, shared: bool = False, **more: Any) -> Pathway:
        somebody = person(self.delivery, first="Amina", last="Yusuf", phone=phone, **more)
        ContactRoute.objects.filter(candidate=somebody).update(may_mention=mention, is_shared=shared)
        if phone is None:
            ContactRoute.objects.create(candidate=somebody, kind="letter", value="12 Invented Road")
        return self.case(candidate=somebody, at=self.past)

    def declined(self, case: Pathway | None = None, *, reason: str = "hours", by: Any = None, at: datetime | None = None) -> Task:
        case = case or self.amina()
        row = introduction.draft_introduction(case=case, heading=self.heading(), by=self.by, at=self.past)
        introduction.send_introduction(introduction=row, consent_how="phone", by=self.by, at=self.past)
        introduction.move_introduction(
            introduction=row, step="decline_by_employer", by=by or actor(self.employer), at=at or self.then, taken=Taken(reason=reason)
        )
        return self.task(row)

    def task(self, row: Introduction) -> Task:
        return Task.objects.get(kind="tell", subject=f"introduction:{row.pk}", state="open")

    def send(self, task: Task, words: str = "Hello Amina, this is Northgate. Not this one.", *, at: datetime | None = None) -> Message:
        return text_decline(task=task, words=words, version=Task.objects.get(pk=task.pk).version, by=self.by, at=at or self.now)


def path(task: Task) -> str:
    return f"/tasks/{task.uuid}/words/"


def box(client: Client, task: Task) -> str:
    """The drafted words, as they stand in the box."""
    found = re.search(r"<textarea[^>]*>\s*(.*?)</textarea>", page(client, path(task)), flags=re.DOTALL)
    return found.group(1) if found else ""


def press(client: Client, task: Task, what: str, **typed: Any) -> Any:
    return client.post(path(task), {"press": what, "version": str(task.version), "once": new_once(), **typed})
