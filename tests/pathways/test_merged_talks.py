"""The last talk of two records: the case that goes on shows the latest of either, and each its own when they are two again."""

from datetime import date, timedelta

import pytest

from outreach.models import Contact
from pathways.models import Pathway
from pathways.services import case as cases
from pathways.services.contact import log_contact, void_contact
from pathways.services.merging import merge
from tests.pathways.test_merging import Two
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


class Talks(Two):
    """One record was last talked with nine days ago, the other five."""

    def __init__(self) -> None:
        super().__init__()
        self.talk(self.ahead, 9)
        self.talk(self.behind, 5)

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def talk(self, case: Pathway, days: int, outcome: str = "spoke") -> Contact:
        fresh = Pathway.objects.get(pk=case.pk)
        return log_contact(case=fresh, channel="call", outcome=outcome, day=self.ago(days), by=self.by, at=self.now)

    def take_back(self, talk: Contact) -> None:
        void_contact(contact=talk, by=self.by, at=self.now)

    def shown(self, *more: Pathway) -> list[int | None]:
        """How many days ago the last talk was, as each case shows it."""
        days = [Pathway.objects.get(pk=case.pk).last_two_way_on for case in (self.ahead, self.behind, *more)]
        return [(self.today - day).days if day is not None else None for day in days]


def test_the_case_that_goes_on_shows_the_latest_talk_of_either_and_each_its_own_again() -> None:
    scene = Talks()
    assert scene.shown() == [9, 5]
    row = scene.merge()
    assert (scene.behind.stage, scene.shown()) == ("merged", [5, 5])
    (shown,) = signed_in(scene.worker).get("/caseload/?whose=all").context["rows"]
    assert shown.note == "Spoke 5 days ago"
    scene.apart(row)
    assert scene.shown() == [9, 5]


def test_a_talk_on_either_shows_at_once_and_stays_where_it_was_written() -> None:
    scene = Talks()
    row = scene.merge()
    scene.talk(scene.behind, 3)
    assert scene.shown()[0] == 3
    scene.talk(scene.ahead, 2)
    scene.talk(scene.ahead, 1, "no_answer")
    assert scene.shown() == [2, 3]
    scene.apart(row)
    assert scene.shown() == [2, 3]


@pytest.mark.parametrize("on_the_one_taken_in", [True, False])
def test_a_talk_taken_back_on_either_leaves_the_latest_of_both_and_each_its_own_again(on_the_one_taken_in: bool) -> None:
    scene = Talks()
    row = scene.merge()
    talk = scene.talk(scene.behind if on_the_one_taken_in else scene.ahead, 1)
    assert scene.shown()[0] == 1
    scene.take_back(talk)
    assert scene.shown()[0] == 5
    scene.take_back(Contact.objects.get(candidate=scene.behind.candidate, voided_at__isnull=True))
    assert scene.shown() == [9, None]
    scene.apart(row)
    assert scene.shown() == [9, None]


def test_a_talk_that_was_taken_back_while_merged_is_not_the_others_when_they_are_two() -> None:
    scene = Talks()
    row = scene.merge()
    scene.take_back(Contact.objects.get(candidate=scene.ahead.candidate))
    assert scene.shown() == [5, 5]
    scene.apart(row)
    assert scene.shown() == [None, 5]


def test_of_three_each_half_shows_its_own_when_it_leaves() -> None:
    scene = Talks()
    first = scene.merge()
    third = scene.offered(scene.open(first="Amina", last="Youssef")).pathway
    second = merge(kept=third.candidate, absorbed=scene.ahead.candidate, by=scene.lead_by, at=scene.now)
    scene.talk(scene.behind, 1)
    assert scene.shown(third) == [1, 1, 1]
    scene.apart(second)
    assert scene.shown(third) == [1, 1, None]
    scene.apart(first)
    assert scene.shown(third) == [9, 1, None]


def test_what_was_said_in_an_attempt_before_is_not_the_talk_of_this_one() -> None:
    scene = Talks()
    cases.withdraw(case=scene.ahead, by=scene.by, at=scene.now)
    scene.ahead = cases.start_again(previous=scene.ahead, owner=scene.worker, by=scene.by, at=scene.now)
    assert scene.shown() == [None, 5]
    row = scene.merge()
    scene.apart(row)
    assert scene.shown() == [None, 5]
