"""A hand at a page: it presses what can be seen, types where a person would, and notices what no user should meet."""

import re

from playwright.sync_api import Locator, Page

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 640}


class Hand:
    """One browser at one site."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.refused: list[str] = []
        self.elsewhere: list[str] = []
        self.faults: list[str] = []
        page.on("console", lambda said: self.refused.append(said.text) if "Content Security Policy" in said.text else None)
        page.on("request", lambda asked: None if asked.url.startswith((site, "data:")) else self.elsewhere.append(asked.url))
        page.on("response", lambda answer: self.faults.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None)

    def go(self, path: str) -> None:
        """Type an address."""
        self.page.goto(f"{self.site}{path}")

    @property
    def words(self) -> str:
        """All that can be read now."""
        return self.page.inner_text("main")

    def press(self, role: str, name: str) -> None:
        """Press the first link or button whose words begin so, opening what it is folded into."""
        spoken = re.compile("^" + re.escape(name).replace(":", r"\s*:"))  # what is hidden from the eye may stand apart
        found = self.page.locator("main").get_by_role(role, name=spoken, include_hidden=True).first
        self.unfold(found)
        self.press_this(found)

    def press_this(self, found: Locator) -> None:
        """A link, or a button. A form goes by way of the device's keeper: the press returns before the page that answers it is there."""
        if found.evaluate("each => each.type === 'submit'"):
            with self.page.expect_navigation():
                found.click()
        else:
            found.click()
        self.page.wait_for_load_state()

    def unfold(self, found: Locator) -> None:
        """Open what it is folded into."""
        if found.is_visible():
            return
        closed = found.locator("xpath=ancestor::details[not(@open)]")
        while closed.count():  # from the outermost inwards
            closed.first.locator("summary").first.click()

    def type_day(self, legend: str, day: tuple[int, int, int]) -> None:
        """Fill the three boxes of a day."""
        boxes = self.page.get_by_role("group", name=legend)
        for name, number in zip(("Day", "Month", "Year"), day, strict=True):
            boxes.get_by_label(name).fill(str(number))

    def step(self, link: str, button: str = "", **typed: str) -> None:
        """Open a step's form from a person's page, fill it, take it. Fields are named as in the form; a choice by its words."""
        self.press("link", link)
        for name, value in typed.items():
            self.fill(name, value)
        self.press("button", button or link)

    def fill(self, name: str, value: str) -> None:
        """Type or choose in the field of that name."""
        field = self.page.locator(f"main [name={name}]").first
        self.unfold(field)
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)

    @property
    def sound(self) -> bool:
        """Nothing refused by the policy, nothing asked of another host, no fault, no sideways scroll."""
        narrow = self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert (self.refused, self.elsewhere, self.faults, narrow) == ([], [], [], True)
        return True
