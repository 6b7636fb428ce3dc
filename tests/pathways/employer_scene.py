"""The usual world, with an employer's people put forward, offered, started and asked about, at the time of the test."""

import re
from datetime import timedelta
from decimal import Decimal

from django.test import Client

from ground.clock import read_clock, today_london
from ground.once import new_once
from pathways.models import Introduction, Placement, RetentionCheck
from pathways.services import introduction, placement, retention
from pathways.services.door import Taken
from tests.factories import World, actor

OFFER = {"offer_kind": "permanent", "offer_hours": Decimal("37.5"), "offer_pay": Decimal("12.90"), "offer_pay_unit": "hour"}


class Scene(World):
    """The usual world, with steps taken at the time of the test."""

    def __init__(self) -> None:
        super().__init__()
        self.at = read_clock()
        self.today = today_london(self.at)
        self.opening = self.heading()
        self.dawn = actor(self.employer)

    def sent(self, *, heading=None, days_ago: int = 0, note: str = "", **more) -> Introduction:
        day = self.today - timedelta(days=days_ago)
        case = more.pop("case", None) or self.case(at=self.at, day=day, **more)
        taken = Taken(happened_on=day)
        row = introduction.draft_introduction(case=case, heading=heading or self.opening, by=self.by, at=self.at, taken=taken)
        return introduction.send_introduction(introduction=row, consent_how="phone", note=note, by=self.by, at=self.at, taken=taken)

    def accepted(self, *, days_ago: int = 0, **more) -> Placement:
        row = self.sent(days_ago=days_ago, **more)
        taken = Taken(happened_on=self.today - timedelta(days=days_ago))
        introduction.offer_job(introduction=row, offer=OFFER, by=self.dawn, at=self.at, taken=taken)
        introduction.accept_offer(introduction=row, by=self.by, at=self.at, taken=taken)
        return Placement.objects.get(introduction=row)

    def asked(self, *, days_ago: int = 30, **more) -> RetentionCheck:
        job = self.accepted(days_ago=days_ago, **more)
        placement.start_placement(placement=job, first_day=self.today - timedelta(days=days_ago), by=self.by, at=self.at)
        check = RetentionCheck.objects.get(placement=job, milestone="four_weeks")
        assert retention.move_with_the_clock(check=check, at=self.at)
        check.refresh_from_db()
        return check


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def names(shown: str) -> list[str]:
    return re.findall(r'row__name"[^>]*>([^<]+)<', shown)


def press(client: Client, href: str, row, **more: str):
    return client.post(href, {"version": str(row.version), "once": new_once(), **more})
