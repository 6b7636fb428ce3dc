"""The way to another language, on every page for candidates. In a page that answers a form it is a form too: an address holds no token."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template.context import Context

from ground.languages import ENGLISH, FIELD, LANGUAGES, OTHER, language_now

register = template.Library()


@register.inclusion_tag("components/languages.html", takes_context=True)
def languages(
    context: Context, hidden: Sequence[tuple[str, str]] | None = None, action: str = "", form: str = "", relative: bool = False
) -> dict[str, Any]:
    """All languages by their own names, each leading to this page in it.

    `hidden` are the names and values that a page carries in its form: then each is a button that sends them again to `action`.
    `relative` names no path: for a page whose address is a secret of its own.
    `form` is the id of a form on the page that has been sent: then each is a button of it, and what was typed goes along.
    """
    request, now, links = context["request"], language_now(), []
    for language in LANGUAGES:
        asked = request.GET.copy()
        asked[FIELD] = language.code
        links.append({"language": language, "href": f"{'' if relative else request.path}?{asked.urlencode()}", "current": language == now})
    return {"links": links, "hidden": hidden, "action": action, "form": form, "field": OTHER if form else FIELD}


@register.simple_tag
def language_code() -> str:
    """The code of this page's language: for the hidden field of its form."""
    return language_now().code


@register.simple_tag
def in_language() -> str:
    """What a link to another page for candidates ends with, so that it opens in the same language; nothing in English."""
    now = language_now()
    return "" if now == ENGLISH else f"?{FIELD}={now.code}"
