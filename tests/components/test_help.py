"""Every page of staff and employers says in two sentences what it is for, folded at its end."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
#: Pages of visitors and of the people themselves, whose words are all on the page; and the answers that say no.
WITHOUT = re.compile(
    r"^(errors/|pathways/home\.html$|page\.html$|(pathways/)?public\.html$|accounts/(privacy_notice|accessibility)\.html$|pathways/(interest|interest_\w+|questions|own|own_\w+)\.html$)"
)
HELP = re.compile(r"{% block help %}(.*?){% endblock %}", re.DOTALL)
#: Frames that only other pages are made of: each of those has help of its own.
FRAMES = {"analytics/figure.html", "pathways/blank.html"}


def pages() -> list[str]:
    """Templates that are a whole page: they extend the frame of all pages, or a page."""
    names = [str(path.relative_to(TEMPLATES)) for path in sorted(TEMPLATES.rglob("*.html"))]
    whole = [name for name in names if re.match(r"\s*{% extends ", (TEMPLATES / name).read_text())]
    return [name for name in whole if not WITHOUT.match(name) and name not in FRAMES]


def test_there_are_pages_to_look_at() -> None:
    assert len(pages()) > 80
    assert {"pathways/today.html", "accounts/users.html", "analytics/board.html", "employers/headings.html"} <= set(pages())


@pytest.mark.parametrize("name", pages())
def test_a_page_says_what_it_is_for_in_two_sentences(name: str) -> None:
    found = HELP.findall((TEMPLATES / name).read_text())
    assert len(found) == 1, "write {% block help %} with two sentences"
    words = found[0].strip()
    assert len(re.findall(r"[.?](?=\s|$)", words)) == 2, words
    assert words.endswith(".")
    assert len(words) <= 260
    assert not re.search(r"[!<>{]", words)


def test_help_is_folded_and_a_page_without_it_shows_nothing() -> None:
    frame = Template("{% load components %}{% filter as_help %}{% if said %}One & two. “Three”.{% endif %}{% endfilter %}")
    shown = frame.render(Context({"said": True}))
    assert ("<details" in shown, "open" in shown.partition(">")[0], "Help with this page" in shown) == (True, False, True)
    assert frame.render(Context({})) == ""
