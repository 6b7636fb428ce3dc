"""No page for candidates holds a sentence of English when it is drawn in another language: as it opens, with mistakes, and after."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from ground.languages import LANGUAGES, Language
from pathways.services.thanks import thanks_token
from tests.pathways.interest_scene import Stall, written

pytestmark = pytest.mark.django_db

#: What stands on the pages in any language: names, an address to write to, what the programme wrote itself.
SAME = {"Pathways", "Northfield Works", "We keep your name.", "Public task", "equalityadvisoryservice.com", "ico.org.uk", "E-mail"}
NAMES = {language.name for language in LANGUAGES}


@pytest.fixture
def stall() -> Stall:
    return Stall()


def words(answer: Any) -> set[str]:
    """Every piece of text of a page, its title and the names of its parts."""
    page = re.sub(r"<(script|style).*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    named = re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]+)"', page)
    pieces = {" ".join(piece.split()) for piece in (*re.split(r"<[^>]*>", page), *named)}
    return {piece for piece in pieces if re.search(r"[A-Za-z]{3}", piece)}


def pages(stall: Stall, language: Language) -> Iterator[tuple[str, Any]]:
    browser, asked = Client(), {"language": language.code}
    for path in ("/interest/", "/interest/nowhere/", "/privacy-notice/", "/accessibility/"):
        yield path, browser.get(path, asked)
    for wrong in (
        {"name": ""},
        {"reach": ""},
        {"reach": "12"},
        {"way": "email", "reach": "x"},
        {"way": "letter", "reach": ""},
        {"way": ""},
    ):
        yield f"wrong {wrong}", browser.post("/interest/", written(**asked, **wrong))
    yield "postcode", browser.post("/interest/", written(**asked, postcode="nonsense"))
    yield "too long", browser.post("/interest/", written(**asked, name="x" * 201, reach="y" * 301))
    yield "stale", browser.post("/interest/", written(**asked, once="none of ours"))
    yield "thanks", browser.post("/interest/", written(**asked))
    put = {**asked, "token": thanks_token(stall.event.uuid), "programme": stall.programme.code}
    said = {"said-ethnic_group": "White", "said-health_condition": "yes"}
    for page in ("start", "ethnic_group", "ethnic_detail", "health_condition", "reduces_activity", "sex", "summary", "over", "no_more"):
        yield page, browser.post("/interest/questions/", {**put, **said, "page": page})
    yield "closed", browser.post("/interest/questions/", {**asked, "token": "none of ours"})


@pytest.mark.parametrize("language", LANGUAGES[1:], ids=lambda one: one.code)
def test_nothing_is_said_in_english_that_is_said_in_another_language(language: Language, stall: Stall) -> None:
    allowed = SAME | NAMES | {stall.programme.name, f"{stall.programme.name}, {stall.own.name}"}
    english = {name: words(answer) for name, answer in pages(stall, LANGUAGES[0])}
    left = {}
    for name, answer in pages(stall, language):
        both = {piece for piece in english[name] & words(answer) if piece not in allowed and not piece.startswith("Pathways")}
        if both:
            left[name] = sorted(both)
    assert left == {}
    assert all(len(said) > 8 for said in english.values())
