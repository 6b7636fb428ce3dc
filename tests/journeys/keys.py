"""A hand that has no pointer: everything by Tab, Space, Enter and the letters."""

import re

from playwright.sync_api import Locator

from tests.journeys.hand import Hand

#: The most presses of Tab in which the thing looked for must come up: more, and nobody would get there.
FAR = 160
#: Where the ring that shows the place is drawn: on the thing, on its own picture, or on the picture of the label beside it.
SHOWN_AROUND = "each => { const s = getComputedStyle(each); return s.outlineStyle !== 'none' || s.boxShadow !== 'none' }"
SHOWN_BEFORE = "each => getComputedStyle(each, '::before').boxShadow !== 'none'"
SHOWN_BESIDE = "each => !!each.nextElementSibling && getComputedStyle(each.nextElementSibling, '::before').boxShadow !== 'none'"


class Keys(Hand):
    """One browser at one site, by the keyboard alone. What it cannot reach with Tab does not exist for it."""

    def press(self, role: str, name: str) -> None:
        spoken = re.compile("^" + re.escape(name).replace(":", r"\s*:"))
        found = self.page.locator("main").get_by_role(role, name=spoken, include_hidden=True).first
        self.unfold(found)
        self.press_this(found)

    def press_this(self, found: Locator) -> None:
        """Tab to it, see that it shows where one is, press Enter."""
        self._reach(found)
        with self.page.expect_navigation():  # a key does not wait for the page that it asks for, as a click does
            self.page.keyboard.press("Enter")

    def tick(self, found: Locator) -> None:
        self._reach(found)
        self.page.keyboard.press("Space")
        assert found.is_checked()

    def unfold(self, found: Locator) -> None:
        if found.is_visible():
            return
        closed = found.locator("xpath=ancestor::details[not(@open)]")
        while closed.count():
            self._reach(closed.first.locator("summary").first)
            self.page.keyboard.press("Enter")

    def type_day(self, legend: str, day: tuple[int, int, int]) -> None:
        boxes = self.page.get_by_role("group", name=legend)
        for name, number in zip(("Day", "Month", "Year"), day, strict=True):
            self._type(boxes.get_by_label(name), str(number))

    def fill(self, name: str, value: str) -> None:
        field = self.page.locator(f"main [name={name}]").first
        self.unfold(field)
        if field.evaluate("each => each.tagName") == "SELECT":
            self._choose(field, value)
        else:
            self._type(field, value)

    def _choose(self, field: Locator, value: str) -> None:
        self._reach(field)
        self.page.keyboard.type(value)
        assert field.evaluate("each => each.selectedOptions[0].label") == value

    def _type(self, field: Locator, value: str) -> None:
        self._reach(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(value)

    def _reach(self, found: Locator) -> None:
        element = found.element_handle()
        for _ in range(FAR):
            if self.page.evaluate("each => document.activeElement === each", element):
                looks = (SHOWN_AROUND, SHOWN_BEFORE, SHOWN_BESIDE)
                assert any(self.page.evaluate(look, element) for look in looks), "nothing shows where one is"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{found} is not reached by Tab within {FAR} presses")
