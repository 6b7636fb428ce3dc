"""The tags that pages are put together from. What each looks like is in templates/components/; how to use them, in its README.

A tag hands its words to one small template, which escapes them; nothing here builds markup.
What stands many times on a page is drawn once for each shape it takes, as an outline; words are put into it, escaped, after that.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any
from uuid import UUID

from django import template
from django.conf import settings
from django.forms import BaseForm, CheckboxSelectMultiple, HiddenInput, MultiWidget, RadioSelect, Select
from django.forms.boundfield import BoundField
from django.http import HttpRequest, QueryDict
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ground.once import new_once
from ground.templatetags.said import day, phone, weekday

register = template.Library()


@dataclass(frozen=True)
class Outline:
    """What a small template does with what it is given: words stand in it as they are, or not at all where there are none;
    marks are asked whether they are so, or are one of a few names that are written into a class."""

    words: frozenset[str]
    marks: frozenset[str]


def _outline(words: str, marks: str = "") -> Outline:
    return Outline(frozenset(words.split()), frozenset(marks.split()))


#: Components that stand many times on a page. A test draws each of them both ways.
OUTLINES: Mapping[str, Outline] = {
    "button": _outline("words href about name value", "kind"),
    "tag": _outline("words", "kind"),
    "one_tap": _outline("href words about once csrf_token version name value", "kind"),
    "one_tap_link": _outline("href words about"),
    "row": _outline("name id href where next owed due waiting fresh note ring ring_words tick done content", "ours overdue current"),
    "rows": _outline("heading content count", "show level"),
    "entry": _outline("title who when id content", "kind undone"),
    "entry_line": _outline("words"),
    "entry_undo": _outline("href about"),
    "day_group": _outline("day content"),
    "folded": _outline("count content"),
    "timeline": _outline("content"),
    "panel": _outline("heading href id content", "ours level"),
    "fact": _outline("label content change change_words about"),
    "details": _outline("words id content", "open"),
    "nav_item": _outline("href words count short", "exact inside"),
}
#: What a list is sorted by is no filter of it.
SORTS = ("sort", "order")
#: How `days_waiting` says that something waits since today: it is new then, and nobody says that it waits.
NEW_TODAY = "today"
#: A place in an outline: between two characters that no text holds.
PLACE = re.compile("\x02([a-z_]+)\x03")
#: Component, and what it was given that is no word -> text and names of words, in turn.
_drawn: dict[tuple[object, ...], list[str]] = {}


def show(context: Context, name: str, /, **values: object) -> SafeString:
    """Draw components/<name>.html with these values alone, and what every form needs."""
    values.setdefault("csrf_token", context.get("csrf_token"))
    if name == "row":
        waiting = waiting_words(values.get("waiting"))
        fresh = waiting == NEW_TODAY
        values |= {"ring_words": phone(values.get("ring")), "waiting": "" if fresh else waiting, "fresh": "new today" if fresh else ""}
    elif name == "fact":
        values.setdefault("about", values.get("label", ""))
    elif name == "day_group":
        values["day"] = weekday(values.get("day"))
    filled = _filled(context, name, values)
    return render_component(context, name, values) if filled is None else filled


def render_component(context: Context, name: str, values: dict[str, object]) -> SafeString:
    """Draw a component by its template."""
    if context.template is None:
        raise template.TemplateSyntaxError("A component is drawn inside a template only.")
    return context.template.engine.get_template(f"components/{name}.html").render(Context(values, autoescape=True))


def _filled(context: Context, name: str, values: dict[str, object]) -> SafeString | None:
    """The component by its outline; None where it has none, or was given what an outline cannot hold."""
    outline = OUTLINES.get(name)
    if outline is None or settings.DEBUG:  # with DEBUG templates are edited under a running server
        return None
    words: dict[str, str] = {}
    shape: list[object] = [name]
    for key in sorted(values):
        if key == "csrf_token" and key not in outline.words:
            continue  # made at the first look, with a cookie: for those alone that need it
        value = values[key]
        if value is None or value == "":
            continue
        if key in outline.words:
            text = _text(value)
            if text is None:
                return None
            if key != "content" or text.strip():
                words[key] = text
                shape.append(key)
        elif key in outline.marks and isinstance(value, str | int):
            shape.append((key, value))
        else:
            return None
    parts = _drawn.get(tuple(shape))
    if parts is None:
        parts = _drawn[tuple(shape)] = _draw(context, name, outline, values, words)
    return SafeString("".join([words[part] if place % 2 else part for place, part in enumerate(parts)]))


def _text(value: object) -> str | None:
    """A value as it stands in a page; None for what a template would say in a way of its own, or count as nothing."""
    if isinstance(value, SafeString):
        return value
    if isinstance(value, str):
        return escape(value)
    return str(value) if isinstance(value, UUID) or (type(value) is int and 0 < value < 1_000) else None


def _draw(context: Context, name: str, outline: Outline, values: Mapping[str, object], words: Mapping[str, str]) -> list[str]:
    places = {word: SafeString(f"\x02{word}\x03") for word in words}
    marks = {key: value for key, value in values.items() if key in outline.marks}
    return PLACE.split(render_component(context, name, {**marks, **places}))


# -- one thing ---------------------------------------------------------------------------------------------------------------------


@register.simple_tag(takes_context=True)
def button(context: Context, words: str, **values: object) -> SafeString:
    """A submit button, or with `href` a link that looks like one."""
    return show(context, "button", words=words, **values)


@register.simple_tag(takes_context=True)
def one_tap(context: Context, href: str, words: str, **values: object) -> SafeString:
    """A whole form with one button, for a row: one press, JavaScript or not."""
    values.setdefault("once", new_once())
    return show(context, "one_tap", href=href, words=words, **values)


@register.filter
def as_help(words: str) -> SafeString:
    """What a page says of itself in two sentences, folded at its end; nothing where it says nothing."""
    return SafeString(render_to_string("components/help.html", {"words": words.strip()}) if words.strip() else "")


@register.simple_tag
def once() -> str:
    """The one-use token of a form that is written out in its page."""
    return new_once()


@register.simple_tag(takes_context=True)
def tag(context: Context, words: str, kind: str = "") -> SafeString:
    """A stage or state in words: neutral, or `ours`, `overdue`, `done`, `quiet`."""
    return show(context, "tag", words=words, kind=kind)


@register.simple_tag(takes_context=True)
def back_link(context: Context, href: str, words: str = "Back") -> SafeString:
    """The way back, above the page's name."""
    return show(context, "back_link", href=href, words=words)


