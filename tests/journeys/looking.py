"""One look at a page in a browser, at a phone's width and a desk's: all that would trouble its reader."""

import gzip
import os
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.staticfiles import finders
from playwright.sync_api import Page, Route

from tests.journeys.hand import DESKTOP, PHONE, Hand
from tests.journeys.reading import LETTER, unspoken

#: Pages whose first field stands below what is to be done first, and what that is.
FIELD_LATER = {
    "second-factor": "the picture is scanned first",
    "duplicate": "the two are compared before somebody says which goes on",
}
#: Over the wire on a first visit, with the style sheet, scripts and pictures; a static file as compressed as a site serves it.
HEAVIEST = 200_000
OPEN_ALL = "document.querySelectorAll('details').forEach(each => each.open = true)"
FITS = "document.documentElement.scrollWidth <= window.innerWidth"
ONE_LINE = "!document.querySelector('.menu') || document.querySelector('.menu').offsetHeight < 2 * 44"
WORDS = f"""() => {{
  const letters = [...document.querySelectorAll('.{LETTER}')];
  const said = letters.map(each => each.innerText);
  letters.forEach(each => each.innerText = '');
  const names = [...document.querySelectorAll('[aria-label], [title], [alt], [placeholder]')]
    .map(each => ['aria-label', 'title', 'alt', 'placeholder'].map(name => each.getAttribute(name) || '').join(' '));
  const words = [document.title, document.body.innerText, ...names].join('\\n');
  letters.forEach((each, place) => each.innerText = said[place]);
  return words;
}}"""
HEADINGS = "() => [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(each => [each.tagName, each.textContent.trim()])"
#: Where the first row of a list ends and where the main action ends, or -1 where the page has none.
FOLD = """() => {
  const seen = each => each.offsetParent !== null && !each.closest('details:not([open]) > :not(summary)');
  const end = one => { if (!one) return -1; const box = one.getBoundingClientRect(); return box.bottom + scrollY; };
  const main = document.querySelector('main');
  const asks = 'form:not(.one-tap, .filters__form) :is(input:not([type=hidden]), select, textarea)';
  const field = [...main.querySelectorAll(asks)].find(seen);
  const list = [...main.querySelectorAll('.row')].find(seen);
  // A page about one thing, an empty desk, or a page that asks first may end with a list: it is not what the page is for.
  const first = [main.querySelector('.govuk-summary-list, .person, .empty'), field].filter(Boolean);
  const row = first.some(each => each.compareDocumentPosition(list || main) & Node.DOCUMENT_POSITION_FOLLOWING) ? null : list;
  const button = '.govuk-button:not(.govuk-button--secondary, .govuk-button--warning), .one-tap__press--primary';
  const act = [...main.querySelectorAll(button)].find(each => seen(each) && !each.closest('form:not(.one-tap)'));
  return [end(row), end(act), end(field)];
}"""


@cache
def compressed(name: str) -> int:
    """What a static file weighs as WhiteNoise serves it: the server of the tests gives it as it is."""
    found = finders.find(name)
    return len(gzip.compress(Path(found).read_bytes())) if found else 0


class Looker:
    """Somebody's browser, with what its pages weigh."""

    def __init__(self, page: Page, site: str, *, pictures: Path | None = None) -> None:
        self.page, self.site, self.pictures = page, site, pictures
        self.hand = Hand(page, site)
        self.broken: list[str] = []
        self.weight = 0.0
        page.on("pageerror", lambda error: self.broken.append(str(error)))
        page.route("**/imports/*/", without_refresh)
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self._asked: dict[str, str] = {}
        wire.on("Network.requestWillBeSent", lambda asked: self._asked.update({asked["requestId"]: asked["request"]["url"]}))
        wire.on("Network.loadingFinished", self._weigh)

    def _weigh(self, loaded: dict[str, Any]) -> None:
        path = urlsplit(self._asked.get(loaded["requestId"], "")).path
        static = path.startswith(settings.STATIC_URL)
        self.weight += compressed(path.removeprefix(settings.STATIC_URL)) if static else loaded["encodedDataLength"]

    def go(self, path: str) -> int:
        """Open an address on a phone; the status it answers with."""
        self.page.set_viewport_size(PHONE)
        self.weight = 0.0
        answer = self.page.goto(f"{self.site}{path}", wait_until="load")
        return answer.status if answer else 0

    def picture(self, name: str) -> None:
        """The whole page as it is now, where pictures are wanted."""
        if self.pictures is not None:
            width = self.page.viewport_size["width"] if self.page.viewport_size else 0
            folder = self.pictures / str(width)
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=folder / f"{name}.png", full_page=True)

    def pictures_of(self, name: str) -> None:
        """The page at both widths, as it opens."""
        self.picture(name)
        self.page.set_viewport_size(DESKTOP)
        self.picture(name)

    def faults(self, name: str, *, fold: bool = True, quoted: frozenset[str] = frozenset()) -> list[str]:
        """What is wrong with the page that is open; at a phone's width as it opened, at a desk's with all that is folded opened."""
        found = [] if self.weight <= HEAVIEST else [f"weighs {self.weight:,.0f} bytes"]
        found += self._told()
        found += [f"{width}: {fault}" for width in ("360", "1280") for fault in self._at(width, name, fold=fold)]
        found += unspoken(self.page.evaluate(WORDS), quoted)
        headings = self.page.evaluate(HEADINGS)
        found += ["an empty heading" for _, said in headings if not said]
        if [tag for tag, _ in headings].count("H1") != 1:
            found.append("not one main heading")
        return found

    def _at(self, width: str, name: str, *, fold: bool) -> list[str]:
        phone = width == "360"
        if not phone:
            self.page.set_viewport_size(DESKTOP)
        found = [] if self.page.evaluate(FITS) else ["scrolls sideways"]
        if not self.page.evaluate(ONE_LINE):
            found.append("the menu takes more than one line")
        if phone and fold:
            ends = dict(zip(("first row", "main action", "first field"), self.page.evaluate(FOLD), strict=True))
            if name in FIELD_LATER:
                del ends["first field"]
            found += [f"the {what} ends at {end:.0f}" for what, end in ends.items() if end > PHONE["height"]]
        self.picture(name)
        self.page.evaluate(OPEN_ALL)
        if not self.page.evaluate(FITS):
            found.append("scrolls sideways when all is opened")
        return found + axe(self.page)

    def _told(self) -> list[str]:
        """What the browser was asked to do and would not, since the last look."""
        told = {
            "the policy refused": self.hand.refused,
            "asked another host": self.hand.elsewhere,
            "a fault": self.hand.faults,
            "a script broke": self.broken,
        }
        found = [f"{what}: {each}" for what, several in told.items() for each in several]
        for several in told.values():
            several.clear()
        return found


def without_refresh(route: Route) -> None:
    """A page that asks again by itself every two seconds holds still while it is looked at."""
    answer = route.fetch()
    route.fulfill(response=answer, headers={name: value for name, value in answer.headers.items() if name.lower() != "refresh"})


def axe(page: Page) -> list[str]:
    """What axe objects to."""
    return [f"axe {one['id']}: {one['nodes'][0]['html'][:160]}" for one in Axe().run(page).response["violations"]]


def shots() -> Path | None:
    """Where pictures go, when they are wanted."""
    folder = os.environ.get("PATHWAYS_SHOTS")
    return Path(folder) if folder else None


def file_name(words: str) -> str:
    """The name of a picture, from the kind of its page."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower().replace("_", "-")).strip("-") or "start"
