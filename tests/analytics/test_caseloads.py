"""The lead's table of caseloads: each number is as long as the list it opens, and the questions asked do not grow."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from ground.clock import read_clock, today_london
from pathways.models import Pathway
from tests.analytics.stories import not_before
from tests.factories import AT, World, user
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """Six open people: four with one worker, of whom two overdue and three quiet; one with another; one nobody's."""
    not_before(AT)
    made = World()
    today = today_london(read_clock())
    cases = [made.case() for _ in range(6)]
    other = user("outreach_worker", made.delivery, made.programme, name="Rashid")
    for number, case in enumerate(cases):
        Pathway.objects.filter(pk=case.pk).update(
            next_due_on=today - timedelta(days=1) if number < 2 else today,
            next_owed_by="worker" if number < 3 else "candidate",
            last_two_way_on=today - timedelta(days=28 if number < 3 else 2),
            owner={4: other, 5: None}.get(number, made.worker),
        )
    return made


def test_each_number_is_as_long_as_the_list_it_opens(world):
    client = signed_in(world.lead)
    page = client.get(reverse("board")).content.decode()
    links = re.findall(r'href="(/caseload/\?[^"]+)">(\d+)<', page)
    assert [int(number) for _, number in links] == [4, 3, 2, 3, 1, 1]
    for href, number in links:
        listed = client.get(unescape(href)).content.decode()
        assert len(re.findall(r'class="govuk-link row__name"', listed)) == int(number), href


def test_the_board_asks_the_same_number_of_questions_however_many_workers_there_are(world):
    client = signed_in(world.lead)

    def asked():
        with CaptureQueriesContext(connection) as captured:
            page = client.get(reverse("board")).content.decode()
        return len(captured), re.findall(r'role="rowheader">([^<]+)</th>', page)

    asked()
    few, workers = asked()
    assert workers == [world.worker.name, "Rashid", "Nobody yet"]
    for _ in range(4):
        case = world.case()
        Pathway.objects.filter(pk=case.pk).update(owner=user("outreach_worker", world.delivery, world.programme))
    more, workers = asked()
    assert len(workers) == 7
    assert more <= few


def test_caseloads_are_exact_and_so_not_shown_beside_rounded_numbers(world):
    client = signed_in(world.lead)
    assert "Caseloads today" in client.get(reverse("board")).content.decode()
    assert "Caseloads today" not in client.get(reverse("board"), {"shown": "public"}).content.decode()
