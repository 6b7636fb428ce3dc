"""The demo's own pages in a real browser, at a phone's width and a desk's: nothing axe objects to, nothing wider than the screen."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from accounts.services.mail import queue_mail
from accounts.services.mail import sweep as sweep_mail
from ground.clock import read_clock
from outreach import delivery
from tests.factories import organisation, person
from tests.fixtures.reading import accessibility_faults
from tests.fixtures.server import Server
from tests.outreach.conftest import text


@pytest.mark.parametrize("width", [360, 1280])
def test_phone_mailbox_and_day(serve: Callable[..., Server], page: Page, settings, width: int):
    settings.SMS_BACKEND, settings.SMS_HOURS, settings.DEMO = ["console"], "all", True
    at = read_clock()
    amina = person(organisation(), first="Amina", last="Yusuf", phone="+447700900121")
    for number in range(3):
        text(candidate=amina, occasion=f"o{number}", fact="", not_before=at, expires_at=at + timedelta(days=1))
    assert delivery.sweep(at=at) == {"delivered": 3}
    queue_mail(to="dawn@example.org", kind="accounts/sign_in_code", context={"code": "480713"}, at=at)
    assert sweep_mail(at=at, now=at) == {"accepted": 1}
    site = serve(DEMO="1").url
    page.set_viewport_size({"width": width, "height": 800})
    seen = {}
    for name in ("phone/", f"phone/{amina.uuid}/", "mailbox/", "day/"):
        page.goto(f"{site}/demo/{name}")
        seen[name.partition("/")[0]] = page.inner_text("main")
        faults = [fault["id"] for fault in accessibility_faults(page)]
        assert faults == [], name
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
        assert str(amina.uuid) not in page.inner_text("body")
    assert "Hello Amina, this is Northgate." in seen["phone"]
    assert "480713" in seen["mailbox"]
    page.goto(f"{site}/demo/day/")
    page.fill("input[name=days]", "0")
    page.click("text=Move the day on >> nth=-1")
    assert "Enter 1 or more" in page.inner_text(".govuk-error-summary")
    assert [fault["id"] for fault in accessibility_faults(page)] == []
