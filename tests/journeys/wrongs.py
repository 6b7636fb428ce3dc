"""A hand that fills a form badly: everything left empty, or everything typed wrong."""

from typing import Literal

from playwright.sync_api import Page

Way = Literal["wrong", "empty"]
#: The forms of a page that ask for something, in their order; a form of one press asks for nothing.
ASKS = """() => [...document.querySelectorAll('main form[method=post]')].map((form, place) => [place, form]).filter(([, form]) =>
  [...form.elements].some(each => !['hidden', 'submit', 'button', 'fieldset'].includes(each.type))).map(([place]) => place)"""
#: Fills and sends. Typed wrong: a day that no month has, words without an end, a number that is none.
SEND = """([place, way]) => {
  const form = document.querySelectorAll('main form[method=post]')[place];
  for (const each of form.elements) {
    if (['hidden', 'submit', 'button', 'fieldset', 'file'].includes(each.type)) continue;
    if (['checkbox', 'radio'].includes(each.type)) { each.checked = false; continue; }
    if (each.tagName === 'SELECT') { if ([...each.options].some(one => one.value === '')) each.value = ''; continue; }
    const day = /_(day|month|year)$/.exec(each.name);
    each.type = each.tagName === 'INPUT' ? 'text' : each.type;
    const typed = each.inputMode === 'numeric' ? 'many' : 'x'.repeat(10001);
    each.value = way === 'empty' ? '' : day ? {day: '31', month: '2', year: '2026'}[day[1]] : typed;
  }
  form.noValidate = true;
  (form.querySelector('button[type=submit]') || form).click();
}"""


def forms_of(page: Page) -> list[int]:
    """The places of the forms that ask for something."""
    places: list[int] = page.evaluate(ASKS)
    return places


def send(page: Page, place: int, way: Way) -> int:
    """Fill the form of that place and send it; the status of the page that answers."""
    with page.expect_navigation(wait_until="load") as answered:
        page.evaluate(SEND, [place, way])
    return answered.value.status if answered.value else 0
