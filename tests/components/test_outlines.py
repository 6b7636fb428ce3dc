"""What stands many times on a page is drawn once for each shape and filled: it must read exactly as its template would draw it."""

import itertools
from random import Random
from uuid import UUID

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.utils.safestring import SafeString

from ground.templatetags import components
from ground.templatetags.components import OUTLINES, filters, render_component, show

WORDS = ("Amina", "<b>x</b> & 'y' \"z\"", "", None, 3, UUID(int=7), "\x02name\x03 {{ name }} \\1", SafeString("<i>safe</i>"))
MARKS = {"kind": ("", "primary", "quiet"), "level": (None, 3), "default": (True, False, "")}


def page() -> Context:
    """A context that a component can be drawn in."""
    context = Context({"csrf_token": "stamp"})
    context.template = Template("")
    return context


def squeezed(html: str) -> str:
    return " ".join(html.split())


def test_every_component_with_an_outline_has_its_template() -> None:
    for name in OUTLINES:
        assert (settings.BASE_DIR / "templates" / "components" / f"{name}.html").is_file()


@pytest.mark.parametrize("name", sorted(OUTLINES))
def test_an_outline_filled_reads_as_the_template_drawn(name: str) -> None:
    outline, rng, context = OUTLINES[name], Random(name), page()
    for _ in range(200):
        values: dict[str, object] = {word: rng.choice(WORDS) for word in sorted(outline.words - {"csrf_token", "ring_words", "fresh"})}
        values |= {mark: rng.choice(MARKS.get(mark, MARKS["default"])) for mark in sorted(outline.marks)}
        if "content" in values:
            values["content"] = rng.choice([each for each in WORDS if isinstance(each, str)])  # what stands inside is markup
        if name == "day_group":
            values["day"] = None  # a day's own words are tested with the timeline
        values = {key: value for key, value in values.items() if value is not None}
        whole = {"csrf_token": "stamp", **values}
        if name == "fact":
            whole.setdefault("about", values.get("label", ""))
        if name == "row":
            whole |= {"ring_words": components.phone(values.get("ring")), "waiting": components.waiting_words(values.get("waiting"))}
        assert squeezed(show(context, name, **values)) == squeezed(render_component(context, name, whole))


def test_words_of_one_row_never_stand_in_the_next() -> None:
    context = page()
    rows = [
        show(context, "row", name=first, where=second, ours=ours) for first, second, ours in itertools.product("ab", "cd", (True, False))
    ]
    assert len(set(rows)) == 8
    assert ">a<" in rows[0]
    assert ">b<" not in rows[0]
    assert [("row--ours" in row) for row in rows] == [True, False] * 4


class Choice(forms.Form):
    """One drop-down of a list's filters."""

    who = forms.ChoiceField(label="Whose", choices=[("", "Anybody"), ("me", "Mine")], required=False)

    def __init__(self, *args: object, extra: str = "", **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # what a form takes
        if extra:
            self.fields["who"].choices = [*self.fields["who"].choices, (extra, extra)]  # type: ignore[attr-defined]


def test_filters_are_drawn_anew_when_choices_or_the_choice_differ() -> None:
    context = page()
    mine, anybody = (filters_of(context, Choice({"who": who})) for who in ("me", ""))
    assert 'value="me" selected' in mine
    assert 'value="me" selected' not in anybody
    assert filters_of(context, Choice({"who": "me"})) == mine
    assert "<b>" not in filters_of(context, Choice({"who": ""}, extra="<b>")) != anybody


def filters_of(context: Context, form: forms.Form) -> str:
    return str(filters(context, "", form, clear="/x/"))
