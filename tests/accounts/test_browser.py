"""The way in as a person meets it: a real browser, a phone's width, no fault that a screen reader would meet."""

import os

import pytest
from django.conf import settings

from accounts.models import BankHoliday, Invitation
from accounts.services.programme import lay_out_standard_rows
from accounts.services.second_factor import digits_now, give_second_factor
from tests import factories
from tests.fixtures.reading import accessibility_faults
from tests.signing_in import signed_in

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
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


def test_an_administrator_signs_in_and_lets_a_colleague_in(server, page):
    trust = factories.organisation(name="Ladywood Trust")
    admin = factories.user("administrator", trust, email="ada@example.org", name="Ada Admin")
    give_second_factor(user=admin, secret=SECRET)
    for number in range(3):
        factories.user("outreach_worker", trust, name=f"Worker {number}")
    page.goto(f"{server.url}/settings/users/")
    assert page.url.endswith("/sign-in/?next=%2Fsettings%2Fusers%2F")
    sound(page, "sign-in")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("alert").wait_for()
    sound(page, "sign-in-error")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    sound(page, "code")
    page.get_by_label("Code").fill(digits_now(SECRET))
    page.get_by_role("button", name="Go on").click()
    assert page.url == f"{server.url}/settings/users/"
    sound(page, "users")
    page.get_by_role("link", name="Invite somebody").click()
    sound(page, "invite")
    page.get_by_label("E-mail address").fill("new@example.org")
    page.get_by_label("Outreach worker").check()
    page.get_by_role("button", name="Send the invitation").click()
    page.get_by_text("The invitation is on its way").wait_for()
    sound(page, "invited")
    assert Invitation.objects.get().email == "new@example.org"
    page.get_by_role("link", name="End Worker 1").click()
    sound(page, "end")
    page.get_by_role("button", name="End their access now").click()
    page.get_by_text("Worker 1 is let in no more as: Outreach worker at Ladywood Trust.").wait_for()
    page.goto(f"{server.url}/account/")
    sound(page, "account")


def test_a_second_factor_is_set_up(server, page):
    factories.user("administrator", factories.organisation(), email="ada@example.org")
    page.goto(f"{server.url}/sign-in/")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_label("Password").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    sound(page, "second-factor")
    folded = page.get_by_text("The app is on another phone or tablet")
    if folded.is_visible():  # on a phone; at a desk the square is there
        folded.click()
    assert page.locator(".qr__square").locator("visible=true").count() == 1
    sound(page, "second-factor-square")
    spelled = page.locator("p.key").inner_text()
    page.get_by_label("Code").fill(digits_now(spelled.replace(" ", "")))
    page.get_by_role("button", name="Use this app").click()
    assert page.locator("main li").count() == 10
    sound(page, "recovery-codes")
    page.get_by_role("button", name="I have kept them").click()
    page.wait_for_url(lambda url: "codes" not in url)


def test_a_programmes_rules_are_read_and_set(server, page):
    trust = factories.organisation(name="Ladywood Trust")
    lay_out_standard_rows()
    made = factories.programme(trust, name="Into health")
    admin = factories.user("administrator", trust, name="Ada Admin")
    session = signed_in(admin).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": server.url}])
    page.goto(f"{server.url}/settings/programmes/")
    sound(page, "programmes")
    page.get_by_role("link", name="Into health").click()
    sound(page, "programme-settings")
    page.get_by_role("link", name="Change Checks before a first day").click()
    page.get_by_label("Work health").uncheck()
    page.get_by_label("Why?").fill("Occupational health does it")
    sound(page, "change-rule")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Set from").wait_for()
    page.get_by_text("Occupational health does it").wait_for()
    sound(page, "programme-settings-set")
    home = f"{server.url}/settings/programmes/{made.uuid}/"
    for path in ("milestones/four_weeks/", "reasons/leave/", "reasons/leave/add/", "reasons/leave/new_job/", "rules/funnel_starts_at/"):
        page.goto(home + path)
        sound(page, path.replace("/", "-"))
    page.goto(f"{home}rules/caseload_limit/")
    page.get_by_label("People on one caseload").fill("none")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("alert").wait_for()
    sound(page, "change-rule-error")
    for path in ("", "add/", f"{BankHoliday.objects.latest('day').uuid}/take-off/"):
        page.goto(f"{server.url}/settings/bank-holidays/{path}")
        sound(page, f"bank-holidays-{path[:3]}")
