"""Every page as each role, read without a browser: words that no user should see, headings that say nothing, links that lead nowhere."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client, override_settings

from ground.clock import read_clock
from ground.management.commands.routes import routes
from tests.journeys.demo_house import furnish, quoted, rows_of
from tests.journeys.walk import TYPED, Sheet, Walk
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db
#: Routes that no link leads to, and why that is right.
NO_LINK = {
    "add_note": "its form stands on the person's page; the address is for a note that was not right",
    "choose_place": "offered to somebody who works at several places; nobody in the demo does",
    "equality_questions": "follows the thanks; the address alone leads to the form",
    "find_people": "follows a search; without one it is the empty form, to which the menu leads",
    "healthz": "asked by machines",
    "of_row": "named by a number of a report; leads on to the person's page",
    "pay_as_typed": "asked by the script of the form while pay is typed",
    "readyz": "asked by machines",
    "recovery_codes": "follows setting up a second factor, and signing in with one",
    "send_waiting": "asked by the script that keeps forms without signal",
    "service_worker": "asked by the browser",
    "sign_in_code": "follows the first page of signing in",
    "sign_in_go_on": "follows the last page of signing in",
    "sign_out": "a button of the header; the address asks first",
    "support_for_employer": "stands on a page only where the person shared something; test_support follows it",
    "support_for_trainer": "stands in a row only where the trainer may know of something; test_course_people follows it",
    "task": "named by an e-mail; leads on to the person's page",
    "waiting": "a notice leads there that the script writes, where something waits",
}
#: Routes of which the demo holds no row to open, and which tests open it.
NOT_IN_THE_DEMO = {
    "blank": "kept by the script for when there is no signal: test_kept_pages, test_no_signal_browser",
    "correct_waiting": "a form that came back: test_kept_pages, test_waiting_look",
    "leave_out_waiting": "a form that came back: test_kept_pages",
    "own_page": "a link in a text: test_own_page, test_own_browser",
}
#: Figures take seconds each over nine hundred people: tests/analytics/test_board_look.py reads them, and the crawl of the slow lane.
FIGURES = {
    *(f"board_{figure}{what}" for figure in ("funnel", "equality", "wards", "retention") for what in ("", "_file")),
    "board_funnel_people",
    "board_retention_people",
}
#: Routes that nobody who signs in can open, and why that is right.
NOT_FOR_PEOPLE = {"jobs_health": "opened by a machine's token"}


@pytest.fixture(scope="module")
def walks(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Sheet]]]:
    """What each role came upon in the demo, and nobody."""
    settings = {
        "DEMO": True,
        "SECOND_FACTOR_REQUIRED": False,
        "ROOT_URLCONF": "tests.journeys.demo_addresses",
        "MEDIA_ROOT": tmp_path_factory.mktemp("media"),
    }
    with django_db_blocker.unblock(), override_settings(**settings), transaction.atomic():
        people = furnish(at=read_clock())
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        rows = rows_of(people["outreach_worker"])
        yield {
            role: Walk(signed_in(who) if who else Client(), role, rows, by_query=False, passes_by=FIGURES).sheets()
            for role, who in people.items()
        }
        transaction.set_rollback(True)


def test_no_page_says_what_only_a_computer_says(walks: dict[str, list[Sheet]]) -> None:
    at = read_clock()
    pages = [(role, sheet) for role, sheets in walks.items() for sheet in sheets]
    wrong = [f"{role} {sheet.kind}: {each}" for role, sheet in pages for each in sheet.faults(quoted(sheet.kind, at=at))]
    assert wrong == []
    assert len(pages) >= 240


def test_only_what_is_typed_on_purpose_has_no_link_to_it(walks: dict[str, list[Sheet]]) -> None:
    linked = {sheet.route for sheets in walks.values() for sheet in sheets if sheet.came_from != TYPED and sheet.status < 400}
    typed = {sheet.route for sheets in walks.values() for sheet in sheets if sheet.came_from == TYPED and sheet.status < 400}
    assert (typed - linked) ^ NO_LINK.keys() == set()


def test_every_link_leads_somewhere(walks: dict[str, list[Sheet]]) -> None:
    dead = [
        f"{role}: {sheet.came_from} leads to {sheet.path}, which says {sheet.status}"
        for role, sheets in walks.items()
        for sheet in sheets
        if sheet.status >= 400 and sheet.came_from != TYPED
    ]
    assert dead == []


def test_every_route_is_reached_by_somebody(walks: dict[str, list[Sheet]]) -> None:
    reached = {sheet.route for sheets in walks.values() for sheet in sheets if sheet.status < 400}
    with override_settings(ROOT_URLCONF="tests.journeys.demo_addresses"):
        asked = {row["name"] for row in routes() if "GET" in row["methods"]}
    assert (asked - reached - FIGURES - NOT_FOR_PEOPLE.keys()) ^ NOT_IN_THE_DEMO.keys() == set()
