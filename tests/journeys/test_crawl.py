"""Every page as each role and as nobody, in a real browser at two widths: as it opens, as it says no, as it says what was wrong."""

from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command

from tests.journeys.conftest import Site
from tests.journeys.demo_house import ROLES, quoted
from tests.journeys.looking import Looker, file_name, shots
from tests.journeys.walk import one_of_each
from tests.journeys.wrongs import forms_of, send

pytestmark = [pytest.mark.browser, pytest.mark.slow("crawl")]
#: Sent empty these do what they are for, and the rest of the crawl would find another house.
NOT_SENT_EMPTY = {"end_membership", "take_away_second_factor", "sign_out", "choose_place"}
#: Forms of boxes and choices alone: none ticked is an answer, and nothing can be typed wrong.
BOXES = {"wants", "register", "task_letter"}
#: Forms that everybody meets in the same words: filled badly once, by nobody.
EVERYBODYS = {"demo_day", "new_password", "invitation", "password_reset"}
#: An answer to a form that was filled badly: put right, changed meanwhile, not open, too often.
NO = {409, 422, 403, 429}


@pytest.fixture(params=[*ROLES, "nobody"])
def looker(request: Any, site: Site, browser: Any) -> Any:
    """A browser in which somebody of that role has signed in."""
    context = site.context(browser, request.param)
    folder = shots()
    made = Looker(context.new_page(), site.url, pictures=folder / request.param if folder else None)
    made.role = request.param
    yield made
    context.close()


@pytest.mark.django_db
def test_the_house_that_is_walked_through_agrees_with_itself(site: Site) -> None:
    out = StringIO()
    call_command("check_integrity", stdout=out)
    assert out.getvalue().startswith("Nothing disagrees: ")


def told(name: str, faults: list[str]) -> list[str]:
    return [f"{name}: {fault}" for fault in faults]


def test_every_page_reads_well_at_both_widths(site: Site, looker: Any) -> None:
    wrong, looked = [], 0
    for sheet in one_of_each(site.walk(looker.role)):
        status = looker.go(sheet.path)
        name = file_name(sheet.kind)
        if status != sheet.status:
            wrong.append(f"{name}: answers {status}, not {sheet.status}")
        wrong += told(name, looker.faults(name, quoted=quoted(sheet.kind, at=site.at)))
        looked += 1
    assert wrong == []
    assert looked >= 8


def test_a_page_that_says_no_reads_well(site: Site, looker: Any) -> None:
    wrong = []
    said = {"/nowhere/": 404, f"/people/{uuid4()}/": 404, "/start/": 403, "/board/": 403, "/today/": 403, "/%ff/": 404}
    met = set()
    for path in said:
        status = looker.go(path)
        met.add(status)
        name = f"no-{status}-{file_name(path)[:12]}"
        wrong += told(name, looker.faults(name))
    assert wrong == []
    assert met - {200} >= ({404} if looker.role == "nobody" else {404, 403})


@pytest.mark.parametrize("way", ["wrong", "empty"])
def test_a_form_filled_badly_says_so_well(site: Site, looker: Any, way: str) -> None:
    wrong, refused = [], 0
    elsewhere = {sheet.kind for sheet in site.walk("outreach_worker")} if looker.role == "programme_lead" else set()
    for sheet in one_of_each(site.walk(looker.role)):
        if sheet.reading is None or not sheet.reading.asks or sheet.route in (NOT_SENT_EMPTY if way == "empty" else BOXES):
            continue
        if sheet.kind in elsewhere or (sheet.route in EVERYBODYS and looker.role != "nobody"):
            continue
        if looker.go(sheet.path) != 200:
            continue
        for place in forms_of(looker.page):
            looker.go(sheet.path)
            if place not in forms_of(looker.page):
                break
            looker.weight = 0.0
            status = send(looker.page, place, way)
            name = f"{file_name(sheet.kind)}-{place}-{way}"
            if status in NO:
                refused += 1
                wrong += told(name, looker.faults(name, fold=False, quoted=quoted(sheet.kind, at=site.at)))
                if status == 422 and not looker.page.locator(".govuk-error-summary, main h1:has-text('Not saved')").count():
                    wrong.append(f"{name}: does not say what to put right")
            elif way == "wrong" or status >= 400:
                wrong.append(f"{name}: answers {status}")
    assert wrong == []
    assert refused >= {"nobody": 4, "trainer": 1, "administrator": 2}.get(looker.role, 5)


def test_a_form_that_was_overtaken_reads_well(site: Site, browser: Any) -> None:
    context = site.context(browser, "outreach_worker")
    looker = Looker(context.new_page(), site.url, pictures=Path(folder) / "outreach_worker" if (folder := shots()) else None)
    sheet = next(each for each in site.walk("outreach_worker") if each.route == "correct_person")
    looker.go(sheet.path)
    other = context.new_page()
    other.goto(f"{site.url}{sheet.path}")
    other.locator("main [name=known_as]").fill("Sam")
    other.get_by_role("button", name="Save").click()
    looker.page.locator("main [name=known_as]").fill("Sammy")
    looker.page.get_by_role("button", name="Save").click()
    looker.page.get_by_role("heading", name="Changed meanwhile").wait_for()
    looker.page.wait_for_load_state("load")  # with its style: a menu without one stands in many lines
    assert looker.faults("changed-meanwhile", fold=False) == []
    context.close()