@register.simple_tag(takes_context=True)
def breadcrumbs(context: Context, pairs: Sequence[tuple[str, str]]) -> SafeString:
    """Where the page lies: pairs of words and address."""
    return show(context, "breadcrumbs", pairs=[(pair[0], pair[1] if len(pair) > 1 else "") for pair in pairs])


@register.simple_tag(takes_context=True)
def empty_state(context: Context, words: str, how: str = "", href: str = "", action: str = "", level: int = 2) -> SafeString:
    """What stands in place of an empty list: that it is empty, and how to begin."""
    return show(context, "empty_state", words=words, how=how, href=href, action=action, level=level)


@register.simple_tag(takes_context=True)
def stat(context: Context, number: object, name: str, **values: object) -> SafeString:
    """A number, its name (the link to its definition) and the base it was counted on."""
    return show(context, "stat", number=number, name=name, **values)


@register.simple_tag(takes_context=True)
def progress(context: Context, done: int, total: int, words: str) -> SafeString:
    """How far a long piece of work is: a bar and the same in words."""
    return show(context, "progress", done=done, total=total, words=words)


@register.simple_tag(takes_context=True)
def pagination(context: Context, page: Any, name: str = "after", about: str = "", at: str = "") -> SafeString:
    """Previous and next of a keyset page; the filters in the address stay. `at` is the id of the list, where another stands above it."""
    if not (page.previous or page.next):
        return SafeString("")
    asked = _asked(context)
    return show(
        context,
        "pagination",
        previous=_address(asked, name, page.previous, at) if page.previous else "",
        next=_address(asked, name, page.next, at) if page.next else "",
        about=about,
    )


def _asked(context: Context) -> QueryDict:
    request = context.get("request")
    return request.GET.copy() if isinstance(request, HttpRequest) else QueryDict(mutable=True)


def _address(asked: QueryDict, name: str, cursor: object, at: str) -> str:
    there = asked.copy()
    there[name] = str(cursor)
    return f"?{there.urlencode()}#{at}" if at else f"?{there.urlencode()}"


@register.simple_tag(takes_context=True)
def nav(context: Context, url_name: str, words: str, count: int | None = None, short: str = "", within: str = "") -> SafeString:
    """One line of the menu; `short` is what a phone has room for. An address that this installation does not have gives no line.

    It is marked on its page and on all under it, or on those under `within` alone.
    """
    try:
        href = reverse(url_name)
    except NoReverseMatch:
        return SafeString("")
    request = context.get("request")
    here = request.path if isinstance(request, HttpRequest) else ""
    under = within or href
    inside = here == href or (under != "/" and here.startswith(under))
    return show(context, "nav_item", href=href, words=words, count=count, short=short, exact=here == href, inside=inside)


@register.filter
def waiting_words(waiting: object) -> str:
    """Days waiting as words; words stay as they are."""
    if isinstance(waiting, int):
        return f"{waiting} day" if waiting == 1 else f"{waiting} days"
    return "" if waiting is None else str(waiting)


# -- forms -------------------------------------------------------------------------------------------------------------------------


def control_id(field: BoundField) -> str:
    """The id of the control that an error's link must focus: of several boxes, the first."""
    if isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple | MultiWidget):
        return f"{field.auto_id}_0"
    return field.id_for_label or field.auto_id


