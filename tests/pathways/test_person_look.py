"""The person's page and the search in a real browser: names of every kind at 360 px, and the pages beside it, that axe finds nothing in."""

from typing import Any

import pytest

from accounts.models import ConflictBlock
from pathways.models import Pathway, Support
from pathways.services.contact import add_note, log_contact
from tests.factories import user
from tests.pathways.scenes import Scene
from tests.pathways.test_pages_look import opened, sound

pytestmark = [pytest.mark.browser]
NAMES = {
    "emoji": ("👩‍🌾 Rose", "🌻"),
    "apostrophe": ("D’Arcy", "O’Neill-O'Brien"),
    "one-letter": ("X", ""),
    "long": ("Z" * 200, "Featherstonehaugh " * 11),
    "right-to-left": ("عائشة", "خان"),
    "override": ("\u202eAli", "Noor"),
}


@pytest.mark.parametrize("kind", NAMES)
def test_a_name_of_any_kind_breaks_nothing_on_a_phone(server: Any, browser: Any, kind: str) -> None:
    first, last = NAMES[kind]
    made = Scene()
    case = made.open(first=first, last=last.strip()[:200] or "Y", phone="+447700900123")
    page = opened(browser, server, made.worker, width=360, script=True)
    for path in (f"/people/{case.candidate.uuid}/", f"/people/{case.candidate.uuid}/support/add/", f"/pathways/{case.uuid}/notes/"):
        assert page.goto(f"{server.url}{path}").status == 200
        sound(page, f"name-{kind}")
        assert page.locator("bdi").first.inner_text().startswith(first.strip("\u202e")[:1]) or kind == "override"
    page.goto(f"{server.url}/people/")
    page.get_by_label("Name, phone or postcode").fill("900123")
    page.get_by_role("button", name="Find", exact=True).click()
    assert page.locator(".row__name").count() == 1
    sound(page, f"found-{kind}")
    # What comes after a name runs the right way again, whatever stands in it.
    where = page.locator(".row__where")
    assert where.evaluate("node => getComputedStyle(node).direction") == "ltr"
    assert page.locator(".row__name").evaluate("node => getComputedStyle(node).unicodeBidi") == "isolate"


@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_beside_it_read_well_at_both_widths(server: Any, browser: Any, width: int) -> None:
    made = Scene()
    row = made.sent()
    case = row.pathway
    person = case.candidate
    helped = Support.objects.create(
        candidate=person, helps="Written instructions, and a chair with arms", agreed_on=made.today, with_trainer=True, review_on=made.today
    )
    note = add_note(case=case, text="Likes mornings.", visibility="me", by=made.by, at=made.now)
    log_contact(case=case, channel="call", outcome="spoke", by=made.by, at=made.now)
    ConflictBlock.objects.create(
        user=made.colleague, person=person.uuid, reason="Her former partner.", from_on=made.today, set_by=made.lead
    )
    user("trainer", made.delivery, made.programme)
    home = f"/people/{person.uuid}/"
    page = opened(browser, server, made.worker, width=width, script=True)
    for name, path in {
        "person": home,
        "support": f"{home}support/",
        "support-add": f"{home}support/add/",
        "support-change": f"{home}support/{helped.uuid}/",
        "support-end": f"{home}support/{helped.uuid}/end/",
        "note-readers": f"/notes/{note.uuid}/readers/",
        "wants": f"/pathways/{case.uuid}/wants/",
    }.items():
        assert page.goto(f"{server.url}{path}").status == 200
        sound(page, f"beside-{name}")
    lead = opened(browser, server, made.lead, width=width, script=True)
    for name, path in {"blocks": f"{home}blocks/", "closed-notes": f"{home}closed-notes/", "person-lead": home}.items():
        assert lead.goto(f"{server.url}{path}").status == 200
        sound(lead, f"beside-{name}")


def test_above_the_fold_on_a_phone_stand_reach_place_and_what_is_next_with_its_button(server: Any, browser: Any) -> None:
    made = Scene()
    case = made.open(first="Amina", last="Yusuf", phone="+447700900123")
    page = opened(browser, server, made.worker, width=360, script=False)
    page.goto(f"{server.url}/people/{case.candidate.uuid}/")
    for what in (page.get_by_text("07700 900123"), page.get_by_text("Interested"), page.locator("#next")):
        assert what.first.bounding_box()["y"] < 480
    box = page.locator("#next .steps a").first.bounding_box()
    assert box["y"] + box["height"] <= 640


def test_without_script_a_talk_moves_something_on_with_two_taps(server: Any, browser: Any) -> None:
    made = Scene()
    case = made.open(first="Amina", last="Yusuf", phone="+447700900123")
    page = opened(browser, server, made.worker, width=360, script=False)
    page.goto(f"{server.url}/people/{case.candidate.uuid}/")
    page.get_by_role("button", name="Spoke", exact=True).click()
    page.get_by_role("button", name="It moved something on").click()
    page.get_by_text("Talks that moved something on: 1 of the 3 wanted").wait_for()
    assert Pathway.objects.get(pk=case.pk).last_two_way_on == made.today
