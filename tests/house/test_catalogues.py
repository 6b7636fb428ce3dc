"""Words for candidates: each is in every language's catalogue, with the same places for what is put in, and nothing is left in English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.template import engines
from django.template.base import Node, Template
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.translation import gettext, override, pgettext

from accounts.backends.catalogues import REVIEWED, UNREVIEWED, catalogue
from config.launcher.checks import APPS
from ground.languages import ENGLISH, LANGUAGES
from ground.templatetags.said import IN_A_DATE

ROOT = Path(__file__).resolve().parents[2]
OTHERS = [language for language in LANGUAGES if language != ENGLISH]
#: Function of gettext -> where among its arguments the words stand, and the context if there is one.
CALLS = {
    "gettext": (0, None),
    "gettext_lazy": (0, None),
    "gettext_noop": (0, None),
    "_": (0, None),
    "pgettext": (1, 0),
    "pgettext_lazy": (1, 0),
}
PLACE = re.compile(r"%\([a-z_]+\)s")
#: Names that stay as they are, in any language.
NAMES = {
    "AA", "Advisory", "African", "B", "Commission", "Commissioner", "E-mail", "Equality", "Gay", "Gej", "Gypsy", "Hindu", "Human",
    "Indian", "Information", "JavaScript", "MIT", "Office", "Pathways", "Rights", "Roma", "Service", "Sikh", "Support", "TH",
    "Traveller", "Travellersi", "WCAG", "and", "axe", "e-mail", "example", "gay", "ico", "name", "number", "org", "postcode", "s",
    "time", "uk",
}  # fmt: skip
LATIN = re.compile(r"[A-Za-z]+(?:-[a-z]+)?")


def in_python() -> Iterator[tuple[str, str]]:
    """Context and words of every call of gettext in a file of ours."""
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                name = getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""
                if name in CALLS and isinstance(node, ast.Call) and node.args:
                    place, context = CALLS[name]
                    words = node.args[place]
                    if isinstance(words, ast.Constant) and isinstance(words.value, str):
                        said = node.args[context] if context is not None else None
                        yield (str(said.value) if isinstance(said, ast.Constant) else "", words.value)


def nodes(parts: Iterator[Node] | list[Node]) -> Iterator[Node]:
    """Every node of a template, those inside others too."""
    for node in parts:
        yield node
        for name in (*getattr(node, "child_nodelists", ()), "nodelist"):
            yield from nodes(list(getattr(node, name, None) or []))


def in_templates() -> Iterator[tuple[str, str]]:
    """Context and words of every sentence that a template hands to gettext."""
    for path in sorted((ROOT / "templates").rglob("*.html")):
        template: Template = engines["django"].get_template(str(path.relative_to(ROOT / "templates"))).template
        for node in nodes(list(template.nodelist)):
            if isinstance(node, TranslateNode):
                yield (
                    "",
                    str(
                        node.filter_expression.var.literal if hasattr(node.filter_expression.var, "literal") else node.filter_expression.var
                    ),
                )
            elif isinstance(node, BlockTranslateNode):
                yield "", node.render_token_list(node.singular)[0]


@pytest.fixture(scope="module")
def sentences() -> set[tuple[str, str]]:
    return {(context, words.strip("\"'")) for context, words in (*in_python(), *in_templates())}


def entries(locale: str) -> dict[tuple[str, str], polib.POEntry]:
    return {(entry.msgctxt or "", entry.msgid): entry for entry in polib.pofile(str(catalogue(locale))) if not entry.obsolete}


def test_the_words_of_templates_and_forms_are_found(sentences: set[tuple[str, str]]) -> None:
    """What the tests below compare with: a sentence of a form, of a template, of a block with a place, of a month."""
    assert {("", "Write your name."), ("", "There is a problem"), ("", "(edition %(number)s)"), ("in a date", "May")} <= sentences
    assert len(sentences) > 150


@pytest.mark.parametrize("language", OTHERS, ids=lambda one: one.code)
def test_every_sentence_is_in_the_catalogue_and_none_is_left_over(language, sentences: set[tuple[str, str]]) -> None:
    found = entries(language.locale)
    assert sorted(sentences - set(found)) == []
    assert sorted(set(found) - sentences) == []
    assert [key for key, entry in found.items() if not entry.msgstr.strip() or "fuzzy" in entry.flags] == []


@pytest.mark.parametrize("language", OTHERS, ids=lambda one: one.code)
def test_places_markup_and_ends_are_those_of_the_english(language) -> None:
    wrong = []
    for (_context, english), entry in entries(language.locale).items():
        words = entry.msgstr
        if sorted(PLACE.findall(words)) != sorted(PLACE.findall(english)) or words != words.strip() or "<" in words or "&" in words:
            wrong.append(english)
        if (english[-1] in ".?:") != (words[-1] in ".?:؟۔।"):
            wrong.append(english)
    assert wrong == []


@pytest.mark.parametrize("language", [one for one in OTHERS if one.right_to_left], ids=lambda one: one.code)
def test_what_runs_from_the_left_is_kept_together_in_a_line_that_runs_from_the_right(language) -> None:
    """A phone number, a postcode or a time put into an Arabic sentence would be read from its end: each stands between isolates."""
    loose = re.compile("(?<!\u2066)(?:07700 900123|%\\((?:time|postcode)\\)s)|(?:07700 900123|%\\((?:time|postcode)\\)s)(?!\u2069)")
    found = entries(language.locale)
    assert [entry.msgid for entry in found.values() if loose.search(entry.msgstr)] == []
    assert any("\u206607700 900123\u2069" in entry.msgstr for entry in found.values())


@pytest.mark.parametrize("language", OTHERS, ids=lambda one: one.code)
def test_nothing_is_left_in_english(language) -> None:
    """A sentence is not its English, and one in another script holds no Latin word but a name."""
    left = []
    for (_context, english), entry in entries(language.locale).items():
        if language.code in {"ar", "bn", "pa", "ur"}:
            words = set(LATIN.findall(PLACE.sub("", entry.msgstr))) - NAMES
            if words:
                left.append((english, words))
        elif entry.msgstr == english and english not in {*NAMES, "Arab", "August", "Muslim"}:
            left.append((english, set()))
    assert left == []


@pytest.mark.parametrize("language", OTHERS, ids=lambda one: one.code)
def test_each_sentence_says_whether_somebody_has_read_it(language) -> None:
    silent = [
        entry.msgid for entry in entries(language.locale).values() if entry.tcomment != UNREVIEWED and not REVIEWED.search(entry.tcomment)
    ]
    assert silent == []


@pytest.mark.parametrize("language", OTHERS, ids=lambda one: one.code)
def test_the_words_to_press_and_to_write_are_those_that_a_hint_names(language) -> None:
    """“Send” and “none” are named in sentences: there they stand as on the button, and as the form reads them."""
    with override(language.locale):
        assert gettext("Send") in gettext("This page was open for too long. Please press “Send” once more. What you wrote is still here.")
        assert gettext("none") in gettext("It helps us to find work near you. If you have no home at the moment, write “none”.")


@pytest.mark.parametrize("language", OTHERS, ids=lambda one: one.code)
def test_what_is_built_is_what_is_shown(language) -> None:
    with override(language.locale):
        assert gettext("Write your name.") == entries(language.locale)["", "Write your name."].msgstr
        assert str(IN_A_DATE[4]) == pgettext("in a date", "May") == entries(language.locale)["in a date", "May"].msgstr
        assert len({str(month) for month in IN_A_DATE}) == 12


def test_settings_and_catalogues_name_the_same_languages() -> None:
    on_disk = {path.parent.parent.name for path in (ROOT / "locale").glob("*/LC_MESSAGES/django.po")}
    assert on_disk == {language.locale for language in OTHERS}
    assert [code for code, _ in settings.LANGUAGES] == [language.locale for language in LANGUAGES]
    tracked = (ROOT / ".gitignore").read_text()
    assert "*.mo" in tracked
