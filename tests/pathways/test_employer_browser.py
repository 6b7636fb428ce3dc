"""An employer's pages as they meet them: a real browser, a phone's and a desk's width, nothing that a screen reader would stumble over."""

import os
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings

from employers.models import CareerHeading, JobFamily
from pathways.models import Introduction
from pathways.services import placement
from tests.factories import rates
from tests.fixtures.reading import accessibility_faults
from tests.pathways.employer_scene import Scene
from tests.signing_in import signed_in

pytestmark = pytest.mark.browser


@pytest.fixture(params=[(360, 640), (1280, 800)], ids=["phone", "desktop"])
def page(request, browser):
    context = browser.new_context(viewport={"width": request.param[0], "height": request.param[1]})
    opened = context.new_page()
    opened.refused = []
    opened.on("console", lambda said: opened.refused.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    context.close()


def sound(page, name: str) -> None:
    """No accessibility fault, nothing refused by the policy, no sideways scroll."""
    folder = os.environ.get("PATHWAYS_SHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}-{page.viewport_size['width']}.png", full_page=True)
    assert [one["id"] for one in accessibility_faults(page)] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.refused == []


def let_in(page, server, person) -> None:
    cookie = signed_in(person).cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": server.url}])


def test_an_hr_persons_day(server, page):
    rates()
    scene = Scene()
    CareerHeading.objects.update(confirmed_on=scene.today - timedelta(days=33), places=9)
    scene.sent(first="Asha", last="Okafor", days_ago=9, note="Was a carer for six years, wants early shifts", phone="+447700900123")
    scene.sent(first="Beni", last="Walsh", days_ago=1)
    scene.accepted(first="Chidi", last="Marsh", days_ago=34)
    soon = scene.accepted(first="Dilys", last="Bright", days_ago=55)
    placement.agree_start(placement=soon, start_on=scene.today, start_at="8:30", report_to="Dawn", by=scene.dawn, at=scene.at)
    scene.asked(first="Edda", last="Stone")
    let_in(page, server, scene.employer)
    page.goto(f"{server.url}/")
    sound(page, "employer-start")
    page.get_by_role("link", name="2 people put forward").click()
    sound(page, "employer-put-forward")
    page.get_by_role("button", name=re.compile("Invite to meet.*Asha Okafor")).click()
    page.get_by_text("Asha Okafor: Invited to meet").first.wait_for()
    sound(page, "employer-invited")
    page.get_by_role("link", name=re.compile("Offer the job.*Asha Okafor")).click()
    sound(page, "employer-offer")
    page.get_by_label("Pay in pounds").fill("600000")
    page.get_by_role("button", name="Offer the job").click()
    sound(page, "employer-offer-wrong")
    page.get_by_label("Pay in pounds").fill("12.90")
    page.get_by_role("button", name="Offer the job").click()
    page.get_by_role("link", name="Asha Okafor", exact=True).click()
    sound(page, "employer-introduction")
    assert Introduction.objects.get(stage="offered").offer_pay == Decimal("12.90")
    page.goto(f"{server.url}/checks/")
    sound(page, "employer-checks")
    page.get_by_role("link", name=re.compile("Agree the start.*Chidi Marsh")).click()
    page.get_by_label("Time").fill("half eight")
    page.get_by_role("button", name="Agree the start").click()
    page.get_by_role("link", name="Enter a time like 8:30").wait_for()
    sound(page, "employer-agree-start-wrong")
    page.goto(f"{server.url}/checks/")
    page.get_by_role("link", name=re.compile("Started on.*Dilys Bright")).click()
    page.get_by_text("Not cleared yet: identity, right to work").wait_for()
    sound(page, "employer-started-early")
    page.get_by_role("button", name="Started").click()
    page.get_by_text("Dilys Bright: Started").first.wait_for()
    page.get_by_role("link", name=re.compile("Update.*Chidi Marsh, Identity")).click()
    sound(page, "employer-check")
    page.get_by_role("link", name="Say that you asked for it").click()
    sound(page, "employer-check-asked")
    page.goto(f"{server.url}/still-here/")
    sound(page, "employer-still-here")
    page.get_by_role("link", name="Edda Stone").first.click()
    sound(page, "employer-placement-asked")
    page.get_by_role("link", name=re.compile(r"^Left\s+: Edda Stone")).click()
    page.get_by_label("Day", exact=True).fill("31")
    page.get_by_role("button", name="Left").click()
    sound(page, "employer-left-wrong")
    page.goto(f"{server.url}/still-here/")
    page.get_by_role("button", name=re.compile("Still in work.*Edda Stone")).click()
    page.get_by_text("Edda Stone: Still in work").first.wait_for()
    page.get_by_role("link", name="Edda Stone").first.click()
    sound(page, "employer-placement")


def test_the_way_in_from_an_e_mail(server, page):
    page.goto(f"{server.url}/sign-in/?way=mailbox&next=/put-forward/")
    sound(page, "sign-in-by-code")
    page.get_by_label("E-mail address").press("Enter")
    page.get_by_role("link", name="Enter your e-mail address").wait_for()
    sound(page, "sign-in-by-code-wrong")
    page.get_by_label("E-mail address").fill("nobody@example.org")
    page.get_by_label("E-mail address").press("Enter")
    page.get_by_role("link", name=re.compile("No code")).wait_for()
    sound(page, "sign-in-code")


def test_an_opening_from_posting_to_closing(server, page):
    rates()
    scene = Scene()
    JobFamily.objects.update(examples="Porter, catering, domestic assistant, driver")
    scene.sent(first="Asha", last="Okafor")
    let_in(page, server, scene.employer)
    page.goto(f"{server.url}/headings/")
    sound(page, "headings")
    page.get_by_role("link", name="Post an opening").click()
    sound(page, "heading-add")
    label, hint = page.get_by_text("Facilities", exact=True).bounding_box(), page.get_by_text("Porter, catering").bounding_box()
    assert hint["y"] >= label["y"] + label["height"] - 8  # under its own label; its line is closer than the label's target is tall
    assert hint["x"] <= label["x"]
    page.get_by_role("button", name="Post it").click()
    sound(page, "heading-add-wrong")
    page.get_by_label("Job title in plain words").fill("Hospital porter")
    page.get_by_label("Facilities").check()
    page.get_by_label("Where?").fill("Queen’s Hospital, Edgbaston")
    page.get_by_label("Days and shifts").fill("Monday to Friday, 7am to 3pm")
    page.get_by_label("Pay").press_sequentially("12.90 an hour")
    page.get_by_text("under the real Living Wage of £13.45. That is allowed.").wait_for()
    page.get_by_label("How many places?").fill("4")
    page.get_by_role("button", name="Post it").click()
    page.get_by_text("Posted. People can be put forward to it now").wait_for()
    sound(page, "heading")
    page.goto(f"{server.url}/headings/{scene.opening.uuid}/")
    page.get_by_role("link", name="Close this opening").click()
    sound(page, "heading-close")
    page.get_by_role("button", name="Close this opening").click()
    sound(page, "heading-closed")
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Undone: the opening is as it was.").wait_for()
    assert Introduction.objects.get().stage == "sent"
