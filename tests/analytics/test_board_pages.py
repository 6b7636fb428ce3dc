"""The board's pages and files: who may open them, what they say, and that every number leads to its people."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Audit
from pathways.services import case as cases
from pathways.services import interview, placement
from pathways.services.door import Taken
from places.services.wards import load_shipped_wards
from tests.analytics.stories import not_before
from tests.factories import AT, DAY, World, actor, person, user
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db

PAGES = ("board", "board_funnel", "board_equality", "board_wards", "board_retention")
FILES = ("board_funnel_file", "board_equality_file", "board_wards_file", "board_retention_file")


@pytest.fixture
def world():
    """Six people interested, two with a chat, one at work, one who withdrew."""
    not_before(AT)
    load_shipped_wards()
    made = World()
    for number in range(6):
        case = made.case(day=DAY - timedelta(days=40 - number))
        if number < 2:
            interview.hold_chat(case=case, by=made.by, at=AT, taken=Taken(happened_on=DAY - timedelta(days=20)))
    placement.record_own_job(
        case=case, employer_words="Corner bakery", job={"title": "Baker"}, start_on=DAY - timedelta(days=9), by=made.by, at=AT
    )
    gone = made.case(day=DAY - timedelta(days=12))
    cases.withdraw(case=gone, by=made.by, at=AT, taken=Taken(reason="other"))
    return made


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def file_of(response):
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


@pytest.mark.parametrize("name", [*PAGES, *FILES])
def test_figures_open_to_a_lead_alone(world, name):
    assert signed_in(world.lead).get(reverse(name)).status_code == 200
    for other in (world.worker, world.employer, user("trainer", world.delivery, world.programme), user("administrator", world.delivery)):
        assert signed_in(other).get(reverse(name)).status_code == 403


def test_a_lead_of_another_programme_counts_their_own_people_only(world):
    other = World()
    lines = file_of(signed_in(other.lead).get(reverse("board_funnel_file")))
    assert {line["Programme"] for line in lines} == {other.programme.name}
    asked = signed_in(other.lead).get(reverse("board_funnel_file"), {"programme": world.programme.code})
    assert {line["Programme"] for line in file_of(asked)} == {other.programme.name}


def test_the_page_and_its_file_say_the_same_numbers(world):
    client = signed_in(world.lead)
    for name in ("funnel", "wards", "retention", "equality"):
        page = text_of(client.get(reverse(f"board_{name}")))
        lines = file_of(client.get(reverse(f"board_{name}_file")))
        assert lines
        for line in lines:
            words = (line["Row"], line["Number"])
            assert all(each in page for each in words), (name, words)


@pytest.mark.parametrize("name", ["funnel", "retention"])
def test_every_exact_number_opens_as_many_people_as_it_says(world, name):
    client = signed_in(world.lead)
    page = client.get(reverse(f"board_{name}")).content.decode()
    links = re.findall(r'href="(people/\?[^"]+)">([\d,]+)<', page)
    assert len(links) >= 2
    for href, number in links:
        behind = client.get(reverse(f"board_{name}") + href.replace("&amp;", "&"))
        assert behind.status_code == 200
        found = set(re.findall(r'href="/people/([0-9a-f-]{36})/"', behind.content.decode()))
        assert len(found) == int(number.replace(",", ""))


def test_rounded_numbers_open_nobody(world):
    client = signed_in(world.lead)
    assert "people/?" not in client.get(reverse("board_funnel"), {"shown": "partner"}).content.decode()
    assert client.get(reverse("board_funnel_people"), {"reached": "interest", "shown": "public"}).status_code == 404


def test_lists_of_people_that_no_number_has_are_not_there(world):
    client = signed_in(world.lead)
    for query in ({}, {"reached": "nothing"}, {"now": "void"}, {"secret": "1"}):
        assert client.get(reverse("board_funnel_people"), query).status_code == 404
    for query in ({"outcome": "lost"}, {"quarter": "soon"}):
        assert client.get(reverse("board_retention_people"), query).status_code == 404


def test_days_that_cannot_be_read_are_said_at_the_field_and_kept(world):
    response = signed_in(world.lead).get(reverse("board_funnel"), {"start": "31 02 2026", "as_at": "2099-01-01"})
    assert response.status_code == 422
    page = text_of(response)
    assert "31 February 2026 is not a day" in page
    assert "That day is still to come" in page


def test_the_window_is_by_the_day_people_came_in(world):
    client = signed_in(world.lead)
    day = DAY - timedelta(days=36)
    lines = file_of(client.get(reverse("board_funnel_file"), {"end": day.isoformat()}))
    first = next(line for line in lines if line["Row"] == "Expression of interest" and line["Measure"] == "People")
    assert (first["Number"], first["Cohort to"]) == ("5", day.isoformat())


def test_a_file_taken_away_is_in_the_audit_without_its_values(world):
    client = signed_in(world.lead)
    lines = file_of(client.get(reverse("board_funnel_file"), {"shown": "partner", "end": "2026-09-30"}))
    row = Audit.objects.get(action="figure.export")
    assert (row.actor_id, row.rows) == (world.lead.pk, len(lines))
    assert set(row.fields) == {"figure:funnel", "shown:partner", "filter:end", "filter:shown"}


def test_for_partners_days_are_whole_quarters(world):
    lines = file_of(
        signed_in(world.lead).get(reverse("board_funnel_file"), {"shown": "public", "start": "2026-02-11", "as_at": "2026-11-20"})
    )
    assert {(line["Cohort from"], line["Cohort to"], line["As at"]) for line in lines} == {("2026-01-01", "2026-09-30", "2026-09-30")}


def test_equality_is_exact_for_whole_quarters_and_rounded_for_anything_else(world):
    client = signed_in(world.lead)
    plain = file_of(client.get(reverse("board_equality_file")))
    assert {line["Shown as"] for line in plain} == {"Exact, for the programme's own use"}
    for query in ({"as_at": "2026-11-20"}, {"end": "2026-08-31"}, {"start": "2026-02-01"}, {"start": "2026-07-01", "end": "2026-07-31"}):
        lines = file_of(client.get(reverse("board_equality_file"), query))
        assert all(line["Shown as"].startswith("Rounded") for line in lines)
        counts = {line["Number"] for line in lines if line["Measure"] == "People"}
        assert all(number == "*" or int(number.replace(",", "")) % 5 == 0 for number in counts)


def test_a_worker_with_a_leads_seat_elsewhere_reads_that_programme_alone(world):
    other = World()
    both = user("programme_lead", other.delivery, other.programme)
    other_seat = user("outreach_worker", other.delivery)
    assert actor(other_seat).kind == "worker"
    lines = file_of(signed_in(both).get(reverse("board_funnel_file")))
    assert {line["Programme"] for line in lines} == {other.programme.name}


def test_an_empty_programme_says_so_on_every_page():
    made = World()
    client = signed_in(made.lead)
    for name in PAGES:
        response = client.get(reverse(name))
        assert response.status_code == 200
        assert "None" not in text_of(response)


def test_names_stand_on_the_list_of_people_only(world):
    marked = person(world.delivery, first="Zuleika", last="Quillfeather")
    world.case(candidate=marked, day=DAY - timedelta(days=3))
    client = signed_in(world.lead)
    for name in (*PAGES, *FILES):
        response = client.get(reverse(name))
        body = b"".join(response.streaming_content) if response.streaming else response.content
        assert b"Quillfeather" not in body
    assert "Quillfeather" in client.get(reverse("board_funnel_people"), {"reached": "interest"}).content.decode()