@register.simple_tag(takes_context=True)
def error_summary(context: Context, *forms: BaseForm | None) -> SafeString:
    """Everything that keeps these forms from being taken, each with a link that focuses its control."""
    lines: list[dict[str, str]] = []
    for form in forms:
        if form is None or not form.is_bound:
            continue
        lines += [{"words": str(words), "href": ""} for words in form.non_field_errors()]
        for field in form:
            href = "" if field.is_hidden else f"#{control_id(field)}"
            lines += [{"words": str(words), "href": href} for words in field.errors]
    return show(context, "error_summary", lines=lines) if lines else SafeString("")


@register.simple_tag(takes_context=True)
def form_page(context: Context, form: BaseForm, words: str = "Save", **values: object) -> SafeString:
    """A form from its opening to its button."""
    values.setdefault("kind", "primary")
    return show(context, "form_page", form=form, words=words, multipart=form.is_multipart(), **values)


@register.filter
def small_choices(field: BoundField) -> bool:
    """Whether a field is one tick box, which carries its label behind it."""
    return field.widget_type == "checkbox"


@register.filter
def chosen_words(form: BaseForm) -> list[tuple[str, str, bool]]:
    """What a filter form narrows or sorts the list by, in words: label, choice, and whether it narrows."""
    found: list[tuple[str, str, bool]] = []
    for field in form:
        value = field.value()
        if field.errors:  # what could not be read narrows nothing
            continue
        if field.is_hidden or value in (None, "", [], False):
            continue
        cleaned = getattr(form, "cleaned_data", {}).get(field.name)
        if words := day(cleaned) if isinstance(cleaned, date) else _in_words(field, value):
            found.append((str(field.label), words, field.name not in SORTS))
    return found


def _in_words(field: BoundField, value: object) -> str:
    if value is True or value == "on":
        return "yes"
    names: dict[str, str] = {}
    for key, label in getattr(field.field, "choices", ()):
        pairs = label if isinstance(label, list | tuple) else ((key, label),)
        names |= {str(inner): str(words) for inner, words in pairs}
    wanted = value if isinstance(value, list | tuple) else [value]
    return ", ".join(names.get(str(one), str(one)) for one in wanted if one)


# -- tags with an inside -----------------------------------------------------------------------------------------------------------


def _around(name: str, *places: str) -> None:
    """Register a tag with an inside: what stands first goes to `places`, in order; the rest by name."""

    def block(context: Context, content: str, *given: object, **values: object) -> SafeString:
        if len(given) > len(places):
            raise template.TemplateSyntaxError(f"{{% {name} %}} takes {len(places)} things without a name.")
        return show(context, name, content=content, **dict(zip(places, given, strict=False)), **values)

    block.__doc__ = f"Put markup inside components/{name}.html."
    register.simple_block_tag(block, takes_context=True, name=name)


_around("details", "words")
_around("warning")
_around("inset")
_around("notice", "words")
_around("fieldset", "legend")
_around("summary")
_around("fact", "label")
_around("panel", "heading")
_around("table_frame", "caption")
_around("rows", "heading")
_around("row", "name")
_around("timeline")
_around("day_group", "day")
_around("entry", "title")
_around("folded", "count")


#: Filter forms as they were drawn last, by all that they show: choices hardly change, and drawing them costs as much as the list.
_filters: dict[tuple[object, ...], SafeString] = {}
MOST_FILTERS = 200


@register.simple_block_tag(takes_context=True)
def filters(context: Context, content: str, form: BaseForm, **values: object) -> SafeString:
    """A form of filters that go into the address, folded on a phone, with what is chosen in words."""
    key = _all_it_shows(form, content, values)
    if key is not None and key in _filters:
        return _filters[key]
    chosen = chosen_words(form)
    narrowed = sum(narrows for _, _, narrows in chosen)
    drawn = show(context, "filters", content=content, form=form, chosen=chosen, narrowed=narrowed, **values)
    if key is not None:
        if len(_filters) >= MOST_FILTERS:
            _filters.clear()
        _filters[key] = drawn
    return drawn


def _all_it_shows(form: BaseForm, content: str, values: Mapping[str, object]) -> tuple[object, ...] | None:
    """Everything a form of plain drop-downs is drawn from; None for any other form, and for one with mistakes."""
    if settings.DEBUG or form.errors or any(type(field.widget) not in (Select, HiddenInput) for field in form.fields.values()):
        return None
    shown = [(name, str(field.label), field.required, form[name].value(), _choices(field)) for name, field in form.fields.items()]
    key = (get_language(), type(form), form.prefix, form.auto_id, content, *sorted(values.items()), *shown)
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _choices(field: Any) -> tuple[object, ...]:
    return tuple(getattr(field, "choices", ()))


@register.simple_block_tag(takes_context=True)
def demo_note(context: Context, content: str) -> SafeString:
    """Words that only a demo shows."""
    standing = context.get("standing")
    is_demo = isinstance(standing, Mapping) and bool(standing.get("demo"))
    return show(context, "demo_note", content=content) if is_demo else SafeString("")
