"""A phone in a real Chromium, behind a line that can be cut or fail: what a test does with it, and what lies in its profile."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.fixtures.browser import FLAGS, chromium
from tests.fixtures.reading import accessibility_faults
from tests.pathways.bad_signal import Line
from tests.signing_in import signed_in

MARK = "Qvzmarked"
QUEUE = """async () => {
  const over = (asked) => new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const db = await over(indexedDB.open("pathways"));
  const rows = await over(db.transaction("waiting").objectStore("waiting").getAll());
  db.close();
  return rows.map(({ once, kind, key, size, at, ...rest }) => [kind, Object.keys(rest), rest.sealed.byteLength === size]);
}"""
CACHED = """async () => {
  const found = [];
  for (const name of await caches.keys()) for (const each of await (await caches.open(name)).keys()) found.push(new URL(each.url).pathname);
  return found.sort();
}"""


class Phone:
    """One browser profile on a disk, that is opened and closed; behind a line that can be cut."""

    def __init__(self, playwright: Playwright, folder: Path, url: str) -> None:
        self.playwright, self.folder, self.line = playwright, folder, Line(url)
        self.context: BrowserContext | None = None
        self.refused: list[str] = []

    @property
    def url(self) -> str:
        return self.line.url

    def open(self) -> Page:
        path = chromium()
        if path is None:
            pytest.skip("no Chromium: install Debian's package chromium, or put one on the PATH")
        self.context = self.playwright.chromium.launch_persistent_context(
            str(self.folder), executable_path=path, args=FLAGS, viewport={"width": 360, "height": 640}, locale="en-GB"
        )
        page = self.context.pages[0] if self.context.pages else self.context.new_page()
        page.on("console", lambda said: self.refused.append(said.text) if "Content Security Policy" in said.text else None)
        page.set_default_timeout(20_000)
        return page

    def close(self) -> None:
        if self.context is not None:
            self.context.close()
            self.context = None

    def sign_in(self, who: Any) -> None:
        """As from a sign-in that lasts longer than the browser is open."""
        assert self.context is not None
        value = signed_in(who).cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": value, "url": self.url, "expires": 4_000_000_000, "httpOnly": True}
        self.context.add_cookies([cookie])

    def plane(self, up: bool) -> None:
        """Both: the browser knows that it has no network, and there is none."""
        assert self.context is not None
        if not up:
            self.line.up()  # before the browser hears of it: it sends at once
        self.context.set_offline(up)
        if up:
            self.line.down()


def ready(page: Page, phone: Phone, path: str = "/waiting/") -> None:
    """The app is opened with signal, once."""
    page.goto(f"{phone.url}{path}")
    page.goto(f"{phone.url}/waiting/")
    expect(page.get_by_text("This device can work without signal.")).to_be_visible()


def sound(page: Page, name: str) -> None:
    """No accessibility fault, no sideways scroll."""
    if folder := os.environ.get("PATHWAYS_SHOTS"):
        page.screenshot(path=f"{folder}/{name}-{page.viewport_size['width']}.png", full_page=True)
    assert [each["id"] for each in accessibility_faults(page)] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def says(page: Page, words: str) -> None:
    expect(page.locator("#waiting")).to_contain_text(words)


def press(page: Page, button: str, *, really: bool = True) -> None:
    """A button lets itself be pressed once a second; nobody types faster, a test does."""
    if really:
        page.wait_for_timeout(1_050)
        page.get_by_role("button", name=button).first.click()
    else:
        page.evaluate("document.querySelector('form[data-keeps]').requestSubmit()")


def bytes_with(folder: Path, *marks: str) -> list[str]:
    """What stands where in the profile, in either width of letters: `Yusuf in Default/History`."""
    found = []
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        there = [each for each in marks if each.encode() in content or each.encode("utf-16-le") in content]
        found += [f"{each} in {path.relative_to(folder)}" for each in there]
    return found


def wait_for(holds: Callable[[], bool], *, within: float = 30) -> None:
    until = time.monotonic() + within
    while not holds():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)
