"""The usual world with an employer who hosts chats, and its rival."""

from datetime import datetime, timedelta
from typing import Any

from django.test import Client

from employers.models import JobFamily
from ground.clock import LONDON
from ground.once import new_once
from pathways.models import Interview, Pathway
from pathways.services import interview
from tests.factories import organisation, partner, user
from tests.pathways.employer_scene import Scene


class Hosts(Scene):
    """The usual world, an employer's rival, and chats at either."""

    def __init__(self) -> None:
        super().__init__()
        self.rival = partner(self.programme, organisation("employer", name="Rival Care"))
        self.rivals = user("employer", self.rival)
        JobFamily.objects.filter(pk=self.family.pk).update(name="Looking after buildings")

    def open(self, **more: Any) -> Pathway:
        return self.case(at=self.at, day=self.today - timedelta(days=30), **more)

    def chat(self, *, employer: Any = None, days: int = 2, hour: int = 10, place: str = "Main desk", **more: Any) -> Interview:
        """A chat so many days from today; of the past, booked then."""
        case = more.pop("case", None) or self.open(**more)
        at = min(self.at, self.time(days, hour) - timedelta(days=1))
        when, host = self.time(days, hour), employer or self.trust
        return interview.book_chat(case=case, when=when, place=place, host=None, employer=host, consent_how="phone", by=self.by, at=at)

    def time(self, days: int, hour: int = 10) -> datetime:
        return datetime.combine(self.today + timedelta(days=days), datetime.min.time(), tzinfo=LONDON) + timedelta(hours=hour)


def post(client: Client, path: str, row: Any, **typed: Any) -> Any:
    return client.post(path, {"version": str(row.version), "once": new_once(), **typed})


def booking(scene: Hosts, **more: Any) -> dict[str, Any]:
    return {"which": "another", "day": (scene.today + timedelta(days=2)).isoformat(), "hour": "10:30", "place": "Main desk", **more}
